package dev.gatun;

import dev.gatun.op.Indexing;
import java.util.List;

/**
 * Order along an axis. NaN counts as larger than every number; of equal elements the one in front comes first, whichever way is sorted. Any element
 * type; false is smaller than true.
 */
public final class Sorting {
    private Sorting() {
    }

    /** Elements in order. @param values of x's type @param indices I64, where along the axis each of them was */
    public record Sorted(Tensor values, Tensor indices) { }

    /**
     * Returns the {@code k} largest, or smallest, elements along {@code axis}, in order. Source: ONNX TopK-11.
     *
     * @return both of x's shape with size k along the axis
     * @throws IllegalArgumentException if there are fewer than k elements along the axis
     */
    public static Sorted topK(Tensor x, int k, int axis, boolean largest) {
        List<Tensor> r = Tensor.record(new Indexing.TopK(k, x.shape().axis(axis), largest), x);
        return new Sorted(r.get(0), r.get(1));
    }

    /** Returns all elements in order along {@code axis}: ascending, or descending. */
    public static Sorted sort(Tensor x, int axis, boolean descending) {
        return topK(x, x.dim(axis), axis, descending);
    }

    /** Returns the I64 positions that put x in order along {@code axis}; see {@link #sort}. */
    public static Tensor argsort(Tensor x, int axis, boolean descending) {
        return sort(x, axis, descending).indices();
    }
}
