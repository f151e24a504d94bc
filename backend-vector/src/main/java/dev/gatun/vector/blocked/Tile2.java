package dev.gatun.vector.blocked;

import static dev.gatun.vector.Native.ADDRESS;
import static dev.gatun.vector.Native.ALL;
import static dev.gatun.vector.Native.NOWHERE;
import static dev.gatun.vector.Native.ORDER;
import static dev.gatun.vector.Simd.F32;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;
import static jdk.incubator.vector.FloatVector.broadcast;
import static jdk.incubator.vector.FloatVector.fromMemorySegment;

import dev.gatun.vector.Simd;
import jdk.incubator.vector.FloatVector;

/** {@link Tile4}, two vectors wide: for machines with 16 vector registers, and the last channels of others. */
final class Tile2 {
    private static final long V1 = Simd.BYTES;
    private static final long P1 = Simd.BYTES;
    private static final long P2 = 2 * Simd.BYTES;
    private static final long P3 = 3 * Simd.BYTES;
    private static final long P4 = 4 * Simd.BYTES;
    private static final long P5 = 5 * Simd.BYTES;

    private Tile2() {
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

    /** Six pixels: 12 accumulators, 2 vectors of weights and a broadcast: 15 of 16 registers. */
    private static void rows6(long src, long pixels, long taps, int K, long w, long dst, long plane, long init) {
        if (dst == NOWHERE) {
            return;
        }
        FloatVector i0 = fromMemorySegment(F32, ALL, init, ORDER);
        FloatVector i1 = fromMemorySegment(F32, ALL, init + V1, ORDER);
        FloatVector c00 = i0, c01 = i1;
        FloatVector c10 = i0, c11 = i1;
        FloatVector c20 = i0, c21 = i1;
        FloatVector c30 = i0, c31 = i1;
        FloatVector c40 = i0, c41 = i1;
        FloatVector c50 = i0, c51 = i1;
        long x0 = (src + ALL.get(JAVA_LONG_UNALIGNED, pixels)) & ADDRESS;
        long x1 = (src + ALL.get(JAVA_LONG_UNALIGNED, pixels + 8)) & ADDRESS;
        long x2 = (src + ALL.get(JAVA_LONG_UNALIGNED, pixels + 16)) & ADDRESS;
        long x3 = (src + ALL.get(JAVA_LONG_UNALIGNED, pixels + 24)) & ADDRESS;
        long x4 = (src + ALL.get(JAVA_LONG_UNALIGNED, pixels + 32)) & ADDRESS;
        long x5 = (src + ALL.get(JAVA_LONG_UNALIGNED, pixels + 40)) & ADDRESS;
        long offsets = taps & ADDRESS;
        long weights = w & ADDRESS;
        for (int k = 0; k < K; k++) {
            long step = Integer.toUnsignedLong(k);
            long tap = Integer.toUnsignedLong(ALL.get(JAVA_INT_UNALIGNED, offsets + 4 * step));
            long at = weights + 2 * Simd.BYTES * step;
            FloatVector w0 = fromMemorySegment(F32, ALL, at, ORDER);
            FloatVector w1 = fromMemorySegment(F32, ALL, at + V1, ORDER);
            FloatVector x = broadcast(F32, ALL.get(JAVA_FLOAT_UNALIGNED, x0 + tap));
            c00 = x.fma(w0, c00);
            c01 = x.fma(w1, c01);
            x = broadcast(F32, ALL.get(JAVA_FLOAT_UNALIGNED, x1 + tap));
            c10 = x.fma(w0, c10);
            c11 = x.fma(w1, c11);
            x = broadcast(F32, ALL.get(JAVA_FLOAT_UNALIGNED, x2 + tap));
            c20 = x.fma(w0, c20);
            c21 = x.fma(w1, c21);
            x = broadcast(F32, ALL.get(JAVA_FLOAT_UNALIGNED, x3 + tap));
            c30 = x.fma(w0, c30);
            c31 = x.fma(w1, c31);
            x = broadcast(F32, ALL.get(JAVA_FLOAT_UNALIGNED, x4 + tap));
            c40 = x.fma(w0, c40);
            c41 = x.fma(w1, c41);
            x = broadcast(F32, ALL.get(JAVA_FLOAT_UNALIGNED, x5 + tap));
            c50 = x.fma(w0, c50);
            c51 = x.fma(w1, c51);
        }
        c00.intoMemorySegment(ALL, dst, ORDER);
        c10.intoMemorySegment(ALL, dst + P1, ORDER);
        c20.intoMemorySegment(ALL, dst + P2, ORDER);
        c30.intoMemorySegment(ALL, dst + P3, ORDER);
        c40.intoMemorySegment(ALL, dst + P4, ORDER);
        c50.intoMemorySegment(ALL, dst + P5, ORDER);
        dst += plane;
        c01.intoMemorySegment(ALL, dst, ORDER);
        c11.intoMemorySegment(ALL, dst + P1, ORDER);
        c21.intoMemorySegment(ALL, dst + P2, ORDER);
        c31.intoMemorySegment(ALL, dst + P3, ORDER);
        c41.intoMemorySegment(ALL, dst + P4, ORDER);
        c51.intoMemorySegment(ALL, dst + P5, ORDER);
    }

    /** Five pixels. */
    private static void rows5(long src, long pixels, long taps, int K, long w, long dst, long plane, long init) {
        if (dst == NOWHERE) {
            return;
        }
        FloatVector i0 = fromMemorySegment(F32, ALL, init, ORDER);
        FloatVector i1 = fromMemorySegment(F32, ALL, init + V1, ORDER);
        FloatVector c00 = i0, c01 = i1;
        FloatVector c10 = i0, c11 = i1;
        FloatVector c20 = i0, c21 = i1;
        FloatVector c30 = i0, c31 = i1;
        FloatVector c40 = i0, c41 = i1;
        long x0 = (src + ALL.get(JAVA_LONG_UNALIGNED, pixels)) & ADDRESS;
        long x1 = (src + ALL.get(JAVA_LONG_UNALIGNED, pixels + 8)) & ADDRESS;
        long x2 = (src + ALL.get(JAVA_LONG_UNALIGNED, pixels + 16)) & ADDRESS;
        long x3 = (src + ALL.get(JAVA_LONG_UNALIGNED, pixels + 24)) & ADDRESS;
        long x4 = (src + ALL.get(JAVA_LONG_UNALIGNED, pixels + 32)) & ADDRESS;
        long offsets = taps & ADDRESS;
        long weights = w & ADDRESS;
        for (int k = 0; k < K; k++) {
            long step = Integer.toUnsignedLong(k);
            long tap = Integer.toUnsignedLong(ALL.get(JAVA_INT_UNALIGNED, offsets + 4 * step));
            long at = weights + 2 * Simd.BYTES * step;
            FloatVector w0 = fromMemorySegment(F32, ALL, at, ORDER);
            FloatVector w1 = fromMemorySegment(F32, ALL, at + V1, ORDER);
            FloatVector x = broadcast(F32, ALL.get(JAVA_FLOAT_UNALIGNED, x0 + tap));
            c00 = x.fma(w0, c00);
            c01 = x.fma(w1, c01);
            x = broadcast(F32, ALL.get(JAVA_FLOAT_UNALIGNED, x1 + tap));
            c10 = x.fma(w0, c10);
            c11 = x.fma(w1, c11);
            x = broadcast(F32, ALL.get(JAVA_FLOAT_UNALIGNED, x2 + tap));
            c20 = x.fma(w0, c20);
            c21 = x.fma(w1, c21);
            x = broadcast(F32, ALL.get(JAVA_FLOAT_UNALIGNED, x3 + tap));
            c30 = x.fma(w0, c30);
            c31 = x.fma(w1, c31);
            x = broadcast(F32, ALL.get(JAVA_FLOAT_UNALIGNED, x4 + tap));
            c40 = x.fma(w0, c40);
            c41 = x.fma(w1, c41);
        }
        c00.intoMemorySegment(ALL, dst, ORDER);
        c10.intoMemorySegment(ALL, dst + P1, ORDER);
        c20.intoMemorySegment(ALL, dst + P2, ORDER);
        c30.intoMemorySegment(ALL, dst + P3, ORDER);
        c40.intoMemorySegment(ALL, dst + P4, ORDER);
        dst += plane;
        c01.intoMemorySegment(ALL, dst, ORDER);
        c11.intoMemorySegment(ALL, dst + P1, ORDER);
        c21.intoMemorySegment(ALL, dst + P2, ORDER);
        c31.intoMemorySegment(ALL, dst + P3, ORDER);
        c41.intoMemorySegment(ALL, dst + P4, ORDER);
    }

    /** Four pixels. With bounds checks: without them the JIT compiler unrolls this loop so far that its vectors spill, for half of the speed. */
    private static void rows4(long src, long pixels, long taps, int K, long w, long dst, long plane, long init) {
        if (dst == NOWHERE) {
            return;
        }
        FloatVector i0 = fromMemorySegment(F32, ALL, init, ORDER);
        FloatVector i1 = fromMemorySegment(F32, ALL, init + V1, ORDER);
        FloatVector c00 = i0, c01 = i1;
        FloatVector c10 = i0, c11 = i1;
        FloatVector c20 = i0, c21 = i1;
        FloatVector c30 = i0, c31 = i1;
        long x0 = src + ALL.get(JAVA_LONG_UNALIGNED, pixels);
        long x1 = src + ALL.get(JAVA_LONG_UNALIGNED, pixels + 8);
        long x2 = src + ALL.get(JAVA_LONG_UNALIGNED, pixels + 16);
        long x3 = src + ALL.get(JAVA_LONG_UNALIGNED, pixels + 24);
        for (int k = 0; k < K; k++) {
            long tap = ALL.get(JAVA_INT_UNALIGNED, taps + 4L * k);
            FloatVector w0 = fromMemorySegment(F32, ALL, w, ORDER);
            FloatVector w1 = fromMemorySegment(F32, ALL, w + V1, ORDER);
            FloatVector x = broadcast(F32, ALL.get(JAVA_FLOAT_UNALIGNED, x0 + tap));
            c00 = x.fma(w0, c00);
            c01 = x.fma(w1, c01);
            x = broadcast(F32, ALL.get(JAVA_FLOAT_UNALIGNED, x1 + tap));
            c10 = x.fma(w0, c10);
            c11 = x.fma(w1, c11);
            x = broadcast(F32, ALL.get(JAVA_FLOAT_UNALIGNED, x2 + tap));
            c20 = x.fma(w0, c20);
            c21 = x.fma(w1, c21);
            x = broadcast(F32, ALL.get(JAVA_FLOAT_UNALIGNED, x3 + tap));
            c30 = x.fma(w0, c30);
            c31 = x.fma(w1, c31);
            w += 2 * Simd.BYTES;
        }
        c00.intoMemorySegment(ALL, dst, ORDER);
        c10.intoMemorySegment(ALL, dst + P1, ORDER);
        c20.intoMemorySegment(ALL, dst + P2, ORDER);
        c30.intoMemorySegment(ALL, dst + P3, ORDER);
        dst += plane;
        c01.intoMemorySegment(ALL, dst, ORDER);
        c11.intoMemorySegment(ALL, dst + P1, ORDER);
        c21.intoMemorySegment(ALL, dst + P2, ORDER);
        c31.intoMemorySegment(ALL, dst + P3, ORDER);
    }

    /** One pixel. */
    private static void row(long src, long pixels, long taps, int K, long w, long dst, long plane, long init) {
        FloatVector i0 = fromMemorySegment(F32, ALL, init, ORDER);
        FloatVector i1 = fromMemorySegment(F32, ALL, init + V1, ORDER);
        FloatVector c00 = i0, c01 = i1;
        long x0 = (src + ALL.get(JAVA_LONG_UNALIGNED, pixels)) & ADDRESS;
        long offsets = taps & ADDRESS;
        long weights = w & ADDRESS;
        for (int k = 0; k < K; k++) {
            long step = Integer.toUnsignedLong(k);
            long tap = Integer.toUnsignedLong(ALL.get(JAVA_INT_UNALIGNED, offsets + 4 * step));
            long at = weights + 2 * Simd.BYTES * step;
            FloatVector w0 = fromMemorySegment(F32, ALL, at, ORDER);
            FloatVector w1 = fromMemorySegment(F32, ALL, at + V1, ORDER);
            FloatVector x = broadcast(F32, ALL.get(JAVA_FLOAT_UNALIGNED, x0 + tap));
            c00 = x.fma(w0, c00);
            c01 = x.fma(w1, c01);
        }
        c00.intoMemorySegment(ALL, dst, ORDER);
        dst += plane;
        c01.intoMemorySegment(ALL, dst, ORDER);
    }
}
