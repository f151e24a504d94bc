package dev.gatun.quantization;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.Backends;
import dev.gatun.CompiledFunction;
import dev.gatun.DType;
import dev.gatun.Precision;
import dev.gatun.Predictor;
import dev.gatun.Tensor;
import dev.gatun.nn.Activation;
import dev.gatun.nn.BatchNorm;
import dev.gatun.nn.Conv;
import dev.gatun.nn.Flatten;
import dev.gatun.nn.Layer;
import dev.gatun.nn.Linear;
import dev.gatun.nn.MaxPool;
import dev.gatun.nn.Sequential;
import dev.gatun.spi.Backend;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class QuantizationTest {
    private final Backend backend = Backends.open("reference");

    @AfterEach
    void close() {
        backend.close();
    }

    private static Layer net() {
        Sequential net = new Sequential(Conv.conv2d(1, 8, 3).padding(1), new BatchNorm(8), Activation.relu(), MaxPool.maxPool2d(2),
                Conv.conv2d(8, 8, 3).padding(1), Activation.relu(), new Flatten(), new Linear(32, 10));
        net.initialize(1);
        return net;
    }

    private static Tensor images(int count) {
        float[] pixels = new float[count * 16];
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = (float) Math.sin(i * i * 0.37);
        }
        return Tensor.of(pixels, count, 1, 4, 4);
    }

    @Test
    void aQuantizedNetworkGivesNearlyTheSame() {
        Layer net = net();
        Observations seen = Quantization.observe(net, backend, List.of(images(8), images(5)));
        assertEquals(3, seen.products());
        for (Observer observer : List.of(Observer.minMax(), Observer.percentile(0.9999), Observer.entropy())) {
            try (Predictor exact = Predictor.of(net, backend); Predictor small = Predictor.of(net, backend).quantized(seen.calibration(observer))) {
                Comparison loss = Quantization.compareResults(exact::predict, small::predict, List.of(images(8)));
                assertTrue(loss.maxError() > 0 && loss.meanError() < 0.05 * loss.meanSize(), observer + ": " + loss);
                assertEquals(8, loss.samples());
                assertTrue(loss.accuracy().isEmpty());
            }
        }
    }

    @Test
    void whatLiesBetweenProductsIsStoredInBytes() {
        Calibration ranges = Quantization.calibrate(net(), backend, Observer.minMax(), List.of(images(8)));
        try (Predictor small = Predictor.of(net(), backend).quantized(ranges)) {
            String plan = small.explain(images(2).type());
            assertTrue(plan.startsWith("plan for backend reference in int8: "), plan);
            assertTrue(plan.lines().anyMatch(l -> l.contains(" max_pool ") && l.contains("-> u8[2, 8, 2, 2]")), plan);
            assertTrue(plan.lines().anyMatch(l -> l.contains(" quantized_matmul ") && l.contains("u8[2, 32]") && l.contains("-> f32[2, 10]")), plan);
            assertTrue(plan.contains("i8[8, 1, 3, 3]*"), plan);
            assertFalse(plan.lines().anyMatch(l -> l.matches(".*\\d  (conv|matmul) .*")), plan);
        }
    }

    @Test
    void rangesHoldForEverySizeOfABatch() {
        Calibration ranges = Quantization.calibrate(net(), backend, Observer.minMax(), List.of(images(8)));
        try (Predictor small = Predictor.of(net(), backend).quantized(ranges)) {
            float[] both = small.predict(images(2)).toFloatArray();
            float[] first = small.predict(images(1)).toFloatArray();
            assertArrayEquals(first, Arrays.copyOf(both, first.length));
        }
    }

    @Test
    void inputsAndResultsKeepTheirTypes() {
        Calibration ranges = Quantization.calibrate(net(), backend, Observer.minMax(), List.of(images(8)));
        try (Predictor small = Predictor.of(net(), backend).quantized(ranges)) {
            assertEquals(DType.F32, small.predict(images(2)).dtype());
        }
    }

    @Test
    void aProductOnTheGridIsExact() {
        // The range -127 .. 127 has steps of 1, and columns whose largest weight is 127 too: nothing is lost.
        Tensor w = Tensor.of(new float[] {127, 2, 3, -127, 5, 6}, 3, 2);
        Tensor x = Tensor.of(new float[] {1, -2, 127, 4, 5, -6}, 2, 3);
        CompiledFunction f = CompiledFunction.of(backend, in -> List.of(in.get(0).matmul(w)));
        Observations seen = new Observations();
        f.observe(seen, x);
        float[] exact = {127 - 6 + 635, 2 + 254 + 762, 508 + 15 - 30, 8 - 635 - 36};
        try (f; CompiledFunction small = f.quantized(seen.calibration(Observer.minMax())); CompiledFunction dynamic = f.precision(Precision.INT8)) {
            assertArrayEquals(exact, f.call(x).getFirst().toFloatArray());
            assertArrayEquals(exact, dynamic.call(x).getFirst().toFloatArray());
            // -6 .. 127 is lopsided: 255 steps with a zero point.
            assertArrayEquals(exact, small.call(x).getFirst().toFloatArray(), 127 * 3 * 133 / 255f / 2);
        }
    }

    @Test
    void rangesFoundAtEachCallNeedNoSamples() {
        Layer net = net();
        try (Predictor exact = Predictor.of(net, backend); Predictor small = Predictor.of(net, backend).precision(Precision.INT8)) {
            Comparison loss = Quantization.compareResults(exact::predict, small::predict, List.of(images(8)));
            assertTrue(loss.maxError() > 0 && loss.meanError() < 0.05 * loss.meanSize(), loss.toString());
            assertTrue(small.explain(images(8).type()).startsWith("plan for backend reference in int8, ranges found at each call: "));
        }
    }

    @Test
    void aComparisonCountsWhatIsRight() {
        Comparison.Sums sums = new Comparison.Sums();
        Tensor exact = Tensor.of(new float[] {1, 2, 4, 3, 0, 1}, 3, 2);
        Tensor small = Tensor.of(new float[] {1, 2.5f, 3, 4, 0, 1}, 3, 2);
        sums.add(exact, small, Tensor.of(new long[] {1, 0, 0}, 3));
        Comparison c = sums.comparison();
        assertEquals(2 / 3.0, c.accuracy().orElseThrow());
        assertEquals(1 / 3.0, c.quantizedAccuracy().orElseThrow());
        assertEquals(2 / 3.0, c.agreement());
        assertEquals(1, c.maxError());
        assertEquals(2.5 / 6, c.meanError());
        assertEquals(11 / 6.0, c.meanSize());
        assertEquals("accuracy 66.67 % in float32, 33.33 % quantized; same class for 66.67 % of 3; results differ by 0.4167 on average, 1.000 at most, "
                + "where their mean size is 1.833", c.toString());
    }

    @Test
    void numbersThatAreNaNAreOfNoClass() {
        Comparison.Sums sums = new Comparison.Sums();
        float[] lost = {Float.NaN, Float.NaN, 4, 3};
        sums.add(Tensor.of(lost, 2, 2), Tensor.of(lost, 2, 2), Tensor.of(new long[] {0, 0}, 2));
        assertEquals(.5, sums.comparison().agreement());
        assertEquals(.5, sums.comparison().accuracy().orElseThrow());
    }

    @Test
    void nothingSeenGivesNoRanges() {
        assertThrows(IllegalStateException.class, () -> Quantization.calibrate(net(), backend, Observer.minMax(), List.of()));
        assertThrows(IllegalArgumentException.class, () -> new Comparison.Sums().comparison());
    }

    @Test
    void aSampleThatIsNoNumberIsRefused() {
        Tensor x = Tensor.of(new float[] {Float.NaN, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}, 1, 1, 4, 4);
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> Quantization.calibrate(net(), backend, Observer.minMax(), List.of(x)));
        assertEquals("calibration: the network gave NaN for a sample; calibrate with data that it can compute", e.getMessage());
    }
}
