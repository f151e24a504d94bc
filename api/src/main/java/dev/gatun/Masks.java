package dev.gatun;

import dev.gatun.op.Ints;

/** Tensors that tell places apart: one-hot vectors, the unit matrix, triangles. Each is a comparison of positions, without data of its own. */
public final class Masks {
    private Masks() {
    }

    /** Returns {@link #oneHot(Tensor, int, int, Tensor, Tensor)} of ones and zeros of {@code dtype} along a new last axis. */
    public static Tensor oneHot(Tensor indices, int depth, DType dtype) {
        return oneHot(indices, depth, -1, Tensor.scalar(dtype, 1), Tensor.scalar(dtype, 0));
    }

    /**
     * Returns {@code on} where the position along a new axis is the index, else {@code off}. A negative index counts from the end; one outside of
     * -depth ... depth - 1 is nowhere on. Source: ONNX OneHot-11.
     *
     * @param indices I32 or I64
     * @param depth the size of the new axis
     * @param axis where the new axis stands in the result; negative counts from the end of the result
     * @param on a scalar of any type
     * @param off a scalar of that type
     * @throws IllegalArgumentException if {@code indices} have another type, {@code depth} is negative or {@code axis} no axis of the result
     */
    public static Tensor oneHot(Tensor indices, int depth, int axis, Tensor on, Tensor off) {
        if (indices.dtype() != DType.I32 && indices.dtype() != DType.I64) {
            throw new IllegalArgumentException("one_hot: indices is " + indices.dtype().label()
                    + " but must be i32 or i64, write indices.cast(DType.I64)");
        }
        if (depth < 0) {
            throw new IllegalArgumentException("one_hot: depth must not be negative, got " + depth);
        }
        int rank = indices.rank() + 1;
        int at = axis < 0 ? axis + rank : axis;
        if (at < 0 || at >= rank) {
            throw new IllegalArgumentException("one_hot: axis " + axis + " is outside of the result, which has " + rank + " axes");
        }
        DType dtype = indices.dtype();
        Tensor fromStart = indices.lt(Tensor.scalar(dtype, 0)).where(indices.add(depth), indices);
        Tensor positions = Tensor.arange(dtype, depth).reshape(Shape.of(Ints.filled(rank, 1).toArray()).with(at, depth));
        return fromStart.reshape(indices.shape().insert(at, 1)).eq(positions).where(on, off);
    }

    /** Returns 1 where the column is the row + {@code k}, else 0. @param k the diagonal: 0 the main one, positive above, negative below */
    public static Tensor eye(DType dtype, int rows, int columns, int k) {
        return columnMinusRow(rows, columns).eq(Tensor.scalar(DType.I64, k)).cast(dtype);
    }

    /** Returns x with 0 above diagonal {@code k} of each matrix (the last two axes). Source: NumPy's tril, ONNX Trilu-14. */
    public static Tensor tril(Tensor x, int k) {
        return triangle("tril", x).le(Tensor.scalar(DType.I64, k)).where(x, Tensor.scalar(x.dtype(), 0));
    }

    /** Returns x with 0 below diagonal {@code k} of each matrix (the last two axes). Source: NumPy's triu, ONNX Trilu-14. */
    public static Tensor triu(Tensor x, int k) {
        return triangle("triu", x).ge(Tensor.scalar(DType.I64, k)).where(x, Tensor.scalar(x.dtype(), 0));
    }

    private static Tensor triangle(String op, Tensor x) {
        if (x.rank() < 2) {
            throw new IllegalArgumentException(op + ": x" + x.shape() + " has no matrices, at least 2 axes are needed");
        }
        return columnMinusRow(x.dim(-2), x.dim(-1));
    }

    private static Tensor columnMinusRow(int rows, int columns) {
        return Tensor.arange(DType.I64, columns).sub(Tensor.arange(DType.I64, rows).unsqueeze(1));
    }
}
