package dev.gatun;

import dev.gatun.nn.Layer;
import dev.gatun.nn.Parameter;
import dev.gatun.nn.Pass;
import dev.gatun.quantization.Calibration;
import dev.gatun.spi.Backend;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A network frozen for inference on one backend: weights are folded and prepacked when the first input of a type arrives, and later changes of the network's
 * parameters are not seen, whatever inputs come: a parameter is what it was when the first prediction read it. To predict with other values is for another
 * predictor. Thread-safe; concurrent predictions run side by side.
 *
 * {@snippet :
 * try (var backend = Backends.best(); var predictor = Predictor.of(net, backend)) {
 *     Tensor logits = predictor.predict(images);
 * }
 * }
 */
public final class Predictor implements AutoCloseable {
    private final CompiledFunction function;
    /** What was read: plans for further types are made of it. A training meanwhile takes other memory, since these are aliases. */
    private final Map<Parameter, Tensor> values;

    private Predictor(CompiledFunction function, Map<Parameter, Tensor> values) {
        this.function = function;
        this.values = values;
    }

    /** Returns a predictor of {@code net}; the backend stays the caller's to close. */
    public static Predictor of(Layer net, Backend backend) {
        Map<Parameter, Tensor> values = new ConcurrentHashMap<>();
        return new Predictor(CompiledFunction.of(backend, in -> List.of(net.forward(in.getFirst(),
                Pass.inference(p -> values.computeIfAbsent(p, read -> read.value().alias()))))), values);
    }

    /**
     * Returns a predictor that takes the memory of the network's parameters over, for services that need nothing else of it: when the first input arrives,
     * each weight is folded and packed and its own copy freed, one after the other. The network cannot be used any more after that, and all inputs must be of
     * the first one's type.
     */
    public static Predictor takingOver(Layer net, Backend backend) {
        return new Predictor(CompiledFunction.of(backend, in -> List.of(net.forward(in.getFirst(), Pass.inference()))).takingOver(), Map.of());
    }

    /**
     * Returns this predictor computing in another precision; to be chosen before the first prediction.
     *
     * {@snippet :
     * Predictor fast = Predictor.of(net, backend).precision(Precision.BF16);
     * }
     *
     * @throws UnsupportedOperationException if the backend cannot compute in it; the message says why
     */
    public Predictor precision(Precision other) {
        return new Predictor(function.precision(other), values);
    }

    /**
     * Returns this predictor computing in 8-bit integers; to be chosen before the first prediction.
     *
     * @param calibration the ranges of this network, see {@link dev.gatun.quantization.Quantization#calibrate}
     * @throws UnsupportedOperationException if the backend cannot compute in 8 bits; the message says why
     */
    public Predictor quantized(Calibration calibration) {
        return new Predictor(function.quantized(calibration), values);
    }

    /**
     * Returns the network's output for {@code x}; the caller may close it.
     *
     * @throws IllegalArgumentException if the network refuses the shape or type of {@code x}
     * @throws IllegalStateException if this predictor, its backend or {@code x} is closed
     */
    public Tensor predict(Tensor x) {
        return function.call(x).getFirst();
    }

    /** Returns the steps, fusions, layouts and arena of the plan for inputs of {@code type}. */
    public String explain(TensorType type) {
        return function.explain(type);
    }

    /** Returns the size of the arena that one prediction for inputs of {@code type} needs, in bytes. */
    public long arenaBytes(TensorType type) {
        return function.arenaBytes(type);
    }

    /** Gives plans and prepacked weights back, and the weights that were read: predictors made of one another by precision share these. */
    @Override
    public void close() {
        function.close();
        values.values().forEach(Tensor::close);
    }
}
