package dev.gatun.vector;

import static dev.gatun.vector.Native.FLOAT;
import static dev.gatun.vector.Native.getFloat;
import static dev.gatun.vector.Native.load;
import static dev.gatun.vector.Native.putFloat;
import static dev.gatun.vector.Native.store;
import static dev.gatun.vector.Simd.F32;
import static jdk.incubator.vector.VectorOperators.GT;

import jdk.incubator.vector.FloatVector;

/**
 * What happens elementwise in a step backward, over {@code n} floats in whole vectors: from the gradient of the state to those of the sums inside of the
 * gates' functions, σ' = σ·(1 - σ) and tanh' = 1 - tanh². Results replace operands that are not needed any more.
 */
final class RnnGateGradients {
    private RnnGateGradients() {
    }

    /** h ← dh·(1 - h²). */
    static void tanh(long h, long dh, int n) {
        FloatVector one = FloatVector.broadcast(F32, 1f);
        for (long k = 0; k < FLOAT * n; k += Simd.BYTES) {
            FloatVector v = load(h + k);
            store(h + k, load(dh + k).mul(one.sub(v.mul(v))));
        }
    }

    /** h ← dh where h > 0, else 0. */
    static void relu(long h, long dh, int n) {
        for (long k = 0; k < FLOAT * n; k += Simd.BYTES) {
            store(h + k, FloatVector.zero(F32).blend(load(dh + k), load(h + k).compare(GT, 0f)));
        }
    }

    /** With t = tanh c': o ← do = dh·t·σ', result = dc' = dc + dh·o·(1 - t²). */
    static void lstmOutput(long o, long t, long dh, long dc, long result, int n) {
        FloatVector one = FloatVector.broadcast(F32, 1f);
        for (long k = 0; k < FLOAT * n; k += Simd.BYTES) {
            FloatVector gate = load(o + k);
            FloatVector tanh = load(t + k);
            FloatVector throughGate = load(dh + k).mul(gate);
            store(result + k, throughGate.fma(one.sub(tanh.mul(tanh)), load(dc + k)));
            store(o + k, throughGate.mul(tanh).mul(one.sub(gate)));
        }
    }

    /** i ← di = dc'·g·σ', f ← df = dc'·c·σ', g ← dg = dc'·i·tanh', dc ← dc'·f. @param c the cell before the step */
    static void lstmInput(long i, long f, long g, long c, long dc, int n) {
        FloatVector one = FloatVector.broadcast(F32, 1f);
        for (long k = 0; k < FLOAT * n; k += Simd.BYTES) {
            FloatVector d = load(dc + k);
            FloatVector in = load(i + k);
            FloatVector forget = load(f + k);
            FloatVector cell = load(g + k);
            FloatVector kept = d.mul(forget);
            FloatVector taken = d.mul(in);
            store(i + k, taken.mul(cell).mul(one.sub(in)));
            store(f + k, kept.mul(load(c + k)).mul(one.sub(forget)));
            store(g + k, taken.mul(one.sub(cell.mul(cell))));
            store(dc + k, kept);
        }
    }

    /** r ← dr = dn·q·σ', z ← dz = dh·(h - m)·σ', m ← dq = dn·r, q ← dn = dh·(1 - z)·tanh', dh ← dh·z; m is the gate n, h the state before the step. */
    static void gru(long r, long z, long m, long q, long h, long dh, int n) {
        FloatVector one = FloatVector.broadcast(F32, 1f);
        for (long k = 0; k < FLOAT * n; k += Simd.BYTES) {
            FloatVector d = load(dh + k);
            FloatVector update = load(z + k);
            FloatVector fresh = load(m + k);
            FloatVector reset = load(r + k);
            FloatVector kept = d.mul(update);
            FloatVector opposite = one.sub(update);
            FloatVector dn = d.mul(opposite).mul(one.sub(fresh.mul(fresh)));
            FloatVector dq = dn.mul(reset);
            store(r + k, dq.mul(load(q + k)).mul(one.sub(reset)));
            store(z + k, kept.mul(load(h + k).sub(fresh)).mul(opposite));
            store(m + k, dq);
            store(q + k, dn);
            store(dh + k, kept);
        }
    }

    /** z ← dz, m ← dn, q ← r·h, which n saw, dh ← dh·z, as in {@link #gru}. */
    static void gruBeforeReset(long r, long z, long m, long q, long h, long dh, int n) {
        FloatVector one = FloatVector.broadcast(F32, 1f);
        for (long k = 0; k < FLOAT * n; k += Simd.BYTES) {
            FloatVector d = load(dh + k);
            FloatVector update = load(z + k);
            FloatVector fresh = load(m + k);
            FloatVector before = load(h + k);
            FloatVector kept = d.mul(update);
            FloatVector opposite = one.sub(update);
            store(m + k, d.mul(opposite).mul(one.sub(fresh.mul(fresh))));
            store(z + k, kept.mul(before.sub(fresh)).mul(opposite));
            store(q + k, load(r + k).mul(before));
            store(dh + k, kept);
        }
    }

    /** With v = r·h, which n saw: r ← dr = dv·h·σ', dh += dv·r. */
    static void gruReset(long r, long h, long dv, long dh, int n) {
        FloatVector one = FloatVector.broadcast(F32, 1f);
        for (long k = 0; k < FLOAT * n; k += Simd.BYTES) {
            FloatVector reset = load(r + k);
            FloatVector kept = load(dv + k).mul(reset);
            store(dh + k, load(dh + k).add(kept));
            store(r + k, kept.mul(load(h + k)).mul(one.sub(reset)));
        }
    }

    /** y += a·b over any number of floats. */
    static void addProduct(long a, long b, long y, int n) {
        long bytes = FLOAT * n;
        long k = 0;
        for (; k <= bytes - Simd.BYTES; k += Simd.BYTES) {
            store(y + k, load(a + k).fma(load(b + k), load(y + k)));
        }
        for (; k < bytes; k += FLOAT) {
            putFloat(y + k, Math.fma(getFloat(a + k), getFloat(b + k), getFloat(y + k)));
        }
    }
}
