package dev.gatun.vector.blocked;

import static dev.gatun.vector.Native.ADDRESS;
import static dev.gatun.vector.Native.ALL;
import static dev.gatun.vector.Native.NOWHERE;
import static dev.gatun.vector.Native.ORDER;
import static dev.gatun.vector.Native.STRIDE;
import static dev.gatun.vector.Simd.F32;
import static jdk.incubator.vector.FloatVector.broadcast;
import static jdk.incubator.vector.FloatVector.fromMemorySegment;

import dev.gatun.vector.Native;
import dev.gatun.vector.Simd;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/**
 * The transforms of Winograd's F(4x4, 3x3) with the points 0, ±a, ±b, ∞ where a = √½ and b = √2, a vector of channels at a time:
 *
 * <pre>y = Aᵀ [(G g Gᵀ) ⊙ (Bᵀ d B)] A
 *
 *      | 1   0   -5/2   0    1   0 |        | 1   1    1    1    1   0 |             | 1    0    0  |
 *      | 0  -2a  -2     a    1   0 |        | 0   a   -a    b   -b   0 |             | ca  ca·a  ca/2 |
 * Bᵀ = | 0   2a  -2    -a    1   0 |   Aᵀ = | 0   a²   a²   b²   b²  0 |         G = | ca -ca·a  ca/2 |   ca = -2/3
 *      | 0  -b/2 -1/2   b    1   0 |        | 0   a³  -a³   b³  -b³  1 |             | cb  cb·b  cb·2 |   cb =  1/6
 *      | 0   b/2 -1/2  -b    1   0 |                                                 | cb -cb·b  cb·2 |
 *      | 0   1    0   -5/2   0   1 |                                                 | 0    0    1  |</pre>
 *
 * <p>The usual points ±1, ±2 take as many operations and lose four times as much: these are symmetric about 1 on the logarithmic scale (ab = 1), so the rows
 * of A, B and G stay closest in size. (Lavin and Gray, <i>Fast Algorithms for Convolutional Neural Networks</i>, 2015.)
 */
final class Winograd4Tile {
    private static final double A = Math.sqrt(0.5);
    private static final double B = Math.sqrt(2);
    private static final double CA = -2.0 / 3;
    private static final double CB = 1.0 / 6;

    /** Bytes of scratch memory of {@link #weights}. */
    static final long WEIGHT_SCRATCH = 18 * Simd.BYTES;

    private static final long ROW = 6 * Simd.BYTES;

    private Winograd4Tile() {
    }

    /**
     * G g Gᵀ of a kernel of 3 x 3 vectors.
     *
     * @param src address of the first vector, the others are {@code step} bytes apart: negative turns the kernel around
     * @param dst where the first of 36 elements goes, the others are {@code xi} bytes apart
     * @param half address of {@link #WEIGHT_SCRATCH} bytes
     */
    static void weights(long src, long step, long dst, long xi, long half) {
        if (dst == NOWHERE) {
            return;
        }
        FloatVector ca = broadcast(F32, (float) CA);
        FloatVector caA = broadcast(F32, (float) (CA * A));
        FloatVector caHalf = broadcast(F32, (float) (CA / 2));
        FloatVector cb = broadcast(F32, (float) CB);
        FloatVector cbB = broadcast(F32, (float) (CB * B));
        FloatVector cb2 = broadcast(F32, (float) (CB * 2));
        for (long j = 0; j < 3; j++) {                                    // column by column: G g
            FloatVector g0 = fromMemorySegment(F32, ALL, src + j * step, ORDER);
            FloatVector g1 = fromMemorySegment(F32, ALL, src + (3 + j) * step, ORDER);
            FloatVector g2 = fromMemorySegment(F32, ALL, src + (6 + j) * step, ORDER);
            FloatVector p = g0.fma(ca, g2.mul(caHalf));
            FloatVector q = g0.fma(cb, g2.mul(cb2));
            long to = half + j * Simd.BYTES;
            g0.intoMemorySegment(ALL, to, ORDER);
            g1.fma(caA, p).intoMemorySegment(ALL, to + 3 * Simd.BYTES, ORDER);
            p.sub(g1.mul(caA)).intoMemorySegment(ALL, to + 6 * Simd.BYTES, ORDER);
            g1.fma(cbB, q).intoMemorySegment(ALL, to + 9 * Simd.BYTES, ORDER);
            q.sub(g1.mul(cbB)).intoMemorySegment(ALL, to + 12 * Simd.BYTES, ORDER);
            g2.intoMemorySegment(ALL, to + 15 * Simd.BYTES, ORDER);
        }
        for (int i = 0; i < 6; i++) {                                     // row by row: (G g) Gᵀ
            FloatVector g0 = fromMemorySegment(F32, ALL, half, ORDER);
            FloatVector g1 = fromMemorySegment(F32, ALL, half + Simd.BYTES, ORDER);
            FloatVector g2 = fromMemorySegment(F32, ALL, half + 2 * Simd.BYTES, ORDER);
            FloatVector p = g0.fma(ca, g2.mul(caHalf));
            FloatVector q = g0.fma(cb, g2.mul(cb2));
            g0.intoMemorySegment(ALL, dst, ORDER);
            g1.fma(caA, p).intoMemorySegment(ALL, dst + xi, ORDER);
            p.sub(g1.mul(caA)).intoMemorySegment(ALL, dst + 2 * xi, ORDER);
            g1.fma(cbB, q).intoMemorySegment(ALL, dst + 3 * xi, ORDER);
            q.sub(g1.mul(cbB)).intoMemorySegment(ALL, dst + 4 * xi, ORDER);
            g2.intoMemorySegment(ALL, dst + 5 * xi, ORDER);
            half += 3 * Simd.BYTES;
            dst += 6 * xi;
        }
    }

    /**
     * Bᵀ d B of {@code count} patches of 6 x 6 pixels: neighbouring tiles of a block of channels, or the blocks of a tile.
     *
     * @param row bytes between rows of the image
     * @param srcStep bytes between patches
     * @param dst where the first of 36 elements goes, the others are {@code xi} bytes apart; {@code dstStep} bytes on for the next patch
     * @param patch address of 6 x 6 vectors of scratch memory
     */
    static void input(long src, long row, long srcStep, long dst, long dstStep, long xi, long patch, int count) {
        if (count == 0) {
            return;
        }
        FloatVector a = broadcast(F32, (float) A);
        FloatVector b = broadcast(F32, (float) B);
        FloatVector minusA = broadcast(F32, (float) -A);
        FloatVector minusB = broadcast(F32, (float) -B);
        FloatVector minus2 = broadcast(F32, -2f);
        FloatVector minusHalf = broadcast(F32, -0.5f);
        FloatVector minus5Halves = broadcast(F32, -2.5f);
        long line = row & STRIDE;
        long place = xi & STRIDE;
        long middle = patch & ADDRESS;
        for (int i = 0; i < count; i++) {
            long first = src & ADDRESS;
            long result = dst & ADDRESS;
            for (int j = 0; j < 6; j++) {                                // column by column: Bᵀ d
                long column = Simd.BYTES * Integer.toUnsignedLong(j);
                long at = first + column;
                long to = middle + column;
                FloatVector d0 = fromMemorySegment(F32, ALL, at, ORDER);
                FloatVector d1 = fromMemorySegment(F32, ALL, at + line, ORDER);
                FloatVector d2 = fromMemorySegment(F32, ALL, at + 2 * line, ORDER);
                FloatVector d3 = fromMemorySegment(F32, ALL, at + 3 * line, ORDER);
                FloatVector d4 = fromMemorySegment(F32, ALL, at + 4 * line, ORDER);
                FloatVector d5 = fromMemorySegment(F32, ALL, at + 5 * line, ORDER);
                FloatVector p = d2.fma(minus2, d4);
                FloatVector q = d1.fma(minus2, d3);
                FloatVector r = d2.fma(minusHalf, d4);
                FloatVector s = d1.fma(minusHalf, d3);
                d2.fma(minus5Halves, d4).add(d0).intoMemorySegment(ALL, to, ORDER);
                q.fma(a, p).intoMemorySegment(ALL, to + ROW, ORDER);
                q.fma(minusA, p).intoMemorySegment(ALL, to + 2 * ROW, ORDER);
                s.fma(b, r).intoMemorySegment(ALL, to + 3 * ROW, ORDER);
                s.fma(minusB, r).intoMemorySegment(ALL, to + 4 * ROW, ORDER);
                d3.fma(minus5Halves, d5).add(d1).intoMemorySegment(ALL, to + 5 * ROW, ORDER);
            }
            for (int j = 0; j < 6; j++) {                                // row by row: (Bᵀ d) B
                long at = middle + ROW * Integer.toUnsignedLong(j);
                long to = result + 6 * place * Integer.toUnsignedLong(j);
                FloatVector d0 = fromMemorySegment(F32, ALL, at, ORDER);
                FloatVector d1 = fromMemorySegment(F32, ALL, at + Simd.BYTES, ORDER);
                FloatVector d2 = fromMemorySegment(F32, ALL, at + 2 * Simd.BYTES, ORDER);
                FloatVector d3 = fromMemorySegment(F32, ALL, at + 3 * Simd.BYTES, ORDER);
                FloatVector d4 = fromMemorySegment(F32, ALL, at + 4 * Simd.BYTES, ORDER);
                FloatVector d5 = fromMemorySegment(F32, ALL, at + 5 * Simd.BYTES, ORDER);
                FloatVector p = d2.fma(minus2, d4);
                FloatVector q = d1.fma(minus2, d3);
                FloatVector r = d2.fma(minusHalf, d4);
                FloatVector s = d1.fma(minusHalf, d3);
                d2.fma(minus5Halves, d4).add(d0).intoMemorySegment(ALL, to, ORDER);
                q.fma(a, p).intoMemorySegment(ALL, to + place, ORDER);
                q.fma(minusA, p).intoMemorySegment(ALL, to + 2 * place, ORDER);
                s.fma(b, r).intoMemorySegment(ALL, to + 3 * place, ORDER);
                s.fma(minusB, r).intoMemorySegment(ALL, to + 4 * place, ORDER);
                d3.fma(minus5Halves, d5).add(d1).intoMemorySegment(ALL, to + 5 * place, ORDER);
            }
            src += srcStep;
            dst += dstStep;
        }
    }

    /**
     * y = max(lo, Aᵀ u A + bias + residual) of {@code count} tiles of 4 x 4 pixels: neighbouring tiles, or the blocks of a tile.
     *
     * @param src address of the first of 36 elements, the others are {@code xi} bytes apart; {@code srcStep} bytes on for the next tile
     * @param row bytes between rows of y, and of the residual
     * @param dstStep bytes between tiles of y, and of the residual
     * @param biasStep bytes between the biases of tiles
     * @param residual address of what is added, or 0
     * @param patch address of 4 x 6 vectors of scratch memory
     */
    static void output(long src, long srcStep, long xi, long dst, long row, long dstStep, long bias, long biasStep, long residual, float lo, long patch,
            int count) {
        if (count == 0) {
            return;
        }
        FloatVector a = broadcast(F32, (float) A);
        FloatVector b = broadcast(F32, (float) B);
        FloatVector half = broadcast(F32, 0.5f);
        FloatVector two = broadcast(F32, 2f);
        FloatVector a3 = broadcast(F32, (float) (A * A * A));
        FloatVector b3 = broadcast(F32, (float) (B * B * B));
        FloatVector least = broadcast(F32, lo);
        // An absent residual is a vector of zeros that is read again and again.
        long other = residual == 0 ? Native.ZEROS : residual;
        long pixel = residual == 0 ? 0 : Simd.BYTES;
        long otherRow = residual == 0 ? 0 : row & STRIDE;
        long otherStep = residual == 0 ? 0 : dstStep;
        long line = row & STRIDE;
        long place = xi & STRIDE;
        long middle = patch & ADDRESS;
        for (int i = 0; i < count; i++) {
            long first = src & ADDRESS;
            long result = dst & ADDRESS;
            long added = other & ADDRESS;
            for (int j = 0; j < 6; j++) {                             // column by column: Aᵀ u
                long at = first + place * Integer.toUnsignedLong(j);
                long to = middle + Simd.BYTES * Integer.toUnsignedLong(j);
                FloatVector d0 = fromMemorySegment(F32, ALL, at, ORDER);
                FloatVector d1 = fromMemorySegment(F32, ALL, at + 6 * place, ORDER);
                FloatVector d2 = fromMemorySegment(F32, ALL, at + 12 * place, ORDER);
                FloatVector d3 = fromMemorySegment(F32, ALL, at + 18 * place, ORDER);
                FloatVector d4 = fromMemorySegment(F32, ALL, at + 24 * place, ORDER);
                FloatVector d5 = fromMemorySegment(F32, ALL, at + 30 * place, ORDER);
                FloatVector p = d1.add(d2);
                FloatVector q = d1.sub(d2);
                FloatVector r = d3.add(d4);
                FloatVector s = d3.sub(d4);
                d0.add(p).add(r).intoMemorySegment(ALL, to, ORDER);
                s.fma(b, q.mul(a)).intoMemorySegment(ALL, to + ROW, ORDER);
                r.fma(two, p.mul(half)).intoMemorySegment(ALL, to + 2 * ROW, ORDER);
                s.fma(b3, q.fma(a3, d5)).intoMemorySegment(ALL, to + 3 * ROW, ORDER);
            }
            FloatVector start = fromMemorySegment(F32, ALL, bias & ADDRESS, ORDER);
            for (int j = 0; j < 4; j++) {                             // row by row: (Aᵀ u) A
                long at = middle + ROW * Integer.toUnsignedLong(j);
                long to = result + line * Integer.toUnsignedLong(j);
                long add = added + otherRow * Integer.toUnsignedLong(j);
                FloatVector d0 = fromMemorySegment(F32, ALL, at, ORDER);
                FloatVector d1 = fromMemorySegment(F32, ALL, at + Simd.BYTES, ORDER);
                FloatVector d2 = fromMemorySegment(F32, ALL, at + 2 * Simd.BYTES, ORDER);
                FloatVector d3 = fromMemorySegment(F32, ALL, at + 3 * Simd.BYTES, ORDER);
                FloatVector d4 = fromMemorySegment(F32, ALL, at + 4 * Simd.BYTES, ORDER);
                FloatVector d5 = fromMemorySegment(F32, ALL, at + 5 * Simd.BYTES, ORDER);
                FloatVector p = d1.add(d2);
                FloatVector q = d1.sub(d2);
                FloatVector r = d3.add(d4);
                FloatVector s = d3.sub(d4);
                FloatVector y0 = d0.add(p).add(r).add(start).add(fromMemorySegment(F32, ALL, add, ORDER));
                FloatVector y1 = s.fma(b, q.mul(a)).add(start).add(fromMemorySegment(F32, ALL, add + pixel, ORDER));
                FloatVector y2 = r.fma(two, p.mul(half)).add(start).add(fromMemorySegment(F32, ALL, add + 2 * pixel, ORDER));
                FloatVector y3 = s.fma(b3, q.fma(a3, d5)).add(start).add(fromMemorySegment(F32, ALL, add + 3 * pixel, ORDER));
                y0.blend(least, y0.compare(VectorOperators.LT, least)).intoMemorySegment(ALL, to, ORDER);
                y1.blend(least, y1.compare(VectorOperators.LT, least)).intoMemorySegment(ALL, to + Simd.BYTES, ORDER);
                y2.blend(least, y2.compare(VectorOperators.LT, least)).intoMemorySegment(ALL, to + 2 * Simd.BYTES, ORDER);
                y3.blend(least, y3.compare(VectorOperators.LT, least)).intoMemorySegment(ALL, to + 3 * Simd.BYTES, ORDER);
            }
            src += srcStep;
            dst += dstStep;
            bias += biasStep;
            other += otherStep;
        }
    }
}
