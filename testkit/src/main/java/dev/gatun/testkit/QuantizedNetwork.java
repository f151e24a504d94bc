package dev.gatun.testkit;

import dev.gatun.CompiledFunction;
import dev.gatun.DType;
import dev.gatun.Precision;
import dev.gatun.Shape;
import dev.gatun.Tensor;
import dev.gatun.op.Convolution;
import dev.gatun.op.Convolution.Geometry;
import dev.gatun.op.Pooling;
import dev.gatun.quantization.Calibration;
import dev.gatun.quantization.Observations;
import dev.gatun.quantization.Observer;
import dev.gatun.spi.Backend;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * A small network with all that quantized networks have: a stem, a pool, a residual block with an identity and one with a projection, branches that are joined,
 * an average pool and scores. In 8 bits a backend may round a value next to a tie the other way, so its results may differ from the reference's by steps of
 * the grid; but on average by less than quantization itself costs.
 */
final class QuantizedNetwork {
    private static final int CHANNELS = 12;
    private static final int CLASSES = 10;
    private final SplittableRandom random = new SplittableRandom(5);
    private final List<Tensor> weights = new ArrayList<>();
    private final Tensor x = normal(1, 2, 3, 20, 22);
    private int next;

    QuantizedNetwork() {
        forward(x);
    }

    private Tensor normal(double deviation, int... dims) {
        float[] values = new float[(int) Shape.of(dims).elements()];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (deviation * random.nextGaussian());
        }
        return Tensor.of(values, dims);
    }

    /** Returns the next weights, drawn when the network runs for the first time: in that order they are frozen. */
    private Tensor weights(int... dims) {
        if (next == weights.size()) {
            weights.add(normal(Math.sqrt(2.0 / Shape.of(dims).elements(1, dims.length)), dims));
        }
        return weights.get(next++);
    }

    private Tensor conv(Tensor of, int outputs, int kernel, int stride) {
        Geometry geometry = ConvolutionCases.geometry(2, stride, kernel / 2, 1, 1);
        Tensor y = Tensor.record(new Convolution.Conv(geometry), of, weights(outputs, of.dim(1), kernel, kernel)).getFirst();
        return y.add(weights(1, outputs, 1, 1));
    }

    private Tensor forward(Tensor image) {
        next = 0;
        Pooling.MaxPool pool = new Pooling.MaxPool(PoolingCases.window(2, 3, 2, 1, 1, false), false);
        Tensor h = Tensor.record(pool, conv(image, CHANNELS, 5, 1).relu()).getFirst();
        h = conv(conv(h, CHANNELS, 3, 1).relu(), CHANNELS, 3, 1).add(h).relu();
        h = conv(conv(h, CHANNELS, 1, 1).relu(), 2 * CHANNELS, 3, 2).add(conv(h, 2 * CHANNELS, 1, 2)).relu();
        h = Tensor.concat(1, List.of(conv(h, 5, 1, 1).relu(), conv(h, 7, 3, 1).relu()));
        h = conv(h, CHANNELS, 3, 1);
        Tensor features = h.mul(h.sigmoid()).mean(2, 3);
        return features.matmul(weights(CLASSES, CHANNELS), false, true).add(weights(1, CLASSES));
    }

    private CompiledFunction on(Backend backend) {
        return CompiledFunction.of(backend, in -> List.of(forward(in.getFirst())));
    }

    /** Returns what is wrong with the results of {@code backend} for ranges known before and for ranges of each call, if something is. */
    Optional<String> difference(Backend backend, Backend reference) {
        try (CompiledFunction exact = on(reference); CompiledFunction here = on(backend)) {
            Observations seen = new Observations();
            exact.observe(seen, x);
            Calibration ranges = seen.calibration(Observer.minMax());
            float[] original = exact.call(x).getFirst().toFloatArray();
            return difference("with known ranges", original, exact.quantized(ranges), here.quantized(ranges))
                    .or(() -> difference("with ranges of each call", original, exact.precision(Precision.INT8), here.precision(Precision.INT8)));
        }
    }

    private Optional<String> difference(String how, float[] original, CompiledFunction reference, CompiledFunction here) {
        try (reference; here) {
            Tensor y = here.call(x).getFirst();
            if (y.dtype() != DType.F32) {
                return Optional.of(how + " the result is " + y.type());
            }
            float[] expected = reference.call(x).getFirst().toFloatArray();
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
