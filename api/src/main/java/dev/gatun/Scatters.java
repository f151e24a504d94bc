package dev.gatun;

import dev.gatun.op.Indexing;
import dev.gatun.op.Indexing.ScatterFunction;

/**
 * Copies of a tensor that are written to at places that are data. {@code function} says how an update meets what is there: {@code SET, ADD, MUL, MIN,
 * MAX}; several updates of one place are applied in row-major order of the indices. Indices are I32 or I64; a negative one counts from the end of its
 * axis. An index outside of its axis is an {@link IndexOutOfBoundsException} when the value is computed. Updates have the type of x.
 */
public final class Scatters {
    private Scatters() {
    }

    /**
     * Returns x with y[..., indices[...], ...] = f(y, updates): whole slices along {@code axis}, the reverse of {@link Tensor#gather}. Source:
     * PyTorch's index_copy, index_add and index_reduce.
     *
     * @param updates x's shape with {@code axis} replaced by the axes of {@code indices}
     * @throws IllegalArgumentException if shapes or types do not fit
     */
    public static Tensor scatter(Tensor x, int axis, Tensor indices, Tensor updates, ScatterFunction function) {
        return Tensor.record(new Indexing.Scatter(x.shape().axis(axis), function), x, indices, updates).getFirst();
    }

    /**
     * Returns x with y[p with p[axis] = indices[p]] = f(y, updates[p]), the reverse of {@link Gathers#gatherElements}. Source: ONNX
     * ScatterElements-18, PyTorch's scatter.
     *
     * @param indices of x's rank, along other axes not larger than x
     * @param updates of the shape of {@code indices}
     * @throws IllegalArgumentException if shapes or types do not fit
     */
    public static Tensor scatterElements(Tensor x, int axis, Tensor indices, Tensor updates, ScatterFunction function) {
        return Tensor.record(new Indexing.ScatterElements(x.shape().axis(axis), function), x, indices, updates).getFirst();
    }

    /**
     * Returns x with the slices y[indices[..., 0], ... indices[..., K - 1], :] = f(y, updates[..., :]), the reverse of {@link Gathers#gatherNd}.
     * Source: ONNX ScatterND-18.
     *
     * @param indices {@code [places..., K]}
     * @param updates {@code [places..., slice...]}: a slice is what K indices leave of x
     * @throws IllegalArgumentException if shapes or types do not fit
     */
    public static Tensor scatterNd(Tensor x, Tensor indices, Tensor updates, ScatterFunction function) {
        return Tensor.record(new Indexing.ScatterNd(function), x, indices, updates).getFirst();
    }
}
