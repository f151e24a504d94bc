package dev.gatun;

import dev.gatun.op.Elementwise.UnaryFunction;
import dev.gatun.op.Reduction;
import dev.gatun.op.Reduction.ReduceFunction;

/**
 * Folds along axes, beyond those of {@link Tensor}. {@code axes} are counted from the start, or from the end where negative; none means all.
 * With {@code keepDims} they stay with size 1, so that the result broadcasts against x. Source: ONNX Reduce*-18, NumPy.
 */
public final class Reductions {
    private Reductions() {
    }

    /** Returns Σ x. */
    public static Tensor sum(Tensor x, boolean keepDims, int... axes) {
        return x.reduce(ReduceFunction.SUM, keepDims, axes);
    }

    /** Returns Σ x / n, n the number of elements folded; computed in {@link DType#accumulator}, as Σ x or n may be too large for x's type. */
    public static Tensor mean(Tensor x, boolean keepDims, int... axes) {
        Tensor sum = sum(x.cast(x.dtype().accumulator()), keepDims, axes);
        return sum.div(folded(x, sum)).cast(x.dtype());
    }

    /** Returns Π x; 1 for none. */
    public static Tensor prod(Tensor x, boolean keepDims, int... axes) {
        return x.reduce(ReduceFunction.PROD, keepDims, axes);
    }

    /** Returns the largest x; NaN if one is NaN. */
    public static Tensor max(Tensor x, boolean keepDims, int... axes) {
        return x.reduce(ReduceFunction.MAX, keepDims, axes);
    }

    /** Returns the smallest x; NaN if one is NaN. */
    public static Tensor min(Tensor x, boolean keepDims, int... axes) {
        return x.reduce(ReduceFunction.MIN, keepDims, axes);
    }

    /** Returns whether an x is true; false for none. @param x BOOL */
    public static Tensor any(Tensor x, boolean keepDims, int... axes) {
        return truth("any", x).reduce(ReduceFunction.MAX, keepDims, axes);
    }

    /** Returns whether every x is true; true for none. @param x BOOL */
    public static Tensor all(Tensor x, boolean keepDims, int... axes) {
        return truth("all", x).reduce(ReduceFunction.MIN, keepDims, axes);
    }

    /** Returns how many x are not 0, as I64. */
    public static Tensor countNonZero(Tensor x, boolean keepDims, int... axes) {
        return sum(x.cast(DType.BOOL).cast(DType.I64), keepDims, axes);
    }

    /** Returns Σ |x|. */
    public static Tensor l1Norm(Tensor x, boolean keepDims, int... axes) {
        return sum(x.abs(), keepDims, axes);
    }

    /**
     * Returns √Σ x², with gradient 0 where that is 0 (PyTorch's choice; the derivative does not exist); computed in {@link DType#accumulator}.
     *
     * @param x floating
     */
    public static Tensor l2Norm(Tensor x, boolean keepDims, int... axes) {
        return sqrt(sumSquare(wide("l2_norm", x), keepDims, axes)).cast(x.dtype());
    }

    /** Returns Σ x². */
    public static Tensor sumSquare(Tensor x, boolean keepDims, int... axes) {
        return sum(x.square(), keepDims, axes);
    }

    /** Returns ln Σ x; computed in {@link DType#accumulator}. @param x floating */
    public static Tensor logSum(Tensor x, boolean keepDims, int... axes) {
        return sum(wide("log_sum", x), keepDims, axes).log().cast(x.dtype());
    }

    /**
     * Returns ln Σ eˣ as m + ln Σ e^(x - m) with m the largest x, which does not overflow; -∞ for none; computed in {@link DType#accumulator}.
     *
     * @param x floating
     */
    public static Tensor logSumExp(Tensor x, boolean keepDims, int... axes) {
        Tensor wide = wide("log_sum_exp", x);
        Tensor zero = Tensor.scalar(wide.dtype(), 0);
        Tensor max = max(wide.detach(), true, axes);
        // An infinite maximum is left to the exponential: ∞ - ∞ would be NaN.
        Tensor shift = max.unary(UnaryFunction.IS_INF).where(zero, max);
        Tensor y = sum(wide.sub(shift).exp(), keepDims, axes).log();
        return y.add(shift.reshape(y.shape())).cast(x.dtype());
    }

    /**
     * Returns Σ (x - mean x)² / (n - correction), n the number of elements folded; computed in {@link DType#accumulator}.
     *
     * @param x floating
     * @param correction 0 for the variance of the elements themselves, 1 for an unbiased estimate (Bessel's)
     * @throws IllegalArgumentException if x is not floating, or n not greater than {@code correction}
     */
    public static Tensor variance(Tensor x, int correction, boolean keepDims, int... axes) {
        return variance("variance", x, correction, keepDims, axes);
    }

    private static Tensor variance(String op, Tensor x, int correction, boolean keepDims, int... axes) {
        Tensor wide = wide(op, x);
        Tensor mean = mean(wide, true, axes);
        long n = folded(x, mean);
        if (n <= correction) {
            throw new IllegalArgumentException(op + ": " + n + " elements of x" + x.shape() + " with correction " + correction
                    + " have no variance, more than the correction are needed");
        }
        return sumSquare(wide.sub(mean), keepDims, axes).div(n - correction).cast(x.dtype());
    }

    /** Returns √variance, with gradient 0 where that is 0; see {@link #variance}. */
    public static Tensor std(Tensor x, int correction, boolean keepDims, int... axes) {
        return sqrt(variance("std", x, correction, keepDims, axes));
    }

    private static Tensor wide(String op, Tensor x) {
        if (!x.dtype().isFloating()) {
            throw new IllegalArgumentException(op + ": x is " + x.dtype().label() + ", which is no floating type; write cast(DType.F32) first");
        }
        return x.cast(x.dtype().accumulator());
    }

    /** Returns the I64 position of the largest element along {@code axis}: the first of equal ones, or the last. NaN counts as the largest. */
    public static Tensor argmax(Tensor x, int axis, boolean keepDims, boolean lastIndex) {
        return argReduce(true, x, axis, keepDims, lastIndex);
    }

    /** Returns the I64 position of the smallest element along {@code axis}: the first of equal ones, or the last. NaN counts as the smallest. */
    public static Tensor argmin(Tensor x, int axis, boolean keepDims, boolean lastIndex) {
        return argReduce(false, x, axis, keepDims, lastIndex);
    }

    /** Returns y[i] = x[0] + ... + x[i] along {@code axis}. */
    public static Tensor cumsum(Tensor x, int axis) {
        return cumsum(x, axis, false, false);
    }

    /**
     * Returns the running sum along {@code axis}. Source: ONNX CumSum-14.
     *
     * @param exclusive whether y[i] leaves x[i] out
     * @param reverse whether the sum runs from the end
     */
    public static Tensor cumsum(Tensor x, int axis, boolean exclusive, boolean reverse) {
        return cumulative(ReduceFunction.SUM, x, axis, exclusive, reverse);
    }

    /** Returns y[i] = x[0] · ... · x[i] along {@code axis}. */
    public static Tensor cumprod(Tensor x, int axis) {
        return cumprod(x, axis, false, false);
    }

    /** Returns the running product along {@code axis}; see {@link #cumsum(Tensor, int, boolean, boolean)}. */
    public static Tensor cumprod(Tensor x, int axis, boolean exclusive, boolean reverse) {
        return cumulative(ReduceFunction.PROD, x, axis, exclusive, reverse);
    }

    private static Tensor argReduce(boolean largest, Tensor x, int axis, boolean keepDims, boolean lastIndex) {
        return Tensor.record(new Reduction.ArgReduce(largest, x.shape().axis(axis), keepDims, lastIndex), x).getFirst();
    }

    private static Tensor cumulative(ReduceFunction function, Tensor x, int axis, boolean exclusive, boolean reverse) {
        return Tensor.record(new Reduction.Cumulative(function, x.shape().axis(axis), exclusive, reverse), x).getFirst();
    }

    /** Returns √x with gradient 0 where x is 0: the root sees 1 there, as its infinite derivative would make the gradient 0 · ∞. */
    private static Tensor sqrt(Tensor x) {
        Tensor zero = Tensor.scalar(x.dtype(), 0);
        Tensor isZero = x.eq(zero);
        return isZero.where(zero, isZero.where(Tensor.scalar(x.dtype(), 1), x).sqrt());
    }

    private static Tensor truth(String op, Tensor x) {
        return Logic.requireBool(op, "x", x);
    }

    /** Returns how many elements of x went into each of {@code y}. */
    private static long folded(Tensor x, Tensor y) {
        return x.type().elements() / Math.max(1, y.type().elements());
    }
}
