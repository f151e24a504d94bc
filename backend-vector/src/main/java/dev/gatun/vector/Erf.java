package dev.gatun.vector;

import static dev.gatun.vector.Simd.F32;
import static jdk.incubator.vector.VectorOperators.EXP;
import static jdk.incubator.vector.VectorOperators.GE;

import jdk.incubator.vector.FloatVector;

/**
 * The error function. Two polynomials, of which each lane takes one: erf x = x + x·P(x²) for |x| < 1, and erf |x| = 1 - exp(Q(|x|)) from there on. P is
 * the minimax fit to erf(x)/x - 1, relative to erf(x)/x, with an error of 1.2e-9; Q fits ln erfc on [1, 4] with an error of 1.0e-9 in erfc. Both were
 * fitted in double by iteratively reweighted least squares (Lawson 1961). Above 4 erf is 1 in float.
 */
final class Erf {
    private Erf() {
    }

    static FloatVector of(FloatVector x) {
        FloatVector a = x.abs();
        FloatVector outer = FloatVector.broadcast(F32, 1f).sub(q(a.min(4f)).lanewise(EXP));
        return x.fma(p(x.mul(x)), x).blend(FloatUnary.copySign(outer, x), a.compare(GE, 1f));
    }

    private static FloatVector p(FloatVector t) {
        FloatVector p = FloatVector.broadcast(F32, 7.853860734030604e-05f);
        p = p.fma(t, FloatVector.broadcast(F32, -0.0008010193705558777f));
        p = p.fma(t, FloatVector.broadcast(F32, 0.005188327748328447f));
        p = p.fma(t, FloatVector.broadcast(F32, -0.026853812858462334f));
        p = p.fma(t, FloatVector.broadcast(F32, 0.1128358542919159f));
        p = p.fma(t, FloatVector.broadcast(F32, -0.3761262595653534f));
        return p.fma(t, FloatVector.broadcast(F32, 0.12837916612625122f));
    }

    private static FloatVector q(FloatVector a) {
        FloatVector q = FloatVector.broadcast(F32, 0.00018557407020125538f);
        q = q.fma(a, FloatVector.broadcast(F32, -0.002939607948064804f));
        q = q.fma(a, FloatVector.broadcast(F32, 0.02180531993508339f));
        q = q.fma(a, FloatVector.broadcast(F32, -0.10303737223148346f));
        q = q.fma(a, FloatVector.broadcast(F32, -0.6382256746292114f));
        q = q.fma(a, FloatVector.broadcast(F32, -1.1270400285720825f));
        return q.fma(a, FloatVector.broadcast(F32, -0.0003537187585607171f));
    }
}
