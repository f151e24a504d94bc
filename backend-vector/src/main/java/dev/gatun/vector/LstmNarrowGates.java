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
 * The gates of an LSTM whose state has the 8 digits of a bfloat16, by the formulas of {@link LstmGates}, whose e and t have 13 digits here: fewer steps of the
 * polynomials. t bears the sign of x. The gates of a row of units lie one behind the other, {@code [i f o g]}, so that one loop serves three of them.
 */
final class LstmNarrowGates {
    private static final float LOG2_E = 1.44269504f;
    /** As in {@link LstmGates}. */
    private static final float ROUND = 12582912f + 127;
    private static final int MANTISSA = 23;

    private static final MethodHandles.Lookup LOOKUP = MethodHandles.lookup();
    private static final Loop FALL = Loop.of(LOOKUP, "fall");
    private static final Loop RISE = Loop.of(LOOKUP, "rise");
    private static final Loop CELL = Loop.withArea(LOOKUP, "cell");
    private static final Loop STATE = Loop.withArea(LOOKUP, "state");
    private static final Loop ROUND_STATE = Loop.of(LOOKUP, "round");

    private LstmNarrowGates() {
    }

    /** Returns the bytes of the area that a row of {@code width} units needs: e of i, f, o, and t. */
    static long areaBytes(int width) {
        return 4 * FLOAT * width;
    }

    /**
     * c ← σ(f)·c + σ(i)·tanh g, h = σ(o)·tanh c.
     *
     * @param a the gates' sums @param width how many units there are, whole vectors @param h for the first {@code units} of them, of bfloat16
     */
    static void row(long a, long c, int width, int units, long h, long area) {
        long t = area + 3 * FLOAT * width;
        FALL.run(a, area, 3 * width);
        RISE.run(a + 3 * FLOAT * width, t, width);
        CELL.run(a, c, width, area);
        RISE.run(c, t, width);
        STATE.run(a + 2 * FLOAT * width, t, width, area + 2 * FLOAT * width);
        ROUND_STATE.run(t, h, units);
    }

    /** y = e of x, with an error of 1e-4. */
    private static void fall(long x, long y, int n) {
        for (int i = 0; i < n; i += Simd.LANES) {
            FloatVector a = load(x + FLOAT * i).abs();
            FloatVector biased = a.fma(FloatVector.broadcast(F32, -LOG2_E), FloatVector.broadcast(F32, ROUND));
            FloatVector r = a.fma(FloatVector.broadcast(F32, -LOG2_E), FloatVector.broadcast(F32, ROUND).sub(biased));
            FloatVector p = FloatVector.broadcast(F32, 0.05500893294811249f);
            p = p.fma(r, FloatVector.broadcast(F32, 0.24221095442771912f));
            p = p.fma(r, FloatVector.broadcast(F32, 0.6932829022407532f));
            p = p.fma(r, FloatVector.broadcast(F32, 1f));
            FloatVector power = biased.reinterpretAsInts().lanewise(LSHL, MANTISSA).reinterpretAsFloats();
            store(y + FLOAT * i, p.mul(power).blend(0f, a.compare(GT, 87f)));
        }
    }

    /** y = t of x with its sign; the error of q is 1.5e-5. */
    private static void rise(long x, long y, int n) {
        for (int i = 0; i < n; i += Simd.LANES) {
            FloatVector v = load(x + FLOAT * i);
            FloatVector a = v.abs();
            FloatVector biased = a.fma(FloatVector.broadcast(F32, -2 * LOG2_E), FloatVector.broadcast(F32, ROUND));
            FloatVector r = a.fma(FloatVector.broadcast(F32, 2 * LOG2_E), biased.sub(ROUND));
            FloatVector q = FloatVector.broadcast(F32, -0.009618110954761505f);
            q = q.fma(r, FloatVector.broadcast(F32, 0.05583728849887848f));
            q = q.fma(r, FloatVector.broadcast(F32, -0.24023252725601196f));
            q = q.fma(r, FloatVector.broadcast(F32, 0.6931368708610535f));
            FloatVector power = biased.reinterpretAsInts().lanewise(LSHL, MANTISSA).reinterpretAsFloats();
            FloatVector t = q.fma(r.mul(power), FloatVector.broadcast(F32, 1f).sub(power));
            store(y + FLOAT * i, FloatMath.copySign(t.blend(1f, a.compare(GT, 10f)), v));
        }
    }

    /** c ← c', both terms in one quotient. @param a i, then f @param area e of both, that of o, then t of g */
    private static void cell(long a, long c, int n, long area) {
        long slot = FLOAT * n;
        for (long k = 0; k < slot; k += Simd.BYTES) {
            FloatVector ei = load(area + k);
            FloatVector ef = load(area + slot + k);
            FloatVector t = load(area + 3 * slot + k);
            FloatVector one = FloatVector.broadcast(F32, 1f);
            FloatVector in = ei.blend(1f, load(a + k).compare(GE, 0f)).mul(t);
            FloatVector forget = ef.blend(1f, load(a + slot + k).compare(GE, 0f)).mul(load(c + k));
            FloatVector belowIn = ei.add(one).mul(FloatVector.broadcast(F32, 2f).sub(t.abs()));
            FloatVector belowForget = ef.add(one);
            store(c + k, in.fma(belowForget, forget.mul(belowIn)).div(belowIn.mul(belowForget)));
        }
    }

    /** t ← h, from t of the cell. @param area e of o */
    private static void state(long o, long t, int n, long area) {
        for (long k = 0; k < FLOAT * n; k += Simd.BYTES) {
            FloatVector e = load(area + k);
            FloatVector tc = load(t + k);
            FloatVector given = e.blend(1f, load(o + k).compare(GE, 0f)).mul(tc);
            store(t + k, given.div(e.add(1f).mul(FloatVector.broadcast(F32, 2f).sub(tc.abs()))));
        }
    }

    private static void round(long h, long y, int n) {
        BFloat16.round(n, h, y);
    }
}
