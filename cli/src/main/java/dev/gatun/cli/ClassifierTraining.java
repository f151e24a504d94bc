package dev.gatun.cli;

import dev.gatun.Tensor;
import dev.gatun.models.data.Batch;
import dev.gatun.models.data.LabelledImages;
import dev.gatun.models.data.Mnist;
import dev.gatun.nn.Layer;
import dev.gatun.nn.Losses;
import dev.gatun.optim.Optimizer;
import dev.gatun.optim.TrainStep;
import dev.gatun.spi.Backend;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * A classifier of the first {@code steps} · {@code batch} training images of MNIST in their order, normalized, on the mean cross entropy.
 *
 * @param shaped makes the network's input of images {@code [N, 1, 28, 28]}
 */
record ClassifierTraining(Layer network, Optimizer optimizer, float learningRate, int steps, int batch, UnaryOperator<Tensor> shaped)
        implements GoldenTraining {
    @Override
    public Result run(Backend backend, Path data) throws IOException {
        NamedFill.fill(network);
        LabelledImages images = GoldenTraining.mnist(data, Mnist.SCALE, steps * batch);
        double[] losses = new double[steps];
        try (TrainStep step = TrainStep.minimizing(network,
                (pass, in) -> List.of(Losses.crossEntropy(network.forward(shaped.apply(in.get(0)), pass), in.get(1))), optimizer, backend)) {
            for (int i = 0; i < steps; i++) {
                Batch b = images.batch(GoldenTraining.batch(i, batch));
                losses[i] = step.run(learningRate, b.x(), b.labels()).getFirst().item();
            }
        }
        return new Result(new LinkedHashMap<>(Map.of("loss", losses)), network);
    }
}
