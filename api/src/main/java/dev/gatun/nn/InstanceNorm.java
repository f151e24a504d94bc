package dev.gatun.nn;

import dev.gatun.DType;
import dev.gatun.Tensor;
import dev.gatun.TensorType;
import java.util.Optional;

/**
 * {@link Norms#instanceNorm} of {@code [N, C, spatial...]}, as in PyTorch without parameters unless {@link #affine} is asked for; then
 * {@code weight [C]} (first 1) and {@code bias [C]} (first 0).
 */
public final class InstanceNorm extends Layer {
    private record Affine(Parameter weight, Parameter bias) { }

    private final int channels;
    private final double epsilon;
    private final Optional<Affine> affine;

    /** Makes a layer with ε = 10⁻⁵. */
    public InstanceNorm(int channels) {
        this(channels, 1e-5);
    }

    /** Makes a layer. */
    public InstanceNorm(int channels, double epsilon) {
        this(channels, epsilon, false);
    }

    private InstanceNorm(int channels, double epsilon, boolean scaled) {
        this.channels = channels;
        this.epsilon = Norms.requireEpsilon("instanceNorm", epsilon);
        TensorType vector = TensorType.of(DType.F32, channels);
        affine = scaled ? Optional.of(new Affine(parameter("weight", Parameter.of(vector, Initializers.ones())),
                parameter("bias", Parameter.of(vector, Initializers.zeros())))) : Optional.empty();
    }

    /** Returns a layer like this one that scales and shifts each channel. */
    public InstanceNorm affine() {
        return new InstanceNorm(channels, epsilon, true);
    }

    @Override
    public Tensor forward(Tensor x, Pass pass) {
        if (x.rank() < 2 || x.dim(1) != channels) {
            throw new IllegalArgumentException("instanceNorm: x" + x.shape() + " must have the layer's " + channels + " channels at axis 1");
        }
        return affine.map(a -> Norms.instanceNorm(x, pass.get(a.weight), pass.get(a.bias), epsilon)).orElseGet(() -> Norms.instanceNorm(x, epsilon));
    }

    @Override
    protected String describe() {
        return "InstanceNorm(" + channels + ")";
    }
}
