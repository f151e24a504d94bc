package dev.gatun.vector;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/** Loads and stores of part of a vector: nothing beyond the mask is touched, lanes beyond it read as 0. */
final class Tails {
    private Tails() {
    }

    /** Returns the mask of the first {@code rest} lanes, of all if there are no more. */
    static VectorMask<Float> mask(long rest) {
        return Simd.F32.indexInRange(0, rest);
    }

    static FloatVector load(long address, VectorMask<Float> mask) {
        return FloatVector.fromMemorySegment(Simd.F32, Native.ALL, address, Native.ORDER, mask);
    }

    static void store(long address, FloatVector v, VectorMask<Float> mask) {
        v.intoMemorySegment(Native.ALL, address, Native.ORDER, mask);
    }
}
