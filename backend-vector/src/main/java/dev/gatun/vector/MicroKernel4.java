package dev.gatun.vector;

import static dev.gatun.vector.Native.ADDRESS;
import static dev.gatun.vector.Native.ALL;
import static dev.gatun.vector.Native.ORDER;
import static dev.gatun.vector.Native.STEP;
import static dev.gatun.vector.Simd.F32;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static jdk.incubator.vector.FloatVector.broadcast;
import static jdk.incubator.vector.FloatVector.fromMemorySegment;
import static jdk.incubator.vector.FloatVector.zero;

import jdk.incubator.vector.FloatVector;

/**
 * The innermost loop of every matrix product, four vectors wide: c[i, :] = Σₖ a[i, k] · b[k, :] for 6, 4, 2 or 1 rows i.
 *
 * <p>All strides are bytes, so that one kernel reads A as it lies, transposed or packed: a[i, k] is the float at {@code a + i·rsA + k·ksA},
 * c[i, :] the four vectors at {@code c + i·rsC}. B is a packed panel: b[k, :] are the four vectors behind b[k - 1, :].
 *
 * <p>The shape of this code is measured. One flat loop over k, whose addresses are numbers that C2 knows to lie inside of memory
 * ({@link Native#ADDRESS}): bounds checks, and the registers that they take, were a third of its instructions, which a processor with two multiply-adds a
 * cycle has no time for. Every vector in a local variable; the API called without helpers (C2 stops inlining methods of ours after 8000 bytecodes a kernel,
 * then boxes every vector: 12 times slower). The stride of B is a constant: with one more variable, C2 keeps one in a vector register, and fetching it
 * takes a cycle of the 24 that a k lasts. Nothing is added to what c held: twenty-four more loads make C1 fail ("out of virtual registers"), and a kernel
 * that C1 cannot profile may never reach C2.
 */
final class MicroKernel4 {
    private static final long V1 = Simd.BYTES;
    private static final long V2 = 2 * Simd.BYTES;
    private static final long V3 = 3 * Simd.BYTES;
    /** Bytes of a row of B. */
    static final long WIDTH = 4 * Simd.BYTES;

    private MicroKernel4() {
    }

    /** Runs the first 6, 4, 2 or 1 of {@code rows} rows and returns how many that were. */
    static int run(int rows, int kc, long a, long rsA, long ksA, long b, long c, long rsC) {
        if (rows >= 6) {
            rows6(kc, a, rsA, ksA, b, c, rsC);
            return 6;
        }
        if (rows >= 4) {
            rows4(kc, a, rsA, ksA, b, c, rsC);
            return 4;
        }
        if (rows >= 2) {
            rows2(kc, a, rsA, ksA, b, c, rsC);
            return 2;
        }
        rows1(kc, a, ksA, b, c);
        return 1;
    }

    /** Six rows of four vectors: 24 accumulators, 4 vectors of B and a broadcast: 29 of 32 registers. */
    private static void rows6(int kc, long a, long rsA, long ksA, long b, long c, long rsC) {
        FloatVector zero = zero(F32);
        FloatVector c00 = zero, c01 = zero, c02 = zero, c03 = zero;
        FloatVector c10 = zero, c11 = zero, c12 = zero, c13 = zero;
        FloatVector c20 = zero, c21 = zero, c22 = zero, c23 = zero;
        FloatVector c30 = zero, c31 = zero, c32 = zero, c33 = zero;
        FloatVector c40 = zero, c41 = zero, c42 = zero, c43 = zero;
        FloatVector c50 = zero, c51 = zero, c52 = zero, c53 = zero;
        long a0 = a & ADDRESS, a1 = a + rsA & ADDRESS, a2 = a + 2 * rsA & ADDRESS, a3 = a + 3 * rsA & ADDRESS;
        long a4 = a + 4 * rsA & ADDRESS, a5 = a + 5 * rsA & ADDRESS;
        long stepA = ksA & STEP;
        long panel = b & ADDRESS;
        for (int k = 0; k < kc; k++) {
            long ka = Integer.toUnsignedLong(k) * stepA;
            long kb = panel + Integer.toUnsignedLong(k) * WIDTH;
            FloatVector b0 = fromMemorySegment(F32, ALL, kb, ORDER);
            FloatVector b1 = fromMemorySegment(F32, ALL, kb + V1, ORDER);
            FloatVector b2 = fromMemorySegment(F32, ALL, kb + V2, ORDER);
            FloatVector b3 = fromMemorySegment(F32, ALL, kb + V3, ORDER);
            FloatVector x = broadcast(F32, ALL.get(JAVA_FLOAT_UNALIGNED, a0 + ka));
            c00 = x.fma(b0, c00);
            c01 = x.fma(b1, c01);
            c02 = x.fma(b2, c02);
            c03 = x.fma(b3, c03);
            x = broadcast(F32, ALL.get(JAVA_FLOAT_UNALIGNED, a1 + ka));
            c10 = x.fma(b0, c10);
            c11 = x.fma(b1, c11);
            c12 = x.fma(b2, c12);
            c13 = x.fma(b3, c13);
            x = broadcast(F32, ALL.get(JAVA_FLOAT_UNALIGNED, a2 + ka));
            c20 = x.fma(b0, c20);
            c21 = x.fma(b1, c21);
            c22 = x.fma(b2, c22);
            c23 = x.fma(b3, c23);
            x = broadcast(F32, ALL.get(JAVA_FLOAT_UNALIGNED, a3 + ka));
            c30 = x.fma(b0, c30);
            c31 = x.fma(b1, c31);
            c32 = x.fma(b2, c32);
            c33 = x.fma(b3, c33);
            x = broadcast(F32, ALL.get(JAVA_FLOAT_UNALIGNED, a4 + ka));
            c40 = x.fma(b0, c40);
            c41 = x.fma(b1, c41);
            c42 = x.fma(b2, c42);
            c43 = x.fma(b3, c43);
            x = broadcast(F32, ALL.get(JAVA_FLOAT_UNALIGNED, a5 + ka));
            c50 = x.fma(b0, c50);
            c51 = x.fma(b1, c51);
            c52 = x.fma(b2, c52);
            c53 = x.fma(b3, c53);
        }
        c00.intoMemorySegment(ALL, c, ORDER);
        c01.intoMemorySegment(ALL, c + V1, ORDER);
        c02.intoMemorySegment(ALL, c + V2, ORDER);
        c03.intoMemorySegment(ALL, c + V3, ORDER);
        c10.intoMemorySegment(ALL, c += rsC, ORDER);
        c11.intoMemorySegment(ALL, c + V1, ORDER);
        c12.intoMemorySegment(ALL, c + V2, ORDER);
        c13.intoMemorySegment(ALL, c + V3, ORDER);
        c20.intoMemorySegment(ALL, c += rsC, ORDER);
        c21.intoMemorySegment(ALL, c + V1, ORDER);
        c22.intoMemorySegment(ALL, c + V2, ORDER);
        c23.intoMemorySegment(ALL, c + V3, ORDER);
        c30.intoMemorySegment(ALL, c += rsC, ORDER);
        c31.intoMemorySegment(ALL, c + V1, ORDER);
        c32.intoMemorySegment(ALL, c + V2, ORDER);
        c33.intoMemorySegment(ALL, c + V3, ORDER);
        c40.intoMemorySegment(ALL, c += rsC, ORDER);
        c41.intoMemorySegment(ALL, c + V1, ORDER);
        c42.intoMemorySegment(ALL, c + V2, ORDER);
        c43.intoMemorySegment(ALL, c + V3, ORDER);
        c50.intoMemorySegment(ALL, c += rsC, ORDER);
        c51.intoMemorySegment(ALL, c + V1, ORDER);
        c52.intoMemorySegment(ALL, c + V2, ORDER);
        c53.intoMemorySegment(ALL, c + V3, ORDER);
    }

    /** Four rows of four vectors. */
    private static void rows4(int kc, long a, long rsA, long ksA, long b, long c, long rsC) {
        FloatVector zero = zero(F32);
        FloatVector c00 = zero, c01 = zero, c02 = zero, c03 = zero;
        FloatVector c10 = zero, c11 = zero, c12 = zero, c13 = zero;
        FloatVector c20 = zero, c21 = zero, c22 = zero, c23 = zero;
        FloatVector c30 = zero, c31 = zero, c32 = zero, c33 = zero;
        long a0 = a & ADDRESS, a1 = a + rsA & ADDRESS, a2 = a + 2 * rsA & ADDRESS, a3 = a + 3 * rsA & ADDRESS;
        long stepA = ksA & STEP;
        long panel = b & ADDRESS;
        for (int k = 0; k < kc; k++) {
            long ka = Integer.toUnsignedLong(k) * stepA;
            long kb = panel + Integer.toUnsignedLong(k) * WIDTH;
            FloatVector b0 = fromMemorySegment(F32, ALL, kb, ORDER);
            FloatVector b1 = fromMemorySegment(F32, ALL, kb + V1, ORDER);
            FloatVector b2 = fromMemorySegment(F32, ALL, kb + V2, ORDER);
            FloatVector b3 = fromMemorySegment(F32, ALL, kb + V3, ORDER);
            FloatVector x = broadcast(F32, ALL.get(JAVA_FLOAT_UNALIGNED, a0 + ka));
            c00 = x.fma(b0, c00);
            c01 = x.fma(b1, c01);
            c02 = x.fma(b2, c02);
            c03 = x.fma(b3, c03);
            x = broadcast(F32, ALL.get(JAVA_FLOAT_UNALIGNED, a1 + ka));
            c10 = x.fma(b0, c10);
            c11 = x.fma(b1, c11);
            c12 = x.fma(b2, c12);
            c13 = x.fma(b3, c13);
            x = broadcast(F32, ALL.get(JAVA_FLOAT_UNALIGNED, a2 + ka));
            c20 = x.fma(b0, c20);
            c21 = x.fma(b1, c21);
            c22 = x.fma(b2, c22);
            c23 = x.fma(b3, c23);
            x = broadcast(F32, ALL.get(JAVA_FLOAT_UNALIGNED, a3 + ka));
            c30 = x.fma(b0, c30);
            c31 = x.fma(b1, c31);
            c32 = x.fma(b2, c32);
            c33 = x.fma(b3, c33);
        }
        c00.intoMemorySegment(ALL, c, ORDER);
        c01.intoMemorySegment(ALL, c + V1, ORDER);
        c02.intoMemorySegment(ALL, c + V2, ORDER);
        c03.intoMemorySegment(ALL, c + V3, ORDER);
        c10.intoMemorySegment(ALL, c += rsC, ORDER);
        c11.intoMemorySegment(ALL, c + V1, ORDER);
        c12.intoMemorySegment(ALL, c + V2, ORDER);
        c13.intoMemorySegment(ALL, c + V3, ORDER);
        c20.intoMemorySegment(ALL, c += rsC, ORDER);
        c21.intoMemorySegment(ALL, c + V1, ORDER);
        c22.intoMemorySegment(ALL, c + V2, ORDER);
        c23.intoMemorySegment(ALL, c + V3, ORDER);
        c30.intoMemorySegment(ALL, c += rsC, ORDER);
        c31.intoMemorySegment(ALL, c + V1, ORDER);
        c32.intoMemorySegment(ALL, c + V2, ORDER);
        c33.intoMemorySegment(ALL, c + V3, ORDER);
    }

    /** Two rows of four vectors. */
    private static void rows2(int kc, long a, long rsA, long ksA, long b, long c, long rsC) {
        FloatVector zero = zero(F32);
        FloatVector c00 = zero, c01 = zero, c02 = zero, c03 = zero;
        FloatVector c10 = zero, c11 = zero, c12 = zero, c13 = zero;
        long a0 = a & ADDRESS, a1 = a + rsA & ADDRESS;
        long stepA = ksA & STEP;
        long panel = b & ADDRESS;
        for (int k = 0; k < kc; k++) {
            long ka = Integer.toUnsignedLong(k) * stepA;
            long kb = panel + Integer.toUnsignedLong(k) * WIDTH;
            FloatVector b0 = fromMemorySegment(F32, ALL, kb, ORDER);
            FloatVector b1 = fromMemorySegment(F32, ALL, kb + V1, ORDER);
            FloatVector b2 = fromMemorySegment(F32, ALL, kb + V2, ORDER);
            FloatVector b3 = fromMemorySegment(F32, ALL, kb + V3, ORDER);
            FloatVector x = broadcast(F32, ALL.get(JAVA_FLOAT_UNALIGNED, a0 + ka));
            c00 = x.fma(b0, c00);
            c01 = x.fma(b1, c01);
            c02 = x.fma(b2, c02);
            c03 = x.fma(b3, c03);
            x = broadcast(F32, ALL.get(JAVA_FLOAT_UNALIGNED, a1 + ka));
            c10 = x.fma(b0, c10);
            c11 = x.fma(b1, c11);
            c12 = x.fma(b2, c12);
            c13 = x.fma(b3, c13);
        }
        c00.intoMemorySegment(ALL, c, ORDER);
        c01.intoMemorySegment(ALL, c + V1, ORDER);
        c02.intoMemorySegment(ALL, c + V2, ORDER);
        c03.intoMemorySegment(ALL, c + V3, ORDER);
        c10.intoMemorySegment(ALL, c += rsC, ORDER);
        c11.intoMemorySegment(ALL, c + V1, ORDER);
        c12.intoMemorySegment(ALL, c + V2, ORDER);
        c13.intoMemorySegment(ALL, c + V3, ORDER);
    }

    /** One row of four vectors. */
    private static void rows1(int kc, long a, long ksA, long b, long c) {
        FloatVector zero = zero(F32);
        FloatVector c00 = zero, c01 = zero, c02 = zero, c03 = zero;
        long a0 = a & ADDRESS;
        long stepA = ksA & STEP;
        long panel = b & ADDRESS;
        for (int k = 0; k < kc; k++) {
            long ka = Integer.toUnsignedLong(k) * stepA;
            long kb = panel + Integer.toUnsignedLong(k) * WIDTH;
            FloatVector b0 = fromMemorySegment(F32, ALL, kb, ORDER);
            FloatVector b1 = fromMemorySegment(F32, ALL, kb + V1, ORDER);
            FloatVector b2 = fromMemorySegment(F32, ALL, kb + V2, ORDER);
            FloatVector b3 = fromMemorySegment(F32, ALL, kb + V3, ORDER);
            FloatVector x = broadcast(F32, ALL.get(JAVA_FLOAT_UNALIGNED, a0 + ka));
            c00 = x.fma(b0, c00);
            c01 = x.fma(b1, c01);
            c02 = x.fma(b2, c02);
            c03 = x.fma(b3, c03);
        }
        c00.intoMemorySegment(ALL, c, ORDER);
        c01.intoMemorySegment(ALL, c + V1, ORDER);
        c02.intoMemorySegment(ALL, c + V2, ORDER);
        c03.intoMemorySegment(ALL, c + V3, ORDER);
    }
}
