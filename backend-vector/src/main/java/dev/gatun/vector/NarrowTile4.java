package dev.gatun.vector;

import static dev.gatun.vector.Native.ADDRESS;
import static dev.gatun.vector.Native.ALL;
import static dev.gatun.vector.Native.ORDER;
import static dev.gatun.vector.Native.TERMS;
import static dev.gatun.vector.Simd.F32;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static jdk.incubator.vector.FloatVector.broadcast;
import static jdk.incubator.vector.FloatVector.fromMemorySegment;
import static jdk.incubator.vector.FloatVector.zero;

import jdk.incubator.vector.FloatVector;

/**
 * The innermost loop of {@link NarrowConv}: 6, 4, 2 or 1 output channels by four vectors of neighbouring outputs q of a row.
 *
 * <pre>y[oc, q] = Σₖ w[k, oc] · x[taps[k] + q]</pre>
 *
 * <p>As {@link MicroKernel4} is written, for the same reasons, but what the terms read lies at distances of a table, so that it may overlap.
 */
final class NarrowTile4 {
    private NarrowTile4() {
    }

    /**
     * Runs {@code channels} output channels.
     *
     * @param x0 where the first vector's outputs read their input, likewise the others
     * @param taps address of {@code K} 32-bit offsets from there, one a term
     * @param w address of the weights, {@code channels} floats a term
     * @param y0 where the first vector goes, likewise the others; channels are {@code plane} bytes apart
     */
    static void run(int channels, long x0, long x1, long x2, long x3, long taps, int K, long w, long y0, long y1, long y2, long y3, long plane) {
        switch (channels) {
            case 6 -> channels6(x0, x1, x2, x3, taps, K, w, y0, y1, y2, y3, plane);
            case 4 -> channels4(x0, x1, x2, x3, taps, K, w, y0, y1, y2, y3, plane);
            case 2 -> channels2(x0, x1, x2, x3, taps, K, w, y0, y1, y2, y3, plane);
            case 1 -> channels1(x0, x1, x2, x3, taps, K, w, y0, y1, y2, y3);
            default -> throw new AssertionError(channels);
        }
    }

    /** Six channels: 24 accumulators, 4 vectors of x and a broadcast: 29 of 32 registers. */
    private static void channels6(long x0, long x1, long x2, long x3, long taps, int K, long w, long y0, long y1, long y2, long y3, long plane) {
        FloatVector zero = zero(F32);
        FloatVector c00 = zero, c01 = zero, c02 = zero, c03 = zero;
        FloatVector c10 = zero, c11 = zero, c12 = zero, c13 = zero;
        FloatVector c20 = zero, c21 = zero, c22 = zero, c23 = zero;
        FloatVector c30 = zero, c31 = zero, c32 = zero, c33 = zero;
        FloatVector c40 = zero, c41 = zero, c42 = zero, c43 = zero;
        FloatVector c50 = zero, c51 = zero, c52 = zero, c53 = zero;
        long at0 = x0 & ADDRESS;
        long at1 = x1 & ADDRESS;
        long at2 = x2 & ADDRESS;
        long at3 = x3 & ADDRESS;
        long offsets = taps & ADDRESS;
        long weights = w & ADDRESS;
        int end = K & TERMS;
        for (int k = 0; k < end; k++) {
            int tap = ALL.get(JAVA_INT_UNALIGNED, offsets + 4L * k) & Integer.MAX_VALUE;
            FloatVector b0 = fromMemorySegment(F32, ALL, at0 + tap, ORDER);
            FloatVector b1 = fromMemorySegment(F32, ALL, at1 + tap, ORDER);
            FloatVector b2 = fromMemorySegment(F32, ALL, at2 + tap, ORDER);
            FloatVector b3 = fromMemorySegment(F32, ALL, at3 + tap, ORDER);
            FloatVector a = broadcast(F32, ALL.get(JAVA_FLOAT_UNALIGNED, weights + 24L * k));
            c00 = a.fma(b0, c00);
            c01 = a.fma(b1, c01);
            c02 = a.fma(b2, c02);
            c03 = a.fma(b3, c03);
            a = broadcast(F32, ALL.get(JAVA_FLOAT_UNALIGNED, weights + 24L * k + 4));
            c10 = a.fma(b0, c10);
            c11 = a.fma(b1, c11);
            c12 = a.fma(b2, c12);
            c13 = a.fma(b3, c13);
            a = broadcast(F32, ALL.get(JAVA_FLOAT_UNALIGNED, weights + 24L * k + 8));
            c20 = a.fma(b0, c20);
            c21 = a.fma(b1, c21);
            c22 = a.fma(b2, c22);
            c23 = a.fma(b3, c23);
            a = broadcast(F32, ALL.get(JAVA_FLOAT_UNALIGNED, weights + 24L * k + 12));
            c30 = a.fma(b0, c30);
            c31 = a.fma(b1, c31);
            c32 = a.fma(b2, c32);
            c33 = a.fma(b3, c33);
            a = broadcast(F32, ALL.get(JAVA_FLOAT_UNALIGNED, weights + 24L * k + 16));
            c40 = a.fma(b0, c40);
            c41 = a.fma(b1, c41);
            c42 = a.fma(b2, c42);
            c43 = a.fma(b3, c43);
            a = broadcast(F32, ALL.get(JAVA_FLOAT_UNALIGNED, weights + 24L * k + 20));
            c50 = a.fma(b0, c50);
            c51 = a.fma(b1, c51);
            c52 = a.fma(b2, c52);
            c53 = a.fma(b3, c53);
        }
        c00.intoMemorySegment(ALL, y0, ORDER);
        c01.intoMemorySegment(ALL, y1, ORDER);
        c02.intoMemorySegment(ALL, y2, ORDER);
        c03.intoMemorySegment(ALL, y3, ORDER);
        c10.intoMemorySegment(ALL, y0 + plane, ORDER);
        c11.intoMemorySegment(ALL, y1 + plane, ORDER);
        c12.intoMemorySegment(ALL, y2 + plane, ORDER);
        c13.intoMemorySegment(ALL, y3 + plane, ORDER);
        c20.intoMemorySegment(ALL, y0 + 2 * plane, ORDER);
        c21.intoMemorySegment(ALL, y1 + 2 * plane, ORDER);
        c22.intoMemorySegment(ALL, y2 + 2 * plane, ORDER);
        c23.intoMemorySegment(ALL, y3 + 2 * plane, ORDER);
        c30.intoMemorySegment(ALL, y0 + 3 * plane, ORDER);
        c31.intoMemorySegment(ALL, y1 + 3 * plane, ORDER);
        c32.intoMemorySegment(ALL, y2 + 3 * plane, ORDER);
        c33.intoMemorySegment(ALL, y3 + 3 * plane, ORDER);
        c40.intoMemorySegment(ALL, y0 + 4 * plane, ORDER);
        c41.intoMemorySegment(ALL, y1 + 4 * plane, ORDER);
        c42.intoMemorySegment(ALL, y2 + 4 * plane, ORDER);
        c43.intoMemorySegment(ALL, y3 + 4 * plane, ORDER);
        c50.intoMemorySegment(ALL, y0 + 5 * plane, ORDER);
        c51.intoMemorySegment(ALL, y1 + 5 * plane, ORDER);
        c52.intoMemorySegment(ALL, y2 + 5 * plane, ORDER);
        c53.intoMemorySegment(ALL, y3 + 5 * plane, ORDER);
    }

    /** Four channels. */
    private static void channels4(long x0, long x1, long x2, long x3, long taps, int K, long w, long y0, long y1, long y2, long y3, long plane) {
        FloatVector zero = zero(F32);
        FloatVector c00 = zero, c01 = zero, c02 = zero, c03 = zero;
        FloatVector c10 = zero, c11 = zero, c12 = zero, c13 = zero;
        FloatVector c20 = zero, c21 = zero, c22 = zero, c23 = zero;
        FloatVector c30 = zero, c31 = zero, c32 = zero, c33 = zero;
        long at0 = x0 & ADDRESS;
        long at1 = x1 & ADDRESS;
        long at2 = x2 & ADDRESS;
        long at3 = x3 & ADDRESS;
        long offsets = taps & ADDRESS;
        long weights = w & ADDRESS;
        int end = K & TERMS;
        for (int k = 0; k < end; k++) {
            int tap = ALL.get(JAVA_INT_UNALIGNED, offsets + 4L * k) & Integer.MAX_VALUE;
            FloatVector b0 = fromMemorySegment(F32, ALL, at0 + tap, ORDER);
            FloatVector b1 = fromMemorySegment(F32, ALL, at1 + tap, ORDER);
            FloatVector b2 = fromMemorySegment(F32, ALL, at2 + tap, ORDER);
            FloatVector b3 = fromMemorySegment(F32, ALL, at3 + tap, ORDER);
            FloatVector a = broadcast(F32, ALL.get(JAVA_FLOAT_UNALIGNED, weights + 16L * k));
            c00 = a.fma(b0, c00);
            c01 = a.fma(b1, c01);
            c02 = a.fma(b2, c02);
            c03 = a.fma(b3, c03);
            a = broadcast(F32, ALL.get(JAVA_FLOAT_UNALIGNED, weights + 16L * k + 4));
            c10 = a.fma(b0, c10);
            c11 = a.fma(b1, c11);
            c12 = a.fma(b2, c12);
            c13 = a.fma(b3, c13);
            a = broadcast(F32, ALL.get(JAVA_FLOAT_UNALIGNED, weights + 16L * k + 8));
            c20 = a.fma(b0, c20);
            c21 = a.fma(b1, c21);
            c22 = a.fma(b2, c22);
            c23 = a.fma(b3, c23);
            a = broadcast(F32, ALL.get(JAVA_FLOAT_UNALIGNED, weights + 16L * k + 12));
            c30 = a.fma(b0, c30);
            c31 = a.fma(b1, c31);
            c32 = a.fma(b2, c32);
            c33 = a.fma(b3, c33);
        }
        c00.intoMemorySegment(ALL, y0, ORDER);
        c01.intoMemorySegment(ALL, y1, ORDER);
        c02.intoMemorySegment(ALL, y2, ORDER);
        c03.intoMemorySegment(ALL, y3, ORDER);
        c10.intoMemorySegment(ALL, y0 + plane, ORDER);
        c11.intoMemorySegment(ALL, y1 + plane, ORDER);
        c12.intoMemorySegment(ALL, y2 + plane, ORDER);
        c13.intoMemorySegment(ALL, y3 + plane, ORDER);
        c20.intoMemorySegment(ALL, y0 + 2 * plane, ORDER);
        c21.intoMemorySegment(ALL, y1 + 2 * plane, ORDER);
        c22.intoMemorySegment(ALL, y2 + 2 * plane, ORDER);
        c23.intoMemorySegment(ALL, y3 + 2 * plane, ORDER);
        c30.intoMemorySegment(ALL, y0 + 3 * plane, ORDER);
        c31.intoMemorySegment(ALL, y1 + 3 * plane, ORDER);
        c32.intoMemorySegment(ALL, y2 + 3 * plane, ORDER);
        c33.intoMemorySegment(ALL, y3 + 3 * plane, ORDER);
    }

    /** Two channels. */
    private static void channels2(long x0, long x1, long x2, long x3, long taps, int K, long w, long y0, long y1, long y2, long y3, long plane) {
        FloatVector zero = zero(F32);
        FloatVector c00 = zero, c01 = zero, c02 = zero, c03 = zero;
        FloatVector c10 = zero, c11 = zero, c12 = zero, c13 = zero;
        long at0 = x0 & ADDRESS;
        long at1 = x1 & ADDRESS;
        long at2 = x2 & ADDRESS;
        long at3 = x3 & ADDRESS;
        long offsets = taps & ADDRESS;
        long weights = w & ADDRESS;
        int end = K & TERMS;
        for (int k = 0; k < end; k++) {
            int tap = ALL.get(JAVA_INT_UNALIGNED, offsets + 4L * k) & Integer.MAX_VALUE;
            FloatVector b0 = fromMemorySegment(F32, ALL, at0 + tap, ORDER);
            FloatVector b1 = fromMemorySegment(F32, ALL, at1 + tap, ORDER);
            FloatVector b2 = fromMemorySegment(F32, ALL, at2 + tap, ORDER);
            FloatVector b3 = fromMemorySegment(F32, ALL, at3 + tap, ORDER);
            FloatVector a = broadcast(F32, ALL.get(JAVA_FLOAT_UNALIGNED, weights + 8L * k));
            c00 = a.fma(b0, c00);
            c01 = a.fma(b1, c01);
            c02 = a.fma(b2, c02);
            c03 = a.fma(b3, c03);
            a = broadcast(F32, ALL.get(JAVA_FLOAT_UNALIGNED, weights + 8L * k + 4));
            c10 = a.fma(b0, c10);
            c11 = a.fma(b1, c11);
            c12 = a.fma(b2, c12);
            c13 = a.fma(b3, c13);
        }
        c00.intoMemorySegment(ALL, y0, ORDER);
        c01.intoMemorySegment(ALL, y1, ORDER);
        c02.intoMemorySegment(ALL, y2, ORDER);
        c03.intoMemorySegment(ALL, y3, ORDER);
        c10.intoMemorySegment(ALL, y0 + plane, ORDER);
        c11.intoMemorySegment(ALL, y1 + plane, ORDER);
        c12.intoMemorySegment(ALL, y2 + plane, ORDER);
        c13.intoMemorySegment(ALL, y3 + plane, ORDER);
    }

    /** One channel. */
    private static void channels1(long x0, long x1, long x2, long x3, long taps, int K, long w, long y0, long y1, long y2, long y3) {
        FloatVector zero = zero(F32);
        FloatVector c00 = zero, c01 = zero, c02 = zero, c03 = zero;
        long at0 = x0 & ADDRESS;
        long at1 = x1 & ADDRESS;
        long at2 = x2 & ADDRESS;
        long at3 = x3 & ADDRESS;
        long offsets = taps & ADDRESS;
        long weights = w & ADDRESS;
        int end = K & TERMS;
        for (int k = 0; k < end; k++) {
            int tap = ALL.get(JAVA_INT_UNALIGNED, offsets + 4L * k) & Integer.MAX_VALUE;
            FloatVector b0 = fromMemorySegment(F32, ALL, at0 + tap, ORDER);
            FloatVector b1 = fromMemorySegment(F32, ALL, at1 + tap, ORDER);
            FloatVector b2 = fromMemorySegment(F32, ALL, at2 + tap, ORDER);
            FloatVector b3 = fromMemorySegment(F32, ALL, at3 + tap, ORDER);
            FloatVector a = broadcast(F32, ALL.get(JAVA_FLOAT_UNALIGNED, weights + 4L * k));
            c00 = a.fma(b0, c00);
            c01 = a.fma(b1, c01);
            c02 = a.fma(b2, c02);
            c03 = a.fma(b3, c03);
        }
        c00.intoMemorySegment(ALL, y0, ORDER);
        c01.intoMemorySegment(ALL, y1, ORDER);
        c02.intoMemorySegment(ALL, y2, ORDER);
        c03.intoMemorySegment(ALL, y3, ORDER);
    }
}
