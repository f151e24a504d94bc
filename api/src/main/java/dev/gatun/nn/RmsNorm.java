package dev.gatun.nn;

import dev.gatun.DType;
import dev.gatun.Shape;
import dev.gatun.Tensor;
import dev.gatun.TensorType;

/** {@link Norms#rmsNorm} over the last axes. Parameter of their shape: {@code weight} (first 1). */
public final class RmsNorm extends Layer {
    private final Shape normalized;
    private final double epsilon;
    private final Parameter weight;

    /** Makes a layer with ε = 2⁻²³, the spacing of floats at 1, as in PyTorch. @param normalized the sizes of the last axes */
    public RmsNorm(int... normalized) {
        this(0x1p-23, normalized);
    }

    /** Makes a layer. @param normalized the sizes of the last axes */
    public RmsNorm(double epsilon, int... normalized) {
        this.normalized = Shape.of(normalized);
        this.epsilon = Norms.requireEpsilon("rmsNorm", epsilon);
        weight = parameter("weight", Parameter.of(new TensorType(DType.F32, this.normalized), Initializers.ones()));
    }

    @Override
    public Tensor forward(Tensor x, Pass pass) {
        return Norms.rmsNorm(x, pass.get(weight), epsilon);
    }

    @Override
    protected String describe() {
        return "RmsNorm(" + normalized + ")";
    }
}
