package dev.gatun.onednn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.Backends;
import dev.gatun.DType;
import dev.gatun.Precision;
import dev.gatun.Predictor;
import dev.gatun.Shape;
import dev.gatun.Tensor;
import dev.gatun.models.data.Batch;
import dev.gatun.models.data.Batches;
import dev.gatun.models.data.Digits;
import dev.gatun.models.data.LabelledImages;
import dev.gatun.models.train.ImageTraining;
import dev.gatun.models.train.Recipe;
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
import dev.gatun.quantization.Comparison;
import dev.gatun.quantization.Observer;
import dev.gatun.quantization.Quantization;
import dev.gatun.spi.Backend;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** Networks in BF16 and in 8 bits on oneDNN: as good as in float32, and without detours. */
class NarrowNetworksTest {
    private static final Backend BACKEND = Backends.open("onednn");
    private static final int STEPS = 150;
    private static final int BATCH = 16;
    /** One in a hundred. */
    private static final double LOSS = 0.01;

    @AfterAll
    static void close() {
        BACKEND.close();
    }

    private static Layer net() {
        Sequential net = new Sequential(Conv.conv2d(1, 16, 3), new BatchNorm(16), Activation.relu(), AvgPool.avgPool2d(2), Conv.conv2d(16, 32, 3),
                new BatchNorm(32), Activation.relu(), AvgPool.avgPool2d(2), new Flatten(), new Linear(800, 10));
        net.initialize(1);
        return net;
    }

    @Test
    void aLeNetThatLearntDigitsLosesLessThanOnePercent() {
        LabelledImages learnt = Digits.draw(1, 0, STEPS * BATCH);
        try (ImageTraining training = new ImageTraining(Recipe.DRAWN_DIGITS.with(3e-3f, BATCH, 1), learnt, 7, BACKEND)) {
            for (int i = 0; i < STEPS; i++) {
                training.run();
            }
            Layer net = training.net();
            var ranges = Quantization.calibrate(net, BACKEND, Observer.minMax(), List.of(Batches.inOrder(learnt, 200).batch(0, 0).x()));
            try (Predictor exact = Predictor.of(net, BACKEND); Predictor bytes = Predictor.of(net, BACKEND).quantized(ranges);
                 Predictor bf16 = Predictor.of(net, BACKEND).precision(Precision.BF16);
                 Predictor dynamic = Predictor.of(net, BACKEND).precision(Precision.INT8)) {
                for (Predictor small : List.of(bytes, bf16, dynamic)) {
                    Comparison c = Quantization.compare(exact::predict, small::predict, unseen());
                    assertTrue(c.accuracy().orElseThrow() > 0.9, "it learnt too little to be judged: " + c);
                    assertTrue(c.quantizedAccuracy().orElseThrow() >= c.accuracy().orElseThrow() - LOSS && c.agreement() >= 1 - LOSS, c.toString());
                }
            }
        }
    }

    private static List<Quantization.Batch> unseen() {
        Batches unseen = Batches.inOrder(Digits.draw(1, STEPS * BATCH, 400), 100);
        return IntStream.range(0, unseen.count()).mapToObj(i -> unseen.batch(0, i)).map(b -> new Quantization.Batch(b.x(), b.labels())).toList();
    }

    @Test
    void trainingInBf16FollowsThatInFloat32() {
        float[] exact = losses(Precision.F32);
        float[] narrow = losses(Precision.BF16);
        for (int i = 0; i < exact.length; i++) {
            assertEquals(exact[i], narrow[i], 0.02 * exact[0], "step " + i);
        }
        assertTrue(exact[exact.length - 1] < 0.7 * exact[0], exact[0] + " to " + exact[exact.length - 1]);
    }

    private static float[] losses(Precision precision) {
        Batches batches = Batches.inOrder(Digits.draw(3, 0, 32 * 12), 32);
        float[] losses = new float[batches.count()];
        try (TrainStep step = TrainStep.of(net(), Losses::crossEntropy, Sgd.momentum(0.9), BACKEND).precision(precision)) {
            for (int i = 0; i < losses.length; i++) {
                Batch batch = batches.batch(0, i);
                losses[i] = (float) step.run(0.02f, batch.x(), batch.labels()).getFirst().item();
            }
        }
        return losses;
    }

    @Test
    void imagesAreReorderedAtTheEntranceOnly() {
        Layer net = net();
        Tensor x = Tensor.full(DType.F32, Shape.of(2, 1, 28, 28), 0.5);
        var ranges = Quantization.calibrate(net, BACKEND, Observer.minMax(), List.of(x));
        try (Predictor bytes = Predictor.of(net, BACKEND).quantized(ranges); Predictor bf16 = Predictor.of(net, BACKEND).precision(Precision.BF16)) {
            String inBytes = bytes.explain(x.type());
            String inBf16 = bf16.explain(x.type());
            assertTrue(Stream.of("avx512_core_vnni", "avx2", "amx").anyMatch(inBytes::contains), inBytes);
            for (String plan : List.of(inBytes, inBf16)) {
                assertTrue(plan.contains("reference loops: 0"), plan);
                assertFalse(plan.lines().anyMatch(line -> line.matches(".*\\bref\\b.*")), plan);
                long images = plan.lines().filter(l -> l.contains(" reorder ") && l.matches(".*\\[2, (16|32), \\d+, \\d+]\\{a.*-> .*")).count();
                assertTrue(images <= 1, plan);
            }
        }
    }
}
