package dev.gatun.vector;

import static dev.gatun.vector.Native.FLOAT;
import static dev.gatun.vector.Native.load;
import static dev.gatun.vector.Native.store;
import static dev.gatun.vector.Simd.F32;
import static jdk.incubator.vector.VectorOperators.GE;
import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.LSHL;

import java.lang.invoke.MethodHandles;
import jdk.incubator.vector.FloatVector;

/**
 * The gates of an LSTM, over {@code n} floats in whole vectors. With e = e⁻ˡˣˡ and t = 1 - e⁻²ˡˣˡ, neither of which can overflow,
 *
 * <pre>
 * σ(x) = (x ≥ 0 ? 1 : e)/(1 + e)        tanh |x| = t/(2 - t)
 * c' = σ(f)·c + σ(i)·tanh g             h' = σ(o)·tanh c'
 * </pre>
 *
 * <p>A product of two functions is one quotient: where nobody reads the gates afterwards, there are three divisions in place of five. e and t are nowhere
 * larger than 1, so a polynomial in 2⁻ˡˣˡ needs fewer steps than {@link FloatMath#exp}, which knows neither sign nor bound. The polynomials were fitted as
 * those there.
 */
final class LstmGates {
    private static final float LOG2_E = 1.44269504f;
    /** What that lacks. */
    private static final float LOG2_E_REST = 1.92596303e-8f;
    /** 1.5 · 2²³ and the exponent's bias: added to a small float it leaves the bits of 2 to the nearest integer, but for a shift. */
    private static final float ROUND = 12582912f + 127;
    private static final int MANTISSA = 23;

    private static final MethodHandles.Lookup LOOKUP = MethodHandles.lookup();
    private static final Loop FALL = Loop.of(LOOKUP, "fallLoop");
    private static final Loop RISE = Loop.of(LOOKUP, "riseLoop");

    private LstmGates() {
    }

    /** y = e of x: 2ⁿ·(1 + r·p(r)) with n + r = -|x|/ln 2, r from -.5 to .5, and an error of 2e-9 in p. Below 2⁻¹²⁵, from |x| = 87 on, it is 0. */
    static void fall(long x, long y, int n) {
        FALL.run(x, y, n);
    }

    private static void fallLoop(long x, long y, int n) {
        for (int i = 0; i < n; i += Simd.LANES) {
            FloatVector a = load(x + FLOAT * i).abs();
            FloatVector biased = a.fma(FloatVector.broadcast(F32, -LOG2_E), FloatVector.broadcast(F32, ROUND));
            FloatVector r = a.fma(FloatVector.broadcast(F32, -LOG2_E), FloatVector.broadcast(F32, ROUND).sub(biased));
            r = a.fma(FloatVector.broadcast(F32, -LOG2_E_REST), r);
            FloatVector p = FloatVector.broadcast(F32, 0.00015353313938248903f);
            p = p.fma(r, FloatVector.broadcast(F32, 0.0013398927403613925f));
            p = p.fma(r, FloatVector.broadcast(F32, 0.009618437848985195f));
            p = p.fma(r, FloatVector.broadcast(F32, 0.055503323674201965f));
            p = p.fma(r, FloatVector.broadcast(F32, 0.24022647738456726f));
            p = p.fma(r, FloatVector.broadcast(F32, 0.6931471824645996f));
            p = p.fma(r, FloatVector.broadcast(F32, 1f));
            FloatVector power = biased.reinterpretAsInts().lanewise(LSHL, MANTISSA).reinterpretAsFloats();
            store(y + FLOAT * i, p.mul(power).blend(0f, a.compare(GT, 87f)));
        }
    }

    /** y = t of x: 1 - 2ⁿ + 2ⁿ·r·q(r) with n - r = -2·|x|/ln 2, r from -.5 to .5, and an error of 1.1e-8 in q. From |x| = 10 on it is 1. */
    static void rise(long x, long y, int n) {
        RISE.run(x, y, n);
    }

    private static void riseLoop(long x, long y, int n) {
        for (int i = 0; i < n; i += Simd.LANES) {
            FloatVector a = load(x + FLOAT * i).abs();
            FloatVector biased = a.fma(FloatVector.broadcast(F32, -2 * LOG2_E), FloatVector.broadcast(F32, ROUND));
            FloatVector r = a.fma(FloatVector.broadcast(F32, 2 * LOG2_E), biased.sub(ROUND));
            FloatVector q = FloatVector.broadcast(F32, -0.00015403507859446108f);
            q = q.fma(r, FloatVector.broadcast(F32, 0.0013390781823545694f));
            q = q.fma(r, FloatVector.broadcast(F32, -0.009618237614631653f));
            q = q.fma(r, FloatVector.broadcast(F32, 0.05550357326865196f));
            q = q.fma(r, FloatVector.broadcast(F32, -0.24022649228572845f));
            q = q.fma(r, FloatVector.broadcast(F32, 0.6931471824645996f));
            FloatVector power = biased.reinterpretAsInts().lanewise(LSHL, MANTISSA).reinterpretAsFloats();
            FloatVector t = q.fma(r.mul(power), FloatVector.broadcast(F32, 1f).sub(power));
            store(y + FLOAT * i, t.blend(1f, a.compare(GT, 10f)));
        }
    }

    /**
     * y = c'.
     *
     * @param i where a of the gate i lies, then f, then g
     * @param e where e of i lies, then that of f
     * @param t that of g
     */
    static void cell(long i, long e, long t, long c, long y, int n) {
        long slot = FLOAT * n;
        for (long k = 0; k < slot; k += Simd.BYTES) {
            FloatVector ei = load(e + k);
            FloatVector ef = load(e + slot + k);
            FloatVector tg = load(t + k);
            FloatVector taken = ei.blend(1f, load(i + k).compare(GE, 0f)).mul(tg).div(ei.add(1f).mul(FloatVector.broadcast(F32, 2f).sub(tg)));
            FloatVector forget = ef.blend(1f, load(i + slot + k).compare(GE, 0f)).div(ef.add(1f));
            store(y + k, forget.fma(load(c + k), FloatMath.copySign(taken, load(i + 2 * slot + k))));
        }
    }

    /** The same, and a of i, f, g become the gates. */
    static void keepCell(long i, long e, long t, long c, long y, int n) {
        long slot = FLOAT * n;
        for (long k = 0; k < slot; k += Simd.BYTES) {
            FloatVector ei = load(e + k);
            FloatVector ef = load(e + slot + k);
            FloatVector tg = load(t + k);
            FloatVector in = ei.blend(1f, load(i + k).compare(GE, 0f)).div(ei.add(1f));
            FloatVector forget = ef.blend(1f, load(i + slot + k).compare(GE, 0f)).div(ef.add(1f));
            FloatVector fresh = FloatMath.copySign(tg.div(FloatVector.broadcast(F32, 2f).sub(tg)), load(i + 2 * slot + k));
            store(i + k, in);
            store(i + slot + k, forget);
            store(i + 2 * slot + k, fresh);
            store(y + k, forget.fma(load(c + k), in.mul(fresh)));
        }
    }

    /** y = h'. @param o a of the gate o @param e that of o @param t that of the cell c @param y may be t */
    static void state(long o, long e, long t, long c, long y, int n) {
        for (long k = 0; k < FLOAT * n; k += Simd.BYTES) {
            FloatVector eo = load(e + k);
            FloatVector tc = load(t + k);
            FloatVector given = eo.blend(1f, load(o + k).compare(GE, 0f)).mul(tc).div(eo.add(1f).mul(FloatVector.broadcast(F32, 2f).sub(tc)));
            store(y + k, FloatMath.copySign(given, load(c + k)));
        }
    }

    /** The same, and a of o becomes the gate. */
    static void keepState(long o, long e, long t, long c, long y, int n) {
        for (long k = 0; k < FLOAT * n; k += Simd.BYTES) {
            FloatVector eo = load(e + k);
            FloatVector tc = load(t + k);
            FloatVector out = eo.blend(1f, load(o + k).compare(GE, 0f)).div(eo.add(1f));
            store(o + k, out);
            store(y + k, out.mul(FloatMath.copySign(tc.div(FloatVector.broadcast(F32, 2f).sub(tc)), load(c + k))));
        }
    }

    /** y = tanh x. */
    static void tanh(long x, long y, int n) {
        rise(x, y, n);
        signedTanh(x, y, n);
    }

    private static void signedTanh(long x, long y, int n) {
        for (long k = 0; k < FLOAT * n; k += Simd.BYTES) {
            FloatVector t = load(y + k);
            store(y + k, FloatMath.copySign(t.div(FloatVector.broadcast(F32, 2f).sub(t)), load(x + k)));
        }
    }
}
