package dev.gatun.reference;

import dev.gatun.Shape;

/**
 * A walk over the index tuples (i₀, i₁, ...) of a shape in row-major order that knows, at each, the offset start + Σ iₖ·strideₖ. With the strides of x in
 * another order it walks over a permutation of x, with zeros over an expansion, with multiples over a slice. After the last tuple comes the first again.
 */
final class Places {
    private final int[] dims;
    private final long[] strides;
    private final int[] place;
    private long offset;

    /** Starts at (0, 0, ...). @param strides one an axis of {@code shape} */
    Places(Shape shape, long start, long... strides) {
        this.dims = shape.dims();
        this.strides = strides;
        this.place = new int[dims.length];
        this.offset = start;
    }

    /** Returns the offset of the current tuple. */
    long offset() {
        return offset;
    }

    /** Returns index {@code axis} of the current tuple. */
    int index(int axis) {
        return place[axis];
    }

    /** Goes to the next tuple. */
    void next() {
        for (int axis = dims.length - 1; axis >= 0; axis--) {
            offset += strides[axis];
            if (++place[axis] < dims[axis]) {
                return;
            }
            offset -= strides[axis] * dims[axis];
            place[axis] = 0;
        }
    }
}
