package dev.gatun.nn;

import dev.gatun.DType;
import dev.gatun.Shape;
import dev.gatun.Tensor;
import dev.gatun.TensorType;
import dev.gatun.op.Convolution.Geometry;
import dev.gatun.op.Ints;
import java.util.Optional;

/**
 * A transposed convolution over 1, 2 or 3 spatial axes; see {@link Convolutions#convTranspose}. Parameters: {@code weight [IC, OC/G, kernel...]} and
 * {@code bias [OC]}, both first U(-1/√fan_in, 1/√fan_in), where fan_in is, as in PyTorch, the elements of one slice of the weights along axis 0.
 *
 * <p>An instance is immutable but for its parameters: each method below returns another layer, with parameters of its own.
 */
public final class ConvTranspose extends Layer {
    private final int inputs;
    private final int outputs;
    private final Ints kernel;
    private final Geometry geometry;
    private final Ints outputPadding;
    private final Parameter weight;
    private final Optional<Parameter> bias;

    private ConvTranspose(int inputs, int outputs, Ints kernel, Geometry geometry, Ints outputPadding, boolean biased) {
        this.inputs = inputs;
        this.outputs = outputs;
        this.kernel = kernel;
        this.geometry = geometry;
        this.outputPadding = outputPadding;
        int groups = geometry.groups();
        if (groups < 1 || inputs < 1 || outputs < 1 || inputs % groups != 0 || outputs % groups != 0) {
            throw new IllegalArgumentException("convTranspose: " + inputs + " input and " + outputs + " output channels cannot be split in " + groups
                    + " groups");
        }
        Shape shape = Shape.of(inputs, outputs / groups).concat(Shape.of(kernel.toArray()));
        weight = parameter("weight", Parameter.of(new TensorType(DType.F32, shape), Initializers.kaimingUniform(Math.sqrt(5))));
        bias = biased ? Optional.of(parameter("bias", Linear.bias(outputs, Initializers.fanIn(shape)))) : Optional.empty();
    }

    private static ConvTranspose of(int inputs, int outputs, int axes, int... kernel) {
        return new ConvTranspose(inputs, outputs, Ints.of(Conv.each("kernel", 1, axes, kernel)), Convolutions.geometry(axes, 1, 0, 1, 1),
                Ints.filled(axes, 0), true);
    }

    /** Returns a layer for {@code [N, IC, W]} with stride 1, no padding and a bias. */
    public static ConvTranspose convTranspose1d(int inputs, int outputs, int kernel) {
        return of(inputs, outputs, 1, kernel);
    }

    /** Returns a layer for {@code [N, IC, H, W]} with stride 1, no padding and a bias. @param kernel its size, or height and width */
    public static ConvTranspose convTranspose2d(int inputs, int outputs, int... kernel) {
        return of(inputs, outputs, 2, kernel);
    }

    /** Returns a layer for {@code [N, IC, D, H, W]} with stride 1, no padding and a bias. @param kernel its size, or depth, height and width */
    public static ConvTranspose convTranspose3d(int inputs, int outputs, int... kernel) {
        return of(inputs, outputs, 3, kernel);
    }

    /** Returns this layer with other strides: one for all axes, or one an axis. */
    public ConvTranspose stride(int... strides) {
        return with(new Geometry(axes("stride", 1, strides), geometry.padBefore(), geometry.padAfter(), geometry.dilations(), geometry.groups()));
    }

    /** Returns this layer with places cut off all around its result: as many everywhere, or a number an axis. */
    public ConvTranspose padding(int... padding) {
        Ints p = axes("padding", 0, padding);
        return with(new Geometry(geometry.strides(), p, p, geometry.dilations(), geometry.groups()));
    }

    /** Returns this layer with {@code dilation} - 1 places between those that a kernel reaches: for all axes, or a number an axis. */
    public ConvTranspose dilation(int... dilations) {
        return with(new Geometry(geometry.strides(), geometry.padBefore(), geometry.padAfter(), axes("dilation", 1, dilations), geometry.groups()));
    }

    /** Returns this layer with channels split in groups that do not see each other. */
    public ConvTranspose groups(int groups) {
        return with(new Geometry(geometry.strides(), geometry.padBefore(), geometry.padAfter(), geometry.dilations(), groups));
    }

    /** Returns this layer with further places behind its result: as many everywhere, or a number an axis; less than the stride. */
    public ConvTranspose outputPadding(int... padding) {
        return new ConvTranspose(inputs, outputs, kernel, geometry, axes("outputPadding", 0, padding), bias.isPresent());
    }

    /** Returns this layer without bias. */
    public ConvTranspose withoutBias() {
        return new ConvTranspose(inputs, outputs, kernel, geometry, outputPadding, false);
    }

    private ConvTranspose with(Geometry other) {
        return new ConvTranspose(inputs, outputs, kernel, other, outputPadding, bias.isPresent());
    }

    private Ints axes(String name, int least, int... values) {
        return Ints.of(Conv.each(name, least, kernel.size(), values));
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
        int[] padding = outputPadding.toArray();
        return bias.map(b -> Convolutions.convTranspose(x, w, pass.get(b), geometry, padding))
                .orElseGet(() -> Convolutions.convTranspose(x, w, geometry, padding));
    }

    @Override
    protected String describe() {
        return "ConvTranspose(" + inputs + " -> " + outputs + ", kernel " + kernel + ", stride " + geometry.strides()
                + ", padding " + geometry.padBefore()
                + (outputPadding.all(0) ? "" : ", output padding " + outputPadding)
                + (geometry.dilations().all(1) ? "" : ", dilation " + geometry.dilations())
                + (geometry.groups() == 1 ? "" : ", groups " + geometry.groups())
                + (bias.isPresent() ? "" : ", no bias") + ")";
    }
}
