package dev.gatun.nn;

import static dev.gatun.nn.Close.assertClose;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.DType;
import dev.gatun.Gradients;
import dev.gatun.Shape;
import dev.gatun.Tensor;
import dev.gatun.random.Draws;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

class LayersTest {
    private static Tensor sequence(int... dims) {
        return Tensor.arange(DType.F32, (int) Shape.of(dims).elements()).reshape(dims);
    }

    private static void set(Module m, String name, double... values) {
        Parameter p = m.parameters().get(name);
        float[] f = new float[values.length];
        IntStream.range(0, f.length).forEach(i -> f[i] = (float) values[i]);
        p.set(Tensor.of(f).reshape(p.type().shape()));
    }

    @Test
    void linearIsXTimesTransposedWeightsPlusBias() {
        Linear linear = new Linear(2, 3);
        set(linear, "weight", 1, 2, 3, 4, 5, 6);
        set(linear, "bias", 10, 20, 30);
        assertClose(linear.forward(sequence(2, 2), Pass.inference()), Shape.of(2, 3), 12, 24, 36, 18, 38, 58);
        assertClose(linear.forward(Tensor.of(new float[] {0, 1}), Pass.inference()), Shape.of(3), 12, 24, 36);
        assertEquals(Shape.of(4, 5, 3), linear.forward(sequence(4, 5, 2), Pass.inference()).shape());
        assertEquals(List.of("weight"), List.copyOf(linear.withoutBias().parameters().keySet()));
        String message = assertThrows(IllegalArgumentException.class, () -> linear.forward(sequence(2, 3), Pass.inference())).getMessage();
        assertEquals("linear: the last axis of x[2, 3] must have the layer's 2 inputs", message);
    }

    @Test
    void convCorrelatesAndAddsTheBias() {
        Conv conv = Conv.conv2d(1, 1, 2).stride(2).padding(1);
        set(conv, "weight", 1, 2, 3, 4);
        set(conv, "bias", 100);
        // x is 0 1 2 / 3 4 5 / 6 7 8 with a frame of zeros; windows start at -1 and 1.
        assertClose(conv.forward(sequence(1, 1, 3, 3), Pass.inference()), Shape.of(1, 1, 2, 2), 100, 111, 130, 167);
        assertEquals(Shape.of(6, 2, 3), Conv.conv1d(4, 6, 3).groups(2).weight().type().shape());
        assertEquals(Shape.of(2, 4, 4, 4, 3), Conv.conv3d(1, 4, 1, 1, 3).forward(sequence(2, 1, 4, 4, 5), Pass.inference()).shape());
        assertThrows(IllegalArgumentException.class, () -> Conv.conv2d(3, 4, 1).groups(2));
        assertThrows(IllegalArgumentException.class, () -> Conv.conv2d(3, 4, 1, 2, 3));
    }

    @Test
    void convTransposeSpreadsEachElementOverAWindow() {
        ConvTranspose deconv = ConvTranspose.convTranspose1d(1, 1, 3).stride(2);
        set(deconv, "weight", 1, 10, 100);
        set(deconv, "bias", 0);
        assertClose(deconv.forward(Tensor.of(new float[] {1, 2}, 1, 1, 2), Pass.inference()), Shape.of(1, 1, 5), 1, 10, 102, 20, 200);
        ConvTranspose padded = ConvTranspose.convTranspose2d(4, 6, 3).stride(2).padding(1).outputPadding(1).groups(2);
        assertEquals(Shape.of(4, 3, 3, 3), padded.weight().type().shape());
        assertEquals(Shape.of(1, 6, 10, 12), padded.forward(sequence(1, 4, 5, 6), Pass.inference()).shape());
        ConvTranspose wrong = padded.outputPadding(2);
        assertThrows(IllegalArgumentException.class, () -> wrong.forward(sequence(1, 4, 5, 6), Pass.inference()));
    }

    @Test
    void settingsAreRefusedWhereTheyAreGiven() {
        Conv conv = Conv.conv2d(1, 1, 3);
        ConvTranspose deconv = ConvTranspose.convTranspose2d(1, 1, 3);
        assertEquals("kernel: [0] must not be less than 1", refusal(() -> Conv.conv2d(1, 1, 0)));
        assertEquals("stride: [1, 0] must not be less than 1", refusal(() -> conv.stride(1, 0)));
        assertEquals("padding: [-1] must not be less than 0", refusal(() -> conv.padding(-1)));
        assertEquals("dilation: [0] must not be less than 1", refusal(() -> deconv.dilation(0)));
        assertEquals("outputPadding: [-1] must not be less than 0", refusal(() -> deconv.outputPadding(-1)));
        assertEquals("stride: [0] must not be less than 1", refusal(() -> MaxPool.maxPool2d(2).stride(0)));
        assertEquals("padding: [-1] must not be less than 0", refusal(() -> AvgPool.avgPool2d(2).padding(-1)));
        assertEquals("adaptiveAvgPool: [0, 6] must not be less than 1", refusal(() -> new AdaptiveAvgPool(0, 6)));
        assertEquals("batchNorm: momentum must be in [0, 1], got 7.0", refusal(() -> new BatchNorm(2, 1e-5, 7)));
        assertEquals("batchNorm: momentum must be in [0, 1], got NaN", refusal(() -> new BatchNorm(2, 1e-5, Double.NaN)));
        assertEquals("batchNorm: epsilon must not be negative, got -1.0", refusal(() -> new BatchNorm(2, -1, .1)));
        assertEquals("layerNorm: epsilon must not be negative, got NaN", refusal(() -> new LayerNorm(Double.NaN, 3)));
        assertEquals("localResponseNorm: size must be at least 1, got 0", refusal(() -> new LocalResponseNorm(0)));
    }

    private static String refusal(Executable setting) {
        return assertThrows(IllegalArgumentException.class, setting).getMessage();
    }

    @Test
    void poolsTakeTheLargestAndTheMean() {
        Tensor x = sequence(1, 1, 4, 4);
        assertClose(MaxPool.maxPool2d(2).forward(x, Pass.inference()), Shape.of(1, 1, 2, 2), 5, 7, 13, 15);
        assertClose(MaxPool.maxPool2d(2).forward(x, Pass.training(0)), 5, 7, 13, 15);
        assertClose(AvgPool.avgPool2d(2).forward(x, Pass.inference()), 2.5, 4.5, 10.5, 12.5);
        Tensor row = Tensor.of(new float[] {1, 2, 3}, 1, 1, 3);
        assertClose(AvgPool.avgPool1d(2).padding(1).forward(row, Pass.inference()), 0.5, 2.5);
        assertClose(AvgPool.avgPool1d(2).padding(1).excludingPadding().forward(row, Pass.inference()), 1, 2.5);
        assertClose(MaxPool.maxPool1d(2).ceilMode().forward(row, Pass.inference()), 2, 3);
        assertClose(Pools.lpPool(Tensor.of(new float[] {3, -4, 0, 0}, 1, 1, 4), 2, Pools.window(1, 2, 2, 0)), 5, 0);
    }

    @Test
    void powerPoolsHaveGradientsWhereElementsAreZero() {
        for (double p : new double[] {0.5, 1, 2, 3}) {
            Tensor x = Tensor.of(new double[] {4, 0, 0, 0}, 1, 1, 4);
            Tensor y = Pools.lpPool(x, p, Pools.window(1, 2, 2, 0));
            Tensor dx = Gradients.of(y.sum(), x).getFirst();
            assertArrayEquals(new double[] {4, 0}, y.toDoubleArray(), 1e-12);
            assertArrayEquals(new double[] {1, 0, 0, 0}, dx.toDoubleArray(), 1e-12);
        }
        // y = (√4 + √9)², dx = (√4 + √9) / √x.
        Tensor x = Tensor.of(new double[] {4, -9}, 1, 1, 2);
        Tensor y = Pools.lpPool(x, 0.5, Pools.window(1, 2, 2, 0));
        Tensor dx = Gradients.of(y.sum(), x).getFirst();
        assertEquals(25, y.item(), 1e-12);
        assertArrayEquals(new double[] {5 / 2.0, -5 / 3.0}, dx.toDoubleArray(), 1e-12);
        assertEquals(Double.NaN, Pools.lpPool(Tensor.full(DType.F64, Shape.of(1, 1, 2), Double.NaN), 2, Pools.window(1, 2, 2, 0)).item());
    }

    @Test
    void adaptivePoolsCoverUnevenAxes() {
        Tensor x = Tensor.of(new float[] {1, 2, 3, 4, 50}, 1, 1, 5);
        // Windows of 5 places in 3 steps: 0-1, 1-3, 3-4.
        assertClose(new AdaptiveAvgPool(3).forward(x, Pass.inference()), Shape.of(1, 1, 3), 1.5, 3, 27);
        assertClose(new AdaptiveMaxPool(3).forward(x, Pass.inference()), Shape.of(1, 1, 3), 2, 4, 50);
        assertClose(new AdaptiveAvgPool(1).forward(x, Pass.inference()), Shape.of(1, 1, 1), 12);
        assertClose(new AdaptiveAvgPool(2, 3).forward(sequence(1, 1, 4, 3), Pass.inference()), Shape.of(1, 1, 2, 3), 1.5, 2.5, 3.5, 7.5, 8.5, 9.5);
        assertClose(new AdaptiveAvgPool(2, 2).forward(sequence(1, 1, 3, 3), Pass.inference()), Shape.of(1, 1, 2, 2), 2, 3, 5, 6);
    }

    @Test
    void adaptivePoolsKeepInfinitiesAndNansInTheirWindows() {
        double inf = Double.POSITIVE_INFINITY;
        Tensor x = Tensor.of(new double[] {inf, 1, 1, 1, Double.NaN}, 1, 1, 5);
        assertArrayEquals(new double[] {inf, 1, Double.NaN}, Pools.adaptiveAvgPool(x, 3).toDoubleArray());
        assertArrayEquals(new double[] {inf, 1, Double.NaN}, Pools.adaptiveMaxPool(x, 3).toDoubleArray());
        assertArrayEquals(new double[] {inf, 1, Double.NaN, Double.NaN}, Pools.adaptiveAvgPool(Tensor.concat(3, List.of(x.reshape(1, 1, 1, 5).slice(3, 0, 3),
                x.reshape(1, 1, 1, 5).slice(3, 4, 5).expand(Shape.of(1, 1, 1, 2)))), 1, 4).toDoubleArray());
    }

    @Test
    void batchNormNormalizesByTheBatchAndMovesItsRunningStatistics() {
        BatchNorm bn = new BatchNorm(1);
        Tensor x = Tensor.of(new float[] {1, 2, 3, 6}, 2, 1, 2);
        // Mean 3, biased variance 3.5, unbiased 14/3.
        double r = 1 / Math.sqrt(3.5 + 1e-5);
        assertClose(bn.forward(x, Pass.training(0)), Shape.of(2, 1, 2), -2 * r, -r, 0, 3 * r);
        assertClose(bn.parameters().get("running_mean").value(), 0.3);
        assertClose(bn.parameters().get("running_var").value(), 0.9 + 0.1 * 14 / 3);
        assertEquals(1, bn.parameters().get("num_batches_tracked").value().item());

        double s = 1 / Math.sqrt(0.9 + 0.1 * 14 / 3 + 1e-5);
        assertClose(bn.forward(x, Pass.inference()), 0.7 * s, 1.7 * s, 2.7 * s, 5.7 * s);
        assertEquals(1, bn.parameters().get("num_batches_tracked").value().item());
        String message = assertThrows(IllegalArgumentException.class, () -> bn.forward(Tensor.zeros(DType.F32, 1, 1), Pass.training(0))).getMessage();
        assertTrue(message.contains("training needs at least 2"), message);
    }

    @Test
    void aPinnedBatchNormKeepsItsStatisticsInATrainingPass() {
        BatchNorm bn = new BatchNorm(1);
        bn.eval();
        double r = 1 / Math.sqrt(1 + 1e-5);
        assertClose(bn.forward(Tensor.of(new float[] {1, 3}, 2, 1), Pass.training(0)), r, 3 * r);
        assertClose(bn.parameters().get("running_mean").value(), 0);
    }

    @Test
    void statisticsUpdatedTwiceInOnePassBuildOnEachOther() {
        BatchNorm bn = new BatchNorm(1, 1e-5, 0.5);
        Pass pass = Pass.training(0);
        bn.forward(Tensor.of(new float[] {3, 5}, 2, 1), pass);
        bn.forward(Tensor.of(new float[] {7, 9}, 2, 1), pass);
        assertClose(bn.parameters().get("running_mean").value(), 0.5 * 2 + 0.5 * 8);
        bn.forward(Tensor.of(new float[] {7, 9}, 2, 1), pass.withoutUpdates());
        assertClose(bn.parameters().get("running_mean").value(), 5);
    }

    @Test
    void dropoutScalesWhatItKeepsAndRestsDuringInference() {
        Dropout dropout = new Dropout(0.25);
        Tensor x = Tensor.ones(DType.F32, 4000);
        assertSame(x, dropout.forward(x, Pass.inference()));
        float[] y = dropout.forward(x, Pass.training(3)).toFloatArray();
        long dropped = IntStream.range(0, y.length).filter(i -> y[i] == 0).count();
        assertEquals(0.25, dropped / 4000.0, 0.03);
        assertTrue(IntStream.range(0, y.length).allMatch(i -> y[i] == 0 || Math.abs(y[i] - 1 / 0.75f) < 1e-6));
        assertArrayEquals(y, dropout.forward(x, Pass.training(3)).toFloatArray());
        assertThrows(IllegalArgumentException.class, () -> new Dropout(1));
    }

    @Test
    void eachRandomLayerOfAPassDrawsFromAStreamOfItsOwn() {
        Pass pass = Pass.training(Draws.key(9, 100));
        assertArrayEquals(new long[] {9, 100}, pass.nextKey().toLongArray());
        assertArrayEquals(new long[] {9, 101}, pass.withoutUpdates().nextKey().toLongArray());
        assertArrayEquals(new long[] {9, 102}, pass.nextKey().toLongArray());
        assertThrows(IllegalStateException.class, () -> Pass.inference().nextKey());
        assertThrows(IllegalArgumentException.class, () -> Pass.training(Tensor.of(new long[] {1}, 1)));
        assertNotEquals(Draws.uniform(Draws.key(9, 100), Shape.of(1)).item(), Draws.uniform(Draws.key(9, 101), Shape.of(1)).item());
    }

    @Test
    void sequentialRunsItsLayersInOrder() {
        Sequential net = new Sequential(new Flatten(), Activation.of("double", x -> x.mul(2)), Activation.relu());
        assertClose(net.forward(Tensor.of(new float[] {-1, 2}, 1, 1, 2), Pass.inference()), Shape.of(1, 2), 0, 4);
        assertEquals(List.of("0.weight", "2.weight"),
                List.copyOf(new Sequential(new Embedding(3, 2), Activation.tanh(), new PRelu(1)).parameters().keySet()));
    }

    @Test
    void embeddingLooksVectorsUp() {
        Embedding table = new Embedding(3, 2);
        set(table, "weight", 0, 1, 10, 11, 20, 21);
        assertClose(table.forward(Tensor.of(new int[] {2, 0}, 1, 2), Pass.inference()), Shape.of(1, 2, 2), 20, 21, 0, 1);
        Tensor none = table.forward(Tensor.of(new long[] {1, -1}), Pass.inference());
        assertEquals("gather: index -1 is outside of axis 0 of x[3, 2], which has 3 places, counted from 0",
                assertThrows(IndexOutOfBoundsException.class, none::eval).getMessage());
    }
}
