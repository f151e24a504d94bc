package dev.gatun.quantization;

import dev.gatun.CompiledFunction;
import dev.gatun.Tensor;
import dev.gatun.nn.Layer;
import dev.gatun.nn.Pass;
import dev.gatun.spi.Backend;
import java.util.List;
import java.util.function.UnaryOperator;

/** Observes networks, and compares them with their quantized selves. */
public final class Quantization {
    private Quantization() {
    }

    /** A batch of inputs with the class of each. @param labels I64 or I32, one a sample */
    public record Batch(Tensor x, Tensor labels) { }

    /**
     * Calls a network in float32 on samples and notes what its products read and give. A hundred samples that are like those to come are enough as a rule.
     *
     * @throws IllegalArgumentException if a value in the network is infinite or NaN
     */
    public static Observations observe(Layer net, Backend backend, Iterable<Tensor> samples) {
        try (CompiledFunction f = CompiledFunction.of(backend, in -> List.of(net.forward(in.getFirst(), Pass.inference())))) {
            Observations seen = new Observations();
            samples.forEach(x -> f.observe(seen, x));
            return seen;
        }
    }

    /** Returns the ranges that {@code observer} chooses for a network. @throws IllegalArgumentException if a value in the network is infinite or NaN */
    public static Calibration calibrate(Layer net, Backend backend, Observer observer, Iterable<Tensor> samples) {
        return observe(net, backend, samples).calibration(observer);
    }

    /**
     * Returns how the results of two functions differ; without labels nothing is said of accuracy.
     *
     * @param exact a predictor in float32: {@code predictor::predict}
     */
    public static Comparison compareResults(UnaryOperator<Tensor> exact, UnaryOperator<Tensor> quantized, Iterable<Tensor> samples) {
        Comparison.Sums sums = new Comparison.Sums();
        samples.forEach(x -> sums.add(exact.apply(x), quantized.apply(x)));
        return sums.comparison();
    }

    /** Returns what classifiers [N, classes] get right, and how they differ; see {@link #compareResults}. */
    public static Comparison compare(UnaryOperator<Tensor> exact, UnaryOperator<Tensor> quantized, Iterable<Batch> batches) {
        Comparison.Sums sums = new Comparison.Sums();
        batches.forEach(b -> sums.add(exact.apply(b.x()), quantized.apply(b.x()), b.labels()));
        return sums.comparison();
    }
}
