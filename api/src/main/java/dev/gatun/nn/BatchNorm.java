package dev.gatun.nn;

import dev.gatun.DType;
import dev.gatun.Shape;
import dev.gatun.Tensor;
import dev.gatun.TensorType;

/**
 * Batch normalization of {@code [N, C, ...]} with any number of spatial axes. While training it normalizes by the batch's own statistics
 * ({@link Norms#batchNormTraining}) and moves the running ones by {@code momentum} towards them; otherwise it normalizes by the running ones.
 *
 * <p>Parameters: {@code weight [C]} (first 1) and {@code bias [C]} (first 0); buffers: {@code running_mean [C]} (0), {@code running_var [C]} (1; the
 * unbiased variance) and {@code num_batches_tracked} (I64).
 */
public final class BatchNorm extends Layer {
    private final int channels;
    private final double epsilon;
    private final double momentum;
    private final Parameter weight;
    private final Parameter bias;
    private final Parameter runningMean;
    private final Parameter runningVariance;
    private final Parameter batches;

    /** Makes a layer with ε = 10⁻⁵ and momentum .1. */
    public BatchNorm(int channels) {
        this(channels, 1e-5, 0.1);
    }

    /**
     * Makes a layer.
     *
     * @param epsilon not negative
     * @param momentum the weight of the newest batch in the running statistics, in [0, 1]
     * @throws IllegalArgumentException if they are not
     */
    public BatchNorm(int channels, double epsilon, double momentum) {
        if (!(momentum >= 0 && momentum <= 1)) {
            throw new IllegalArgumentException("batchNorm: momentum must be in [0, 1], got " + momentum);
        }
        this.channels = channels;
        this.epsilon = Norms.requireEpsilon("batchNorm", epsilon);
        this.momentum = momentum;
        TensorType vector = TensorType.of(DType.F32, channels);
        weight = parameter("weight", Parameter.of(vector, Initializers.ones()));
        bias = parameter("bias", Parameter.of(vector, Initializers.zeros()));
        runningMean = parameter("running_mean", Parameter.buffer(vector, Initializers.zeros()));
        runningVariance = parameter("running_var", Parameter.buffer(vector, Initializers.ones()));
        batches = parameter("num_batches_tracked", Parameter.buffer(new TensorType(DType.I64, Shape.SCALAR), Initializers.zeros()));
    }

    /** Returns the factors. */
    public Parameter weight() {
        return weight;
    }

    /** Returns the summands. */
    public Parameter bias() {
        return bias;
    }

    @Override
    public Tensor forward(Tensor x, Pass pass) {
        if (!pass.isTraining(this)) {
            return Norms.batchNorm(x, pass.get(weight), pass.get(bias), pass.get(runningMean), pass.get(runningVariance), epsilon);
        }
        Norms.BatchStatistics s = Norms.batchNormTraining(x, pass.get(weight), pass.get(bias), epsilon);
        pass.update(runningMean, Norms.running(pass.get(runningMean), s.mean(), momentum));
        pass.update(runningVariance, Norms.running(pass.get(runningVariance), s.variance(), momentum));
        pass.update(batches, pass.get(batches).add(1));
        return s.y();
    }

    @Override
    protected String describe() {
        return "BatchNorm(" + channels + ")";
    }
}
