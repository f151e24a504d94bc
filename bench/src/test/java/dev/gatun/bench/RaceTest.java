package dev.gatun.bench;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.Backends;
import dev.gatun.Predictor;
import dev.gatun.Tensor;
import dev.gatun.spi.Backend;
import org.junit.jupiter.api.Test;

class RaceTest {
    @Test
    void aResultThatDoesNotDependOnTheInputIsRefused() {
        assertDoesNotThrow(() -> Race.requireDependence("net b1", new float[] {2, 1}, new float[] {2, -1}));
        for (float[] other : new float[][] {{2, 1}, {2.4f, 1}, {Float.NaN, 1}}) {
            String message = assertThrows(IllegalStateException.class, () -> Race.requireDependence("net b1", new float[] {2, 1}, other)).getMessage();
            assertTrue(message.startsWith("net b1: another input changes the result by "), message);
        }
    }

    /** With its own first weights, of deviation .01, GoogLeNet's logits are its last bias. */
    @Test
    void signalsPassThroughGoogLeNet() {
        Work work = Work.named("googlenet b1");
        int[] dims = WorkFiles.input(work).shape().dims();
        try (Backend backend = Backends.open("vector"); Predictor predictor = Predictor.takingOver(Networks.layer("googlenet"), backend)) {
            float[] noise = predictor.predict(Tensor.of(Numbers.of(WorkFiles.input(work), WorkFiles.INPUT), dims)).toFloatArray();
            float[] ones = predictor.predict(Tensor.of(WorkFiles.other(work), dims)).toFloatArray();
            assertDoesNotThrow(() -> Race.requireDependence(work.name(), noise, ones));
        }
    }
}
