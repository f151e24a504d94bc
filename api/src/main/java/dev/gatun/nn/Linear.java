package dev.gatun.nn;

import dev.gatun.DType;
import dev.gatun.Tensor;
import dev.gatun.TensorType;
import java.util.Optional;

/**
 * y = x wᵀ + b over the last axis. Parameters: {@code weight [outputs, inputs]} and {@code bias [outputs]}, both first U(-1/√inputs, 1/√inputs).
 */
public final class Linear extends Layer {
    private final int inputs;
    private final int outputs;
    private final Parameter weight;
    private final Optional<Parameter> bias;

    /** Makes a layer with a bias. */
    public Linear(int inputs, int outputs) {
        this(inputs, outputs, true);
    }

    private Linear(int inputs, int outputs, boolean biased) {
        this.inputs = inputs;
        this.outputs = outputs;
        weight = parameter("weight", Parameter.of(TensorType.of(DType.F32, outputs, inputs), Initializers.kaimingUniform(Math.sqrt(5))));
        bias = biased ? Optional.of(parameter("bias", bias(outputs, Math.max(1, inputs)))) : Optional.empty();
    }

    /** Returns a layer like this one without bias, with parameters of its own. */
    public Linear withoutBias() {
        return new Linear(inputs, outputs, false);
    }

    /** Returns a bias that is first U(-1/√fanIn, 1/√fanIn). */
    static Parameter bias(int outputs, long fanIn) {
        double bound = 1 / Math.sqrt(fanIn);
        return Parameter.of(TensorType.of(DType.F32, outputs), Initializers.uniform(-bound, bound));
    }

    /** Returns the weights. */
    public Parameter weight() {
        return weight;
    }

    /** Returns the bias, if there is one. */
    public Optional<Parameter> bias() {
        return bias;
    }

    /** Returns x wᵀ + b. @param x {@code [..., inputs]} @return {@code [..., outputs]} */
    @Override
    public Tensor forward(Tensor x, Pass pass) {
        if (x.rank() < 1 || x.dim(-1) != inputs) {
            throw new IllegalArgumentException("linear: the last axis of x" + x.shape() + " must have the layer's " + inputs + " inputs");
        }
        Tensor rows = x.rank() == 1 ? x.unsqueeze(0) : x;
        Tensor y = rows.matmul(pass.get(weight), false, true);
        Tensor biased = bias.map(b -> y.add(pass.get(b))).orElse(y);
        return x.rank() == 1 ? biased.squeeze(0) : biased;
    }

    @Override
    protected String describe() {
        return "Linear(" + inputs + " -> " + outputs + (bias.isPresent() ? "" : ", no bias") + ")";
    }
}
