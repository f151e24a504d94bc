package dev.gatun.optim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.Backends;
import dev.gatun.DType;
import dev.gatun.Precision;
import dev.gatun.Tensor;
import dev.gatun.nn.Activation;
import dev.gatun.nn.BatchNorm;
import dev.gatun.nn.Conv;
import dev.gatun.nn.Flatten;
import dev.gatun.nn.Initializers;
import dev.gatun.nn.Layer;
import dev.gatun.nn.Linear;
import dev.gatun.nn.Losses;
import dev.gatun.nn.MaxPool;
import dev.gatun.nn.Sequential;
import dev.gatun.spi.Backend;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** Training with products in BF16 and parameters in float32. */
class NarrowTrainingTest {
    private static final Backend BACKEND = Backends.open("reference");

    @AfterAll
    static void closeBackend() {
        BACKEND.close();
    }

    private static Sequential net() {
        Sequential net = new Sequential(Conv.conv2d(1, 4, 3).padding(1), new BatchNorm(4), Activation.relu(), MaxPool.maxPool2d(2), Conv.conv2d(4, 4, 1),
                Activation.relu(), new Flatten(), new Linear(16, 3));
        net.initialize(1);
        return net;
    }

    private static Tensor images() {
        float[] pixels = new float[6 * 16];
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = (float) Math.sin(i * i * 0.37);
        }
        return Tensor.of(pixels, 6, 1, 4, 4);
    }

    private static Tensor labels() {
        return Tensor.of(new long[] {0, 1, 2, 0, 1, 2}, 6);
    }

    @Test
    void theLossFallsAsInFloat32() {
        double[] losses = new double[2];
        for (Precision precision : List.of(Precision.F32, Precision.BF16)) {
            try (TrainStep step = TrainStep.of(net(), Losses::crossEntropy, Sgd.momentum(0.9), BACKEND).precision(precision)) {
                double first = (float) step.run(0.05f, images(), labels()).getFirst().item();
                double last = first;
                for (int i = 0; i < 15; i++) {
                    last = (float) step.run(0.05f, images(), labels()).getFirst().item();
                }
                assertTrue(last < first / 2, precision + ": " + first + " to " + last);
                losses[precision.ordinal()] = last;
            }
        }
        assertEquals(losses[0], losses[1], 0.05 * losses[0] + 0.02);
    }

    @Test
    void parametersStatisticsAndMomentumStayFloat32() {
        Layer net = net();
        try (TrainStep step = TrainStep.of(net, Losses::crossEntropy, Sgd.momentum(0.9), BACKEND).precision(Precision.BF16)) {
            step.run(0.05f, images(), labels());
            net.parameters().values().forEach(p -> assertTrue(p.type().dtype() == DType.F32 || p.type().dtype() == DType.I64, p.toString()));
            step.state().forEach((name, t) -> assertTrue(t.dtype() == DType.F32 || t.dtype() == DType.I64, name));
            String plan = step.explain();
            for (String op : List.of("conv", "conv_backward_data", "conv_backward_weights", "matmul", "max_pool", "max_pool_backward", "batch_norm",
                    "batch_norm_backward")) {
                List<String> steps = plan.lines().filter(l -> l.matches(" *\\d+ +" + op + " .*")).toList();
                assertTrue(!steps.isEmpty() && steps.stream().allMatch(l -> l.contains("-> bf16")), op + " in\n" + plan);
            }
            assertTrue(plan.lines().filter(l -> l.contains(" log_softmax ")).allMatch(l -> l.contains("-> f32")), plan);
        }
    }

    @Test
    void updatesSmallerThanADigitOfAWeightAddUp() {
        Linear line = new Linear(1, 1);
        line.parameters().values().forEach(p -> p.initialize(Initializers.constant(1)));
        Tensor x = Tensor.of(new float[] {1}, 1, 1);
        try (TrainStep step = TrainStep.of(line, (y, t) -> y.mul(t).sum(), new Sgd(), BACKEND).precision(Precision.BF16)) {
            for (int i = 0; i < 64; i++) {
                step.run(0x1p-14f, x, x);
            }
        }
        assertEquals(1 - 64 * 0x1p-14f, line.parameters().get("weight").value().toFloatArray()[0]);
    }

    @Test
    void gradientsDoNotFitIntoF16() {
        try (TrainStep step = TrainStep.of(net(), Losses::crossEntropy, new Sgd(), BACKEND)) {
            IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> step.precision(Precision.F16));
            assertEquals("train step: gradients do not fit the range of f16, train in BF16 or F32", e.getMessage());
        }
    }
}
