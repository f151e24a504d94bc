package dev.gatun.reference;

import dev.gatun.Shape;
import dev.gatun.TensorType;
import dev.gatun.op.Normalization;
import java.util.List;

/** The loops of {@link Normalization}. Variances are summed in a second pass, around the mean that the first one found. */
final class NormalizationLoops {
    private NormalizationLoops() {
    }

    /** Returns the loop of {@code op} for the given types. */
    static Loop of(Normalization op, List<TensorType> in, List<TensorType> out) {
        return switch (op) {
            case Normalization.BatchNorm b -> (a, y) -> batchNorm(b, a, y);
            case Normalization.BatchNormBackward b -> (a, y) -> batchNormBackward(b, a, y);
            case Normalization.Standardize s -> (a, y) -> standardize(s, a[0], y[0], y[1]);
            case Normalization.StandardizeBackward s -> (a, y) -> standardizeBackward(s, a[0], a[1], a[2], y[0]);
            case Normalization.LocalResponseNorm l -> (a, y) -> localResponseNorm(l, a[0], y[0]);
            case Normalization.Softmax s -> (a, y) -> softmax(s.axis(), a[0], y[0]);
            case Normalization.LogSoftmax s -> (a, y) -> logSoftmax(s.axis(), a[0], y[0]);
        };
    }

    /** μ = Σ x / m, σ² = Σ (x - μ)² / m, y = (x - μ) / √(σ² + ε) · scale + bias over the m = N·S elements of each channel. */
    private static void batchNorm(Normalization.BatchNorm op, Elements[] in, Elements[] out) {
        Shape shape = in[0].shape();
        int N = shape.dim(0);
        int C = shape.dim(1);
        int S = (int) shape.elements(2, shape.rank());
        double m = (double) N * S;
        double[] x = Doubles.of(in[0]);
        double[] y = new double[x.length];
        for (int c = 0; c < C; c++) {
            double sum = 0;
            for (int n = 0; n < N; n++) {
                for (int s = 0; s < S; s++) {
                    sum += x[(n * C + c) * S + s];
                }
            }
            double mean = sum / m;
            double squares = 0;
            for (int n = 0; n < N; n++) {
                for (int s = 0; s < S; s++) {
                    double d = x[(n * C + c) * S + s] - mean;
                    squares += d * d;
                }
            }
            double variance = squares / m;
            double factor = in[1].get(c) / Math.sqrt(variance + op.epsilon());
            double bias = in[2].get(c);
            for (int n = 0; n < N; n++) {
                for (int s = 0; s < S; s++) {
                    int i = (n * C + c) * S + s;
                    y[i] = (x[i] - mean) * factor + bias;
                }
            }
            out[1].set(c, mean);
            out[2].set(c, variance);
        }
        Doubles.store(y, out[0]);
    }

    /** x̂ = (x - μ)/√(σ² + ε), dbias = Σ dy, dscale = Σ dy·x̂, dx = scale/√(σ² + ε) · (dy - dbias/m - x̂·dscale/m). */
    private static void batchNormBackward(Normalization.BatchNormBackward op, Elements[] in, Elements[] out) {
        Shape shape = in[0].shape();
        int N = shape.dim(0);
        int C = shape.dim(1);
        int S = (int) shape.elements(2, shape.rank());
        double m = (double) N * S;
        double[] x = Doubles.of(in[0]);
        double[] dy = Doubles.of(in[4]);
        double[] dx = new double[x.length];
        for (int c = 0; c < C; c++) {
            double scale = in[1].get(c);
            double mean = in[2].get(c);
            double r = 1 / Math.sqrt(in[3].get(c) + op.epsilon());
            double dbias = 0;
            double dscale = 0;
            for (int n = 0; n < N; n++) {
                for (int s = 0; s < S; s++) {
                    int i = (n * C + c) * S + s;
                    dbias += dy[i];
                    dscale += dy[i] * (x[i] - mean) * r;
                }
            }
            for (int n = 0; n < N; n++) {
                for (int s = 0; s < S; s++) {
                    int i = (n * C + c) * S + s;
                    dx[i] = scale * r * (dy[i] - dbias / m - (x[i] - mean) * r * dscale / m);
                }
            }
            out[1].set(c, dscale);
            out[2].set(c, dbias);
        }
        Doubles.store(dx, out[0]);
    }

    /** r = 1/√(σ² + ε), x̂ = (x - μ)·r over the D elements of each row. */
    private static void standardize(Normalization.Standardize op, Elements src, Elements dst, Elements reciprocal) {
        Shape shape = src.shape();
        int axis = shape.axis(op.axis());
        int D = (int) shape.elements(axis, shape.rank());
        double[] x = Doubles.of(src);
        double[] y = new double[x.length];
        for (int row = 0; row < shape.elements(0, axis); row++) {
            double sum = 0;
            for (int i = row * D; i < (row + 1) * D; i++) {
                sum += x[i];
            }
            double mean = sum / D;
            double squares = 0;
            for (int i = row * D; i < (row + 1) * D; i++) {
                squares += (x[i] - mean) * (x[i] - mean);
            }
            double r = 1 / Math.sqrt(squares / D + op.epsilon());
            for (int i = row * D; i < (row + 1) * D; i++) {
                y[i] = (x[i] - mean) * r;
            }
            reciprocal.set(row, r);
        }
        Doubles.store(y, dst);
    }

    /** dx = r · (dy - Σ dy / D - x̂ · Σ dy·x̂ / D) over the D elements of each row. */
    private static void standardizeBackward(Normalization.StandardizeBackward op, Elements dst, Elements reciprocal, Elements diffDst,
            Elements diffSrc) {
        Shape shape = dst.shape();
        int axis = shape.axis(op.axis());
        int D = (int) shape.elements(axis, shape.rank());
        double[] y = Doubles.of(dst);
        double[] dy = Doubles.of(diffDst);
        double[] dx = new double[y.length];
        for (int row = 0; row < shape.elements(0, axis); row++) {
            double sum = 0;
            double dot = 0;
            for (int i = row * D; i < (row + 1) * D; i++) {
                sum += dy[i];
                dot += dy[i] * y[i];
            }
            double r = reciprocal.get(row);
            for (int i = row * D; i < (row + 1) * D; i++) {
                dx[i] = r * (dy[i] - sum / D - y[i] * dot / D);
            }
        }
        Doubles.store(dx, diffSrc);
    }

    /** y[n,c,s] = x[n,c,s] / (k + α/size · Σ x[n,j,s]²)^β, j from c - ⌊size/2⌋ to c + ⌈size/2⌉ - 1 as far as there are channels. */
    private static void localResponseNorm(Normalization.LocalResponseNorm op, Elements src, Elements dst) {
        Shape shape = src.shape();
        int N = shape.dim(0);
        int C = shape.dim(1);
        int S = (int) shape.elements(2, shape.rank());
        double[] x = Doubles.of(src);
        double[] y = new double[x.length];
        for (int n = 0; n < N; n++) {
            for (int c = 0; c < C; c++) {
                int first = Math.max(0, c - op.size() / 2);
                int end = Math.min(C, c - op.size() / 2 + op.size());
                for (int s = 0; s < S; s++) {
                    double squares = 0;
                    for (int j = first; j < end; j++) {
                        double v = x[(n * C + j) * S + s];
                        squares += v * v;
                    }
                    int i = (n * C + c) * S + s;
                    y[i] = x[i] / StrictMath.pow(op.k() + op.alpha() / op.size() * squares, op.beta());
                }
            }
        }
        Doubles.store(y, dst);
    }

    /** y = exp(x - max) / Σ exp(x - max) along {@code axis}. */
    private static void softmax(int axis, Elements src, Elements dst) {
        Lines lines = Lines.of(src.shape(), axis);
        double[] x = Doubles.of(src);
        double[] y = new double[x.length];
        for (int line = 0; line < lines.count; line++) {
            double max = lines.max(x, line);
            double sum = lines.sumOfExp(x, line, max);
            for (int j = 0; j < lines.size; j++) {
                int i = lines.place(line, j);
                y[i] = StrictMath.exp(x[i] - max) / sum;
            }
        }
        Doubles.store(y, dst);
    }

    /** y = x - max - ln Σ exp(x - max) along {@code axis}. */
    private static void logSoftmax(int axis, Elements src, Elements dst) {
        Lines lines = Lines.of(src.shape(), axis);
        double[] x = Doubles.of(src);
        double[] y = new double[x.length];
        for (int line = 0; line < lines.count; line++) {
            double max = lines.max(x, line);
            double logSum = StrictMath.log(lines.sumOfExp(x, line, max));
            for (int j = 0; j < lines.size; j++) {
                int i = lines.place(line, j);
                y[i] = x[i] - max - logSum;
            }
        }
        Doubles.store(y, dst);
    }

    /** The lines of a tensor along one axis: {@code count} of them, {@code size} elements each, {@code stride} apart. */
    private record Lines(int count, int size, int stride) {
        static Lines of(Shape shape, int along) {
            int axis = shape.axis(along);
            int stride = (int) shape.elements(axis + 1, shape.rank());
            return new Lines((int) shape.elements(0, axis) * stride, shape.dim(axis), stride);
        }

        /** The place of element {@code j} of line {@code line}. */
        int place(int line, int j) {
            return (line / stride * size + j) * stride + line % stride;
        }

        /** The largest element, NaN if one is NaN. */
        double max(double[] x, int line) {
            double max = Double.NEGATIVE_INFINITY;
            for (int j = 0; j < size; j++) {
                max = Math.max(max, x[place(line, j)]);
            }
            return max;
        }

        double sumOfExp(double[] x, int line, double max) {
            double sum = 0;
            for (int j = 0; j < size; j++) {
                sum += StrictMath.exp(x[place(line, j)] - max);
            }
            return sum;
        }
    }
}
