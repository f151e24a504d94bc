package dev.gatun.vector.blocked;

import static dev.gatun.vector.Native.ALL;
import static dev.gatun.vector.Native.ORDER;
import static dev.gatun.vector.Simd.F32;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;
import static jdk.incubator.vector.FloatVector.broadcast;
import static jdk.incubator.vector.FloatVector.fromMemorySegment;

import dev.gatun.vector.Simd;
import jdk.incubator.vector.FloatVector;

/** {@link Tile4}, one vector wide: for the last channels of others. */
final class Tile1 {
    private static final long P1 = Simd.BYTES;
    private static final long P2 = 2 * Simd.BYTES;
    private static final long P3 = 3 * Simd.BYTES;
    private static final long P4 = 4 * Simd.BYTES;
    private static final long P5 = 5 * Simd.BYTES;

    private Tile1() {
    }

    /** Runs {@code rows} pixels: 6, 5 or 4 of them in one go, fewer one by one. */
    static void run(int rows, long src, long pixels, long taps, int K, long w, long dst, long plane, long init) {
        switch (rows) {
            case 6 -> rows6(src, pixels, taps, K, w, dst, plane, init);
            case 5 -> rows5(src, pixels, taps, K, w, dst, plane, init);
            case 4 -> rows4(src, pixels, taps, K, w, dst, plane, init);
            default -> {
                for (int q = 0; q < rows; q++) {
                    row(src, pixels + 8L * q, taps, K, w, dst + q * Simd.BYTES, plane, init);
                }
            }
        }
    }

    /** Six pixels: 6 accumulators: enough to cover the latency of one multiply-add unit. */
    private static void rows6(long src, long pixels, long taps, int K, long w, long dst, long plane, long init) {
        FloatVector i0 = fromMemorySegment(F32, ALL, init, ORDER);
        FloatVector c00 = i0;
        FloatVector c10 = i0;
        FloatVector c20 = i0;
        FloatVector c30 = i0;
        FloatVector c40 = i0;
        FloatVector c50 = i0;
        long x0 = src + ALL.get(JAVA_LONG_UNALIGNED, pixels);
        long x1 = src + ALL.get(JAVA_LONG_UNALIGNED, pixels + 8);
        long x2 = src + ALL.get(JAVA_LONG_UNALIGNED, pixels + 16);
        long x3 = src + ALL.get(JAVA_LONG_UNALIGNED, pixels + 24);
        long x4 = src + ALL.get(JAVA_LONG_UNALIGNED, pixels + 32);
        long x5 = src + ALL.get(JAVA_LONG_UNALIGNED, pixels + 40);
        for (int k = 0; k < K; k++) {
            long tap = ALL.get(JAVA_INT_UNALIGNED, taps + 4L * k);
            FloatVector w0 = fromMemorySegment(F32, ALL, w, ORDER);
            FloatVector x = broadcast(F32, ALL.get(JAVA_FLOAT_UNALIGNED, x0 + tap));
            c00 = x.fma(w0, c00);
            x = broadcast(F32, ALL.get(JAVA_FLOAT_UNALIGNED, x1 + tap));
            c10 = x.fma(w0, c10);
            x = broadcast(F32, ALL.get(JAVA_FLOAT_UNALIGNED, x2 + tap));
            c20 = x.fma(w0, c20);
            x = broadcast(F32, ALL.get(JAVA_FLOAT_UNALIGNED, x3 + tap));
            c30 = x.fma(w0, c30);
            x = broadcast(F32, ALL.get(JAVA_FLOAT_UNALIGNED, x4 + tap));
            c40 = x.fma(w0, c40);
            x = broadcast(F32, ALL.get(JAVA_FLOAT_UNALIGNED, x5 + tap));
            c50 = x.fma(w0, c50);
            w += Simd.BYTES;
        }
        c00.intoMemorySegment(ALL, dst, ORDER);
        c10.intoMemorySegment(ALL, dst + P1, ORDER);
        c20.intoMemorySegment(ALL, dst + P2, ORDER);
        c30.intoMemorySegment(ALL, dst + P3, ORDER);
        c40.intoMemorySegment(ALL, dst + P4, ORDER);
        c50.intoMemorySegment(ALL, dst + P5, ORDER);
    }

    /** Five pixels. */
    private static void rows5(long src, long pixels, long taps, int K, long w, long dst, long plane, long init) {
        FloatVector i0 = fromMemorySegment(F32, ALL, init, ORDER);
        FloatVector c00 = i0;
        FloatVector c10 = i0;
        FloatVector c20 = i0;
        FloatVector c30 = i0;
        FloatVector c40 = i0;
        long x0 = src + ALL.get(JAVA_LONG_UNALIGNED, pixels);
        long x1 = src + ALL.get(JAVA_LONG_UNALIGNED, pixels + 8);
        long x2 = src + ALL.get(JAVA_LONG_UNALIGNED, pixels + 16);
        long x3 = src + ALL.get(JAVA_LONG_UNALIGNED, pixels + 24);
        long x4 = src + ALL.get(JAVA_LONG_UNALIGNED, pixels + 32);
        for (int k = 0; k < K; k++) {
            long tap = ALL.get(JAVA_INT_UNALIGNED, taps + 4L * k);
            FloatVector w0 = fromMemorySegment(F32, ALL, w, ORDER);
            FloatVector x = broadcast(F32, ALL.get(JAVA_FLOAT_UNALIGNED, x0 + tap));
            c00 = x.fma(w0, c00);
            x = broadcast(F32, ALL.get(JAVA_FLOAT_UNALIGNED, x1 + tap));
            c10 = x.fma(w0, c10);
            x = broadcast(F32, ALL.get(JAVA_FLOAT_UNALIGNED, x2 + tap));
            c20 = x.fma(w0, c20);
            x = broadcast(F32, ALL.get(JAVA_FLOAT_UNALIGNED, x3 + tap));
            c30 = x.fma(w0, c30);
            x = broadcast(F32, ALL.get(JAVA_FLOAT_UNALIGNED, x4 + tap));
            c40 = x.fma(w0, c40);
            w += Simd.BYTES;
        }
        c00.intoMemorySegment(ALL, dst, ORDER);
        c10.intoMemorySegment(ALL, dst + P1, ORDER);
        c20.intoMemorySegment(ALL, dst + P2, ORDER);
        c30.intoMemorySegment(ALL, dst + P3, ORDER);
        c40.intoMemorySegment(ALL, dst + P4, ORDER);
    }

    /** Four pixels. */
    private static void rows4(long src, long pixels, long taps, int K, long w, long dst, long plane, long init) {
        FloatVector i0 = fromMemorySegment(F32, ALL, init, ORDER);
        FloatVector c00 = i0;
        FloatVector c10 = i0;
        FloatVector c20 = i0;
        FloatVector c30 = i0;
        long x0 = src + ALL.get(JAVA_LONG_UNALIGNED, pixels);
        long x1 = src + ALL.get(JAVA_LONG_UNALIGNED, pixels + 8);
        long x2 = src + ALL.get(JAVA_LONG_UNALIGNED, pixels + 16);
        long x3 = src + ALL.get(JAVA_LONG_UNALIGNED, pixels + 24);
        for (int k = 0; k < K; k++) {
            long tap = ALL.get(JAVA_INT_UNALIGNED, taps + 4L * k);
            FloatVector w0 = fromMemorySegment(F32, ALL, w, ORDER);
            FloatVector x = broadcast(F32, ALL.get(JAVA_FLOAT_UNALIGNED, x0 + tap));
            c00 = x.fma(w0, c00);
            x = broadcast(F32, ALL.get(JAVA_FLOAT_UNALIGNED, x1 + tap));
            c10 = x.fma(w0, c10);
            x = broadcast(F32, ALL.get(JAVA_FLOAT_UNALIGNED, x2 + tap));
            c20 = x.fma(w0, c20);
            x = broadcast(F32, ALL.get(JAVA_FLOAT_UNALIGNED, x3 + tap));
            c30 = x.fma(w0, c30);
            w += Simd.BYTES;
        }
        c00.intoMemorySegment(ALL, dst, ORDER);
        c10.intoMemorySegment(ALL, dst + P1, ORDER);
        c20.intoMemorySegment(ALL, dst + P2, ORDER);
        c30.intoMemorySegment(ALL, dst + P3, ORDER);
    }

    /** One pixel. */
    private static void row(long src, long pixels, long taps, int K, long w, long dst, long plane, long init) {
        FloatVector i0 = fromMemorySegment(F32, ALL, init, ORDER);
        FloatVector c00 = i0;
        long x0 = src + ALL.get(JAVA_LONG_UNALIGNED, pixels);
        for (int k = 0; k < K; k++) {
            long tap = ALL.get(JAVA_INT_UNALIGNED, taps + 4L * k);
            FloatVector w0 = fromMemorySegment(F32, ALL, w, ORDER);
            FloatVector x = broadcast(F32, ALL.get(JAVA_FLOAT_UNALIGNED, x0 + tap));
            c00 = x.fma(w0, c00);
            w += Simd.BYTES;
        }
        c00.intoMemorySegment(ALL, dst, ORDER);
    }
}
