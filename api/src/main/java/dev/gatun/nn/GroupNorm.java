package dev.gatun.nn;

import dev.gatun.DType;
import dev.gatun.Tensor;
import dev.gatun.TensorType;

/** {@link Norms#groupNorm} of {@code [N, C, ...]}. Parameters: {@code weight [C]} (first 1) and {@code bias [C]} (first 0). */
public final class GroupNorm extends Layer {
    private final int groups;
    private final int channels;
    private final double epsilon;
    private final Parameter weight;
    private final Parameter bias;

    /** Makes a layer with ε = 10⁻⁵. */
    public GroupNorm(int groups, int channels) {
        this(groups, channels, 1e-5);
    }

    /** Makes a layer. @throws IllegalArgumentException if the channels are not divisible by {@code groups} */
    public GroupNorm(int groups, int channels, double epsilon) {
        if (groups < 1 || channels % groups != 0) {
            throw new IllegalArgumentException("groupNorm: " + channels + " channels are not divisible by " + groups + " groups");
        }
        this.groups = groups;
        this.channels = channels;
        this.epsilon = Norms.requireEpsilon("groupNorm", epsilon);
        TensorType vector = TensorType.of(DType.F32, channels);
        weight = parameter("weight", Parameter.of(vector, Initializers.ones()));
        bias = parameter("bias", Parameter.of(vector, Initializers.zeros()));
    }

    @Override
    public Tensor forward(Tensor x, Pass pass) {
        return Norms.groupNorm(x, groups, pass.get(weight), pass.get(bias), epsilon);
    }

    @Override
    protected String describe() {
        return "GroupNorm(" + groups + " groups of " + channels + ")";
    }
}
