package dev.gatun.vector.blocked;

import static dev.gatun.vector.Native.ADDRESS;
import static dev.gatun.vector.Native.ALL;
import static dev.gatun.vector.Native.ORDER;
import static dev.gatun.vector.Simd.F32;
import static jdk.incubator.vector.FloatVector.broadcast;
import static jdk.incubator.vector.FloatVector.fromMemorySegment;

import dev.gatun.vector.Native;
import dev.gatun.vector.Simd;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/** The end of an epilogue, while a tile is still in the first-level cache: y = max(lo, y + residual), NaN stays NaN. */
final class Finish {
    /** The lower bound that bounds nothing. */
    static final float NO_BOUND = Float.NEGATIVE_INFINITY;

    private static final long P1 = Simd.BYTES;
    private static final long P2 = 2 * Simd.BYTES;
    private static final long P3 = 3 * Simd.BYTES;
    private static final long P4 = 4 * Simd.BYTES;
    private static final long P5 = 5 * Simd.BYTES;

    private Finish() {
    }

    /**
     * Runs over {@code pixels} x {@code vectors} vectors.
     *
     * @param plane bytes between blocks of channels, of y as of the residual
     * @param residual address of what is added, or 0
     * @param lo 0 for ReLU, or {@link #NO_BOUND}
     */
    static void run(int pixels, int vectors, long y, long plane, long residual, float lo) {
        if (residual == 0 && lo == NO_BOUND) {
            return;
        }
        // An absent residual is a vector of zeros that is read again and again: one loop without branches.
        long other = residual == 0 ? Native.ZEROS : residual;
        long step = residual == 0 ? 0 : Simd.BYTES;
        long otherPlane = residual == 0 ? 0 : plane;
        for (int v = 0; v < vectors; v++) {
            if (pixels == Panel.PIXELS) {
                six(y, other, step, lo);
            } else {
                several(pixels, y, other, step, lo);
            }
            y += plane;
            other += otherPlane;
        }
    }

    private static void several(int pixels, long y, long other, long step, float lo) {
        FloatVector least = broadcast(F32, lo);
        for (int q = 0; q < pixels; q++) {
            FloatVector sum = fromMemorySegment(F32, ALL, y, ORDER).add(fromMemorySegment(F32, ALL, other, ORDER));
            sum.blend(least, sum.compare(VectorOperators.LT, least)).intoMemorySegment(ALL, y, ORDER);
            y += Simd.BYTES;
            other += step;
        }
    }

    /** Most tiles have six pixels: as a loop they take as long as eight steps of a sum. */
    private static void six(long first, long firstOther, long step, float lo) {
        long y = first & ADDRESS;
        long other = firstOther & ADDRESS;
        long next = step & Simd.BYTES;
        FloatVector least = broadcast(F32, lo);
        FloatVector s0 = fromMemorySegment(F32, ALL, y, ORDER).add(fromMemorySegment(F32, ALL, other, ORDER));
        FloatVector s1 = fromMemorySegment(F32, ALL, y + P1, ORDER).add(fromMemorySegment(F32, ALL, other + next, ORDER));
        FloatVector s2 = fromMemorySegment(F32, ALL, y + P2, ORDER).add(fromMemorySegment(F32, ALL, other + 2 * next, ORDER));
        FloatVector s3 = fromMemorySegment(F32, ALL, y + P3, ORDER).add(fromMemorySegment(F32, ALL, other + 3 * next, ORDER));
        FloatVector s4 = fromMemorySegment(F32, ALL, y + P4, ORDER).add(fromMemorySegment(F32, ALL, other + 4 * next, ORDER));
        FloatVector s5 = fromMemorySegment(F32, ALL, y + P5, ORDER).add(fromMemorySegment(F32, ALL, other + 5 * next, ORDER));
        s0.blend(least, s0.compare(VectorOperators.LT, least)).intoMemorySegment(ALL, y, ORDER);
        s1.blend(least, s1.compare(VectorOperators.LT, least)).intoMemorySegment(ALL, y + P1, ORDER);
        s2.blend(least, s2.compare(VectorOperators.LT, least)).intoMemorySegment(ALL, y + P2, ORDER);
        s3.blend(least, s3.compare(VectorOperators.LT, least)).intoMemorySegment(ALL, y + P3, ORDER);
        s4.blend(least, s4.compare(VectorOperators.LT, least)).intoMemorySegment(ALL, y + P4, ORDER);
        s5.blend(least, s5.compare(VectorOperators.LT, least)).intoMemorySegment(ALL, y + P5, ORDER);
    }
}
