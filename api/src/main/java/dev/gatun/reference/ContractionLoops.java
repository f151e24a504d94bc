package dev.gatun.reference;

import dev.gatun.Shape;
import dev.gatun.TensorType;
import dev.gatun.op.Contraction;
import java.util.Arrays;
import java.util.List;

/** The loops of {@link Contraction}: floating types accumulate in double, integers exactly, wrapping to their width at the end. */
final class ContractionLoops {
    private ContractionLoops() {
    }

    /** Returns the loop of {@code op} for the given types. */
    static Loop of(Contraction op, List<TensorType> in, List<TensorType> out) {
        return switch (op) {
            case Contraction.MatMul m when out.getFirst().dtype().isFloating() -> (a, y) -> matMul(m, a[0], a[1], y[0]);
            case Contraction.MatMul m -> (a, y) -> matMulOfIntegers(m, a[0], a[1], y[0]);
        };
    }

    /** y[m,n] = Σₖ a[m,k] · b[k,n], matrix after matrix. */
    private static void matMul(Contraction.MatMul op, Elements a, Elements b, Elements y) {
        Shape shape = y.shape();
        int M = shape.dim(-2);
        int N = shape.dim(-1);
        int K = a.shape().dim(op.transposeA() ? -2 : -1);
        double[] row = new double[N];
        for (long matrix = 0; matrix < shape.elements(0, shape.rank() - 2); matrix++) {
            double[] p = doubles(a, matrix * M * K, M, K, op.transposeA()); // a[m,k]
            double[] q = doubles(b, matrix * K * N, K, N, op.transposeB()); // b[k,n]
            for (int m = 0; m < M; m++) {
                Arrays.fill(row, 0);
                for (int k = 0; k < K; k++) {
                    double amk = p[m * K + k];
                    for (int n = 0; n < N; n++) {
                        row[n] += amk * q[k * N + n];
                    }
                }
                for (int n = 0; n < N; n++) {
                    y.set((matrix * M + m) * N + n, row[n]);
                }
            }
        }
    }

    /** y[m,n] = Σₖ a[m,k] · b[k,n] modulo 2⁶⁴, of which the type keeps the low bits: the same as wrapping after every step. */
    private static void matMulOfIntegers(Contraction.MatMul op, Elements a, Elements b, Elements y) {
        Shape shape = y.shape();
        int M = shape.dim(-2);
        int N = shape.dim(-1);
        int K = a.shape().dim(op.transposeA() ? -2 : -1);
        long[] row = new long[N];
        for (long matrix = 0; matrix < shape.elements(0, shape.rank() - 2); matrix++) {
            long[] p = longs(a, matrix * M * K, M, K, op.transposeA()); // a[m,k]
            long[] q = longs(b, matrix * K * N, K, N, op.transposeB()); // b[k,n]
            for (int m = 0; m < M; m++) {
                Arrays.fill(row, 0);
                for (int k = 0; k < K; k++) {
                    long amk = p[m * K + k];
                    for (int n = 0; n < N; n++) {
                        row[n] += amk * q[k * N + n];
                    }
                }
                for (int n = 0; n < N; n++) {
                    y.setLong((matrix * M + m) * N + n, row[n]);
                }
            }
        }
    }

    /** Returns the matrix at {@code start} as [rows, columns], of a tensor that stores it as [columns, rows] if {@code transposed}. */
    private static double[] doubles(Elements tensor, long start, int rows, int columns, boolean transposed) {
        double[] matrix = new double[Math.multiplyExact(rows, columns)];
        for (int r = 0; r < rows; r++) {
            for (int c = 0; c < columns; c++) {
                matrix[r * columns + c] = tensor.get(start + (transposed ? (long) c * rows + r : (long) r * columns + c));
            }
        }
        return matrix;
    }

    private static long[] longs(Elements tensor, long start, int rows, int columns, boolean transposed) {
        long[] matrix = new long[Math.multiplyExact(rows, columns)];
        for (int r = 0; r < rows; r++) {
            for (int c = 0; c < columns; c++) {
                matrix[r * columns + c] = tensor.getLong(start + (transposed ? (long) c * rows + r : (long) r * columns + c));
            }
        }
        return matrix;
    }
}
