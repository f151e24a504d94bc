package dev.gatun.onednn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.Backends;
import dev.gatun.models.LeNet;
import dev.gatun.models.data.Batch;
import dev.gatun.models.data.Batches;
import dev.gatun.models.data.Digits;
import dev.gatun.nn.Activation;
import dev.gatun.nn.AvgPool;
import dev.gatun.nn.BatchNorm;
import dev.gatun.nn.Conv;
import dev.gatun.nn.Flatten;
import dev.gatun.nn.Layer;
import dev.gatun.nn.Linear;
import dev.gatun.nn.Losses;
import dev.gatun.nn.Sequential;
import dev.gatun.optim.Sgd;
import dev.gatun.optim.TrainStep;
import dev.gatun.spi.Backend;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** One training on oneDNN, whose kernels are mixed with the vector backend's or its own alone, and on the vector backend: the same losses, and it can move. */
class TrainingSwapTest {
    private static final Backend MIXED = OwnKernels.open(true);
    private static final Backend OWN = OwnKernels.open(false);
    private static final Backend VECTOR = Backends.open("vector");
    private static final int STEPS = 12;
    /** Float32 sums in another order, carried through a dozen updates. */
    private static final float ROUNDING = 1e-4f;

    private final Batches batches = Batches.inOrder(Digits.draw(3, 0, 32 * STEPS), 32);

    @AfterAll
    static void close() {
        MIXED.close();
        OWN.close();
        VECTOR.close();
    }

    /** Convolutions in blocks of channels, statistics of the batch, a mean and its gradient. */
    private static Layer blocks() {
        return new Sequential(Conv.conv2d(1, 16, 3), new BatchNorm(16), Activation.relu(), AvgPool.avgPool2d(2), Conv.conv2d(16, 32, 3), new BatchNorm(32),
                Activation.relu(), AvgPool.avgPool2d(2), new Flatten(), new Linear(800, 10));
    }

    private float[] losses(Supplier<Layer> net, Backend first, Backend second) {
        float[] losses = new float[STEPS];
        TrainStep step = TrainStep.of(net.get(), Losses::crossEntropy, Sgd.momentum(0.9), first);
        for (int i = 0; i < STEPS; i++) {
            if (i == STEPS / 2 && first != second) {
                step = step.on(second);
            }
            try (Batch batch = batches.batch(0, i)) {
                losses[i] = (float) step.run(0.02f, batch.x(), batch.labels()).getFirst().item();
            }
        }
        step.close();
        return losses;
    }

    @Test
    void bothBackendsGiveTheSameLosses() {
        for (Supplier<Layer> net : List.<Supplier<Layer>>of(() -> new LeNet(10), TrainingSwapTest::blocks)) {
            float[] expected = losses(net, VECTOR, VECTOR);
            assertTrue(expected[STEPS - 1] < expected[0], "the training must learn something");
            assertArrayEquals(expected, losses(net, MIXED, MIXED), ROUNDING);
            assertArrayEquals(expected, losses(net, OWN, OWN), ROUNDING);
        }
    }

    @Test
    void aTrainingGoesOnWhenItsBackendIsSwapped() {
        for (Supplier<Layer> net : List.<Supplier<Layer>>of(() -> new LeNet(10), TrainingSwapTest::blocks)) {
            float[] expected = losses(net, VECTOR, VECTOR);
            assertArrayEquals(expected, losses(net, VECTOR, OWN), ROUNDING);
            assertArrayEquals(expected, losses(net, OWN, MIXED), ROUNDING);
            assertArrayEquals(expected, losses(net, MIXED, VECTOR), ROUNDING);
        }
    }

    @Test
    void anUnchangedTrainingGivesEqualBits() {
        assertArrayEquals(losses(TrainingSwapTest::blocks, OWN, OWN), losses(TrainingSwapTest::blocks, OWN, OWN));
    }

    @Test
    void whereNothingIsMixedConvolutionsAndTheirGradientsAreOneDnns() {
        try (TrainStep step = TrainStep.of(blocks(), Losses::crossEntropy, Sgd.momentum(0.9), OWN); Batch batch = batches.batch(0, 0)) {
            step.run(0.02f, batch.x(), batch.labels());
            List<String> convolutions = step.explain().lines().filter(line -> line.matches(".*\\bconv.*(jit|brg).*")).toList();
            assertTrue(convolutions.size() >= 5, step.explain());          // two forward, two gradients of weights, one of an image
        }
    }
}
