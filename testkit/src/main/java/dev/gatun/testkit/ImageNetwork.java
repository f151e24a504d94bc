package dev.gatun.testkit;

import dev.gatun.CompiledFunction;
import dev.gatun.Shape;
import dev.gatun.Tensor;
import dev.gatun.op.Convolution;
import dev.gatun.op.Convolution.Geometry;
import dev.gatun.op.Pooling;
import dev.gatun.spi.Backend;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * A network of images with all that such networks have: a stem, a pool, a residual block with an identity and one with a projection, branches that are joined,
 * an average pool and scores.
 */
final class ImageNetwork {
    private static final int CHANNELS = 12;
    private static final int CLASSES = 10;
    private final SplittableRandom random = new SplittableRandom(5);
    private final List<Tensor> weights = new ArrayList<>();
    private final Tensor x;
    private int next;

    /** Draws weights and a batch. */
    ImageNetwork(int batch) {
        x = normal(1, batch, 3, 20, 22);
        forward(x);
    }

    /** Returns the batch. */
    Tensor x() {
        return x;
    }

    /** Returns the network with its weights frozen. */
    CompiledFunction on(Backend backend) {
        return CompiledFunction.of(backend, in -> List.of(forward(in.getFirst())));
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
}
