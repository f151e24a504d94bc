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
 * The transforms of Winograd's F(2x2, 3x3) with the points 0, ±1, ∞, a vector of channels at a time:
 *
 * <pre>y = Aᵀ [(G g Gᵀ) ⊙ (Bᵀ d B)] A
 *
 *      | 1  0 -1  0 |                             | 1   0   0  |
 * Bᵀ = | 0  1  1  0 |   Aᵀ = | 1  1  1  0 |   G = | ½   ½   ½  |
 *      | 0 -1  1  0 |        | 0  1 -1 -1 |       | ½  -½   ½  |
 *      | 0  1  0 -1 |                             | 0   0   1  |</pre>
 */
final class Winograd2Tile {
    private static final long ROW = 4 * Simd.BYTES;

    private Winograd2Tile() {
    }

    /**
     * G g Gᵀ of a kernel of 3 x 3 vectors.
     *
     * @param src address of the first vector, the others are {@code step} bytes apart: negative turns the kernel around
     * @param dst where the first of 16 elements goes, the others are {@code xi} bytes apart
     * @param half address of 12 vectors of scratch memory
     */
    static void weights(long src, long step, long dst, long xi, long half) {
        if (dst == NOWHERE) {
            return;
        }
        for (long j = 0; j < 3; j++) {                                    // column by column: G g
            FloatVector g0 = fromMemorySegment(F32, ALL, src + j * step, ORDER);
            FloatVector g1 = fromMemorySegment(F32, ALL, src + (3 + j) * step, ORDER).mul(.5f);
            FloatVector g2 = fromMemorySegment(F32, ALL, src + (6 + j) * step, ORDER);
            FloatVector p = g0.add(g2).mul(.5f);
            long to = half + j * Simd.BYTES;
            g0.intoMemorySegment(ALL, to, ORDER);
            p.add(g1).intoMemorySegment(ALL, to + 3 * Simd.BYTES, ORDER);
            p.sub(g1).intoMemorySegment(ALL, to + 6 * Simd.BYTES, ORDER);
            g2.intoMemorySegment(ALL, to + 9 * Simd.BYTES, ORDER);
        }
        for (int i = 0; i < 4; i++) {                                     // row by row: (G g) Gᵀ
            FloatVector g0 = fromMemorySegment(F32, ALL, half, ORDER);
            FloatVector g1 = fromMemorySegment(F32, ALL, half + Simd.BYTES, ORDER).mul(.5f);
            FloatVector g2 = fromMemorySegment(F32, ALL, half + 2 * Simd.BYTES, ORDER);
            FloatVector p = g0.add(g2).mul(.5f);
            g0.intoMemorySegment(ALL, dst, ORDER);
            p.add(g1).intoMemorySegment(ALL, dst + xi, ORDER);
            p.sub(g1).intoMemorySegment(ALL, dst + 2 * xi, ORDER);
            g2.intoMemorySegment(ALL, dst + 3 * xi, ORDER);
            half += 3 * Simd.BYTES;
            dst += 4 * xi;
        }
    }

    /**
     * Bᵀ d B of {@code count} patches of 4 x 4 pixels: neighbouring tiles of a block of channels, or the blocks of a tile.
     *
     * @param row bytes between rows of the image
     * @param srcStep bytes between patches
     * @param dst where the first of 16 elements goes, the others are {@code xi} bytes apart; {@code dstStep} bytes on for the next patch
     * @param patch address of 4 x 4 vectors of scratch memory
     */
    static void input(long src, long row, long srcStep, long dst, long dstStep, long xi, long patch, int count) {
        long line = row & STRIDE;
        long place = xi & STRIDE;
        long middle = patch & ADDRESS;
        for (int i = 0; i < count; i++) {
            long first = src & ADDRESS;
            long result = dst & ADDRESS;
            for (int j = 0; j < 4; j++) {                                // column by column: Bᵀ d
                long column = Simd.BYTES * Integer.toUnsignedLong(j);
                long at = first + column;
                long to = middle + column;
                FloatVector d0 = fromMemorySegment(F32, ALL, at, ORDER);
                FloatVector d1 = fromMemorySegment(F32, ALL, at + line, ORDER);
                FloatVector d2 = fromMemorySegment(F32, ALL, at + 2 * line, ORDER);
                FloatVector d3 = fromMemorySegment(F32, ALL, at + 3 * line, ORDER);
                d0.sub(d2).intoMemorySegment(ALL, to, ORDER);
                d1.add(d2).intoMemorySegment(ALL, to + ROW, ORDER);
                d2.sub(d1).intoMemorySegment(ALL, to + 2 * ROW, ORDER);
                d1.sub(d3).intoMemorySegment(ALL, to + 3 * ROW, ORDER);
            }
            for (int j = 0; j < 4; j++) {                                // row by row: (Bᵀ d) B
                long at = middle + ROW * Integer.toUnsignedLong(j);
                long to = result + 4 * place * Integer.toUnsignedLong(j);
                FloatVector d0 = fromMemorySegment(F32, ALL, at, ORDER);
                FloatVector d1 = fromMemorySegment(F32, ALL, at + Simd.BYTES, ORDER);
                FloatVector d2 = fromMemorySegment(F32, ALL, at + 2 * Simd.BYTES, ORDER);
                FloatVector d3 = fromMemorySegment(F32, ALL, at + 3 * Simd.BYTES, ORDER);
                d0.sub(d2).intoMemorySegment(ALL, to, ORDER);
                d1.add(d2).intoMemorySegment(ALL, to + place, ORDER);
                d2.sub(d1).intoMemorySegment(ALL, to + 2 * place, ORDER);
                d1.sub(d3).intoMemorySegment(ALL, to + 3 * place, ORDER);
            }
            src += srcStep;
            dst += dstStep;
        }
    }

    /**
     * y = max(lo, Aᵀ u A + bias + residual) of {@code count} tiles of 2 x 2 pixels: neighbouring tiles, or the blocks of a tile.
     *
     * @param src address of the first of 16 elements, the others are {@code xi} bytes apart; {@code srcStep} bytes on for the next tile
     * @param row bytes between rows of y, and of the residual
     * @param dstStep bytes between tiles of y, and of the residual
     * @param biasStep bytes between the biases of tiles
     * @param residual address of what is added, or 0
     * @param patch address of 2 x 4 vectors of scratch memory
     */
    static void output(long src, long srcStep, long xi, long dst, long row, long dstStep, long bias, long biasStep, long residual, float lo, long patch,
            int count) {
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
            for (int j = 0; j < 4; j++) {                             // column by column: Aᵀ u
                long at = first + place * Integer.toUnsignedLong(j);
                long to = middle + Simd.BYTES * Integer.toUnsignedLong(j);
                FloatVector d0 = fromMemorySegment(F32, ALL, at, ORDER);
                FloatVector d1 = fromMemorySegment(F32, ALL, at + 4 * place, ORDER);
                FloatVector d2 = fromMemorySegment(F32, ALL, at + 8 * place, ORDER);
                FloatVector d3 = fromMemorySegment(F32, ALL, at + 12 * place, ORDER);
                d0.add(d1).add(d2).intoMemorySegment(ALL, to, ORDER);
                d1.sub(d2).sub(d3).intoMemorySegment(ALL, to + ROW, ORDER);
            }
            FloatVector start = fromMemorySegment(F32, ALL, bias & ADDRESS, ORDER);
            for (int j = 0; j < 2; j++) {                             // row by row: (Aᵀ u) A
                long at = middle + ROW * Integer.toUnsignedLong(j);
                long to = result + line * Integer.toUnsignedLong(j);
                long add = added + otherRow * Integer.toUnsignedLong(j);
                FloatVector d0 = fromMemorySegment(F32, ALL, at, ORDER);
                FloatVector d1 = fromMemorySegment(F32, ALL, at + Simd.BYTES, ORDER);
                FloatVector d2 = fromMemorySegment(F32, ALL, at + 2 * Simd.BYTES, ORDER);
                FloatVector d3 = fromMemorySegment(F32, ALL, at + 3 * Simd.BYTES, ORDER);
                FloatVector y0 = d0.add(d1).add(d2).add(start).add(fromMemorySegment(F32, ALL, add, ORDER));
                FloatVector y1 = d1.sub(d2).sub(d3).add(start).add(fromMemorySegment(F32, ALL, add + pixel, ORDER));
                y0.blend(least, y0.compare(VectorOperators.LT, least)).intoMemorySegment(ALL, to, ORDER);
                y1.blend(least, y1.compare(VectorOperators.LT, least)).intoMemorySegment(ALL, to + Simd.BYTES, ORDER);
            }
            src += srcStep;
            dst += dstStep;
            bias += biasStep;
            other += otherStep;
        }
    }
}
