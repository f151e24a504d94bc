package dev.gatun.nn;

import dev.gatun.Shape;
import dev.gatun.Tensor;
import dev.gatun.op.Normalization;
import java.util.Arrays;
import java.util.List;

/**
 * Normalizations: (x - μ)/√(σ² + ε) · scale + bias, which differ in what the statistics are taken over. σ² is the biased variance: the mean of
 * (x - μ)².
 */
public final class Norms {
    private Norms() {
    }

    /** The result of a batch normalization. @param mean of each channel, {@code [C]} @param variance the unbiased one of each channel, {@code [C]} */
    public record BatchStatistics(Tensor y, Tensor mean, Tensor variance) { }

    /**
     * Returns x normalized by the statistics of each channel over the batch and the spatial axes. Source: Ioffe and Szegedy 2015.
     *
     * @param x {@code [N, C, ...]}
     * @param scale {@code [C]}
     * @param bias {@code [C]}
     * @return y, and the statistics that running ones are made of
     * @throws IllegalArgumentException if shapes do not fit, or a channel has but one element, which has no variance
     */
    public static BatchStatistics batchNormTraining(Tensor x, Tensor scale, Tensor bias, double epsilon) {
        List<Tensor> r = Tensor.record(new Normalization.BatchNorm(epsilon), x, scale, bias);
        long m = x.type().elements() / Math.max(1, x.dim(1));
        if (m < 2) {
            throw new IllegalArgumentException("batchNorm: x" + x.shape() + " has " + m
                    + " element a channel, training needs at least 2 to take a variance");
        }
        return new BatchStatistics(r.get(0), r.get(1), r.get(2).mul(m / (m - 1.0)));
    }

    /** Returns (1 - momentum) · running + momentum · fresh. */
    public static Tensor running(Tensor running, Tensor fresh, double momentum) {
        return running.mul(1 - momentum).add(fresh.mul(momentum));
    }

    /**
     * Returns x normalized by given statistics: x · a + (bias - mean · a) with a = scale/√(variance + ε), so that frozen statistics become one factor
     * and one summand a channel.
     *
     * @param x {@code [N, C, ...]}; all others {@code [C]}
     */
    public static Tensor batchNorm(Tensor x, Tensor scale, Tensor bias, Tensor mean, Tensor variance, double epsilon) {
        for (Tensor t : List.of(scale, bias, mean, variance)) {
            requireChannels("batchNorm", x, t);
        }
        Tensor a = scale.mul(variance.add(epsilon).rsqrt());
        Tensor b = bias.sub(mean.mul(a));
        return affine(x, a, b);
    }

    /**
     * Returns x normalized over its last axes, times scale plus bias. Source: Ba et al. 2016.
     *
     * @param scale of the shape of those axes
     * @param bias of the shape of those axes
     */
    public static Tensor layerNorm(Tensor x, Tensor scale, Tensor bias, double epsilon) {
        return layerNorm(x, scale.shape(), epsilon).mul(scale).add(requireShape("layerNorm", bias, scale.shape()));
    }

    /** Returns x normalized over its last axes. @param normalized their shape */
    public static Tensor layerNorm(Tensor x, Shape normalized, double epsilon) {
        int axis = x.rank() - normalized.rank();
        if (normalized.rank() < 1 || axis < 0 || !x.shape().slice(axis, x.rank()).equals(normalized)) {
            throw new IllegalArgumentException("layerNorm: the last axes of x" + x.shape() + " are not " + normalized);
        }
        return standardize(x, axis, epsilon);
    }

    /**
     * Returns x normalized over groups of channels of each sample. Source: Wu and He 2018.
     *
     * @param x {@code [N, C, ...]}
     * @param scale {@code [C]}
     * @param bias {@code [C]}
     * @throws IllegalArgumentException if C is not divisible by {@code groups}
     */
    public static Tensor groupNorm(Tensor x, int groups, Tensor scale, Tensor bias, double epsilon) {
        requireChannels("groupNorm", x, scale);
        requireChannels("groupNorm", x, bias);
        return affine(groupNorm(x, groups, epsilon), scale, bias);
    }

    /** Returns {@link #groupNorm(Tensor, int, Tensor, Tensor, double)} without scale and bias. */
    public static Tensor groupNorm(Tensor x, int groups, double epsilon) {
        requireImages("groupNorm", x);
        if (groups < 1 || x.dim(1) % groups != 0) {
            throw new IllegalArgumentException("groupNorm: the " + x.dim(1) + " channels of x" + x.shape() + " are not divisible by " + groups
                    + " groups");
        }
        Shape split = Shape.of(x.dim(0), groups, x.dim(1) / groups).concat(x.shape().slice(2, x.rank()));
        return standardize(x.reshape(split), 2, epsilon).reshape(x.shape());
    }

    /** Returns x {@code [N, C, ...]} normalized over the spatial axes of each channel and sample, times scale plus bias, both {@code [C]}. */
    public static Tensor instanceNorm(Tensor x, Tensor scale, Tensor bias, double epsilon) {
        requireChannels("instanceNorm", x, scale);
        requireChannels("instanceNorm", x, bias);
        return affine(instanceNorm(x, epsilon), scale, bias);
    }

    /** Returns {@link #instanceNorm(Tensor, Tensor, Tensor, double)} without scale and bias. Source: Ulyanov et al. 2016. */
    public static Tensor instanceNorm(Tensor x, double epsilon) {
        requireImages("instanceNorm", x);
        if (x.rank() < 3) {
            throw new IllegalArgumentException("instanceNorm: x" + x.shape() + " has no spatial axes");
        }
        return standardize(x, 2, epsilon);
    }

    /** Returns x / √(mean x² + ε) · scale over its last axes, those of scale. Source: Zhang and Sennrich 2019. */
    public static Tensor rmsNorm(Tensor x, Tensor scale, double epsilon) {
        int axis = x.rank() - scale.rank();
        if (scale.rank() < 1 || axis < 0 || !x.shape().slice(axis, x.rank()).equals(scale.shape())) {
            throw new IllegalArgumentException("rmsNorm: the last axes of x" + x.shape() + " are not those of scale" + scale.shape());
        }
        int[] axes = new int[scale.rank()];
        Arrays.setAll(axes, i -> axis + i);
        Shape kept = x.shape();
        for (int i : axes) {
            kept = kept.with(i, 1);
        }
        return x.mul(x.square().mean(axes).add(epsilon).rsqrt().reshape(kept)).mul(scale);
    }

    /**
     * Returns x / (k + α/size · Σ x²)^β, the sum over {@code size} neighbouring channels. Source: Krizhevsky et al. 2012.
     *
     * @param x {@code [N, C, ...]}
     */
    public static Tensor localResponseNorm(Tensor x, int size, double alpha, double beta, double k) {
        return Tensor.record(new Normalization.LocalResponseNorm(size, alpha, beta, k), x).getFirst();
    }

    private static Tensor standardize(Tensor x, int axis, double epsilon) {
        return Tensor.record(new Normalization.Standardize(axis, epsilon), x).getFirst();
    }

    private static Tensor affine(Tensor x, Tensor scale, Tensor bias) {
        Shape channels = Activations.channels(x.dim(1), x.rank());
        return x.mul(scale.reshape(channels)).add(bias.reshape(channels));
    }

    static double requireEpsilon(String op, double epsilon) {
        if (!(epsilon >= 0)) {
            throw new IllegalArgumentException(op + ": epsilon must not be negative, got " + epsilon);
        }
        return epsilon;
    }

    private static void requireImages(String op, Tensor x) {
        if (x.rank() < 2) {
            throw new IllegalArgumentException(op + ": x" + x.shape() + " must have at least 2 axes: [N, C, ...]");
        }
    }

    private static void requireChannels(String op, Tensor x, Tensor vector) {
        requireImages(op, x);
        requireShape(op, vector, Shape.of(x.dim(1)));
    }

    private static Tensor requireShape(String op, Tensor t, Shape shape) {
        if (!t.shape().equals(shape)) {
            throw new IllegalArgumentException(op + ": scale, bias and statistics must be " + shape + ", got " + t.shape());
        }
        return t;
    }
}
