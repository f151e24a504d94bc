package dev.gatun.vector.blocked;

import static dev.gatun.vector.Native.ADDRESS;
import static dev.gatun.vector.Native.ALL;
import static dev.gatun.vector.Native.NOWHERE;
import static dev.gatun.vector.Native.ORDER;
import static dev.gatun.vector.Native.STRIDE;
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
        long first = src & ADDRESS;
        long line = row & STRIDE;
        long place = xi & STRIDE;
        long middle = half & ADDRESS;
        long result = dst & ADDRESS;
        for (int j = 0; j < 4; j++) {                                     // column by column: A dy
            long at = first + Simd.BYTES * Integer.toUnsignedLong(j);
            long to = middle + Simd.BYTES * Integer.toUnsignedLong(j);
            FloatVector d0 = fromMemorySegment(F32, ALL, at, ORDER);
            FloatVector d1 = fromMemorySegment(F32, ALL, at + line, ORDER);
            FloatVector d2 = fromMemorySegment(F32, ALL, at + 2 * line, ORDER);
            FloatVector d3 = fromMemorySegment(F32, ALL, at + 3 * line, ORDER);
            FloatVector p = d2.fma(oneHalf, d0);
            FloatVector q = d3.fma(a3, d1.mul(a));
            FloatVector r = d2.fma(two, d0);
            FloatVector s = d3.fma(b3, d1.mul(b));
            d0.intoMemorySegment(ALL, to, ORDER);
            p.add(q).intoMemorySegment(ALL, to + ROW, ORDER);
            p.sub(q).intoMemorySegment(ALL, to + 2 * ROW, ORDER);
            r.add(s).intoMemorySegment(ALL, to + 3 * ROW, ORDER);
            r.sub(s).intoMemorySegment(ALL, to + 4 * ROW, ORDER);
            d3.intoMemorySegment(ALL, to + 5 * ROW, ORDER);
        }
        for (int i = 0; i < 6; i++) {                                     // row by row: (A dy) Aᵀ
            long at = middle + ROW * Integer.toUnsignedLong(i);
            long to = result + 6 * place * Integer.toUnsignedLong(i);
            FloatVector d0 = fromMemorySegment(F32, ALL, at, ORDER);
            FloatVector d1 = fromMemorySegment(F32, ALL, at + Simd.BYTES, ORDER);
            FloatVector d2 = fromMemorySegment(F32, ALL, at + 2 * Simd.BYTES, ORDER);
            FloatVector d3 = fromMemorySegment(F32, ALL, at + 3 * Simd.BYTES, ORDER);
            FloatVector p = d2.fma(oneHalf, d0);
            FloatVector q = d3.fma(a3, d1.mul(a));
            FloatVector r = d2.fma(two, d0);
            FloatVector s = d3.fma(b3, d1.mul(b));
            d0.intoMemorySegment(ALL, to, ORDER);
            p.add(q).intoMemorySegment(ALL, to + place, ORDER);
            p.sub(q).intoMemorySegment(ALL, to + 2 * place, ORDER);
            r.add(s).intoMemorySegment(ALL, to + 3 * place, ORDER);
            r.sub(s).intoMemorySegment(ALL, to + 4 * place, ORDER);
            d3.intoMemorySegment(ALL, to + 5 * place, ORDER);
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
        long first = src & ADDRESS;
        long place = xi & STRIDE;
        long middle = half & ADDRESS;
        long result = dst & ADDRESS;
        for (int j = 0; j < 6; j++) {                                     // column by column: Gᵀ u
            long at = first + place * Integer.toUnsignedLong(j);
            FloatVector u1 = fromMemorySegment(F32, ALL, at + 6 * place, ORDER);
            FloatVector u2 = fromMemorySegment(F32, ALL, at + 12 * place, ORDER);
            FloatVector u3 = fromMemorySegment(F32, ALL, at + 18 * place, ORDER);
            FloatVector u4 = fromMemorySegment(F32, ALL, at + 24 * place, ORDER);
            FloatVector p = u1.add(u2);
            FloatVector q = u3.add(u4);
            long to = middle + Simd.BYTES * Integer.toUnsignedLong(j);
            p.fma(ca, q.fma(cb, fromMemorySegment(F32, ALL, at, ORDER))).intoMemorySegment(ALL, to, ORDER);
            u1.sub(u2).fma(caA, u3.sub(u4).mul(cbB)).intoMemorySegment(ALL, to + 6 * Simd.BYTES, ORDER);
            p.fma(caHalf, q.fma(cb2, fromMemorySegment(F32, ALL, at + 30 * place, ORDER))).intoMemorySegment(ALL, to + 12 * Simd.BYTES, ORDER);
        }
        for (int i = 0; i < 3; i++) {                                     // row by row: (Gᵀ u) G
            long at = middle + 6 * Simd.BYTES * Integer.toUnsignedLong(i);
            long to = result + 3 * Simd.BYTES * Integer.toUnsignedLong(i);
            FloatVector u1 = fromMemorySegment(F32, ALL, at + Simd.BYTES, ORDER);
            FloatVector u2 = fromMemorySegment(F32, ALL, at + 2 * Simd.BYTES, ORDER);
            FloatVector u3 = fromMemorySegment(F32, ALL, at + 3 * Simd.BYTES, ORDER);
            FloatVector u4 = fromMemorySegment(F32, ALL, at + 4 * Simd.BYTES, ORDER);
            FloatVector p = u1.add(u2);
            FloatVector q = u3.add(u4);
            p.fma(ca, q.fma(cb, fromMemorySegment(F32, ALL, at, ORDER))).intoMemorySegment(ALL, to, ORDER);
            u1.sub(u2).fma(caA, u3.sub(u4).mul(cbB)).intoMemorySegment(ALL, to + Simd.BYTES, ORDER);
            p.fma(caHalf, q.fma(cb2, fromMemorySegment(F32, ALL, at + 5 * Simd.BYTES, ORDER))).intoMemorySegment(ALL, to + 2 * Simd.BYTES, ORDER);
        }
    }
}
