package dev.gatun.vector;

import java.util.Arrays;

/** Where the elements of some axes of a tensor lie: index i in row-major order over those axes stands for the offset Σ iₖ·strideₖ. Neighbours are merged. */
final class Places {
    private final long[] dims;
    private final long[] strides;
    private final long count;

    private Places(long[] dims, long[] strides) {
        this.dims = dims;
        this.strides = strides;
        this.count = Arrays.stream(dims).reduce(1, (a, b) -> a * b);
    }

    /** Returns the places of axes of the given sizes and strides; axes of size 1 are dropped. */
    static Places of(long[] dims, long[] strides) {
        long[] d = new long[dims.length];
        long[] s = new long[dims.length];
        int axes = 0;
        for (int i = 0; i < dims.length; i++) {
            if (dims[i] == 1) {
                continue;
            }
            boolean merges = axes > 0 && s[axes - 1] == strides[i] * dims[i];
            axes -= merges ? 1 : 0;
            d[axes] = merges ? d[axes] * dims[i] : dims[i];
            s[axes++] = strides[i];
        }
        return new Places(Arrays.copyOf(d, axes), Arrays.copyOf(s, axes));
    }

    /** Returns the number of places. */
    long count() {
        return count;
    }

    /** Returns the number of axes left after merging. */
    int rank() {
        return dims.length;
    }

    /** Returns the size of an axis left after merging. */
    long dim(int axis) {
        return dims[axis];
    }

    /** Returns the stride of an axis left after merging. */
    long stride(int axis) {
        return strides[axis];
    }

    /** Returns these places without the last axis. */
    Places rows() {
        int outer = Math.max(0, dims.length - 1);
        return new Places(Arrays.copyOf(dims, outer), Arrays.copyOf(strides, outer));
    }

    /** Returns the offset of place {@code i}. */
    long offset(long i) {
        long offset = 0;
        long rest = i;
        for (int axis = dims.length - 1; axis > 0; axis--) {
            offset += rest % dims[axis] * strides[axis];
            rest /= dims[axis];
        }
        return dims.length == 0 ? 0 : offset + rest * strides[0];
    }
}
