package dev.gatun.nn;

import dev.gatun.DType;
import dev.gatun.Shape;
import dev.gatun.Tensor;
import dev.gatun.TensorType;
import dev.gatun.random.RandomStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.function.BiConsumer;
import java.util.function.DoubleSupplier;
import java.util.stream.LongStream;

/**
 * First values of parameters. fan_in is the number of inputs that one output sees: the elements of one slice along axis 0 of the weights
 * {@code [outputs, inputs, kernel...]}; fan_out = outputs · kernel is the number of outputs that see one input.
 */
public final class Initializers {
    /** Numbers that one processor draws at a time: whole Philox blocks, in the first cache. */
    private static final int PIECE = 1 << 10;
    /** Pieces that one processor takes at once. */
    private static final int PIECES = 64;

    private Initializers() {
    }

    /** Returns zeros. */
    public static Initializer zeros() {
        return constant(0);
    }

    /** Returns ones. */
    public static Initializer ones() {
        return constant(1);
    }

    /** Returns {@code value} everywhere. */
    public static Initializer constant(double value) {
        return (type, random) -> inOrder(type, () -> value);
    }

    /** Returns uniform numbers in [low, high). @throws IllegalArgumentException if {@code low} is above {@code high} */
    public static Initializer uniform(double low, double high) {
        require(low <= high, "uniform: low " + low + " is above high " + high);
        return (type, random) -> atOnce(type, random, RandomStream::uniforms, low, high - low);
    }

    /** Returns normally distributed numbers. @throws IllegalArgumentException if the standard deviation is negative */
    public static Initializer normal(double mean, double deviation) {
        require(deviation >= 0, "normal: the standard deviation must not be negative, got " + deviation);
        return (type, random) -> atOnce(type, random, RandomStream::normals, mean, deviation);
    }

    /**
     * Returns normally distributed numbers, those outside of [low, high] drawn again.
     *
     * @throws IllegalArgumentException if nearly all would have to be: the interval is empty or further than 3 deviations from the mean
     */
    public static Initializer truncatedNormal(double mean, double deviation, double low, double high) {
        require(deviation > 0 && low < high && low < mean + 3 * deviation && high > mean - 3 * deviation, "truncatedNormal: [" + low + ", " + high
                + "] holds too little of a normal distribution with mean " + mean + " and standard deviation " + deviation);
        return (type, random) -> inOrder(type, () -> {
            double z = mean + deviation * random.nextNormal();
            while (z < low || z > high) {
                z = mean + deviation * random.nextNormal();
            }
            return z;
        });
    }

    /** Returns U(-b, b), b = √(6 / (fan_in + fan_out)). Source: Glorot and Bengio 2010. */
    public static Initializer xavierUniform() {
        return (type, random) -> symmetric(type, random, Math.sqrt(6.0 / (fanIn(type.shape()) + fanOut(type.shape()))));
    }

    /** Returns N(0, σ²), σ = √(2 / (fan_in + fan_out)). Source: Glorot and Bengio 2010. */
    public static Initializer xavierNormal() {
        return (type, random) -> normal(0, Math.sqrt(2.0 / (fanIn(type.shape()) + fanOut(type.shape())))).draw(type, random);
    }

    /**
     * Returns U(-b, b), b = √(6 / ((1 + slope²) · fan_in)), for layers followed by a leaky ReLU. With slope √5 this is what PyTorch gives linear and
     * convolution layers: b = 1/√fan_in. Source: He et al. 2015.
     *
     * @param slope that of the leaky ReLU; 0 for a plain one
     */
    public static Initializer kaimingUniform(double slope) {
        return (type, random) -> symmetric(type, random, Math.sqrt(6.0 / ((1 + slope * slope) * fanIn(type.shape()))));
    }

    /** Returns N(0, σ²), σ = √(2 / ((1 + slope²) · fan_in)); see {@link #kaimingUniform}. */
    public static Initializer kaimingNormal(double slope) {
        return (type, random) -> normal(0, Math.sqrt(2.0 / ((1 + slope * slope) * fanIn(type.shape())))).draw(type, random);
    }

    /** Returns N(0, σ²), σ = √(2 / fan_out): what torchvision gives the convolutions of a residual network. Source: He et al. 2015. */
    public static Initializer kaimingNormalFanOut() {
        return (type, random) -> normal(0, Math.sqrt(2.0 / fanOut(type.shape()))).draw(type, random);
    }

    /**
     * Returns gain · Q, where Q as a matrix {@code [outputs, inputs · kernel]} has orthonormal rows (columns, if there are more rows than columns),
     * drawn uniformly: a normal matrix, orthogonalized. Source: Saxe et al. 2014.
     */
    public static Initializer orthogonal(double gain) {
        return (type, random) -> {
            require(type.shape().rank() >= 2, "orthogonal: " + type + " has less than 2 axes");
            int rows = type.shape().dim(0);
            int columns = Math.toIntExact(type.shape().elements(1, type.shape().rank()));
            double[][] q = orthonormal(Math.min(rows, columns), Math.max(rows, columns), random);
            int[] next = {0};
            return inOrder(type, () -> {
                int i = next[0] / columns;
                int j = next[0]++ % columns;
                return gain * (rows <= columns ? q[i][j] : q[j][i]);
            });
        };
    }

    /** Returns {@code count} ≤ {@code size} orthonormal vectors. */
    private static double[][] orthonormal(int count, int size, RandomStream random) {
        double[][] q = new double[count][size];
        for (int i = 0; i < count; i++) {
            for (int j = 0; j < size; j++) {
                q[i][j] = random.nextNormal();
            }
            // Gram-Schmidt, twice: the second round removes what rounding left of the earlier vectors.
            for (int k = 0; k < 2 * i; k++) {
                double along = dot(q[i], q[k % i]);
                for (int j = 0; j < size; j++) {
                    q[i][j] -= along * q[k % i][j];
                }
            }
            double length = Math.sqrt(dot(q[i], q[i]));
            for (int j = 0; j < size; j++) {
                q[i][j] /= length;
            }
        }
        return q;
    }

    private static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }

    private static Tensor symmetric(TensorType type, RandomStream random, double bound) {
        return uniform(-bound, bound).draw(type, random);
    }

    /** Returns fan_in of weights, at least 1. */
    static long fanIn(Shape weights) {
        require(weights.rank() >= 2, "initializer: fan_in needs weights with at least 2 axes, got " + weights);
        return Math.max(1, weights.elements(1, weights.rank()));
    }

    private static long fanOut(Shape weights) {
        require(weights.rank() >= 2, "initializer: fan_out needs weights with at least 2 axes, got " + weights);
        return Math.max(1, weights.dim(0) * weights.elements(2, weights.rank()));
    }

    /** Writes numbers one after another in row-major order. */
    private static Tensor inOrder(TensorType type, DoubleSupplier next) {
        return fill(type, (data, dtype) -> {
            for (long i = 0; i < type.elements(); i++) {
                write(data, dtype, i, next.getAsDouble());
            }
        });
    }

    /** Writes offset + scale · what {@code draws} gives, on all processors: a network of 100 million numbers waits for this. */
    private static Tensor atOnce(TensorType type, RandomStream random, BiConsumer<RandomStream, float[]> draws, double offset, double scale) {
        long n = type.elements();
        return fill(type, (data, dtype) -> LongStream.range(0, Math.ceilDiv(n, PIECE * PIECES)).parallel().forEach(share -> {
            float[] drawn = new float[PIECE];
            long from = share * PIECE * PIECES;
            RandomStream own = random.from(from / 4);
            for (long end = Math.min(n, from + PIECE * PIECES); from < end; from += PIECE) {
                draws.accept(own, drawn);
                write(data, dtype, from, drawn, (int) Math.min(PIECE, end - from), offset, scale);
            }
        }));
    }

    /** Returns a tensor whose data {@code writer} writes, as F32, F64 or I64; other types are cast from F32. */
    private static Tensor fill(TensorType type, BiConsumer<MemorySegment, DType> writer) {
        DType dtype = type.dtype() == DType.F64 || type.dtype() == DType.I64 ? type.dtype() : DType.F32;
        return Tensor.written(type.with(dtype), data -> writer.accept(data, dtype)).cast(type.dtype());
    }

    /** Writes offset + scale · {@code drawn}; may leave it there, too. */
    private static void write(MemorySegment data, DType dtype, long from, float[] drawn, int n, double offset, double scale) {
        if (dtype == DType.F32) {
            // The interpreter, which runs this in a new JVM, copies a thousand numbers at once as fast as it writes one.
            for (int i = 0; i < n; i++) {
                drawn[i] = (float) (offset + scale * drawn[i]);
            }
            MemorySegment.copy(drawn, 0, data, ValueLayout.JAVA_FLOAT, from * Float.BYTES, n);
        } else {
            for (int i = 0; i < n; i++) {
                write(data, dtype, from + i, offset + scale * drawn[i]);
            }
        }
    }

    private static void write(MemorySegment data, DType dtype, long i, double x) {
        if (dtype == DType.F32) {
            data.setAtIndex(ValueLayout.JAVA_FLOAT, i, (float) x);
        } else if (dtype == DType.F64) {
            data.setAtIndex(ValueLayout.JAVA_DOUBLE, i, x);
        } else {
            data.setAtIndex(ValueLayout.JAVA_LONG, i, (long) x);
        }
    }

    private static void require(boolean holds, String message) {
        if (!holds) {
            throw new IllegalArgumentException(message);
        }
    }
}
