package dev.gatun.vector.blocked;

import static dev.gatun.vector.Native.ADDRESS;
import static dev.gatun.vector.Native.ALL;
import static dev.gatun.vector.Native.NOWHERE;
import static dev.gatun.vector.Native.ORDER;
import static dev.gatun.vector.Native.TERMS;
import static dev.gatun.vector.Simd.F32;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;
import static jdk.incubator.vector.FloatVector.broadcast;
import static jdk.incubator.vector.FloatVector.fromMemorySegment;

import dev.gatun.vector.Native;
import dev.gatun.vector.Simd;
import jdk.incubator.vector.FloatVector;

/**
 * The innermost loop of the convolutions, four vectors of output channels wide, for 6, 5, 4 or 1 output pixels q:
 *
 * <pre>y[q, oc] = init[oc] + Σₖ x[pixels[q] + taps[k]] · w[k, oc]</pre>
 *
 * <p>Where a pixel begins and how far each term of the sum lies from there come out of tables, in bytes: so this one loop serves pointwise, strided, dilated
 * and padded convolutions, the products of Winograd's algorithm and images that are not blocked, and a row of pixels may go on in the next row of the image.
 * An offset costs one load a step, beside 24 multiply-adds (Dukhan, <i>The Indirect Convolution Algorithm</i>, 2019).
 *
 * <p>With each term a little is read of the weights that come next, so that they are on their way from memory while there is something to multiply: else the
 * first tile of each panel waits for memory, and the others for nothing (docs/adr/0018). Java has no other way to ask for a line of memory than to read it,
 * and to add it to something that is returned.
 *
 * <p>The shape of this code is measured: one flat loop over k, every vector in a local variable, the API called without helpers, the accumulators started at
 * the bias, ReLU and residual left to {@link Finish}; addresses that need no bounds checks ({@link Native#ADDRESS}): with checks a tile of 64 terms took an
 * eighth longer. What is added to an address has 31 bits by its type: so it becomes a part of the load instead of an instruction of its own, of which each
 * takes a multiply-add's turn now and then (3 % of the time). At 1.3 KB of bytecode C1 compiles it; over some 3 KB it runs out of registers, and a
 * kernel that C1 cannot profile may never reach C2.
 */
final class Tile4 {
    private static final long V1 = Simd.BYTES;
    private static final long V2 = 2 * Simd.BYTES;
    private static final long V3 = 3 * Simd.BYTES;
    private static final long P1 = Simd.BYTES;
    private static final long P2 = 2 * Simd.BYTES;
    private static final long P3 = 3 * Simd.BYTES;
    private static final long P4 = 4 * Simd.BYTES;
    private static final long P5 = 5 * Simd.BYTES;

    /** Bytes that each term reads ahead: half a line, which gives memory the time. */
    static final long AHEAD = 32;

    private Tile4() {
    }

    /**
     * Runs {@code rows} pixels: 6, 5 or 4 of them in one go, fewer one by one.
     *
     * @param src address that the offsets count from
     * @param pixels address of one 64-bit offset a pixel
     * @param taps address of {@code K} 32-bit offsets
     * @param w address of {@code K} times four vectors of weights
     * @param dst address of the first pixel's first vector; neighbours are a vector apart, blocks of channels {@code plane} bytes
     * @param init address of four vectors that the sums start from
     * @param ahead address of {@code K} times {@link #AHEAD} bytes that are read ahead, or 0
     */
    static void run(int rows, long src, long pixels, long taps, int K, long w, long dst, long plane, long init, long ahead) {
        switch (rows) {
            case 6 -> {
                if (ahead == 0) {
                    rows6(src, pixels, taps, K, w, dst, plane, init);
                } else {
                    rows6Ahead(src, pixels, taps, K, w, dst, plane, init, ahead);
                }
            }
            case 5 -> rows5(src, pixels, taps, K, w, dst, plane, init, ahead == 0 ? w : ahead);
            case 4 -> rows4(src, pixels, taps, K, w, dst, plane, init, ahead == 0 ? w : ahead);
            default -> {
                for (int q = 0; q < rows; q++) {
                    row(src, pixels + 8L * q, taps, K, w, dst + q * Simd.BYTES, plane, init);
                }
            }
        }
    }

    /** Six pixels: 24 accumulators, 4 vectors of weights and a broadcast: 29 of 32 registers. */
    private static void rows6(long src, long pixels, long taps, int K, long w, long dst, long plane, long init) {
        if (dst == NOWHERE) {
            return;
        }
        FloatVector i0 = fromMemorySegment(F32, ALL, init, ORDER);
        FloatVector i1 = fromMemorySegment(F32, ALL, init + V1, ORDER);
        FloatVector i2 = fromMemorySegment(F32, ALL, init + V2, ORDER);
        FloatVector i3 = fromMemorySegment(F32, ALL, init + V3, ORDER);
        FloatVector c00 = i0, c01 = i1, c02 = i2, c03 = i3;
        FloatVector c10 = i0, c11 = i1, c12 = i2, c13 = i3;
        FloatVector c20 = i0, c21 = i1, c22 = i2, c23 = i3;
        FloatVector c30 = i0, c31 = i1, c32 = i2, c33 = i3;
        FloatVector c40 = i0, c41 = i1, c42 = i2, c43 = i3;
        FloatVector c50 = i0, c51 = i1, c52 = i2, c53 = i3;
        long x0 = (src + ALL.get(JAVA_LONG_UNALIGNED, pixels)) & ADDRESS;
        long x1 = (src + ALL.get(JAVA_LONG_UNALIGNED, pixels + 8)) & ADDRESS;
        long x2 = (src + ALL.get(JAVA_LONG_UNALIGNED, pixels + 16)) & ADDRESS;
        long x3 = (src + ALL.get(JAVA_LONG_UNALIGNED, pixels + 24)) & ADDRESS;
        long x4 = (src + ALL.get(JAVA_LONG_UNALIGNED, pixels + 32)) & ADDRESS;
        long x5 = (src + ALL.get(JAVA_LONG_UNALIGNED, pixels + 40)) & ADDRESS;
        long offsets = taps & ADDRESS;
        long weights = w & ADDRESS;
        int end = K & TERMS;
        for (int k = 0; k < end; k++) {
            int tap = ALL.get(JAVA_INT_UNALIGNED, offsets + 4L * k) & Integer.MAX_VALUE;
            long at = weights + 4 * Simd.BYTES * k;
            FloatVector w0 = fromMemorySegment(F32, ALL, at, ORDER);
            FloatVector w1 = fromMemorySegment(F32, ALL, at + V1, ORDER);
            FloatVector w2 = fromMemorySegment(F32, ALL, at + V2, ORDER);
            FloatVector w3 = fromMemorySegment(F32, ALL, at + V3, ORDER);
            FloatVector x = broadcast(F32, ALL.get(JAVA_FLOAT_UNALIGNED, x0 + tap));
            c00 = x.fma(w0, c00);
            c01 = x.fma(w1, c01);
            c02 = x.fma(w2, c02);
            c03 = x.fma(w3, c03);
            x = broadcast(F32, ALL.get(JAVA_FLOAT_UNALIGNED, x1 + tap));
            c10 = x.fma(w0, c10);
            c11 = x.fma(w1, c11);
            c12 = x.fma(w2, c12);
            c13 = x.fma(w3, c13);
            x = broadcast(F32, ALL.get(JAVA_FLOAT_UNALIGNED, x2 + tap));
            c20 = x.fma(w0, c20);
            c21 = x.fma(w1, c21);
            c22 = x.fma(w2, c22);
            c23 = x.fma(w3, c23);
            x = broadcast(F32, ALL.get(JAVA_FLOAT_UNALIGNED, x3 + tap));
            c30 = x.fma(w0, c30);
            c31 = x.fma(w1, c31);
            c32 = x.fma(w2, c32);
            c33 = x.fma(w3, c33);
            x = broadcast(F32, ALL.get(JAVA_FLOAT_UNALIGNED, x4 + tap));
            c40 = x.fma(w0, c40);
            c41 = x.fma(w1, c41);
            c42 = x.fma(w2, c42);
            c43 = x.fma(w3, c43);
            x = broadcast(F32, ALL.get(JAVA_FLOAT_UNALIGNED, x5 + tap));
            c50 = x.fma(w0, c50);
            c51 = x.fma(w1, c51);
            c52 = x.fma(w2, c52);
            c53 = x.fma(w3, c53);
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
        dst += plane;
        c02.intoMemorySegment(ALL, dst, ORDER);
        c12.intoMemorySegment(ALL, dst + P1, ORDER);
        c22.intoMemorySegment(ALL, dst + P2, ORDER);
        c32.intoMemorySegment(ALL, dst + P3, ORDER);
        c42.intoMemorySegment(ALL, dst + P4, ORDER);
        c52.intoMemorySegment(ALL, dst + P5, ORDER);
        dst += plane;
        c03.intoMemorySegment(ALL, dst, ORDER);
        c13.intoMemorySegment(ALL, dst + P1, ORDER);
        c23.intoMemorySegment(ALL, dst + P2, ORDER);
        c33.intoMemorySegment(ALL, dst + P3, ORDER);
        c43.intoMemorySegment(ALL, dst + P4, ORDER);
        c53.intoMemorySegment(ALL, dst + P5, ORDER);
    }

    /** The same, reading ahead; returns what it read there, so that it is read. */
    private static long rows6Ahead(long src, long pixels, long taps, int K, long w, long dst, long plane, long init, long ahead) {
        if (dst == NOWHERE) {
            return 0;
        }
        FloatVector i0 = fromMemorySegment(F32, ALL, init, ORDER);
        FloatVector i1 = fromMemorySegment(F32, ALL, init + V1, ORDER);
        FloatVector i2 = fromMemorySegment(F32, ALL, init + V2, ORDER);
        FloatVector i3 = fromMemorySegment(F32, ALL, init + V3, ORDER);
        FloatVector c00 = i0, c01 = i1, c02 = i2, c03 = i3;
        FloatVector c10 = i0, c11 = i1, c12 = i2, c13 = i3;
        FloatVector c20 = i0, c21 = i1, c22 = i2, c23 = i3;
        FloatVector c30 = i0, c31 = i1, c32 = i2, c33 = i3;
        FloatVector c40 = i0, c41 = i1, c42 = i2, c43 = i3;
        FloatVector c50 = i0, c51 = i1, c52 = i2, c53 = i3;
        long x0 = (src + ALL.get(JAVA_LONG_UNALIGNED, pixels)) & ADDRESS;
        long x1 = (src + ALL.get(JAVA_LONG_UNALIGNED, pixels + 8)) & ADDRESS;
        long x2 = (src + ALL.get(JAVA_LONG_UNALIGNED, pixels + 16)) & ADDRESS;
        long x3 = (src + ALL.get(JAVA_LONG_UNALIGNED, pixels + 24)) & ADDRESS;
        long x4 = (src + ALL.get(JAVA_LONG_UNALIGNED, pixels + 32)) & ADDRESS;
        long x5 = (src + ALL.get(JAVA_LONG_UNALIGNED, pixels + 40)) & ADDRESS;
        long offsets = taps & ADDRESS;
        long weights = w & ADDRESS;
        long next = ahead & ADDRESS;
        long seen = 0;
        int end = K & TERMS;
        for (int k = 0; k < end; k++) {
            int tap = ALL.get(JAVA_INT_UNALIGNED, offsets + 4L * k) & Integer.MAX_VALUE;
            long at = weights + 4 * Simd.BYTES * k;
            seen += ALL.get(JAVA_LONG_UNALIGNED, next + AHEAD * k);
            FloatVector w0 = fromMemorySegment(F32, ALL, at, ORDER);
            FloatVector w1 = fromMemorySegment(F32, ALL, at + V1, ORDER);
            FloatVector w2 = fromMemorySegment(F32, ALL, at + V2, ORDER);
            FloatVector w3 = fromMemorySegment(F32, ALL, at + V3, ORDER);
            FloatVector x = broadcast(F32, ALL.get(JAVA_FLOAT_UNALIGNED, x0 + tap));
            c00 = x.fma(w0, c00);
            c01 = x.fma(w1, c01);
            c02 = x.fma(w2, c02);
            c03 = x.fma(w3, c03);
            x = broadcast(F32, ALL.get(JAVA_FLOAT_UNALIGNED, x1 + tap));
            c10 = x.fma(w0, c10);
            c11 = x.fma(w1, c11);
            c12 = x.fma(w2, c12);
            c13 = x.fma(w3, c13);
            x = broadcast(F32, ALL.get(JAVA_FLOAT_UNALIGNED, x2 + tap));
            c20 = x.fma(w0, c20);
            c21 = x.fma(w1, c21);
            c22 = x.fma(w2, c22);
            c23 = x.fma(w3, c23);
            x = broadcast(F32, ALL.get(JAVA_FLOAT_UNALIGNED, x3 + tap));
            c30 = x.fma(w0, c30);
            c31 = x.fma(w1, c31);
            c32 = x.fma(w2, c32);
            c33 = x.fma(w3, c33);
            x = broadcast(F32, ALL.get(JAVA_FLOAT_UNALIGNED, x4 + tap));
            c40 = x.fma(w0, c40);
            c41 = x.fma(w1, c41);
            c42 = x.fma(w2, c42);
            c43 = x.fma(w3, c43);
            x = broadcast(F32, ALL.get(JAVA_FLOAT_UNALIGNED, x5 + tap));
            c50 = x.fma(w0, c50);
            c51 = x.fma(w1, c51);
            c52 = x.fma(w2, c52);
            c53 = x.fma(w3, c53);
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
        dst += plane;
        c02.intoMemorySegment(ALL, dst, ORDER);
        c12.intoMemorySegment(ALL, dst + P1, ORDER);
        c22.intoMemorySegment(ALL, dst + P2, ORDER);
        c32.intoMemorySegment(ALL, dst + P3, ORDER);
        c42.intoMemorySegment(ALL, dst + P4, ORDER);
        c52.intoMemorySegment(ALL, dst + P5, ORDER);
        dst += plane;
        c03.intoMemorySegment(ALL, dst, ORDER);
        c13.intoMemorySegment(ALL, dst + P1, ORDER);
        c23.intoMemorySegment(ALL, dst + P2, ORDER);
        c33.intoMemorySegment(ALL, dst + P3, ORDER);
        c43.intoMemorySegment(ALL, dst + P4, ORDER);
        c53.intoMemorySegment(ALL, dst + P5, ORDER);
        return seen;
    }

    /** Five pixels. */
    private static long rows5(long src, long pixels, long taps, int K, long w, long dst, long plane, long init, long ahead) {
        if (dst == NOWHERE) {
            return 0;
        }
        FloatVector i0 = fromMemorySegment(F32, ALL, init, ORDER);
        FloatVector i1 = fromMemorySegment(F32, ALL, init + V1, ORDER);
        FloatVector i2 = fromMemorySegment(F32, ALL, init + V2, ORDER);
        FloatVector i3 = fromMemorySegment(F32, ALL, init + V3, ORDER);
        FloatVector c00 = i0, c01 = i1, c02 = i2, c03 = i3;
        FloatVector c10 = i0, c11 = i1, c12 = i2, c13 = i3;
        FloatVector c20 = i0, c21 = i1, c22 = i2, c23 = i3;
        FloatVector c30 = i0, c31 = i1, c32 = i2, c33 = i3;
        FloatVector c40 = i0, c41 = i1, c42 = i2, c43 = i3;
        long x0 = (src + ALL.get(JAVA_LONG_UNALIGNED, pixels)) & ADDRESS;
        long x1 = (src + ALL.get(JAVA_LONG_UNALIGNED, pixels + 8)) & ADDRESS;
        long x2 = (src + ALL.get(JAVA_LONG_UNALIGNED, pixels + 16)) & ADDRESS;
        long x3 = (src + ALL.get(JAVA_LONG_UNALIGNED, pixels + 24)) & ADDRESS;
        long x4 = (src + ALL.get(JAVA_LONG_UNALIGNED, pixels + 32)) & ADDRESS;
        long offsets = taps & ADDRESS;
        long weights = w & ADDRESS;
        long next = ahead & ADDRESS;
        long seen = 0;
        int end = K & TERMS;
        for (int k = 0; k < end; k++) {
            int tap = ALL.get(JAVA_INT_UNALIGNED, offsets + 4L * k) & Integer.MAX_VALUE;
            long at = weights + 4 * Simd.BYTES * k;
            seen += ALL.get(JAVA_LONG_UNALIGNED, next + AHEAD * k);
            FloatVector w0 = fromMemorySegment(F32, ALL, at, ORDER);
            FloatVector w1 = fromMemorySegment(F32, ALL, at + V1, ORDER);
            FloatVector w2 = fromMemorySegment(F32, ALL, at + V2, ORDER);
            FloatVector w3 = fromMemorySegment(F32, ALL, at + V3, ORDER);
            FloatVector x = broadcast(F32, ALL.get(JAVA_FLOAT_UNALIGNED, x0 + tap));
            c00 = x.fma(w0, c00);
            c01 = x.fma(w1, c01);
            c02 = x.fma(w2, c02);
            c03 = x.fma(w3, c03);
            x = broadcast(F32, ALL.get(JAVA_FLOAT_UNALIGNED, x1 + tap));
            c10 = x.fma(w0, c10);
            c11 = x.fma(w1, c11);
            c12 = x.fma(w2, c12);
            c13 = x.fma(w3, c13);
            x = broadcast(F32, ALL.get(JAVA_FLOAT_UNALIGNED, x2 + tap));
            c20 = x.fma(w0, c20);
            c21 = x.fma(w1, c21);
            c22 = x.fma(w2, c22);
            c23 = x.fma(w3, c23);
            x = broadcast(F32, ALL.get(JAVA_FLOAT_UNALIGNED, x3 + tap));
            c30 = x.fma(w0, c30);
            c31 = x.fma(w1, c31);
            c32 = x.fma(w2, c32);
            c33 = x.fma(w3, c33);
            x = broadcast(F32, ALL.get(JAVA_FLOAT_UNALIGNED, x4 + tap));
            c40 = x.fma(w0, c40);
            c41 = x.fma(w1, c41);
            c42 = x.fma(w2, c42);
            c43 = x.fma(w3, c43);
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
        dst += plane;
        c02.intoMemorySegment(ALL, dst, ORDER);
        c12.intoMemorySegment(ALL, dst + P1, ORDER);
        c22.intoMemorySegment(ALL, dst + P2, ORDER);
        c32.intoMemorySegment(ALL, dst + P3, ORDER);
        c42.intoMemorySegment(ALL, dst + P4, ORDER);
        dst += plane;
        c03.intoMemorySegment(ALL, dst, ORDER);
        c13.intoMemorySegment(ALL, dst + P1, ORDER);
        c23.intoMemorySegment(ALL, dst + P2, ORDER);
        c33.intoMemorySegment(ALL, dst + P3, ORDER);
        c43.intoMemorySegment(ALL, dst + P4, ORDER);
        return seen;
    }

    /** Four pixels. */
    private static long rows4(long src, long pixels, long taps, int K, long w, long dst, long plane, long init, long ahead) {
        if (dst == NOWHERE) {
            return 0;
        }
        FloatVector i0 = fromMemorySegment(F32, ALL, init, ORDER);
        FloatVector i1 = fromMemorySegment(F32, ALL, init + V1, ORDER);
        FloatVector i2 = fromMemorySegment(F32, ALL, init + V2, ORDER);
        FloatVector i3 = fromMemorySegment(F32, ALL, init + V3, ORDER);
        FloatVector c00 = i0, c01 = i1, c02 = i2, c03 = i3;
        FloatVector c10 = i0, c11 = i1, c12 = i2, c13 = i3;
        FloatVector c20 = i0, c21 = i1, c22 = i2, c23 = i3;
        FloatVector c30 = i0, c31 = i1, c32 = i2, c33 = i3;
        long x0 = (src + ALL.get(JAVA_LONG_UNALIGNED, pixels)) & ADDRESS;
        long x1 = (src + ALL.get(JAVA_LONG_UNALIGNED, pixels + 8)) & ADDRESS;
        long x2 = (src + ALL.get(JAVA_LONG_UNALIGNED, pixels + 16)) & ADDRESS;
        long x3 = (src + ALL.get(JAVA_LONG_UNALIGNED, pixels + 24)) & ADDRESS;
        long offsets = taps & ADDRESS;
        long weights = w & ADDRESS;
        long next = ahead & ADDRESS;
        long seen = 0;
        int end = K & TERMS;
        for (int k = 0; k < end; k++) {
            int tap = ALL.get(JAVA_INT_UNALIGNED, offsets + 4L * k) & Integer.MAX_VALUE;
            long at = weights + 4 * Simd.BYTES * k;
            seen += ALL.get(JAVA_LONG_UNALIGNED, next + AHEAD * k);
            FloatVector w0 = fromMemorySegment(F32, ALL, at, ORDER);
            FloatVector w1 = fromMemorySegment(F32, ALL, at + V1, ORDER);
            FloatVector w2 = fromMemorySegment(F32, ALL, at + V2, ORDER);
            FloatVector w3 = fromMemorySegment(F32, ALL, at + V3, ORDER);
            FloatVector x = broadcast(F32, ALL.get(JAVA_FLOAT_UNALIGNED, x0 + tap));
            c00 = x.fma(w0, c00);
            c01 = x.fma(w1, c01);
            c02 = x.fma(w2, c02);
            c03 = x.fma(w3, c03);
            x = broadcast(F32, ALL.get(JAVA_FLOAT_UNALIGNED, x1 + tap));
            c10 = x.fma(w0, c10);
            c11 = x.fma(w1, c11);
            c12 = x.fma(w2, c12);
            c13 = x.fma(w3, c13);
            x = broadcast(F32, ALL.get(JAVA_FLOAT_UNALIGNED, x2 + tap));
            c20 = x.fma(w0, c20);
            c21 = x.fma(w1, c21);
            c22 = x.fma(w2, c22);
            c23 = x.fma(w3, c23);
            x = broadcast(F32, ALL.get(JAVA_FLOAT_UNALIGNED, x3 + tap));
            c30 = x.fma(w0, c30);
            c31 = x.fma(w1, c31);
            c32 = x.fma(w2, c32);
            c33 = x.fma(w3, c33);
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
        dst += plane;
        c02.intoMemorySegment(ALL, dst, ORDER);
        c12.intoMemorySegment(ALL, dst + P1, ORDER);
        c22.intoMemorySegment(ALL, dst + P2, ORDER);
        c32.intoMemorySegment(ALL, dst + P3, ORDER);
        dst += plane;
        c03.intoMemorySegment(ALL, dst, ORDER);
        c13.intoMemorySegment(ALL, dst + P1, ORDER);
        c23.intoMemorySegment(ALL, dst + P2, ORDER);
        c33.intoMemorySegment(ALL, dst + P3, ORDER);
        return seen;
    }

    /** One pixel. */
    private static void row(long src, long pixels, long taps, int K, long w, long dst, long plane, long init) {
        FloatVector i0 = fromMemorySegment(F32, ALL, init, ORDER);
        FloatVector i1 = fromMemorySegment(F32, ALL, init + V1, ORDER);
        FloatVector i2 = fromMemorySegment(F32, ALL, init + V2, ORDER);
        FloatVector i3 = fromMemorySegment(F32, ALL, init + V3, ORDER);
        FloatVector c00 = i0, c01 = i1, c02 = i2, c03 = i3;
        long x0 = (src + ALL.get(JAVA_LONG_UNALIGNED, pixels)) & ADDRESS;
        long offsets = taps & ADDRESS;
        long weights = w & ADDRESS;
        for (int k = 0; k < K; k++) {
            long step = Integer.toUnsignedLong(k);
            long tap = Integer.toUnsignedLong(ALL.get(JAVA_INT_UNALIGNED, offsets + 4 * step));
            long at = weights + 4 * Simd.BYTES * step;
            FloatVector w0 = fromMemorySegment(F32, ALL, at, ORDER);
            FloatVector w1 = fromMemorySegment(F32, ALL, at + V1, ORDER);
            FloatVector w2 = fromMemorySegment(F32, ALL, at + V2, ORDER);
            FloatVector w3 = fromMemorySegment(F32, ALL, at + V3, ORDER);
            FloatVector x = broadcast(F32, ALL.get(JAVA_FLOAT_UNALIGNED, x0 + tap));
            c00 = x.fma(w0, c00);
            c01 = x.fma(w1, c01);
            c02 = x.fma(w2, c02);
            c03 = x.fma(w3, c03);
        }
        c00.intoMemorySegment(ALL, dst, ORDER);
        dst += plane;
        c01.intoMemorySegment(ALL, dst, ORDER);
        dst += plane;
        c02.intoMemorySegment(ALL, dst, ORDER);
        dst += plane;
        c03.intoMemorySegment(ALL, dst, ORDER);
    }
}
