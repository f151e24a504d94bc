package dev.gatun;

import dev.gatun.op.Indexing;

/**
 * Reads from places that are data; {@link Tensor#gather} reads whole slices. Indices are I32 or I64; a negative one counts from the end of its axis.
 * An index outside of its axis is an {@link IndexOutOfBoundsException} when the value is computed. Any element type.
 */
public final class Gathers {
    private Gathers() {
    }

    /**
     * Returns y[p] = x[p with p[axis] = indices[p]]. Source: ONNX GatherElements-13, PyTorch's gather, NumPy's take_along_axis.
     *
     * @param indices of x's rank, along other axes not larger than x
     * @return of the shape of {@code indices}
     * @throws IllegalArgumentException if ranks or sizes do not fit
     */
    public static Tensor gatherElements(Tensor x, int axis, Tensor indices) {
        return Tensor.record(new Indexing.GatherElements(x.shape().axis(axis)), x, indices).getFirst();
    }

    /** Returns {@link #gatherNd(Tensor, Tensor, int)} without batch axes. */
    public static Tensor gatherNd(Tensor x, Tensor indices) {
        return gatherNd(x, indices, 0);
    }

    /**
     * Returns y[b, ..., :] = x[b, indices[b, ..., 0], ... indices[b, ..., K - 1], :], the slices of x at tuples of indices. Source: ONNX GatherND-13.
     *
     * @param x {@code [B..., X₁ ... X_K, slice...]}
     * @param indices {@code [B..., places..., K]}
     * @param batchDims the number of leading axes B that both have in common
     * @return {@code [B..., places..., slice...]}
     * @throws IllegalArgumentException if there are fewer axes than indices in a tuple, or the common axes differ
     */
    public static Tensor gatherNd(Tensor x, Tensor indices, int batchDims) {
        return Tensor.record(new Indexing.GatherNd(batchDims), x, indices).getFirst();
    }
}
