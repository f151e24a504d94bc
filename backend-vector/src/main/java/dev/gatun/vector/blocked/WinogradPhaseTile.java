package dev.gatun.vector.blocked;

import static dev.gatun.vector.Native.ADDRESS;
import static dev.gatun.vector.Native.ALL;
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
 * The transforms of Winograd's F(4x4, 2x2) with the points 0, -1, ½, 2, ∞, a vector of channels at a time: 25 products a tile instead of 64. For kernels of
 * 4 x 4 places with stride 2, of which each phase has 2 x 2.
 *
 * <pre>y = Aᵀ [(G g Gᵀ) ⊙ (Bᵀ d B)] A          dg = Gᵀ [(Bᵀ d B) ⊙ (A dy Aᵀ)] G
 *
 *      | 1  -3/2 -3/2  1   0 |
 *      | 0   1   -5/2  1   0 |        | 1   1   1    1   0 |        |  1    0  |
 * Bᵀ = | 0  -2   -1    1   0 |   Aᵀ = | 0  -1   1/2  2   0 |    G = | -2/9  2/9|
 *      | 0  -1/2  1/2  1   0 |        | 0   1   1/4  4   0 |        | -8/9 -4/9|
 *      | 0   1   -3/2 -3/2 1 |        | 0  -1   1/8  8   1 |        |  1/9  2/9|
 *                                                                   |  0    1  |</pre>
 *
 * <p>With the reciprocal pair ½, 2 all entries of A and B are exact and B has few; the error is half of that with ±1, ½.
 */
final class WinogradPhaseTile {
    private static final float NINTH = 1f / 9;

    private static final long ROW = 5 * Simd.BYTES;

    private WinogradPhaseTile() {
    }

    /**
     * G g Gᵀ of a kernel of 2 x 2 vectors.
     *
     * @param row bytes from row to row of the kernel, {@code column} from column to column: negative turns it around
     * @param dst where the first of 25 elements goes, the others are {@code xi} bytes apart
     * @param half address of 5 x 2 vectors of scratch memory
     */
    static void weights(long src, long row, long column, long dst, long xi, long half) {
        FloatVector one = broadcast(F32, NINTH);
        FloatVector two = broadcast(F32, 2 * NINTH);
        FloatVector four = broadcast(F32, 4 * NINTH);
        FloatVector minus8 = broadcast(F32, -8 * NINTH);
        for (long j = 0; j < 2; j++) {                                    // column by column: G g
            FloatVector g0 = fromMemorySegment(F32, ALL, src + j * column, ORDER);
            FloatVector g1 = fromMemorySegment(F32, ALL, src + row + j * column, ORDER);
            long to = half + j * Simd.BYTES;
            g0.intoMemorySegment(ALL, to, ORDER);
            g1.sub(g0).mul(two).intoMemorySegment(ALL, to + 2 * Simd.BYTES, ORDER);
            g0.fma(minus8, g1.mul(four).neg()).intoMemorySegment(ALL, to + 4 * Simd.BYTES, ORDER);
            g0.fma(one, g1.mul(two)).intoMemorySegment(ALL, to + 6 * Simd.BYTES, ORDER);
            g1.intoMemorySegment(ALL, to + 8 * Simd.BYTES, ORDER);
        }
        for (int i = 0; i < 5; i++) {                                     // row by row: (G g) Gᵀ
            FloatVector g0 = fromMemorySegment(F32, ALL, half, ORDER);
            FloatVector g1 = fromMemorySegment(F32, ALL, half + Simd.BYTES, ORDER);
            g0.intoMemorySegment(ALL, dst, ORDER);
            g1.sub(g0).mul(two).intoMemorySegment(ALL, dst + xi, ORDER);
            g0.fma(minus8, g1.mul(four).neg()).intoMemorySegment(ALL, dst + 2 * xi, ORDER);
            g0.fma(one, g1.mul(two)).intoMemorySegment(ALL, dst + 3 * xi, ORDER);
            g1.intoMemorySegment(ALL, dst + 4 * xi, ORDER);
            half += 2 * Simd.BYTES;
            dst += 5 * xi;
        }
    }

    /**
     * Bᵀ d B of {@code count} patches of 5 x 5 pixels: neighbouring tiles of a block of channels, or the blocks of a tile.
     *
     * @param row bytes from row to row of a patch, {@code column} from column to column
     * @param srcStep bytes between patches
     * @param dst where the first of 25 elements goes, the others are {@code xi} bytes apart; {@code dstStep} bytes on for the next patch
     * @param patch address of 5 x 5 vectors of scratch memory
     */
    static void input(long src, long row, long column, long srcStep, long dst, long dstStep, long xi, long patch, int count) {
        FloatVector minus2 = broadcast(F32, -2f);
        FloatVector half = broadcast(F32, .5f);
        FloatVector minus3Halves = broadcast(F32, -1.5f);
        FloatVector minus5Halves = broadcast(F32, -2.5f);
        long line = row & STRIDE;
        long pixel = column & STRIDE;
        long place = xi & STRIDE;
        long middle = patch & ADDRESS;
        for (int i = 0; i < count; i++) {
            long first = src & ADDRESS;
            long result = dst & ADDRESS;
            for (int j = 0; j < 5; j++) {                                 // column by column: Bᵀ d
                long at = first + pixel * Integer.toUnsignedLong(j);
                long to = middle + Simd.BYTES * Integer.toUnsignedLong(j);
                FloatVector d0 = fromMemorySegment(F32, ALL, at, ORDER);
                FloatVector d1 = fromMemorySegment(F32, ALL, at + line, ORDER);
                FloatVector d2 = fromMemorySegment(F32, ALL, at + 2 * line, ORDER);
                FloatVector d3 = fromMemorySegment(F32, ALL, at + 3 * line, ORDER);
                FloatVector d4 = fromMemorySegment(F32, ALL, at + 4 * line, ORDER);
                d1.add(d2).fma(minus3Halves, d0.add(d3)).intoMemorySegment(ALL, to, ORDER);
                d2.fma(minus5Halves, d1.add(d3)).intoMemorySegment(ALL, to + ROW, ORDER);
                d1.fma(minus2, d3.sub(d2)).intoMemorySegment(ALL, to + 2 * ROW, ORDER);
                d2.sub(d1).fma(half, d3).intoMemorySegment(ALL, to + 3 * ROW, ORDER);
                d2.add(d3).fma(minus3Halves, d1.add(d4)).intoMemorySegment(ALL, to + 4 * ROW, ORDER);
            }
            for (int j = 0; j < 5; j++) {                                 // row by row: (Bᵀ d) B
                long at = middle + ROW * Integer.toUnsignedLong(j);
                long to = result + 5 * place * Integer.toUnsignedLong(j);
                FloatVector d0 = fromMemorySegment(F32, ALL, at, ORDER);
                FloatVector d1 = fromMemorySegment(F32, ALL, at + Simd.BYTES, ORDER);
                FloatVector d2 = fromMemorySegment(F32, ALL, at + 2 * Simd.BYTES, ORDER);
                FloatVector d3 = fromMemorySegment(F32, ALL, at + 3 * Simd.BYTES, ORDER);
                FloatVector d4 = fromMemorySegment(F32, ALL, at + 4 * Simd.BYTES, ORDER);
                d1.add(d2).fma(minus3Halves, d0.add(d3)).intoMemorySegment(ALL, to, ORDER);
                d2.fma(minus5Halves, d1.add(d3)).intoMemorySegment(ALL, to + place, ORDER);
                d1.fma(minus2, d3.sub(d2)).intoMemorySegment(ALL, to + 2 * place, ORDER);
                d2.sub(d1).fma(half, d3).intoMemorySegment(ALL, to + 3 * place, ORDER);
                d2.add(d3).fma(minus3Halves, d1.add(d4)).intoMemorySegment(ALL, to + 4 * place, ORDER);
            }
            src += srcStep;
            dst += dstStep;
        }
    }

    /**
     * y = max(lo, Aᵀ u A + bias + residual) of {@code count} tiles of 4 x 4 pixels: neighbouring tiles, or the blocks of a tile.
     *
     * @param src address of the first of 25 elements, the others are {@code xi} bytes apart; {@code srcStep} bytes on for the next tile
     * @param row bytes between rows of y, and of the residual; {@code column} between their columns
     * @param dstStep bytes between tiles of y, and of the residual
     * @param biasStep bytes between the biases of tiles
     * @param residual address of what is added, or 0
     * @param patch address of 4 x 5 vectors of scratch memory
     */
    static void output(long src, long srcStep, long xi, long dst, long row, long column, long dstStep, long bias, long biasStep, long residual, float lo,
            long patch, int count) {
        FloatVector quarter = broadcast(F32, .25f);
        FloatVector eighth = broadcast(F32, .125f);
        FloatVector half = broadcast(F32, .5f);
        FloatVector two = broadcast(F32, 2f);
        FloatVector four = broadcast(F32, 4f);
        FloatVector eight = broadcast(F32, 8f);
        FloatVector least = broadcast(F32, lo);
        // An absent residual is a vector of zeros that is read again and again.
        long other = residual == 0 ? Native.ZEROS : residual;
        long otherStep = residual == 0 ? 0 : dstStep;
        long line = row & STRIDE;
        long pixel = column & STRIDE;
        long otherLine = residual == 0 ? 0 : row & STRIDE;
        long otherPixel = residual == 0 ? 0 : column & STRIDE;
        long place = xi & STRIDE;
        long middle = patch & ADDRESS;
        for (int i = 0; i < count; i++) {
            long first = src & ADDRESS;
            long result = dst & ADDRESS;
            long added = other & ADDRESS;
            for (int j = 0; j < 5; j++) {                                 // column by column: Aᵀ u
                long at = first + place * Integer.toUnsignedLong(j);
                long to = middle + Simd.BYTES * Integer.toUnsignedLong(j);
                FloatVector d0 = fromMemorySegment(F32, ALL, at, ORDER);
                FloatVector d1 = fromMemorySegment(F32, ALL, at + 5 * place, ORDER);
                FloatVector d2 = fromMemorySegment(F32, ALL, at + 10 * place, ORDER);
                FloatVector d3 = fromMemorySegment(F32, ALL, at + 15 * place, ORDER);
                FloatVector d4 = fromMemorySegment(F32, ALL, at + 20 * place, ORDER);
                d0.add(d1).add(d2.add(d3)).intoMemorySegment(ALL, to, ORDER);
                d3.fma(two, d2.mul(half).sub(d1)).intoMemorySegment(ALL, to + ROW, ORDER);
                d3.fma(four, d2.fma(quarter, d1)).intoMemorySegment(ALL, to + 2 * ROW, ORDER);
                d3.fma(eight, d2.fma(eighth, d4.sub(d1))).intoMemorySegment(ALL, to + 3 * ROW, ORDER);
            }
            FloatVector start = fromMemorySegment(F32, ALL, bias & ADDRESS, ORDER);
            for (int j = 0; j < 4; j++) {                                 // row by row: (Aᵀ u) A
                long at = middle + ROW * Integer.toUnsignedLong(j);
                long to = result + line * Integer.toUnsignedLong(j);
                long add = added + otherLine * Integer.toUnsignedLong(j);
                FloatVector d0 = fromMemorySegment(F32, ALL, at, ORDER);
                FloatVector d1 = fromMemorySegment(F32, ALL, at + Simd.BYTES, ORDER);
                FloatVector d2 = fromMemorySegment(F32, ALL, at + 2 * Simd.BYTES, ORDER);
                FloatVector d3 = fromMemorySegment(F32, ALL, at + 3 * Simd.BYTES, ORDER);
                FloatVector d4 = fromMemorySegment(F32, ALL, at + 4 * Simd.BYTES, ORDER);
                FloatVector y0 = d0.add(d1).add(d2.add(d3)).add(start).add(fromMemorySegment(F32, ALL, add, ORDER));
                FloatVector y1 = d3.fma(two, d2.mul(half).sub(d1)).add(start).add(fromMemorySegment(F32, ALL, add + otherPixel, ORDER));
                FloatVector y2 = d3.fma(four, d2.fma(quarter, d1)).add(start).add(fromMemorySegment(F32, ALL, add + 2 * otherPixel, ORDER));
                FloatVector y3 = d3.fma(eight, d2.fma(eighth, d4.sub(d1))).add(start).add(fromMemorySegment(F32, ALL, add + 3 * otherPixel, ORDER));
                y0.blend(least, y0.compare(VectorOperators.LT, least)).intoMemorySegment(ALL, to, ORDER);
                y1.blend(least, y1.compare(VectorOperators.LT, least)).intoMemorySegment(ALL, to + pixel, ORDER);
                y2.blend(least, y2.compare(VectorOperators.LT, least)).intoMemorySegment(ALL, to + 2 * pixel, ORDER);
                y3.blend(least, y3.compare(VectorOperators.LT, least)).intoMemorySegment(ALL, to + 3 * pixel, ORDER);
            }
            src += srcStep;
            dst += dstStep;
            bias += biasStep;
            other += otherStep;
        }
    }

    /**
     * A dy Aᵀ of a tile of 4 x 4 pixels.
     *
     * @param row bytes between rows of dy
     * @param dst where the first of 25 elements goes, the others are {@code xi} bytes apart
     * @param scratch address of 5 x 4 vectors of scratch memory
     */
    static void outputGradient(long src, long row, long dst, long xi, long scratch) {
        FloatVector quarter = broadcast(F32, .25f);
        FloatVector eighth = broadcast(F32, .125f);
        FloatVector half = broadcast(F32, .5f);
        FloatVector two = broadcast(F32, 2f);
        FloatVector four = broadcast(F32, 4f);
        FloatVector eight = broadcast(F32, 8f);
        long first = src & ADDRESS;
        long line = row & STRIDE;
        long place = xi & STRIDE;
        long middle = scratch & ADDRESS;
        long result = dst & ADDRESS;
        for (int j = 0; j < 4; j++) {                                     // column by column: A dy
            long at = first + Simd.BYTES * Integer.toUnsignedLong(j);
            FloatVector d0 = fromMemorySegment(F32, ALL, at, ORDER);
            FloatVector d1 = fromMemorySegment(F32, ALL, at + line, ORDER);
            FloatVector d2 = fromMemorySegment(F32, ALL, at + 2 * line, ORDER);
            FloatVector d3 = fromMemorySegment(F32, ALL, at + 3 * line, ORDER);
            long to = middle + Simd.BYTES * Integer.toUnsignedLong(j);
            d0.intoMemorySegment(ALL, to, ORDER);
            d0.sub(d1).add(d2.sub(d3)).intoMemorySegment(ALL, to + 4 * Simd.BYTES, ORDER);
            d3.fma(eighth, d2.fma(quarter, d1.fma(half, d0))).intoMemorySegment(ALL, to + 8 * Simd.BYTES, ORDER);
            d3.fma(eight, d2.fma(four, d1.fma(two, d0))).intoMemorySegment(ALL, to + 12 * Simd.BYTES, ORDER);
            d3.intoMemorySegment(ALL, to + 16 * Simd.BYTES, ORDER);
        }
        for (int i = 0; i < 5; i++) {                                     // row by row: (A dy) Aᵀ
            long at = middle + 4 * Simd.BYTES * Integer.toUnsignedLong(i);
            long to = result + 5 * place * Integer.toUnsignedLong(i);
            FloatVector d0 = fromMemorySegment(F32, ALL, at, ORDER);
            FloatVector d1 = fromMemorySegment(F32, ALL, at + Simd.BYTES, ORDER);
            FloatVector d2 = fromMemorySegment(F32, ALL, at + 2 * Simd.BYTES, ORDER);
            FloatVector d3 = fromMemorySegment(F32, ALL, at + 3 * Simd.BYTES, ORDER);
            d0.intoMemorySegment(ALL, to, ORDER);
            d0.sub(d1).add(d2.sub(d3)).intoMemorySegment(ALL, to + place, ORDER);
            d3.fma(eighth, d2.fma(quarter, d1.fma(half, d0))).intoMemorySegment(ALL, to + 2 * place, ORDER);
            d3.fma(eight, d2.fma(four, d1.fma(two, d0))).intoMemorySegment(ALL, to + 3 * place, ORDER);
            d3.intoMemorySegment(ALL, to + 4 * place, ORDER);
        }
    }

    /**
     * Gᵀ u G: 2 x 2 vectors.
     *
     * @param src address of the first of 25 elements, the others are {@code xi} bytes apart
     * @param row bytes from row to row of the kernel, {@code column} from column to column
     * @param half address of 2 x 5 vectors of scratch memory
     */
    static void weightsGradient(long src, long xi, long dst, long row, long column, long half) {
        FloatVector one = broadcast(F32, NINTH);
        FloatVector two = broadcast(F32, 2 * NINTH);
        FloatVector minus4 = broadcast(F32, -4 * NINTH);
        FloatVector minus8 = broadcast(F32, -8 * NINTH);
        for (long j = 0; j < 5; j++) {                                    // column by column: Gᵀ u
            long at = src + j * xi;
            FloatVector u1 = fromMemorySegment(F32, ALL, at + 5 * xi, ORDER);
            FloatVector u2 = fromMemorySegment(F32, ALL, at + 10 * xi, ORDER);
            FloatVector u3 = fromMemorySegment(F32, ALL, at + 15 * xi, ORDER);
            long to = half + j * Simd.BYTES;
            u2.fma(minus8, u3.fma(one, fromMemorySegment(F32, ALL, at, ORDER).sub(u1.mul(two)))).intoMemorySegment(ALL, to, ORDER);
            u2.fma(minus4, u1.add(u3).fma(two, fromMemorySegment(F32, ALL, at + 20 * xi, ORDER))).intoMemorySegment(ALL, to + ROW, ORDER);
        }
        for (int i = 0; i < 2; i++) {                                     // row by row: (Gᵀ u) G
            FloatVector u1 = fromMemorySegment(F32, ALL, half + Simd.BYTES, ORDER);
            FloatVector u2 = fromMemorySegment(F32, ALL, half + 2 * Simd.BYTES, ORDER);
            FloatVector u3 = fromMemorySegment(F32, ALL, half + 3 * Simd.BYTES, ORDER);
            u2.fma(minus8, u3.fma(one, fromMemorySegment(F32, ALL, half, ORDER).sub(u1.mul(two)))).intoMemorySegment(ALL, dst, ORDER);
            u2.fma(minus4, u1.add(u3).fma(two, fromMemorySegment(F32, ALL, half + 4 * Simd.BYTES, ORDER))).intoMemorySegment(ALL, dst + column, ORDER);
            half += ROW;
            dst += row;
        }
    }
}
