package dev.gatun.autodiff;

import dev.gatun.Shape;
import dev.gatun.Tensor;
import dev.gatun.TensorType;
import dev.gatun.op.Ints;
import dev.gatun.op.Op;
import dev.gatun.op.Reduction.Reduce;
import dev.gatun.op.Reduction.ReduceFunction;
import java.util.Arrays;
import java.util.stream.IntStream;

/** What rules write often and {@link Tensor} has no method for. */
final class Notation {
    private Notation() {
    }

    /** Returns the first result of an op. */
    static Tensor apply(Op op, Tensor... inputs) {
        return Tensor.record(op, inputs).getFirst();
    }

    /** Returns zeros of a type. */
    static Tensor zeros(TensorType type) {
        return Tensor.full(type.dtype(), type.shape(), 0);
    }

    /** Returns a rank-0 constant of the type of {@code x}. */
    static Tensor constant(double value, Tensor x) {
        return Tensor.scalar(x.dtype(), value);
    }

    /** Returns Σ x along {@code axes}; none means x itself. */
    static Tensor sum(Tensor x, Ints axes, boolean keepDims) {
        return axes.size() == 0 ? x : apply(new Reduce(ReduceFunction.SUM, axes, keepDims), x);
    }

    /** Returns the axes {@code from} (inclusive) to {@code to} (exclusive). */
    static Ints axes(int from, int to) {
        return Ints.of(IntStream.range(from, to).toArray());
    }

    /** Returns t with axes of size 1 behind its own, {@code rank} in all. */
    static Tensor leading(Tensor t, int rank) {
        int[] dims = Arrays.copyOf(t.shape().dims(), rank);
        Arrays.fill(dims, t.rank(), rank, 1);
        return t.reshape(Shape.of(dims));
    }

    /** Returns t {@code [C]} as {@code [1, C, 1, ...]} with {@code rank} axes. */
    static Tensor perChannel(Tensor t, int rank) {
        int[] dims = new int[rank];
        Arrays.fill(dims, 1);
        dims[1] = t.dim(0);
        return t.reshape(Shape.of(dims));
    }

    /** Returns all axes of {@code x} but that of the channels, 1. */
    static Ints allButChannels(Tensor x) {
        return Ints.of(IntStream.range(0, x.rank()).filter(axis -> axis != 1).toArray());
    }

    /** Returns the sizes of the axes from 2 on. */
    static Ints spatial(Tensor x) {
        return Ints.of(x.shape().slice(2, x.rank()).dims());
    }
}
