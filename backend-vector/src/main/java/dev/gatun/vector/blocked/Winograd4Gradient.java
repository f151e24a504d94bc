package dev.gatun.vector.blocked;

import static dev.gatun.vector.Native.ALL;
import static dev.gatun.vector.Native.NOWHERE;
import static dev.gatun.vector.Native.ORDER;
import static dev.gatun.vector.Simd.F32;
import static jdk.incubator.vector.FloatVector.broadcast;
import static jdk.incubator.vector.FloatVector.fromMemorySegment;

import dev.gatun.vector.Simd;
import jdk.incubator.vector.FloatVector;

/**
 * The transforms of the gradient of Winograd's F(4x4, 3x3) in the weights, with the matrices A, B and G of {@link Winograd4Tile}: y = Aᵀ [(G g Gᵀ) ⊙ V] A
 * is linear in g, so that
 *
 * <pre>dg = Gᵀ [V ⊙ Z] G,   V = Bᵀ d B,   Z = A dy Aᵀ</pre>
 */
final class Winograd4Gradient {
    private static final double A = Math.sqrt(0.5);
    private static final double B = Math.sqrt(2);
    private static final double CA = -2.0 / 3;
    private static final double CB = 1.0 / 6;

    private static final long ROW = 4 * Simd.BYTES;

    private Winograd4Gradient() {
    }

    /**
     * A dy Aᵀ of a tile of 4 x 4 pixels.
     *
     * @param row bytes between rows of dy
     * @param dst where the first of 36 elements goes, the others are {@code xi} bytes apart
     * @param half address of 6 x 4 vectors of scratch memory
     */
    static void output(long src, long row, long dst, long xi, long half) {
        if (dst == NOWHERE) {
            return;
        }
        FloatVector a = broadcast(F32, (float) A);
        FloatVector a3 = broadcast(F32, (float) (A * A * A));
        FloatVector b = broadcast(F32, (float) B);
        FloatVector b3 = broadcast(F32, (float) (B * B * B));
        FloatVector two = broadcast(F32, 2f);
        FloatVector oneHalf = broadcast(F32, 0.5f);
        for (long j = 0; j < ROW; j += Simd.BYTES) {                      // column by column: A dy
            FloatVector d0 = fromMemorySegment(F32, ALL, src + j, ORDER);
            FloatVector d1 = fromMemorySegment(F32, ALL, src + row + j, ORDER);
            FloatVector d2 = fromMemorySegment(F32, ALL, src + 2 * row + j, ORDER);
            FloatVector d3 = fromMemorySegment(F32, ALL, src + 3 * row + j, ORDER);
            FloatVector p = d2.fma(oneHalf, d0);
            FloatVector q = d3.fma(a3, d1.mul(a));
            FloatVector r = d2.fma(two, d0);
            FloatVector s = d3.fma(b3, d1.mul(b));
            d0.intoMemorySegment(ALL, half + j, ORDER);
            p.add(q).intoMemorySegment(ALL, half + ROW + j, ORDER);
            p.sub(q).intoMemorySegment(ALL, half + 2 * ROW + j, ORDER);
            r.add(s).intoMemorySegment(ALL, half + 3 * ROW + j, ORDER);
            r.sub(s).intoMemorySegment(ALL, half + 4 * ROW + j, ORDER);
            d3.intoMemorySegment(ALL, half + 5 * ROW + j, ORDER);
        }
        for (int i = 0; i < 6; i++) {                                     // row by row: (A dy) Aᵀ
            FloatVector d0 = fromMemorySegment(F32, ALL, half, ORDER);
            FloatVector d1 = fromMemorySegment(F32, ALL, half + Simd.BYTES, ORDER);
            FloatVector d2 = fromMemorySegment(F32, ALL, half + 2 * Simd.BYTES, ORDER);
            FloatVector d3 = fromMemorySegment(F32, ALL, half + 3 * Simd.BYTES, ORDER);
            FloatVector p = d2.fma(oneHalf, d0);
            FloatVector q = d3.fma(a3, d1.mul(a));
            FloatVector r = d2.fma(two, d0);
            FloatVector s = d3.fma(b3, d1.mul(b));
            d0.intoMemorySegment(ALL, dst, ORDER);
            p.add(q).intoMemorySegment(ALL, dst + xi, ORDER);
            p.sub(q).intoMemorySegment(ALL, dst + 2 * xi, ORDER);
            r.add(s).intoMemorySegment(ALL, dst + 3 * xi, ORDER);
            r.sub(s).intoMemorySegment(ALL, dst + 4 * xi, ORDER);
            d3.intoMemorySegment(ALL, dst + 5 * xi, ORDER);
            half += ROW;
            dst += 6 * xi;
        }
    }

    /**
     * Gᵀ u G: 3 x 3 vectors, one behind the other.
     *
     * @param src address of the first of 36 elements, the others are {@code xi} bytes apart
     * @param half address of 3 x 6 vectors of scratch memory
     */
    static void weights(long src, long xi, long dst, long half) {
        if (dst == NOWHERE) {
            return;
        }
        FloatVector ca = broadcast(F32, (float) CA);
        FloatVector caA = broadcast(F32, (float) (CA * A));
        FloatVector caHalf = broadcast(F32, (float) (CA / 2));
        FloatVector cb = broadcast(F32, (float) CB);
        FloatVector cbB = broadcast(F32, (float) (CB * B));
        FloatVector cb2 = broadcast(F32, (float) (CB * 2));
        for (long j = 0; j < 6; j++) {                                    // column by column: Gᵀ u
            long at = src + j * xi;
            FloatVector u1 = fromMemorySegment(F32, ALL, at + 6 * xi, ORDER);
            FloatVector u2 = fromMemorySegment(F32, ALL, at + 12 * xi, ORDER);
            FloatVector u3 = fromMemorySegment(F32, ALL, at + 18 * xi, ORDER);
            FloatVector u4 = fromMemorySegment(F32, ALL, at + 24 * xi, ORDER);
            FloatVector p = u1.add(u2);
            FloatVector q = u3.add(u4);
            long to = half + j * Simd.BYTES;
            p.fma(ca, q.fma(cb, fromMemorySegment(F32, ALL, at, ORDER))).intoMemorySegment(ALL, to, ORDER);
            u1.sub(u2).fma(caA, u3.sub(u4).mul(cbB)).intoMemorySegment(ALL, to + 6 * Simd.BYTES, ORDER);
            p.fma(caHalf, q.fma(cb2, fromMemorySegment(F32, ALL, at + 30 * xi, ORDER))).intoMemorySegment(ALL, to + 12 * Simd.BYTES, ORDER);
        }
        for (int i = 0; i < 3; i++) {                                     // row by row: (Gᵀ u) G
            FloatVector u1 = fromMemorySegment(F32, ALL, half + Simd.BYTES, ORDER);
            FloatVector u2 = fromMemorySegment(F32, ALL, half + 2 * Simd.BYTES, ORDER);
            FloatVector u3 = fromMemorySegment(F32, ALL, half + 3 * Simd.BYTES, ORDER);
            FloatVector u4 = fromMemorySegment(F32, ALL, half + 4 * Simd.BYTES, ORDER);
            FloatVector p = u1.add(u2);
            FloatVector q = u3.add(u4);
            p.fma(ca, q.fma(cb, fromMemorySegment(F32, ALL, half, ORDER))).intoMemorySegment(ALL, dst, ORDER);
            u1.sub(u2).fma(caA, u3.sub(u4).mul(cbB)).intoMemorySegment(ALL, dst + Simd.BYTES, ORDER);
            p.fma(caHalf, q.fma(cb2, fromMemorySegment(F32, ALL, half + 5 * Simd.BYTES, ORDER))).intoMemorySegment(ALL, dst + 2 * Simd.BYTES, ORDER);
            half += 6 * Simd.BYTES;
            dst += 3 * Simd.BYTES;
        }
    }
}
