package dev.gatun.nn;

import dev.gatun.DType;
import dev.gatun.Shape;
import dev.gatun.Tensor;
import dev.gatun.TensorType;

/** {@link Norms#layerNorm} over the last axes. Parameters of their shape: {@code weight} (first 1) and {@code bias} (first 0). */
public final class LayerNorm extends Layer {
    private final Shape normalized;
    private final double epsilon;
    private final Parameter weight;
    private final Parameter bias;

    /** Makes a layer with ε = 10⁻⁵. @param normalized the sizes of the last axes */
    public LayerNorm(int... normalized) {
        this(1e-5, normalized);
    }

    /** Makes a layer. @param normalized the sizes of the last axes */
    public LayerNorm(double epsilon, int... normalized) {
        this.normalized = Shape.of(normalized);
        this.epsilon = Norms.requireEpsilon("layerNorm", epsilon);
        TensorType type = new TensorType(DType.F32, this.normalized);
        weight = parameter("weight", Parameter.of(type, Initializers.ones()));
        bias = parameter("bias", Parameter.of(type, Initializers.zeros()));
    }

    @Override
    public Tensor forward(Tensor x, Pass pass) {
        return Norms.layerNorm(x, pass.get(weight), pass.get(bias), epsilon);
    }

    @Override
    protected String describe() {
        return "LayerNorm(" + normalized + ")";
    }
}
