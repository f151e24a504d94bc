package dev.gatun.vector;

import dev.gatun.Shape;
import dev.gatun.TensorType;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Index tuples, one a row of the last axis of an operand: tuple j points to the slice of x behind {@code batch} common axes that starts at Σₖ i[j, k]·strideₖ.
 *
 * @param axes the indices of each place of a tuple
 * @param count how many tuples there are
 * @param slice the elements of a slice
 */
record Tuples(List<Indices> axes, long[] strides, long count, long slice) {
    /** Returns the tuples of type {@code i} that point into {@code x}. */
    static Tuples of(String op, TensorType i, Shape x, int batch) {
        int K = i.shape().dim(-1);
        long[] strides = new long[K];
        System.arraycopy(x.strides(), batch, strides, 0, K);
        return new Tuples(IntStream.range(0, K).mapToObj(k -> Indices.of(op, i, x, batch + k)).toList(), strides,
                i.shape().elements(0, i.shape().rank() - 1), x.elements(batch + K, x.rank()));
    }

    /** Returns where the slice of tuple {@code j} of those at {@code address} starts. */
    long start(long address, long j) {
        long start = 0;
        for (int k = 0; k < strides.length; k++) {
            start += axes.get(k).get(address, j * strides.length + k) * strides[k];
        }
        return start;
    }

    /** Checks all indices, before any worker follows one. @throws IndexOutOfBoundsException if one points outside of its axis */
    void check(long address) {
        for (long j = 0; j < count; j++) {
            for (int k = 0; k < strides.length; k++) {
                axes.get(k).check(address, j * strides.length + k);
            }
        }
    }
}
