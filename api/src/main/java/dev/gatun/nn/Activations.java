package dev.gatun.nn;

import dev.gatun.Shape;
import dev.gatun.Tensor;
import dev.gatun.op.Elementwise.UnaryFunction;
import dev.gatun.op.Ints;

/**
 * Activation functions, element by element, of floating tensors of any shape; names and constants are PyTorch's. Each is a composition that the
 * planner fuses into one loop.
 */
public final class Activations {
    private static final double SELU_SCALE = 1.0507009873554804934193349852946;
    private static final double SELU_ALPHA = 1.6732632423543772848170429916717;

    private Activations() {
    }

    /** Returns max(x, 0). */
    public static Tensor relu(Tensor x) {
        return x.relu();
    }

    /** Returns min(max(x, 0), 6). Its gradient where x = 0, as behind another ReLU or over padding, is 0; where x = 6 it is 1/2, PyTorch's is 0. */
    public static Tensor relu6(Tensor x) {
        return x.relu().min(Tensor.scalar(x.dtype(), 6));
    }

    /** Returns 1/(1 + e⁻ˣ). */
    public static Tensor sigmoid(Tensor x) {
        return x.sigmoid();
    }

    /** Returns tanh x. */
    public static Tensor tanh(Tensor x) {
        return x.tanh();
    }

    /** Returns x if x > 0, else slope · x. Source: Maas et al. 2013. */
    public static Tensor leakyRelu(Tensor x, double slope) {
        return x.gt(zero(x)).where(x, x.mul(slope));
    }

    /**
     * Returns x if x > 0, else w · x. Source: He et al. 2015.
     *
     * @param x {@code [N, C, ...]}, or of any shape if w has one element
     * @param w slopes, {@code [C]} or {@code [1]}
     * @throws IllegalArgumentException if w has neither one element nor one a channel
     */
    public static Tensor prelu(Tensor x, Tensor w) {
        boolean single = w.type().elements() == 1;
        if (!single && (w.rank() != 1 || x.rank() < 2 || w.dim(0) != x.dim(1))) {
            throw new IllegalArgumentException("prelu: w" + w.shape() + " must hold one slope, or one for each channel (axis 1) of x" + x.shape());
        }
        Tensor slope = single ? w.reshape(Shape.SCALAR) : w.reshape(channels(w.dim(0), x.rank()));
        return x.gt(zero(x)).where(x, x.mul(slope));
    }

    /** Returns x if x > 0, else α(eˣ - 1). Source: Clevert et al. 2016. */
    public static Tensor elu(Tensor x, double alpha) {
        return positiveOr(x, 1, alpha);
    }

    /** Returns x if x > 0, else α(e^(x/α) - 1). Source: Barron 2017. */
    public static Tensor celu(Tensor x, double alpha) {
        return positiveOr(x, alpha, alpha);
    }

    /** Returns 1.0507 · elu(x, 1.6733), which keeps mean 0 and variance 1 from layer to layer. Source: Klambauer et al. 2017. */
    public static Tensor selu(Tensor x) {
        return positiveOr(x, 1, SELU_ALPHA).mul(SELU_SCALE);
    }

    /** Returns x if x > 0, else alpha(exp(x/scale) - 1). The exponential sees no positive x: its overflow would make the gradient 0 · ∞. */
    private static Tensor positiveOr(Tensor x, double scale, double alpha) {
        Tensor positive = x.gt(zero(x));
        Tensor negative = positive.where(zero(x), x);
        Tensor exponent = scale == 1 ? negative : negative.div(scale);
        return positive.where(x, exponent.unary(UnaryFunction.EXPM1).mul(alpha));
    }

    /** Returns x · sigmoid(x), also called swish. Source: Elfwing et al. 2018. */
    public static Tensor silu(Tensor x) {
        return x.mul(x.sigmoid());
    }

    /** Returns x · Φ(x) = x/2 · (1 + erf(x/√2)). Source: Hendrycks and Gimpel 2016. */
    public static Tensor gelu(Tensor x) {
        return x.mul(0.5).mul(x.mul(Math.sqrt(0.5)).unary(UnaryFunction.ERF).add(1));
    }

    /** Returns x/2 · (1 + tanh(√(2/π)(x + 0.044715x³))), an approximation of {@link #gelu}. */
    public static Tensor geluTanh(Tensor x) {
        Tensor inner = x.square().mul(0.044715).add(1).mul(x).mul(Math.sqrt(2 / Math.PI));
        return x.mul(0.5).mul(inner.tanh().add(1));
    }

    /** Returns ln(1 + e^(βx))/β. */
    public static Tensor softplus(Tensor x, double beta) {
        return beta == 1 ? softplus(x) : x.mul(beta).unary(UnaryFunction.SOFTPLUS).div(beta);
    }

    /** Returns ln(1 + eˣ). */
    public static Tensor softplus(Tensor x) {
        return x.unary(UnaryFunction.SOFTPLUS);
    }

    /** Returns x/(1 + |x|). */
    public static Tensor softsign(Tensor x) {
        return x.div(x.abs().add(1));
    }

    /** Returns x · tanh(ln(1 + eˣ)). Source: Misra 2019. */
    public static Tensor mish(Tensor x) {
        return x.mul(softplus(x).tanh());
    }

    /** Returns min(max(x/6 + 1/2, 0), 1). Its gradients at the ends are those of {@link #relu6} of x + 3. */
    public static Tensor hardsigmoid(Tensor x) {
        return relu6(x.add(3)).div(6);
    }

    /** Returns x · hardsigmoid(x). Source: Howard et al. 2019. */
    public static Tensor hardswish(Tensor x) {
        return x.mul(hardsigmoid(x));
    }

    /** Returns min(max(x, low), high). Where x is a limit the gradient is 1/2; PyTorch's is 0. */
    public static Tensor hardtanh(Tensor x, double low, double high) {
        return x.clip(low, high);
    }

    /** Returns ln sigmoid(x), without underflow. */
    public static Tensor logSigmoid(Tensor x) {
        return softplus(x.neg()).neg();
    }

    /** Returns a · sigmoid(b), where a and b are the halves of x along {@code axis}. @throws IllegalArgumentException if its size is odd */
    public static Tensor glu(Tensor x, int axis) {
        int size = x.dim(axis);
        if (size % 2 != 0) {
            throw new IllegalArgumentException("glu: axis " + axis + " of x" + x.shape() + " cannot be halved");
        }
        return x.slice(axis, 0, size / 2).mul(x.slice(axis, size / 2, size).sigmoid());
    }

    /** Returns exp(x) / Σ exp(x) along {@code axis}. */
    public static Tensor softmax(Tensor x, int axis) {
        return x.softmax(axis);
    }

    /** Returns x - ln Σ exp(x) along {@code axis}. */
    public static Tensor logSoftmax(Tensor x, int axis) {
        return x.logSoftmax(axis);
    }

    private static Tensor zero(Tensor x) {
        return Tensor.scalar(x.dtype(), 0);
    }

    /** Returns the shape in which a vector of {@code size} broadcasts along axis 1 of a tensor of {@code rank}: [size, 1, ...]. */
    static Shape channels(int size, int rank) {
        return Shape.of(Ints.filled(rank - 1, 1).toArray()).with(0, size);
    }
}
