package dev.gatun.nn;

import dev.gatun.DType;
import dev.gatun.Shape;
import dev.gatun.Tensor;
import dev.gatun.TensorType;
import dev.gatun.op.Convolution.Geometry;
import dev.gatun.op.Ints;
import java.util.Arrays;
import java.util.Optional;

/**
 * A convolution over 1, 2 or 3 spatial axes; see {@link Convolutions#conv}. Parameters: {@code weight [OC, IC/G, kernel...]} and {@code bias [OC]},
 * both first U(-1/√fan_in, 1/√fan_in).
 *
 * {@snippet :
 * Conv stem = Conv.conv2d(3, 64, 7).stride(2).padding(3).withoutBias();
 * }
 *
 * <p>An instance is immutable but for its parameters: each method below returns another convolution, with parameters of its own.
 */
public final class Conv extends Layer {
    private final int inputs;
    private final int outputs;
    private final Ints kernel;
    private final Geometry geometry;
    private final Parameter weight;
    private final Optional<Parameter> bias;

    private Conv(int inputs, int outputs, Ints kernel, Geometry geometry, boolean biased) {
        this.inputs = inputs;
        this.outputs = outputs;
        this.kernel = kernel;
        this.geometry = geometry;
        int groups = geometry.groups();
        if (groups < 1 || inputs < 1 || outputs < 1 || inputs % groups != 0 || outputs % groups != 0) {
            throw new IllegalArgumentException("conv: " + inputs + " input and " + outputs + " output channels cannot be split in " + groups
                    + " groups");
        }
        Shape shape = Shape.of(outputs, inputs / groups).concat(Shape.of(kernel.toArray()));
        weight = parameter("weight", Parameter.of(new TensorType(DType.F32, shape), Initializers.kaimingUniform(Math.sqrt(5))));
        bias = biased ? Optional.of(parameter("bias", Linear.bias(outputs, Initializers.fanIn(shape)))) : Optional.empty();
    }

    private static Conv of(int inputs, int outputs, int axes, int... kernel) {
        return new Conv(inputs, outputs, Ints.of(each("kernel", 1, axes, kernel)), Convolutions.geometry(axes, 1, 0, 1, 1), true);
    }

    /** Returns a convolution of {@code [N, IC, W]} with stride 1, no padding and a bias. */
    public static Conv conv1d(int inputs, int outputs, int kernel) {
        return of(inputs, outputs, 1, kernel);
    }

    /** Returns a convolution of {@code [N, IC, H, W]} with stride 1, no padding and a bias. @param kernel its size, or height and width */
    public static Conv conv2d(int inputs, int outputs, int... kernel) {
        return of(inputs, outputs, 2, kernel);
    }

    /** Returns a convolution of {@code [N, IC, D, H, W]} with stride 1, no padding and a bias. @param kernel its size, or depth, height and width */
    public static Conv conv3d(int inputs, int outputs, int... kernel) {
        return of(inputs, outputs, 3, kernel);
    }

    /** Returns this convolution with other strides: one for all axes, or one an axis. */
    public Conv stride(int... strides) {
        return with(new Geometry(axes("stride", 1, strides), geometry.padBefore(), geometry.padAfter(), geometry.dilations(), geometry.groups()));
    }

    /** Returns this convolution with zeros around its input: as many everywhere, or a number an axis. */
    public Conv padding(int... padding) {
        Ints p = axes("padding", 0, padding);
        return with(new Geometry(geometry.strides(), p, p, geometry.dilations(), geometry.groups()));
    }

    /** Returns this convolution with {@code dilation} - 1 places between those that a kernel sees: for all axes, or a number an axis. */
    public Conv dilation(int... dilations) {
        return with(new Geometry(geometry.strides(), geometry.padBefore(), geometry.padAfter(), axes("dilation", 1, dilations), geometry.groups()));
    }

    /** Returns this convolution with channels split in groups that do not see each other. */
    public Conv groups(int groups) {
        return with(new Geometry(geometry.strides(), geometry.padBefore(), geometry.padAfter(), geometry.dilations(), groups));
    }

    /** Returns this convolution without bias. */
    public Conv withoutBias() {
        return new Conv(inputs, outputs, kernel, geometry, false);
    }

    private Conv with(Geometry other) {
        return new Conv(inputs, outputs, kernel, other, bias.isPresent());
    }

    private Ints axes(String name, int least, int... values) {
        return Ints.of(each(name, least, kernel.size(), values));
    }

    /** Returns {@code values}, none of which may be less than {@code least}, or the only one of them once an axis. */
    static int[] each(String name, int least, int axes, int... values) {
        if (values.length != 1 && values.length != axes) {
            throw new IllegalArgumentException(name + ": " + Arrays.toString(values) + " must be one number, or one for each of " + axes
                    + " spatial axes");
        }
        if (Arrays.stream(values).anyMatch(v -> v < least)) {
            throw new IllegalArgumentException(name + ": " + Arrays.toString(values) + " must not be less than " + least);
        }
        return values.length == axes ? values : Ints.filled(axes, values[0]).toArray();
    }

    /** Returns the weights. */
    public Parameter weight() {
        return weight;
    }

    /** Returns the bias, if there is one. */
    public Optional<Parameter> bias() {
        return bias;
    }

    @Override
    public Tensor forward(Tensor x, Pass pass) {
        Tensor w = pass.get(weight);
        return bias.map(b -> Convolutions.conv(x, w, pass.get(b), geometry)).orElseGet(() -> Convolutions.conv(x, w, geometry));
    }

    @Override
    protected String describe() {
        return "Conv(" + inputs + " -> " + outputs + ", kernel " + kernel + ", stride " + geometry.strides()
                + ", padding " + geometry.padBefore()
                + (geometry.dilations().all(1) ? "" : ", dilation " + geometry.dilations())
                + (geometry.groups() == 1 ? "" : ", groups " + geometry.groups())
                + (bias.isPresent() ? "" : ", no bias") + ")";
    }
}
