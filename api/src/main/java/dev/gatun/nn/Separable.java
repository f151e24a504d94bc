package dev.gatun.nn;

import dev.gatun.DType;
import dev.gatun.Shape;
import dev.gatun.Tensor;

/** Linear maps of one axis at a time: what uneven pooling is made of. */
final class Separable {
    private Separable() {
    }

    /** Returns y[..., o, ...] = Σᵢ x[..., i, ...] · matrix[i][o] along {@code axis}. */
    static Tensor along(Tensor x, int axis, double[][] matrix) {
        int rows = matrix.length;
        int columns = matrix[0].length;
        Tensor m = constant(x.dtype(), matrix, rows, columns);
        if (axis == x.rank() - 1) {
            return x.matmul(m);
        }
        return x.transpose(axis, -1).matmul(m).transpose(axis, -1);
    }

    private static Tensor constant(DType dtype, double[][] matrix, int rows, int columns) {
        double[] flat = new double[rows * columns];
        for (int i = 0; i < rows; i++) {
            System.arraycopy(matrix[i], 0, flat, i * columns, columns);
        }
        return Tensor.of(flat, rows, columns).cast(dtype);
    }

    /**
     * Returns the sizes of the spatial axes of x {@code [N, C, spatial...]}.
     *
     * @throws IllegalArgumentException if there are not {@code axes} of them
     */
    static int[] spatial(String op, Tensor x, int axes) {
        Shape s = x.shape();
        if (s.rank() != axes + 2) {
            throw new IllegalArgumentException(op + ": x" + s + " has " + s.rank() + " axes but must have " + (axes + 2) + ": [N, C] and " + axes
                    + " spatial");
        }
        return s.slice(2, s.rank()).dims();
    }
}
