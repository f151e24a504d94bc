package dev.gatun.nn;

import dev.gatun.Reductions;
import dev.gatun.Shape;
import dev.gatun.Tensor;
import dev.gatun.op.Ints;
import dev.gatun.op.Pooling;
import dev.gatun.op.Pooling.Divisor;
import dev.gatun.op.Pooling.Window;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;

/** Pooling over the spatial axes of x {@code [N, C, spatial...]}; sizes of results are {@link Window#out}. */
public final class Pools {
    private Pools() {
    }

    /** Returns windows with the same sizes along each of {@code axes} spatial axes, not dilated. */
    public static Window window(int axes, int kernel, int stride, int padding) {
        Ints pad = Ints.filled(axes, padding);
        return new Window(Ints.filled(axes, kernel), Ints.filled(axes, stride), pad, pad, Ints.filled(axes, 1), false);
    }

    /** Returns windows with one entry a spatial axis, padded alike in front and behind. @param ceilMode see {@link Window} */
    public static Window window(int[] kernel, int[] strides, int[] padding, int[] dilations, boolean ceilMode) {
        return new Window(Ints.of(kernel), Ints.of(strides), Ints.of(padding), Ints.of(padding), Ints.of(dilations), ceilMode);
    }

    /** Returns the largest element of each window. @throws IllegalArgumentException if no window fits */
    public static Tensor maxPool(Tensor x, Window window) {
        return Tensor.record(new Pooling.MaxPool(window, false), x).getFirst();
    }

    /** The result of a max pooling. @param indices I32, the place of each maximum in the row-major spatial volume of its channel */
    public record MaxPooled(Tensor y, Tensor indices) { }

    /** Returns {@link #maxPool} and where the maxima were, of equal ones the first: what the gradient needs. */
    public static MaxPooled maxPoolWithIndices(Tensor x, Window window) {
        List<Tensor> r = Tensor.record(new Pooling.MaxPool(window, true), x);
        return new MaxPooled(r.get(0), r.get(1));
    }

    /**
     * Returns the mean of each window.
     *
     * @param countPadding whether the zeros of the padding count (PyTorch's count_include_pad)
     * @throws IllegalArgumentException if no window fits
     */
    public static Tensor avgPool(Tensor x, Window window, boolean countPadding) {
        return Tensor.record(new Pooling.AvgPool(window, countPadding ? Divisor.PADDED : Divisor.VALID), x).getFirst();
    }

    /**
     * Returns (Σ |x|ᵖ)^(1/p) of each window; its gradient is 0 where all of a window is 0, and for p < 1 where an element is 0: it does not exist there.
     *
     * @throws IllegalArgumentException if no window fits, or p is not positive
     */
    public static Tensor lpPool(Tensor x, double p, Window window) {
        if (!(p > 0)) {
            throw new IllegalArgumentException("lpPool: p must be positive, got " + p);
        }
        Tensor powers = p == 1 ? x.abs() : p == 2 ? x.square() : p > 1 ? x.abs().pow(p) : flatAtZero(x.abs(), p);
        Tensor sum = Tensor.record(new Pooling.AvgPool(window, Divisor.ONE), powers).getFirst();
        if (p == 1) {
            return sum;
        }
        return p < 1 ? sum.pow(1 / p) : flatAtZero(sum, 1 / p);
    }

    /** Returns xᵉ with gradient 0 where x is 0, for exponents below 1, whose derivative is infinite there: the power sees 1. @param x not negative */
    private static Tensor flatAtZero(Tensor x, double exponent) {
        Tensor isZero = x.eq(zero(x));
        Tensor safe = isZero.where(zero(x).add(1), x);
        return isZero.where(zero(x), exponent == 0.5 ? safe.sqrt() : safe.pow(exponent));
    }

    /**
     * Returns means over windows that cover an axis of I places in O steps: window i is ⌊i·I/O⌋ ... ⌈(i + 1)·I/O⌉ - 1. Source: PyTorch
     * adaptive_avg_pool.
     *
     * @param sizes O of each spatial axis
     * @throws IllegalArgumentException if there are not as many as spatial axes, or one is less than 1
     */
    public static Tensor adaptiveAvgPool(Tensor x, int... sizes) {
        int[] in = spatial("adaptiveAvgPool", x, sizes);
        Window even = evenPart(in, sizes);
        Tensor y = even.kernel().all(1) ? x : avgPool(x, even, false);
        return uneven(y, in, sizes, (window, axis) -> Reductions.mean(window, true, axis));
    }

    /** Returns the largest elements of the windows of {@link #adaptiveAvgPool}. */
    public static Tensor adaptiveMaxPool(Tensor x, int... sizes) {
        int[] in = spatial("adaptiveMaxPool", x, sizes);
        Window even = evenPart(in, sizes);
        Tensor y = even.kernel().all(1) ? x : maxPool(x, even);
        return uneven(y, in, sizes, (window, axis) -> Reductions.max(window, true, axis));
    }

    /** Returns the mean of each channel, {@code [N, C, 1, ...]}. */
    public static Tensor globalAvgPool(Tensor x) {
        return adaptiveAvgPool(x, Ints.filled(x.rank() - 2, 1).toArray());
    }

    /** Returns the largest element of each channel, {@code [N, C, 1, ...]}. */
    public static Tensor globalMaxPool(Tensor x) {
        return adaptiveMaxPool(x, Ints.filled(x.rank() - 2, 1).toArray());
    }

    /** Windows along those axes that divide evenly, single places along the others: an ordinary pooling, which backends know how to run. */
    private static Window evenPart(int[] in, int[] sizes) {
        int[] kernel = new int[in.length];
        for (int i = 0; i < in.length; i++) {
            kernel[i] = in[i] % sizes[i] == 0 ? in[i] / sizes[i] : 1;
        }
        int[] none = new int[in.length];
        return window(kernel, kernel, none, Ints.filled(in.length, 1).toArray(), false);
    }

    /** Folds, one axis after the other, what {@link #evenPart} leaves: each window by itself, as what is outside of it may be infinite or NaN. */
    private static Tensor uneven(Tensor x, int[] in, int[] sizes, BiFunction<Tensor, Integer, Tensor> fold) {
        Tensor y = x;
        for (int i = 0; i < in.length; i++) {
            if (in[i] % sizes[i] != 0) {
                List<Tensor> parts = new ArrayList<>();
                for (int o = 0; o < sizes[i]; o++) {
                    parts.add(fold.apply(y.slice(2 + i, first(o, in[i], sizes[i]), end(o, in[i], sizes[i])), 2 + i));
                }
                y = Tensor.concat(2 + i, parts);
            }
        }
        return y;
    }

    private static int first(int o, int in, int out) {
        return (int) ((long) o * in / out);
    }

    private static int end(int o, int in, int out) {
        return (int) Math.ceilDiv((o + 1L) * in, (long) out);
    }

    private static int[] spatial(String op, Tensor x, int[] sizes) {
        Shape s = x.shape();
        if (s.rank() != sizes.length + 2) {
            throw new IllegalArgumentException(op + ": x" + s + " has " + s.rank() + " axes but must have " + (sizes.length + 2) + ": [N, C] and "
                    + sizes.length + " spatial");
        }
        int[] in = s.slice(2, s.rank()).dims();
        for (int i = 0; i < sizes.length; i++) {
            if (sizes[i] < 1 || in[i] < 1) {
                throw new IllegalArgumentException(op + ": " + in[i] + " places of spatial axis " + i + " cannot be pooled to " + sizes[i]);
            }
        }
        return in;
    }

    private static Tensor zero(Tensor x) {
        return Tensor.scalar(x.dtype(), 0);
    }
}
