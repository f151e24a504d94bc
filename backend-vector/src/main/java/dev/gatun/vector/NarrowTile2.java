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

/** {@link NarrowTile4} two vectors wide: what fits the 16 registers of AVX2 and SSE. */
final class NarrowTile2 {
    private NarrowTile2() {
    }

    /** Runs {@code channels} output channels. @see NarrowTile4#run */
    static void run(int channels, long x0, long x1, long taps, int K, long w, long y0, long y1, long plane) {
        switch (channels) {
            case 6 -> channels6(x0, x1, taps, K, w, y0, y1, plane);
            case 4 -> channels4(x0, x1, taps, K, w, y0, y1, plane);
            case 2 -> channels2(x0, x1, taps, K, w, y0, y1, plane);
            case 1 -> channels1(x0, x1, taps, K, w, y0, y1);
            default -> throw new AssertionError(channels);
        }
    }

    /** Six channels: 12 accumulators, 2 vectors of x and a broadcast: 15 of 16 registers. */
    private static void channels6(long x0, long x1, long taps, int K, long w, long y0, long y1, long plane) {
        FloatVector zero = zero(F32);
        FloatVector c00 = zero, c01 = zero;
        FloatVector c10 = zero, c11 = zero;
        FloatVector c20 = zero, c21 = zero;
        FloatVector c30 = zero, c31 = zero;
        FloatVector c40 = zero, c41 = zero;
        FloatVector c50 = zero, c51 = zero;
        long at0 = x0 & ADDRESS;
        long at1 = x1 & ADDRESS;
        long offsets = taps & ADDRESS;
        long weights = w & ADDRESS;
        int end = K & TERMS;
        for (int k = 0; k < end; k++) {
            int tap = ALL.get(JAVA_INT_UNALIGNED, offsets + 4L * k) & Integer.MAX_VALUE;
            FloatVector b0 = fromMemorySegment(F32, ALL, at0 + tap, ORDER);
            FloatVector b1 = fromMemorySegment(F32, ALL, at1 + tap, ORDER);
            FloatVector a = broadcast(F32, ALL.get(JAVA_FLOAT_UNALIGNED, weights + 24L * k));
            c00 = a.fma(b0, c00);
            c01 = a.fma(b1, c01);
            a = broadcast(F32, ALL.get(JAVA_FLOAT_UNALIGNED, weights + 24L * k + 4));
            c10 = a.fma(b0, c10);
            c11 = a.fma(b1, c11);
            a = broadcast(F32, ALL.get(JAVA_FLOAT_UNALIGNED, weights + 24L * k + 8));
            c20 = a.fma(b0, c20);
            c21 = a.fma(b1, c21);
            a = broadcast(F32, ALL.get(JAVA_FLOAT_UNALIGNED, weights + 24L * k + 12));
            c30 = a.fma(b0, c30);
            c31 = a.fma(b1, c31);
            a = broadcast(F32, ALL.get(JAVA_FLOAT_UNALIGNED, weights + 24L * k + 16));
            c40 = a.fma(b0, c40);
            c41 = a.fma(b1, c41);
            a = broadcast(F32, ALL.get(JAVA_FLOAT_UNALIGNED, weights + 24L * k + 20));
            c50 = a.fma(b0, c50);
            c51 = a.fma(b1, c51);
        }
        c00.intoMemorySegment(ALL, y0, ORDER);
        c01.intoMemorySegment(ALL, y1, ORDER);
        c10.intoMemorySegment(ALL, y0 + plane, ORDER);
        c11.intoMemorySegment(ALL, y1 + plane, ORDER);
        c20.intoMemorySegment(ALL, y0 + 2 * plane, ORDER);
        c21.intoMemorySegment(ALL, y1 + 2 * plane, ORDER);
        c30.intoMemorySegment(ALL, y0 + 3 * plane, ORDER);
        c31.intoMemorySegment(ALL, y1 + 3 * plane, ORDER);
        c40.intoMemorySegment(ALL, y0 + 4 * plane, ORDER);
        c41.intoMemorySegment(ALL, y1 + 4 * plane, ORDER);
        c50.intoMemorySegment(ALL, y0 + 5 * plane, ORDER);
        c51.intoMemorySegment(ALL, y1 + 5 * plane, ORDER);
    }

    /** Four channels. */
    private static void channels4(long x0, long x1, long taps, int K, long w, long y0, long y1, long plane) {
        FloatVector zero = zero(F32);
        FloatVector c00 = zero, c01 = zero;
        FloatVector c10 = zero, c11 = zero;
        FloatVector c20 = zero, c21 = zero;
        FloatVector c30 = zero, c31 = zero;
        long at0 = x0 & ADDRESS;
        long at1 = x1 & ADDRESS;
        long offsets = taps & ADDRESS;
        long weights = w & ADDRESS;
        int end = K & TERMS;
        for (int k = 0; k < end; k++) {
            int tap = ALL.get(JAVA_INT_UNALIGNED, offsets + 4L * k) & Integer.MAX_VALUE;
            FloatVector b0 = fromMemorySegment(F32, ALL, at0 + tap, ORDER);
            FloatVector b1 = fromMemorySegment(F32, ALL, at1 + tap, ORDER);
            FloatVector a = broadcast(F32, ALL.get(JAVA_FLOAT_UNALIGNED, weights + 16L * k));
            c00 = a.fma(b0, c00);
            c01 = a.fma(b1, c01);
            a = broadcast(F32, ALL.get(JAVA_FLOAT_UNALIGNED, weights + 16L * k + 4));
            c10 = a.fma(b0, c10);
            c11 = a.fma(b1, c11);
            a = broadcast(F32, ALL.get(JAVA_FLOAT_UNALIGNED, weights + 16L * k + 8));
            c20 = a.fma(b0, c20);
            c21 = a.fma(b1, c21);
            a = broadcast(F32, ALL.get(JAVA_FLOAT_UNALIGNED, weights + 16L * k + 12));
            c30 = a.fma(b0, c30);
            c31 = a.fma(b1, c31);
        }
        c00.intoMemorySegment(ALL, y0, ORDER);
        c01.intoMemorySegment(ALL, y1, ORDER);
        c10.intoMemorySegment(ALL, y0 + plane, ORDER);
        c11.intoMemorySegment(ALL, y1 + plane, ORDER);
        c20.intoMemorySegment(ALL, y0 + 2 * plane, ORDER);
        c21.intoMemorySegment(ALL, y1 + 2 * plane, ORDER);
        c30.intoMemorySegment(ALL, y0 + 3 * plane, ORDER);
        c31.intoMemorySegment(ALL, y1 + 3 * plane, ORDER);
    }

    /** Two channels. */
    private static void channels2(long x0, long x1, long taps, int K, long w, long y0, long y1, long plane) {
        FloatVector zero = zero(F32);
        FloatVector c00 = zero, c01 = zero;
        FloatVector c10 = zero, c11 = zero;
        long at0 = x0 & ADDRESS;
        long at1 = x1 & ADDRESS;
        long offsets = taps & ADDRESS;
        long weights = w & ADDRESS;
        int end = K & TERMS;
        for (int k = 0; k < end; k++) {
            int tap = ALL.get(JAVA_INT_UNALIGNED, offsets + 4L * k) & Integer.MAX_VALUE;
            FloatVector b0 = fromMemorySegment(F32, ALL, at0 + tap, ORDER);
            FloatVector b1 = fromMemorySegment(F32, ALL, at1 + tap, ORDER);
            FloatVector a = broadcast(F32, ALL.get(JAVA_FLOAT_UNALIGNED, weights + 8L * k));
            c00 = a.fma(b0, c00);
            c01 = a.fma(b1, c01);
            a = broadcast(F32, ALL.get(JAVA_FLOAT_UNALIGNED, weights + 8L * k + 4));
            c10 = a.fma(b0, c10);
            c11 = a.fma(b1, c11);
        }
        c00.intoMemorySegment(ALL, y0, ORDER);
        c01.intoMemorySegment(ALL, y1, ORDER);
        c10.intoMemorySegment(ALL, y0 + plane, ORDER);
        c11.intoMemorySegment(ALL, y1 + plane, ORDER);
    }

    /** One channel. */
    private static void channels1(long x0, long x1, long taps, int K, long w, long y0, long y1) {
        FloatVector zero = zero(F32);
        FloatVector c00 = zero, c01 = zero;
        long at0 = x0 & ADDRESS;
        long at1 = x1 & ADDRESS;
        long offsets = taps & ADDRESS;
        long weights = w & ADDRESS;
        int end = K & TERMS;
        for (int k = 0; k < end; k++) {
            int tap = ALL.get(JAVA_INT_UNALIGNED, offsets + 4L * k) & Integer.MAX_VALUE;
            FloatVector b0 = fromMemorySegment(F32, ALL, at0 + tap, ORDER);
            FloatVector b1 = fromMemorySegment(F32, ALL, at1 + tap, ORDER);
            FloatVector a = broadcast(F32, ALL.get(JAVA_FLOAT_UNALIGNED, weights + 4L * k));
            c00 = a.fma(b0, c00);
            c01 = a.fma(b1, c01);
        }
        c00.intoMemorySegment(ALL, y0, ORDER);
        c01.intoMemorySegment(ALL, y1, ORDER);
    }
}
