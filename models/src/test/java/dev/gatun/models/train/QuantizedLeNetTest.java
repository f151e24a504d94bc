package dev.gatun.models.train;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.Backends;
import dev.gatun.Precision;
import dev.gatun.Predictor;
import dev.gatun.Tensor;
import dev.gatun.models.data.Batches;
import dev.gatun.models.data.Digits;
import dev.gatun.models.data.LabelledImages;
import dev.gatun.nn.Layer;
import dev.gatun.quantization.Comparison;
import dev.gatun.quantization.Observations;
import dev.gatun.quantization.Observer;
import dev.gatun.quantization.Quantization;
import dev.gatun.spi.Backend;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A LeNet that learnt drawn digits, in 8 bits and in BF16. */
class QuantizedLeNetTest {
    private static final int STEPS = 150;
    private static final int BATCH = 16;
    private static final LabelledImages LEARNT = Digits.draw(1, 0, STEPS * BATCH);
    private static final LabelledImages UNSEEN = Digits.draw(1, STEPS * BATCH, 400);
    /** One in a hundred. */
    private static final double LOSS = 0.01;

    private static Backend backend;
    private static ImageTraining training;
    private static Layer net;

    @BeforeAll
    static void learn() {
        backend = Backends.open("reference");
        training = new ImageTraining(Recipe.DRAWN_DIGITS.with(3e-3f, BATCH, 1), LEARNT, 7, backend);
        for (int i = 0; i < STEPS; i++) {
            training.run();
        }
        net = training.net();
    }

    @AfterAll
    static void close() {
        training.close();
        backend.close();
    }

    private static Comparison compared(Predictor small) {
        Batches unseen = Batches.inOrder(UNSEEN, 100);
        List<Quantization.Batch> batches = IntStream.range(0, unseen.count()).mapToObj(i -> unseen.batch(0, i))
                .map(b -> new Quantization.Batch(b.x(), b.labels())).toList();
        try (Predictor exact = Predictor.of(net, backend)) {
            return Quantization.compare(exact::predict, small::predict, batches);
        }
    }

    private static void assertLosesLittle(String what, Comparison c) {
        assertTrue(c.accuracy().orElseThrow() > 0.9, "it learnt too little to be judged: " + c);
        assertTrue(c.quantizedAccuracy().orElseThrow() >= c.accuracy().orElseThrow() - LOSS && c.agreement() >= 1 - LOSS, what + ": " + c);
    }

    @Test
    void eightBitsWithRangesFromSamplesLoseLessThanOnePercent() {
        Tensor samples = Batches.inOrder(LEARNT, 200).batch(0, 0).x();
        Observations seen = Quantization.observe(net, backend, List.of(samples));
        for (Observer observer : List.of(Observer.minMax(), Observer.percentile(0.9999), Observer.entropy())) {
            try (Predictor small = Predictor.of(net, backend).quantized(seen.calibration(observer))) {
                assertLosesLittle(observer.toString(), compared(small));
            }
        }
    }

    @Test
    void rangesFoundAtEachCallAndNarrowFloatsLoseLessThanOnePercent() {
        for (Precision precision : List.of(Precision.INT8, Precision.BF16, Precision.F16)) {
            try (Predictor small = Predictor.of(net, backend).precision(precision)) {
                assertLosesLittle(precision.label(), compared(small));
            }
        }
    }
}
