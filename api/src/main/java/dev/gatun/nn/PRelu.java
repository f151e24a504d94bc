package dev.gatun.nn;

import dev.gatun.DType;
import dev.gatun.Tensor;
import dev.gatun.TensorType;

/** {@link Activations#prelu} with slopes that are learned, first .25. Parameter: {@code weight [C]}. */
public final class PRelu extends Layer {
    private final Parameter weight;

    /** Makes a layer with {@code channels} slopes; 1 serves all channels. */
    public PRelu(int channels) {
        weight = parameter("weight", Parameter.of(TensorType.of(DType.F32, channels), Initializers.constant(0.25)));
    }

    @Override
    public Tensor forward(Tensor x, Pass pass) {
        return Activations.prelu(x, pass.get(weight));
    }
}
