package dev.gatun.vector;

import static dev.gatun.vector.Native.FLOAT;
import static dev.gatun.vector.Native.load;
import static dev.gatun.vector.Native.store;
import static dev.gatun.vector.Simd.F32;

import jdk.incubator.vector.FloatVector;

/**
 * What happens elementwise in a step, over {@code n} floats in whole vectors. The gates of a chunk of rows of a block lie one behind the other in the
 * first-level cache; each formula is a small loop of its own there, because one that computed all gates at once would hold more vector operations than the JIT
 * compiler inlines.
 */
final class RnnGates {
    private RnnGates() {
    }

    /**
     * y[r, j] += x[r, j] + bias[j], two columns of vectors at a time: a row is too short for a loop.
     *
     * @param x row r is at {@code x + r·stride}
     * @param y dense
     */
    static void add(long bias, long x, long stride, long y, int rows, int width) {
        long bytes = FLOAT * width;
        long j = 0;
        // The bias is read anew in each row: a vector that is carried into an inner loop is now and then kept on the heap.
        for (; j <= bytes - 2 * Simd.BYTES; j += 2 * Simd.BYTES) {
            long from = x + j;
            long to = y + j;
            for (int row = 0; row < rows; row++) {
                store(to, load(to).add(load(from).add(load(bias + j))));
                store(to + Simd.BYTES, load(to + Simd.BYTES).add(load(from + Simd.BYTES).add(load(bias + j + Simd.BYTES))));
                from += stride;
                to += bytes;
            }
        }
        if (j < bytes) {
            for (int row = 0; row < rows; row++) {
                long to = y + row * bytes + j;
                store(to, load(to).add(load(x + row * stride + j).add(load(bias + j))));
            }
        }
    }

    /** y = (1 - z)·m + z·h: the new state of a GRU. */
    static void mix(long z, long m, long h, long y, int n) {
        for (long k = 0; k < FLOAT * n; k += Simd.BYTES) {
            FloatVector v = load(z + k);
            store(y + k, v.fma(load(h + k), FloatVector.broadcast(F32, 1f).sub(v).mul(load(m + k))));
        }
    }

    /** y = a·b. */
    static void multiply(long a, long b, long y, int n) {
        for (long k = 0; k < FLOAT * n; k += Simd.BYTES) {
            store(y + k, load(a + k).mul(load(b + k)));
        }
    }

    /** y += a·b. */
    static void addProduct(long a, long b, long y, int n) {
        for (long k = 0; k < FLOAT * n; k += Simd.BYTES) {
            store(y + k, load(a + k).fma(load(b + k), load(y + k)));
        }
    }

    /** y[r, j] += p[j]·v[r, j]: a peephole p from the cells v. */
    static void peep(long p, long v, long y, int rows, int width) {
        for (int row = 0; row < rows; row++) {
            long at = FLOAT * row * width;
            addProduct(p, v + at, y + at, width);
        }
    }
}
