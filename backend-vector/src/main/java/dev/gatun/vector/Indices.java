package dev.gatun.vector;

import dev.gatun.DType;
import dev.gatun.Shape;
import dev.gatun.TensorType;

/**
 * The index operand of a gather or scatter: I32 or I64.
 *
 * @param op the op's name, for the message
 * @param axis the axis of {@code x} that they point into
 * @param fromEnd whether negative ones count from the end of the axis; else they are outside of it
 */
record Indices(String op, DType dtype, long count, Shape x, int axis, boolean fromEnd) {
    static Indices of(String op, TensorType type, Shape x, int axis) {
        return of(op, type, x, axis, true);
    }

    static Indices of(String op, TensorType type, Shape x, int axis, boolean fromEnd) {
        return new Indices(op, type.dtype(), type.elements(), x, axis, fromEnd);
    }

    /** Returns index {@code i} of those at {@code address}, counted from the start of the axis. */
    long get(long address, long i) {
        long index = raw(address, i);
        return index < 0 ? index + x.dim(axis) : index;
    }

    /**
     * Checks all indices, before any worker follows one.
     *
     * @throws IndexOutOfBoundsException if one points outside of the axis
     */
    void check(long address) {
        for (long i = 0; i < count; i++) {
            check(address, i);
        }
    }

    /** Checks index {@code i}. @throws IndexOutOfBoundsException if it points outside of the axis */
    void check(long address, long i) {
        int size = x.dim(axis);
        long index = raw(address, i);
        if (index < (fromEnd ? -size : 0) || index >= size) {
            throw new IndexOutOfBoundsException(op + ": index " + index + " is outside of axis " + axis + " of x" + x + ", which has " + size + " places"
                    + (fromEnd ? "" : ", counted from 0"));
        }
    }

    private long raw(long address, long i) {
        return dtype == DType.I32 ? Native.getInt(address + 4 * i) : Native.getLong(address + 8 * i);
    }
}
