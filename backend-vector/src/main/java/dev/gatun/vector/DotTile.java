package dev.gatun.vector;

import static dev.gatun.vector.Native.ALL;
import static dev.gatun.vector.Native.ORDER;
import static dev.gatun.vector.Simd.F32;
import static jdk.incubator.vector.FloatVector.fromMemorySegment;
import static jdk.incubator.vector.FloatVector.zero;

import jdk.incubator.vector.FloatVector;

/**
 * The innermost loop of products of few rows with many: sums[i, j] = Σₖ p[i, k] · q[j, k] for 4, 2 or 1 rows i and {@link #COLUMNS} rows j, lane by lane.
 * Both operands are read as they lie: nothing is packed, and no float is spread over a vector.
 *
 * <p>Every sum has one accumulator in all three tiles, so that it has the same bits in each of them. Written as {@link MicroKernel4} is.
 */
final class DotTile {
    /** Rows of the largest tile: 24 accumulators, 6 vectors of q and one of p are 31 of 32 registers, or 12, 2 and 1 of 16. */
    static final int ROWS = Simd.MANY_REGISTERS ? 4 : 2;

    /** Rows of q. */
    static final int COLUMNS = 6;

    private DotTile() {
    }

    /**
     * Runs the first 4, 2 or 1 of {@code rows} rows and returns how many that were.
     *
     * @param bytes of a row: whole vectors
     * @param p row i is at {@code p + i·rsP}
     * @param q row j is at {@code q + j·rsQ}
     * @param sums address of the sums, a vector each, row by row
     */
    static int run(int rows, long bytes, long p, long rsP, long q, long rsQ, long sums) {
        if (rows >= 4 && ROWS == 4) {
            rows4(bytes, p, rsP, q, rsQ, sums);
            return 4;
        }
        if (rows >= 2) {
            rows2(bytes, p, rsP, q, rsQ, sums);
            return 2;
        }
        rows1(bytes, p, q, rsQ, sums);
        return 1;
    }

    private static void rows4(long bytes, long p, long rsP, long q, long rsQ, long sums) {
        FloatVector zero = zero(F32);
        FloatVector s00 = zero, s01 = zero, s02 = zero, s03 = zero, s04 = zero, s05 = zero;
        FloatVector s10 = zero, s11 = zero, s12 = zero, s13 = zero, s14 = zero, s15 = zero;
        FloatVector s20 = zero, s21 = zero, s22 = zero, s23 = zero, s24 = zero, s25 = zero;
        FloatVector s30 = zero, s31 = zero, s32 = zero, s33 = zero, s34 = zero, s35 = zero;
        long p1 = p + rsP, p2 = p + 2 * rsP, p3 = p + 3 * rsP;
        long q1 = q + rsQ, q2 = q + 2 * rsQ, q3 = q + 3 * rsQ, q4 = q + 4 * rsQ, q5 = q + 5 * rsQ;
        for (long k = 0; k < bytes; k += Simd.BYTES) {
            FloatVector y0 = fromMemorySegment(F32, ALL, q + k, ORDER);
            FloatVector y1 = fromMemorySegment(F32, ALL, q1 + k, ORDER);
            FloatVector y2 = fromMemorySegment(F32, ALL, q2 + k, ORDER);
            FloatVector y3 = fromMemorySegment(F32, ALL, q3 + k, ORDER);
            FloatVector y4 = fromMemorySegment(F32, ALL, q4 + k, ORDER);
            FloatVector y5 = fromMemorySegment(F32, ALL, q5 + k, ORDER);
            FloatVector x = fromMemorySegment(F32, ALL, p + k, ORDER);
            s00 = x.fma(y0, s00);
            s01 = x.fma(y1, s01);
            s02 = x.fma(y2, s02);
            s03 = x.fma(y3, s03);
            s04 = x.fma(y4, s04);
            s05 = x.fma(y5, s05);
            x = fromMemorySegment(F32, ALL, p1 + k, ORDER);
            s10 = x.fma(y0, s10);
            s11 = x.fma(y1, s11);
            s12 = x.fma(y2, s12);
            s13 = x.fma(y3, s13);
            s14 = x.fma(y4, s14);
            s15 = x.fma(y5, s15);
            x = fromMemorySegment(F32, ALL, p2 + k, ORDER);
            s20 = x.fma(y0, s20);
            s21 = x.fma(y1, s21);
            s22 = x.fma(y2, s22);
            s23 = x.fma(y3, s23);
            s24 = x.fma(y4, s24);
            s25 = x.fma(y5, s25);
            x = fromMemorySegment(F32, ALL, p3 + k, ORDER);
            s30 = x.fma(y0, s30);
            s31 = x.fma(y1, s31);
            s32 = x.fma(y2, s32);
            s33 = x.fma(y3, s33);
            s34 = x.fma(y4, s34);
            s35 = x.fma(y5, s35);
        }
        s00.intoMemorySegment(ALL, sums, ORDER);
        s01.intoMemorySegment(ALL, sums + Simd.BYTES, ORDER);
        s02.intoMemorySegment(ALL, sums + 2 * Simd.BYTES, ORDER);
        s03.intoMemorySegment(ALL, sums + 3 * Simd.BYTES, ORDER);
        s04.intoMemorySegment(ALL, sums + 4 * Simd.BYTES, ORDER);
        s05.intoMemorySegment(ALL, sums + 5 * Simd.BYTES, ORDER);
        s10.intoMemorySegment(ALL, sums + 6 * Simd.BYTES, ORDER);
        s11.intoMemorySegment(ALL, sums + 7 * Simd.BYTES, ORDER);
        s12.intoMemorySegment(ALL, sums + 8 * Simd.BYTES, ORDER);
        s13.intoMemorySegment(ALL, sums + 9 * Simd.BYTES, ORDER);
        s14.intoMemorySegment(ALL, sums + 10 * Simd.BYTES, ORDER);
        s15.intoMemorySegment(ALL, sums + 11 * Simd.BYTES, ORDER);
        s20.intoMemorySegment(ALL, sums + 12 * Simd.BYTES, ORDER);
        s21.intoMemorySegment(ALL, sums + 13 * Simd.BYTES, ORDER);
        s22.intoMemorySegment(ALL, sums + 14 * Simd.BYTES, ORDER);
        s23.intoMemorySegment(ALL, sums + 15 * Simd.BYTES, ORDER);
        s24.intoMemorySegment(ALL, sums + 16 * Simd.BYTES, ORDER);
        s25.intoMemorySegment(ALL, sums + 17 * Simd.BYTES, ORDER);
        s30.intoMemorySegment(ALL, sums + 18 * Simd.BYTES, ORDER);
        s31.intoMemorySegment(ALL, sums + 19 * Simd.BYTES, ORDER);
        s32.intoMemorySegment(ALL, sums + 20 * Simd.BYTES, ORDER);
        s33.intoMemorySegment(ALL, sums + 21 * Simd.BYTES, ORDER);
        s34.intoMemorySegment(ALL, sums + 22 * Simd.BYTES, ORDER);
        s35.intoMemorySegment(ALL, sums + 23 * Simd.BYTES, ORDER);
    }

    private static void rows2(long bytes, long p, long rsP, long q, long rsQ, long sums) {
        FloatVector zero = zero(F32);
        FloatVector s00 = zero, s01 = zero, s02 = zero, s03 = zero, s04 = zero, s05 = zero;
        FloatVector s10 = zero, s11 = zero, s12 = zero, s13 = zero, s14 = zero, s15 = zero;
        long p1 = p + rsP;
        long q1 = q + rsQ, q2 = q + 2 * rsQ, q3 = q + 3 * rsQ, q4 = q + 4 * rsQ, q5 = q + 5 * rsQ;
        for (long k = 0; k < bytes; k += Simd.BYTES) {
            FloatVector x0 = fromMemorySegment(F32, ALL, p + k, ORDER);
            FloatVector x1 = fromMemorySegment(F32, ALL, p1 + k, ORDER);
            FloatVector y = fromMemorySegment(F32, ALL, q + k, ORDER);
            s00 = x0.fma(y, s00);
            s10 = x1.fma(y, s10);
            y = fromMemorySegment(F32, ALL, q1 + k, ORDER);
            s01 = x0.fma(y, s01);
            s11 = x1.fma(y, s11);
            y = fromMemorySegment(F32, ALL, q2 + k, ORDER);
            s02 = x0.fma(y, s02);
            s12 = x1.fma(y, s12);
            y = fromMemorySegment(F32, ALL, q3 + k, ORDER);
            s03 = x0.fma(y, s03);
            s13 = x1.fma(y, s13);
            y = fromMemorySegment(F32, ALL, q4 + k, ORDER);
            s04 = x0.fma(y, s04);
            s14 = x1.fma(y, s14);
            y = fromMemorySegment(F32, ALL, q5 + k, ORDER);
            s05 = x0.fma(y, s05);
            s15 = x1.fma(y, s15);
        }
        s00.intoMemorySegment(ALL, sums, ORDER);
        s01.intoMemorySegment(ALL, sums + Simd.BYTES, ORDER);
        s02.intoMemorySegment(ALL, sums + 2 * Simd.BYTES, ORDER);
        s03.intoMemorySegment(ALL, sums + 3 * Simd.BYTES, ORDER);
        s04.intoMemorySegment(ALL, sums + 4 * Simd.BYTES, ORDER);
        s05.intoMemorySegment(ALL, sums + 5 * Simd.BYTES, ORDER);
        s10.intoMemorySegment(ALL, sums + 6 * Simd.BYTES, ORDER);
        s11.intoMemorySegment(ALL, sums + 7 * Simd.BYTES, ORDER);
        s12.intoMemorySegment(ALL, sums + 8 * Simd.BYTES, ORDER);
        s13.intoMemorySegment(ALL, sums + 9 * Simd.BYTES, ORDER);
        s14.intoMemorySegment(ALL, sums + 10 * Simd.BYTES, ORDER);
        s15.intoMemorySegment(ALL, sums + 11 * Simd.BYTES, ORDER);
    }

    private static void rows1(long bytes, long p, long q, long rsQ, long sums) {
        FloatVector zero = zero(F32);
        FloatVector s0 = zero, s1 = zero, s2 = zero, s3 = zero, s4 = zero, s5 = zero;
        long q1 = q + rsQ, q2 = q + 2 * rsQ, q3 = q + 3 * rsQ, q4 = q + 4 * rsQ, q5 = q + 5 * rsQ;
        for (long k = 0; k < bytes; k += Simd.BYTES) {
            FloatVector x = fromMemorySegment(F32, ALL, p + k, ORDER);
            s0 = x.fma(fromMemorySegment(F32, ALL, q + k, ORDER), s0);
            s1 = x.fma(fromMemorySegment(F32, ALL, q1 + k, ORDER), s1);
            s2 = x.fma(fromMemorySegment(F32, ALL, q2 + k, ORDER), s2);
            s3 = x.fma(fromMemorySegment(F32, ALL, q3 + k, ORDER), s3);
            s4 = x.fma(fromMemorySegment(F32, ALL, q4 + k, ORDER), s4);
            s5 = x.fma(fromMemorySegment(F32, ALL, q5 + k, ORDER), s5);
        }
        s0.intoMemorySegment(ALL, sums, ORDER);
        s1.intoMemorySegment(ALL, sums + Simd.BYTES, ORDER);
        s2.intoMemorySegment(ALL, sums + 2 * Simd.BYTES, ORDER);
        s3.intoMemorySegment(ALL, sums + 3 * Simd.BYTES, ORDER);
        s4.intoMemorySegment(ALL, sums + 4 * Simd.BYTES, ORDER);
        s5.intoMemorySegment(ALL, sums + 5 * Simd.BYTES, ORDER);
    }
}
