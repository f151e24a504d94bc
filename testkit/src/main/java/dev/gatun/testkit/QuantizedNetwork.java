package dev.gatun.testkit;

import dev.gatun.CompiledFunction;
import dev.gatun.DType;
import dev.gatun.Precision;
import dev.gatun.Tensor;
import dev.gatun.quantization.Calibration;
import dev.gatun.quantization.Observations;
import dev.gatun.quantization.Observer;
import dev.gatun.spi.Backend;
import java.util.Optional;

/**
 * A small network in 8 bits. In these a backend may round a value next to a tie the other way, so its results may differ from the reference's by steps of
 * the grid; but on average by less than quantization itself costs.
 */
final class QuantizedNetwork {
    private final ImageNetwork network = new ImageNetwork(2);

    /** Returns what is wrong with the results of {@code backend} for ranges known before and for ranges of each call, if something is. */
    Optional<String> difference(Backend backend, Backend reference) {
        try (CompiledFunction exact = network.on(reference); CompiledFunction here = network.on(backend)) {
            Observations seen = new Observations();
            exact.observe(seen, network.x());
            Calibration ranges = seen.calibration(Observer.minMax());
            float[] original = exact.call(network.x()).getFirst().toFloatArray();
            return difference("with known ranges", original, exact.quantized(ranges), here.quantized(ranges))
                    .or(() -> difference("with ranges of each call", original, exact.precision(Precision.INT8), here.precision(Precision.INT8)));
        }
    }

    private Optional<String> difference(String how, float[] original, CompiledFunction reference, CompiledFunction here) {
        try (reference; here) {
            Tensor y = here.call(network.x()).getFirst();
            if (y.dtype() != DType.F32) {
                return Optional.of(how + " the result is " + y.type());
            }
            float[] expected = reference.call(network.x()).getFirst().toFloatArray();
            double cost = mean(original, expected);
            double error = mean(expected, y.toFloatArray());
            return error <= cost ? Optional.empty() : Optional.of("in 8 bits " + how + " results differ from the reference's by " + error
                    + " on average, more than by what quantization costs, " + cost);
        }
    }

    private static double mean(float[] a, float[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += Math.abs(a[i] - b[i]);
        }
        return sum / a.length;
    }
}
