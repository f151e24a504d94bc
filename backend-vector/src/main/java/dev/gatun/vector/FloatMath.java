package dev.gatun.vector;

import static dev.gatun.vector.Simd.F32;
import static dev.gatun.vector.Simd.LANES;
import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.EQ;
import static jdk.incubator.vector.VectorOperators.GE;
import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.I2F;
import static jdk.incubator.vector.VectorOperators.LE;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LT;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorShuffle;

/**
 * Transcendental functions of a vector of floats, and the sum of its lanes. They are within 3 units in the last place, exact where the result is a
 * special value, and go through NaN, infinities and denormals as {@link Math} does.
 *
 * <p>{@code lanewise(EXP)} would be as fast, but its bits are those of another library once the loop around it is compiled, and
 * {@code reduceLanes(ADD)} leaves the order open: a training run would not repeat itself. Everything here is made of operations that IEEE 754 fixes. The
 * polynomials were fitted in double by iteratively reweighted least squares (Lawson 1961).
 *
 * <p>The JIT compiler inlines some 45 vector operations into one method (NodeCountInliningCutoff); then it gives up, and boxes. What needs more is given
 * in parts, for the loops of two methods; no method should call two of these functions. See {@link Loop}.
 */
final class FloatMath {
    private static final float LOG2_E = 1.44269504f;
    /** ln 2 in two parts, the first with so few bits that its products with exponents are exact. */
    private static final float LN2_HIGH = 0.693359375f;
    private static final float LN2_LOW = -2.12194440e-4f;
    /** 1.5 · 2²³: added to a small float it leaves the nearest integer in the low bits; with the exponent's bias on top these are the bits of 2ⁿ. */
    private static final float ROUND = 12582912f;
    /** From here on every float is an integer. */
    private static final float INTEGERS = 0x1p23f;
    /** The bits of √½. */
    private static final int ROOT_HALF = 0x3f3504f3;

    // Lane i of v.rearrange(SWAP_k) is lane i ^ k of v.
    private static final VectorShuffle<Float> SWAP_8 = VectorShuffle.fromOp(F32, i -> (i ^ 8) % LANES);
    private static final VectorShuffle<Float> SWAP_4 = VectorShuffle.fromOp(F32, i -> (i ^ 4) % LANES);
    private static final VectorShuffle<Float> SWAP_2 = VectorShuffle.fromOp(F32, i -> i ^ 2);
    private static final VectorShuffle<Float> SWAP_1 = VectorShuffle.fromOp(F32, i -> i ^ 1);

    private FloatMath() {
    }

    /** The smaller one, or NaN if x is: two instructions where {@code min}, which also tells -0 from 0, takes six. */
    private static FloatVector notAbove(FloatVector x, float bound) {
        return x.blend(bound, x.compare(GT, bound));
    }

    /** eˣ; beyond these bounds it is 0 and ∞. They are seen to at the end, where nothing waits for it. */
    static FloatVector exp(FloatVector x) {
        return expOfNegative(x).blend(Float.POSITIVE_INFINITY, x.compare(GT, 89f));
    }

    /** eˣ for x ≤ 0. */
    static FloatVector expOfNegative(FloatVector x) {
        return expBetween(x).blend(0f, x.compare(LT, -104f));
    }

    /**
     * eˣ = 2ⁿ·2ⁿ·eʳ with n the integer nearest to x/(2 ln 2): one factor alone would overflow where the result does not, and denormals are rounded once.
     * eʳ = 1 + r + r²·q(r) for r from -ln 2 to ln 2, with an error of 5.7e-10.
     *
     * <p>q is summed up in pairs (Estrin 1960): how many vectors are under way at once depends on how long each waits for itself.
     */
    private static FloatVector expBetween(FloatVector x) {
        FloatVector biased = x.fma(broadcast(LOG2_E / 2), broadcast(ROUND + 127));
        FloatVector n = biased.sub(ROUND + 127);
        FloatVector r = n.fma(broadcast(-2 * LN2_HIGH), x);
        r = n.fma(broadcast(-2 * LN2_LOW), r);
        FloatVector square = r.mul(r);
        FloatVector low = r.fma(broadcast(0.16666674613952637f), broadcast(0.5f));
        FloatVector middle = r.fma(broadcast(0.00833252165466547f), broadcast(0.04166652262210846f));
        FloatVector high = r.fma(broadcast(0.0002011086035054177f), broadcast(0.0013893740251660347f));
        high = square.fma(broadcast(2.4438775653834455e-05f), high);
        FloatVector q = high.fma(square, middle).fma(square, low);
        FloatVector power = powerOfTwo(biased);
        return q.fma(square, r).fma(power, power).mul(power);
    }

    /** eˣ - 1; beyond these bounds it is -1 and ∞. It has the sign of x, which the zeros need to be told. */
    static FloatVector expm1(FloatVector x) {
        return copySign(expm1Between(x).blend(-1f, x.compare(LT, -26f)).blend(Float.POSITIVE_INFINITY, x.compare(GT, 89f)), x);
    }

    /**
     * eˣ - 1 = 2ⁿ·(eʳ - 1) + (2ⁿ - 1) with n the integer nearest to x/ln 2, computed as half of it, since n may be 128. eʳ - 1 = r + r²·q(r) for r from
     * -.35 to .35, where q has an error of 2.4e-10.
     */
    private static FloatVector expm1Between(FloatVector x) {
        FloatVector biased = x.fma(broadcast(LOG2_E), broadcast(ROUND + 126));
        FloatVector n = biased.sub(ROUND + 126);
        FloatVector r = n.fma(broadcast(-LN2_HIGH), x);
        r = n.fma(broadcast(-LN2_LOW), r);
        FloatVector square = r.mul(r);
        FloatVector low = r.fma(broadcast(0.1666666716337204f), broadcast(0.5f));
        FloatVector middle = r.fma(broadcast(0.008333273231983185f), broadcast(0.04166635498404503f));
        FloatVector high = r.fma(broadcast(0.00019914301810786128f), broadcast(0.0013941102661192417f));
        FloatVector q = high.fma(square, middle).fma(square, low);
        FloatVector half = powerOfTwo(biased);
        return q.fma(square, r).fma(half, half.sub(0.5f)).mul(2f);
    }

    /** 2ⁿ of ROUND + 127 + n: shifted, all but the exponent falls out. */
    private static FloatVector powerOfTwo(FloatVector biased) {
        return biased.reinterpretAsInts().lanewise(LSHL, 23).reinterpretAsFloats();
    }

    /** ln x; denormals are scaled by 2²⁵. */
    static FloatVector log(FloatVector x) {
        VectorMask<Float> denormal = x.compare(LT, Float.MIN_NORMAL);
        IntVector bits = x.mul(0x1p25f, denormal).reinterpretAsInts();
        IntVector e = bits.sub(ROOT_HALF).lanewise(ASHR, 23);
        return logOrSpecial(x, logOfRest(rest(bits, e), ((FloatVector) e.convert(I2F, 0)).sub(25f, denormal)));
    }

    /** ln(1 + x), but of the rounded 1 + x, which is no denormal. */
    static FloatVector logOfNext(FloatVector x) {
        FloatVector next = x.add(1f);
        IntVector bits = next.reinterpretAsInts();
        IntVector e = bits.sub(ROOT_HALF).lanewise(ASHR, 23);
        return logOrSpecial(next, logOfRest(rest(bits, e), (FloatVector) e.convert(I2F, 0)));
    }

    /** f of x = 2ᵉ·(1 + f), 1 + f between √½ and √2. */
    private static FloatVector rest(IntVector bits, IntVector e) {
        return bits.sub(e.lanewise(LSHL, 23)).reinterpretAsFloats().sub(1f);
    }

    /** {@code log} where x is a positive number, else -∞ for 0, NaN below, and x for ∞ and NaN. */
    private static FloatVector logOrSpecial(FloatVector x, FloatVector log) {
        FloatVector y = log.blend(Float.NEGATIVE_INFINITY, x.compare(EQ, 0f)).blend(Float.NaN, x.compare(LT, 0f));
        return x.blend(y, x.compare(LT, Float.POSITIVE_INFINITY));
    }

    /** n·ln 2 + f - f²/2 + f³·p(f) with an error of 5.9e-9. */
    private static FloatVector logOfRest(FloatVector f, FloatVector n) {
        FloatVector p = broadcast(-0.07638590782880783f);
        p = p.fma(f, broadcast(0.12767766416072845f));
        p = p.fma(f, broadcast(-0.13161598145961761f));
        p = p.fma(f, broadcast(0.14201033115386963f));
        p = p.fma(f, broadcast(-0.16623148322105408f));
        p = p.fma(f, broadcast(0.20001250505447388f));
        p = p.fma(f, broadcast(-0.2500082552433014f));
        p = p.fma(f, broadcast(0.3333333134651184f));
        FloatVector square = f.mul(f);
        FloatVector y = p.mul(f).mul(square);
        y = n.fma(broadcast(LN2_LOW), y);
        y = square.fma(broadcast(-0.5f), y);
        return n.fma(broadcast(LN2_HIGH), y.add(f));
    }

    /** What ln(1 + x) is more than {@link #logOfNext}: (x - (u - 1))/u, u the rounded 1 + x, gives back what the rounding took. */
    static FloatVector lostInLog1p(FloatVector x) {
        FloatVector u = x.add(1f);
        FloatVector lost = x.sub(u.sub(1f)).div(u);
        return lost.blend(0f, u.compare(LE, 0f)).blend(0f, u.compare(EQ, Float.POSITIVE_INFINITY));
    }

    /** ln(1 + x) for x from 0 to 1: 2 artanh s = 2s + s³·p(s²) with s = x/(2 + x); p has an error of 1.1e-10. */
    static FloatVector log1pOfUnit(FloatVector x) {
        FloatVector s = x.div(x.add(2f));
        FloatVector t = s.mul(s);
        FloatVector p = broadcast(0.24296917021274567f);
        p = p.fma(t, broadcast(0.21428945660591125f));
        p = p.fma(t, broadcast(0.2861674726009369f));
        p = p.fma(t, broadcast(0.3999888300895691f));
        p = p.fma(t, broadcast(0.6666667461395264f));
        return p.mul(t).fma(s, s.mul(2f));
    }

    /** tanh |x| = t/(t + 2), t = e²ˡˣˡ - 1; 1 from 9.1 on. */
    static FloatVector tanh(FloatVector x) {
        FloatVector a = x.abs();
        FloatVector t = expm1Between(a.add(a));
        return copySign(t.div(t.add(2f)).blend(1f, a.compare(GT, 10f)), x);
    }

    /** With e = e⁻ˡˣˡ, which cannot overflow: 1/(1 + e) for x ≥ 0, else e/(1 + e), which keeps its relative accuracy as it goes to 0. */
    static FloatVector sigmoid(FloatVector x) {
        FloatVector e = expOfNegative(x.abs().neg());
        return e.blend(1f, x.compare(GE, 0f)).div(e.add(1f));
    }

    /** erf |x| = 1 - exp(q(|x|)) for |x| ≥ 1, where q approximates ln erfc with an error of 1.0e-9 in erfc. From 4 on erf is 1 in float. */
    static FloatVector erfFarOut(FloatVector x) {
        return broadcast(1f).sub(expBetween(logErfc(notAbove(x.abs(), 4f))));
    }

    /** erf x = x + x·p(x²) for |x| < 1, p with an error of 1.2e-9; for the rest {@code far} with the sign of x. */
    static FloatVector erf(FloatVector x, FloatVector far) {
        return x.fma(erfNearZero(x.mul(x)), x).blend(copySign(far, x), x.abs().compare(GE, 1f));
    }

    private static FloatVector erfNearZero(FloatVector t) {
        FloatVector p = broadcast(7.853860734030604e-05f);
        p = p.fma(t, broadcast(-0.0008010193705558777f));
        p = p.fma(t, broadcast(0.005188327748328447f));
        p = p.fma(t, broadcast(-0.026853812858462334f));
        p = p.fma(t, broadcast(0.1128358542919159f));
        p = p.fma(t, broadcast(-0.3761262595653534f));
        return p.fma(t, broadcast(0.12837916612625122f));
    }

    private static FloatVector logErfc(FloatVector a) {
        FloatVector q = broadcast(0.00018557407020125538f);
        q = q.fma(a, broadcast(-0.002939607948064804f));
        q = q.fma(a, broadcast(0.02180531993508339f));
        q = q.fma(a, broadcast(-0.10303737223148346f));
        q = q.fma(a, broadcast(-0.6382256746292114f));
        q = q.fma(a, broadcast(-1.1270400285720825f));
        return q.fma(a, broadcast(-0.0003537187585607171f));
    }

    /** The nearest integers, ties to even: adding 2²³ leaves no bits for a fraction. Keeps the sign of zeros; NaN stays. */
    static FloatVector rint(FloatVector x) {
        FloatVector a = x.abs();
        return x.blend(copySign(a.add(INTEGERS).sub(INTEGERS), x), a.compare(LT, INTEGERS));
    }

    /** Returns {@code magnitude}, which is not negative where {@code sign} is positive, with the sign of {@code sign}. */
    static FloatVector copySign(FloatVector magnitude, FloatVector sign) {
        return magnitude.reinterpretAsInts().or(sign.reinterpretAsInts().and(Integer.MIN_VALUE)).reinterpretAsFloats();
    }

    /** Returns the sum of the lanes: of halves, of quarters, and so on. */
    static float sum(FloatVector v) {
        FloatVector s = v;
        if (LANES >= 16) {
            s = s.add(s.rearrange(SWAP_8));
        }
        if (LANES >= 8) {
            s = s.add(s.rearrange(SWAP_4));
        }
        s = s.add(s.rearrange(SWAP_2));
        return s.add(s.rearrange(SWAP_1)).lane(0);
    }

    private static FloatVector broadcast(float value) {
        return FloatVector.broadcast(F32, value);
    }
}
