package dev.gatun.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.gatun.Backends;
import dev.gatun.DType;
import dev.gatun.Shape;
import dev.gatun.Tensor;
import dev.gatun.models.LeNet;
import dev.gatun.models.data.Batch;
import dev.gatun.models.data.Batches;
import dev.gatun.models.data.Digits;
import dev.gatun.nn.Losses;
import dev.gatun.op.Random.Distribution;
import dev.gatun.op.Random.Draw;
import dev.gatun.optim.Sgd;
import dev.gatun.optim.TrainStep;
import dev.gatun.spi.Backend;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** One training on two backends: the same numbers, and it can move in the middle. */
class SwapTest {
    private static final Backend REFERENCE = Backends.open("reference");
    private static final Backend VECTOR = Backends.open("vector");
    private static final int STEPS = 12;
    /** Float32 sums in another order, carried through a dozen updates. */
    private static final float ROUNDING = 1e-4f;

    private final Batches batches = Batches.inOrder(Digits.draw(3, 0, 32 * STEPS), 32);

    @AfterAll
    static void close() {
        REFERENCE.close();
        VECTOR.close();
    }

    private float[] losses(Backend first, Backend second) {
        float[] losses = new float[STEPS];
        TrainStep step = TrainStep.of(new LeNet(10), Losses::crossEntropy, Sgd.momentum(0.9), first);
        for (int i = 0; i < STEPS; i++) {
            if (i == STEPS / 2 && first != second) {
                step = step.on(second);
            }
            try (Batch batch = batches.batch(0, i)) {
                losses[i] = (float) step.run(0.05f, batch.x(), batch.labels()).getFirst().item();
            }
        }
        step.close();
        return losses;
    }

    @Test
    void equalKeysGiveEqualBitsOnBothBackends() {
        for (Distribution d : Distribution.values()) {
            Tensor key = Tensor.of(new long[] {42, 7});
            Tensor a = Tensor.record(new Draw(d, Shape.of(1001)), key).getFirst().eval(REFERENCE);
            Tensor b = Tensor.record(new Draw(d, Shape.of(1001)), key).getFirst().eval(VECTOR);
            assertEquals(1, a.eq(b).cast(DType.I32).min().item(), d.label());
        }
    }

    @Test
    void bothBackendsGiveTheSameLosses() {
        assertArrayEquals(losses(REFERENCE, REFERENCE), losses(VECTOR, VECTOR), ROUNDING);
    }

    @Test
    void aTrainingGoesOnWhenItsBackendIsSwapped() {
        float[] expected = losses(REFERENCE, REFERENCE);
        assertArrayEquals(expected, losses(REFERENCE, VECTOR), ROUNDING);
        assertArrayEquals(expected, losses(VECTOR, REFERENCE), ROUNDING);
    }

    @Test
    void anUnchangedTrainingGivesEqualBits() {
        assertArrayEquals(losses(VECTOR, VECTOR), losses(VECTOR, VECTOR));
    }
}
