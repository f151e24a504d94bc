package dev.gatun.vector;

import static dev.gatun.vector.Native.FLOAT;
import static dev.gatun.vector.Native.NOWHERE;
import static dev.gatun.vector.Native.broadcast;
import static dev.gatun.vector.Native.getFloat;
import static dev.gatun.vector.Native.load;
import static dev.gatun.vector.Native.putFloat;
import static dev.gatun.vector.Native.store;

import jdk.incubator.vector.FloatVector;

/**
 * Products of a matrix with one or a few vectors. Each float of the matrix is used once a vector, so memory is the limit: both kernels read the
 * matrix once, in rows from end to end, and each is several streams wide so that the processor prefetches.
 */
final class Gemv {
    /** Bytes of scratch that {@link #dots} needs. */
    static final long SCRATCH_BYTES = 4 * 64;

    /** Whether four long rows are read at once: an Intel processor with 2 MiB of second-level cache reads them faster than two, an EPYC with 1 MiB does not. */
    static final boolean READS_FOUR = Caches.L2 > 1 << 20;

    /** Columns of long rows; shorter ones are in a cache more often. */
    private static final int LONG = 1024;

    private Gemv() {
    }

    /**
     * c[i, j] = Σₖ p[i, k] · q[j, k], or +=, for {@code few} rows i and rows j from {@code j0} to {@code j1}: dot products, where k is contiguous.
     *
     * @param p row i is at {@code p + i·rsP}
     * @param q row j is at {@code q + j·rsQ}
     * @param c c[i, j] is at {@code c + i·rsC + j·csC}
     */
    static void dots(int few, int K, long p, long rsP, long q, long rsQ, int j0, int j1, long c, long rsC, long csC, boolean accumulate,
            long scratch) {
        boolean four = READS_FOUR && K >= LONG;        // however many rows there are: the other way adds in another order
        int part = Math.ceilDiv(j1 - j0, four ? 4 : 2);   // each stream goes through its part from end to end: the prefetcher does not lose it where a row ends
        for (int j = j0; j < j0 + part; j++) {
            int rows = Math.ceilDiv(j1 - j, part);
            for (int i = 0; i < few; i++) {            // for each i again: by then the rows are in a cache
                dot(four, rows, K, p + i * rsP, q + j * rsQ, part * rsQ, c + i * rsC + j * csC, part * csC, accumulate, scratch);
            }
        }
    }

    /**
     * Dot products of one row with {@code rows} rows, as many as there are streams or fewer. What is missing reads the first row again: a loop of its own for a
     * single row would be called so rarely that the compiler may leave it in its slow tier for ever.
     */
    private static void dot(boolean four, int rows, int K, long p, long q, long rsQ, long c, long csC, boolean accumulate, long scratch) {
        long bytes = K * FLOAT;
        long q1 = rows > 1 ? q + rsQ : q;
        long q2 = rows > 2 ? q + 2 * rsQ : q;
        long q3 = rows > 3 ? q + 3 * rsQ : q;
        long full = bytes - bytes % ((four ? 2 : 4) * Simd.BYTES);
        long ones = bytes - bytes % Simd.BYTES;
        if (four) {
            addTwos(full, p, q, q1, q2, q3, scratch);
        } else {
            addFours(full, p, q, q1, scratch);
        }
        for (int r = 0; r < rows; r++) {
            long row = r == 0 ? q : r == 1 ? q1 : r == 2 ? q2 : q3;
            long sums = scratch + 64 * r;
            if (full < ones) {
                addOnes(ones - full, p + full, row + full, sums);
            }
            put(c + r * csC, accumulate, sum(sums) + rest(ones, bytes, p, row));
        }
    }

    /**
     * Writes the sums of p·q0, p·q1, p·q2 and p·q3, lane by lane, to {@code sums}.
     *
     * <p>Measured on an Intel processor: 4096 x 9216 from the last cache or memory 1.1 to 1.3 times as fast as two streams.
     */
    static void addTwos(long bytes, long p, long q0, long q1, long q2, long q3, long sums) {
        if (sums == NOWHERE) {
            return;
        }
        FloatVector s0 = FloatVector.zero(Simd.F32);
        FloatVector s1 = s0;
        FloatVector s2 = s0;
        FloatVector s3 = s0;
        FloatVector t0 = s0;
        FloatVector t1 = s0;
        FloatVector t2 = s0;
        FloatVector t3 = s0;
        for (long i = 0; i < bytes; i += 2 * Simd.BYTES) {
            FloatVector x = load(p + i);
            FloatVector y = load(p + i + Simd.BYTES);
            s0 = x.fma(load(q0 + i), s0);
            t0 = y.fma(load(q0 + i + Simd.BYTES), t0);
            s1 = x.fma(load(q1 + i), s1);
            t1 = y.fma(load(q1 + i + Simd.BYTES), t1);
            s2 = x.fma(load(q2 + i), s2);
            t2 = y.fma(load(q2 + i + Simd.BYTES), t2);
            s3 = x.fma(load(q3 + i), s3);
            t3 = y.fma(load(q3 + i + Simd.BYTES), t3);
        }
        store(sums, s0.add(t0));
        store(sums + 64, s1.add(t1));
        store(sums + 128, s2.add(t2));
        store(sums + 192, s3.add(t3));
    }

    /**
     * Writes the sums of p·q and p·r, lane by lane, to {@code sums}.
     *
     * <p>Measured on an EPYC: two streams, four vectors of each in turn, come to .85 of what merely reading the rows takes. With one stream p is read twice as
     * often, which does not fit the first-level cache either; four streams of a vector each lose a third. What is left is for {@link #addOnes}: one method
     * with both loops would have nearly as many vectors as the JIT compiler takes in.
     */
    static void addFours(long bytes, long p, long q, long r, long sums) {
        if (sums == NOWHERE) {
            return;
        }
        FloatVector s0 = FloatVector.zero(Simd.F32);
        FloatVector s1 = s0;
        FloatVector s2 = s0;
        FloatVector s3 = s0;
        FloatVector t0 = s0;
        FloatVector t1 = s0;
        FloatVector t2 = s0;
        FloatVector t3 = s0;
        for (long i = 0; i < bytes; i += 4 * Simd.BYTES) {
            FloatVector x0 = load(p + i);
            FloatVector x1 = load(p + i + Simd.BYTES);
            FloatVector x2 = load(p + i + 2 * Simd.BYTES);
            FloatVector x3 = load(p + i + 3 * Simd.BYTES);
            s0 = x0.fma(load(q + i), s0);
            s1 = x1.fma(load(q + i + Simd.BYTES), s1);
            s2 = x2.fma(load(q + i + 2 * Simd.BYTES), s2);
            s3 = x3.fma(load(q + i + 3 * Simd.BYTES), s3);
            t0 = x0.fma(load(r + i), t0);
            t1 = x1.fma(load(r + i + Simd.BYTES), t1);
            t2 = x2.fma(load(r + i + 2 * Simd.BYTES), t2);
            t3 = x3.fma(load(r + i + 3 * Simd.BYTES), t3);
        }
        store(sums, s0.add(s1).add(s2.add(s3)));
        store(sums + 64, t0.add(t1).add(t2.add(t3)));
    }

    /** Adds to such a sum, vector by vector. */
    private static void addOnes(long bytes, long p, long q, long sum) {
        for (long i = 0; i < bytes; i += Simd.BYTES) {
            store(sum, load(p + i).fma(load(q + i), load(sum)));
        }
    }

    /** Sums the lanes of a stored vector, always in the same order: {@code reduceLanes} may differ between interpreter and compiled code. */
    static float sum(long vector) {
        float s0 = getFloat(vector);
        float s1 = getFloat(vector + FLOAT);
        float s2 = getFloat(vector + 2 * FLOAT);
        float s3 = getFloat(vector + 3 * FLOAT);
        for (long i = 4 * FLOAT; i < Simd.BYTES; i += 4 * FLOAT) {
            s0 += getFloat(vector + i);
            s1 += getFloat(vector + i + FLOAT);
            s2 += getFloat(vector + i + 2 * FLOAT);
            s3 += getFloat(vector + i + 3 * FLOAT);
        }
        return s0 + s1 + (s2 + s3);
    }

    private static float rest(long from, long to, long p, long q) {
        float s = 0;
        for (long i = from; i < to; i += FLOAT) {
            s = Math.fma(getFloat(p + i), getFloat(q + i), s);
        }
        return s;
    }

    private static void put(long c, boolean accumulate, float value) {
        putFloat(c, accumulate ? getFloat(c) + value : value);
    }

    /**
     * y[i, j] = Σₖ p[i, k] · b[k, j], or +=, for {@code few} rows i and columns j from {@code j0} to {@code j1}: sums of rows, where j is contiguous.
     *
     * @param p p[i, k] is at {@code p + i·rsP + k·ksP}
     * @param b row k is at {@code b + k·ldb}
     * @param y row i is at {@code y + i·rsY}
     */
    static void sumsOfRows(int few, int K, long p, long rsP, long ksP, long b, long ldb, int j0, int j1, long y, long rsY, boolean accumulate) {
        long bytes = (j1 - j0) * FLOAT;
        long from = b + j0 * FLOAT;
        long to = y + j0 * FLOAT;
        if (!accumulate) {
            for (int i = 0; i < few; i++) {
                Native.zero(to + i * rsY, bytes);
            }
        }
        int k = 0;
        for (; k + 8 <= K; k += 8) {
            for (int i = 0; i < few; i++) {
                add8(bytes, p + i * rsP + k * ksP, ksP, from + k * ldb, ldb, to + i * rsY);
            }
        }
        for (; k < K; k++) {
            for (int i = 0; i < few; i++) {
                add1(bytes, p + i * rsP + k * ksP, from + k * ldb, to + i * rsY);
            }
        }
    }

    private static void add8(long bytes, long p, long ksP, long b, long ldb, long y) {
        long b4 = b + 4 * ldb;
        FloatVector x0 = broadcast(p);
        FloatVector x1 = broadcast(p + ksP);
        FloatVector x2 = broadcast(p + 2 * ksP);
        FloatVector x3 = broadcast(p + 3 * ksP);
        FloatVector x4 = broadcast(p + 4 * ksP);
        FloatVector x5 = broadcast(p + 5 * ksP);
        FloatVector x6 = broadcast(p + 6 * ksP);
        FloatVector x7 = broadcast(p + 7 * ksP);
        long i = 0;
        for (; i <= bytes - Simd.BYTES; i += Simd.BYTES) {
            FloatVector s = x0.fma(load(b + i), load(y + i));
            s = x1.fma(load(b + ldb + i), s);
            s = x2.fma(load(b + 2 * ldb + i), s);
            s = x3.fma(load(b + 3 * ldb + i), s);
            s = x4.fma(load(b4 + i), s);
            s = x5.fma(load(b4 + ldb + i), s);
            s = x6.fma(load(b4 + 2 * ldb + i), s);
            store(y + i, x7.fma(load(b4 + 3 * ldb + i), s));
        }
        for (; i < bytes; i += FLOAT) {
            float s = getFloat(y + i);
            for (int k = 0; k < 8; k++) {
                s = Math.fma(getFloat(p + k * ksP), getFloat(b + k * ldb + i), s);
            }
            putFloat(y + i, s);
        }
    }

    private static void add1(long bytes, long p, long b, long y) {
        FloatVector x = broadcast(p);
        float x0 = getFloat(p);
        long i = 0;
        for (; i <= bytes - Simd.BYTES; i += Simd.BYTES) {
            store(y + i, x.fma(load(b + i), load(y + i)));
        }
        for (; i < bytes; i += FLOAT) {
            putFloat(y + i, Math.fma(x0, getFloat(b + i), getFloat(y + i)));
        }
    }
}
