package dev.gatun;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.gatun.nn.BatchNorm;
import dev.gatun.nn.Linear;
import dev.gatun.nn.Losses;
import dev.gatun.nn.Sequential;
import dev.gatun.optim.Sgd;
import dev.gatun.optim.TrainStep;
import dev.gatun.spi.Backend;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

class PredictorTest {
    private static final Backend BACKEND = Backends.open("reference");

    @AfterAll
    static void closeBackend() {
        BACKEND.close();
    }

    private final Tensor two = Tensor.of(new float[] {1, 3}, 2, 1);
    private final Tensor one = Tensor.of(new float[] {1}, 1, 1);

    private static Linear doubling() {
        Linear line = new Linear(1, 1);
        line.weight().set(Tensor.of(new float[] {2}, 1, 1));
        line.parameters().get("bias").set(Tensor.of(new float[] {0}));
        return line;
    }

    @Test
    void inputsOfALaterTypeMeetTheWeightsOfTheFirst() {
        Linear line = doubling();
        try (Predictor predictor = Predictor.of(line, BACKEND); Predictor later = Predictor.of(line, BACKEND)) {
            assertArrayEquals(new float[] {2, 6}, predictor.predict(two).toFloatArray());
            line.weight().set(Tensor.of(new float[] {9}, 1, 1));
            assertArrayEquals(new float[] {2}, predictor.predict(one).toFloatArray());
            assertArrayEquals(new float[] {9}, later.predict(one).toFloatArray());
        }
    }

    @Test
    void aTrainingLeavesAPredictorWhatItRead() {
        Sequential net = new Sequential(new BatchNorm(1), doubling());
        try (Predictor predictor = Predictor.of(net, BACKEND); TrainStep step = TrainStep.of(net, Losses::mse, Sgd.momentum(0.9), BACKEND)) {
            float first = predictor.predict(two).toFloatArray()[0];
            step.run(0.1f, two, two);
            step.run(0.1f, two, two);
            assertArrayEquals(new float[] {first}, predictor.predict(one).toFloatArray());
        }
    }

    @Test
    void aNetworkWhoseMemoryWasTakenOverTakesOneType() {
        Linear line = doubling();
        try (Predictor predictor = Predictor.takingOver(line, BACKEND)) {
            assertArrayEquals(new float[] {2, 6}, predictor.predict(two).toFloatArray());
            assertThrows(IllegalStateException.class, () -> predictor.predict(one));
            assertThrows(IllegalStateException.class, () -> line.weight().value().toFloatArray());
        }
    }
}
