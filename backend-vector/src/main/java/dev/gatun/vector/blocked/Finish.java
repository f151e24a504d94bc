package dev.gatun.vector.blocked;

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
        long step = residual == 0 ? 0 : 1;
        FloatVector least = broadcast(F32, lo);
        long bytes = pixels * Simd.BYTES;
        for (int v = 0; v < vectors; v++) {
            for (long i = 0; i < bytes; i += Simd.BYTES) {
                FloatVector sum = fromMemorySegment(F32, ALL, y + i, ORDER).add(fromMemorySegment(F32, ALL, other + i * step, ORDER));
                sum.blend(least, sum.compare(VectorOperators.LT, least)).intoMemorySegment(ALL, y + i, ORDER);
            }
            y += plane;
            other += plane * step;
        }
    }
}
