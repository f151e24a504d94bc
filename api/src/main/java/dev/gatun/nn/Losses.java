package dev.gatun.nn;

import dev.gatun.Tensor;
import dev.gatun.op.Elementwise.UnaryFunction;

/**
 * Losses, each of rank 0, named and defined as in PyTorch. x is what a network gives, {@code target} what it should; both floating and of one shape.
 * A mean is taken over all elements.
 */
public final class Losses {
    /** The lowest logarithm that {@link #bce} sees, as in PyTorch. */
    private static final double LOWEST_LOG = -100;

    private Losses() {
    }

    /** Returns mean (x - target)². */
    public static Tensor mse(Tensor x, Tensor target) {
        return difference("mse", x, target).square().mean();
    }

    /** Returns mean |x - target|. */
    public static Tensor l1(Tensor x, Tensor target) {
        return difference("l1", x, target).abs().mean();
    }

    /** Returns {@link #smoothL1(Tensor, Tensor, double)} with β = 1. */
    public static Tensor smoothL1(Tensor x, Tensor target) {
        return smoothL1(x, target, 1);
    }

    /** Returns the mean of d²/(2β) where d = |x - target| < β, else d - β/2. Source: Girshick 2015. */
    public static Tensor smoothL1(Tensor x, Tensor target, double beta) {
        requirePositive("smoothL1: beta", beta);
        return huber(x, target, beta).div(beta);
    }

    /** Returns the mean of d²/2 where d = |x - target| < δ, else δ(d - δ/2). Source: Huber 1964. */
    public static Tensor huber(Tensor x, Tensor target, double delta) {
        requirePositive("huber: delta", delta);
        Tensor d = difference("huber", x, target).abs();
        Tensor near = d.lt(Tensor.scalar(x.dtype(), delta));
        return near.where(d.square().mul(0.5), d.sub(delta / 2).mul(delta)).mean();
    }

    /** Returns the mean cross entropy of logits {@code [N, C, ...]} and labels {@code [N, ...]} (I32 or I64); {@link CrossEntropy} has more of it. */
    public static Tensor crossEntropy(Tensor logits, Tensor labels) {
        return CrossEntropy.MEAN.of(logits, labels);
    }

    /** Returns the mean of -x[label]. @param x ln p, {@code [N, C, ...]} @param labels {@code [N, ...]}, I32 or I64 */
    public static Tensor nll(Tensor x, Tensor labels) {
        return CrossEntropy.MEAN.ofLogProbabilities(x, labels);
    }

    /**
     * Returns mean -(target·ln x + (1 - target)·ln(1 - x)) for probabilities x; no logarithm counts as less than -100, where its gradient is 0. That x is in
     * [0, 1] is not checked, it would be to compute it first: of logits take {@link #bceLogits}.
     */
    public static Tensor bce(Tensor x, Tensor target) {
        requireSame("bce", x, target);
        Tensor present = target.mul(log(x));
        Tensor absent = Tensor.scalar(x.dtype(), 1).sub(target).mul(log(Tensor.scalar(x.dtype(), 1).sub(x)));
        return present.add(absent).mean().neg();
    }

    /** Returns max(ln p, -100). The logarithm sees no 0: its infinite derivative would make the gradient 0 · ∞. */
    private static Tensor log(Tensor p) {
        Tensor lowest = Tensor.scalar(p.dtype(), LOWEST_LOG);
        Tensor positive = p.gt(Tensor.scalar(p.dtype(), 0));
        return positive.where(positive.where(p, Tensor.scalar(p.dtype(), 1)).log(), lowest).max(lowest);
    }

    /** Returns {@link #bce} of sigmoid(x), without overflow: mean ln(1 + eˣ) - target·x. */
    public static Tensor bceLogits(Tensor x, Tensor target) {
        requireSame("bceLogits", x, target);
        return x.unary(UnaryFunction.SOFTPLUS).sub(target.mul(x)).mean();
    }

    /**
     * Returns the Kullback-Leibler divergence Σ target·(ln target - x) / N.
     *
     * @param x ln q, {@code [N, ...]}: logarithms of probabilities
     * @param target p, {@code [N, ...]}: probabilities
     */
    public static Tensor klDiv(Tensor x, Tensor target) {
        requireSame("klDiv", x, target);
        Tensor one = Tensor.scalar(x.dtype(), 1);
        Tensor positive = target.gt(Tensor.scalar(x.dtype(), 0));
        // Where p is 0, p·ln p is 0; the logarithm sees 1 there.
        Tensor entropy = target.mul(positive.where(target, one).log());
        return entropy.sub(target.mul(x)).cast(x.dtype().accumulator()).sum().div(x.rank() == 0 ? 1 : x.dim(0)).cast(x.dtype());
    }

    /** Returns mean max(0, 1 - sign(target)·x). */
    public static Tensor hinge(Tensor x, Tensor target) {
        requireSame("hinge", x, target);
        return Tensor.scalar(x.dtype(), 1).sub(target.unary(UnaryFunction.SIGN).mul(x)).relu().mean();
    }

    /** Returns mean D(fake) - mean D(real), what a Wasserstein critic D brings down. Source: Arjovsky et al. 2017. */
    public static Tensor wassersteinCritic(Tensor real, Tensor fake) {
        return fake.mean().sub(real.mean());
    }

    /** Returns -mean D(fake), what the generator against a Wasserstein critic D brings down. */
    public static Tensor wassersteinGenerator(Tensor fake) {
        return fake.mean().neg();
    }

    private static Tensor difference(String op, Tensor x, Tensor target) {
        requireSame(op, x, target);
        return x.sub(target);
    }

    private static void requireSame(String op, Tensor x, Tensor target) {
        if (!x.dtype().isFloating() || !target.dtype().isFloating()) {
            throw new IllegalArgumentException(op + ": x is " + x.dtype().label() + " and target " + target.dtype().label()
                    + " but both must be floating, write cast(DType.F32)");
        }
        if (!x.shape().equals(target.shape())) {
            throw new IllegalArgumentException(op + ": x" + x.shape() + " and target" + target.shape()
                    + " must have one shape (expand or reshape one)");
        }
    }

    private static void requirePositive(String what, double value) {
        if (!(value > 0)) {
            throw new IllegalArgumentException(what + " must be positive, got " + value);
        }
    }
}
