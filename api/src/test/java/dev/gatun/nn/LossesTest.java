package dev.gatun.nn;

import static dev.gatun.nn.Close.assertClose;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.gatun.DType;
import dev.gatun.Gradients;
import dev.gatun.Shape;
import dev.gatun.Tensor;
import java.util.List;
import org.junit.jupiter.api.Test;

class LossesTest {
    private final Tensor x = Tensor.of(new float[] {1, -2, 0.5f, 3});
    private final Tensor target = Tensor.of(new float[] {1, 1, 0, 0});

    @Test
    void distancesAreMeans() {
        // Differences 0, -3, .5, 3.
        assertClose(Losses.mse(x, target), Shape.SCALAR, (9 + 0.25 + 9) / 4);
        assertClose(Losses.l1(x, target), 6.5 / 4);
        assertClose(Losses.smoothL1(x, target), (2.5 + 0.125 + 2.5) / 4);
        assertClose(Losses.smoothL1(x, target, 2), (2 + 0.0625 + 2) / 4);
        assertClose(Losses.huber(x, target, 2), (4 + 0.125 + 4) / 4);
        assertClose(Losses.hinge(x, Tensor.of(new float[] {5, 1, -1, -1})), (0 + 3 + 1.5 + 4) / 4);
    }

    @Test
    void binaryCrossEntropyIsStableAtItsEnds() {
        Tensor p = Tensor.of(new float[] {0.25f, 1, 0, 0});
        Tensor t = Tensor.of(new float[] {1, 1, 0, 1});
        Tensor loss = Losses.bce(p, t);
        Tensor gradient = Gradients.of(loss, p).getFirst();
        assertClose(loss, (-Math.log(0.25) + 100) / 4);
        assertClose(gradient, -1, -0.25, 0.25, 0);

        Tensor logits = Tensor.of(new float[] {0, 200, -200, 2});
        Tensor stable = Losses.bceLogits(logits, Tensor.of(new float[] {1, 0, 0, 0.5f}));
        Tensor slope = Gradients.of(stable, logits).getFirst();
        assertClose(stable, (Math.log(2) + 200 + Math.log1p(Math.exp(2)) - 1) / 4);
        assertClose(slope, -0.125, 0.25, 0, (1 / (1 + Math.exp(-2)) - 0.5) / 4);
    }

    @Test
    void klDivergenceOfEqualDistributionsIsZero() {
        Tensor p = Tensor.of(new float[] {0.5f, 0.5f, 0, 1, 0, 0}, 2, 3);
        Tensor q = Tensor.of(new float[] {0.25f, 0.5f, 0.25f, 0.5f, 0.25f, 0.25f}, 2, 3);
        assertClose(Losses.klDiv(q.log(), p), (0.5 * Math.log(2) + Math.log(2)) / 2);
        assertClose(Losses.klDiv(q.log(), q), 0);
    }

    @Test
    void crossEntropyAveragesOverSamples() {
        // Softmax of (ln 1, ln 2, ln 5) is (1, 2, 5) / 8.
        Tensor logits = Tensor.of(new float[] {0, (float) Math.log(2), (float) Math.log(5), 0, 0, 0}, 2, 3);
        Tensor labels = Tensor.of(new long[] {2, 0}, 2);
        double first = -Math.log(5 / 8.0);
        double second = Math.log(3);
        assertClose(Losses.crossEntropy(logits, labels), Shape.SCALAR, (first + second) / 2);
        assertClose(Losses.crossEntropy(logits, labels.cast(DType.I32)), (first + second) / 2);
        assertClose(CrossEntropy.MEAN.sum().of(logits, labels), first + second);
        assertClose(Losses.nll(logits.logSoftmax(1), labels), (first + second) / 2);

        Tensor weights = Tensor.of(new float[] {1, 1, 3});
        assertClose(CrossEntropy.MEAN.weighted(weights).of(logits, labels), (3 * first + second) / 4);
        assertClose(CrossEntropy.MEAN.ignoring(-1).of(logits, Tensor.of(new long[] {-1, 0}, 2)), second);

        double all = -(Math.log(1 / 8.0) + Math.log(2 / 8.0) + Math.log(5 / 8.0));
        assertClose(CrossEntropy.MEAN.smoothing(0.3).of(logits, labels), (0.7 * first + 0.1 * all + second) / 2);
        assertClose(CrossEntropy.MEAN.smoothing(0.3).ignoring(0).of(logits, labels), 0.7 * first + 0.1 * all);
    }

    @Test
    void lossesOfManySamplesInHalfPrecisionAreMeans() {
        int n = 70_000;
        Tensor logits = Tensor.zeros(DType.F16, n, 2);
        Tensor labels = Tensor.zeros(DType.I32, n);
        double half = Tensor.scalar(DType.F16, Math.log(2)).item();
        CrossEntropy mean = CrossEntropy.MEAN;
        for (CrossEntropy loss : List.of(mean, mean.ignoring(1), mean.weighted(Tensor.ones(DType.F16, 2)), mean.smoothing(0.5))) {
            Tensor y = loss.of(logits, labels);
            assertEquals(DType.F16, y.dtype());
            assertEquals(half, y.item(), 1e-3, loss.toString());
        }
        assertEquals(1, Losses.mse(Tensor.zeros(DType.F16, n), Tensor.ones(DType.F16, n)).item());
    }

    @Test
    void aLabelThatIsNoClassIsRefusedUnlessItIsTheIgnoredOne() {
        Tensor logits = Tensor.of(new float[] {1, 2, 3, 3, 2, 1}, 2, 3);
        for (DType dtype : List.of(DType.I32, DType.I64)) {
            Tensor labels = Tensor.of(new int[] {2, -1}).cast(dtype);
            Tensor loss = Losses.crossEntropy(logits, labels);
            assertEquals("gather_elements: index -1 is outside of axis 1 of x[2, 3], which has 3 places, counted from 0",
                    assertThrows(IndexOutOfBoundsException.class, loss::eval).getMessage());
            Tensor weighted = CrossEntropy.MEAN.weighted(Tensor.ones(DType.F32, 3)).of(logits, labels);
            assertThrows(IndexOutOfBoundsException.class, weighted::eval);
            assertThrows(IndexOutOfBoundsException.class, CrossEntropy.MEAN.ignoring(-100).of(logits, labels)::eval);
            assertClose(CrossEntropy.MEAN.ignoring(-1).of(logits, labels), Math.log(1 + Math.exp(-1) + Math.exp(-2)));
        }
    }

    @Test
    void crossEntropyTakesImagesOfLabels() {
        Tensor logits = Tensor.zeros(DType.F32, 2, 4, 3, 3);
        assertClose(Losses.crossEntropy(logits, Tensor.zeros(DType.I64, 2, 3, 3)), Math.log(4));
    }

    @Test
    void theGradientOfCrossEntropyIsSoftmaxMinusOneHot() {
        Tensor logits = Tensor.of(new float[] {0, (float) Math.log(2), (float) Math.log(5)}, 1, 3);
        Tensor g = Gradients.of(Losses.crossEntropy(logits, Tensor.of(new int[] {1}, 1)), logits).getFirst();
        assertClose(g, Shape.of(1, 3), 1 / 8.0, 2 / 8.0 - 1, 5 / 8.0);
    }

    @Test
    void mistakesAreNamed() {
        assertEquals("mse: x[4] and target[2] must have one shape (expand or reshape one)",
                assertThrows(IllegalArgumentException.class, () -> Losses.mse(x, Tensor.of(new float[2]))).getMessage());
        Tensor logits = Tensor.zeros(DType.F32, 5, 2, 3);
        assertEquals("crossEntropy: logits[5, 2, 3] with labels[5, 2]: the labels must have the shape of the logits without the class axis 1 "
                + "(reshape [T, N, C] to [T·N, C] first)",
                assertThrows(IllegalArgumentException.class, () -> Losses.crossEntropy(logits, Tensor.zeros(DType.I64, 5, 2))).getMessage());
        assertEquals("crossEntropy: labels are f32 but must be i32 or i64, write labels.cast(DType.I64)",
                assertThrows(IllegalArgumentException.class, () -> Losses.crossEntropy(logits, Tensor.zeros(DType.F32, 5, 3))).getMessage());
        assertThrows(IllegalArgumentException.class, () -> Losses.huber(x, target, 0));
        Tensor whole = Tensor.zeros(DType.I32, 4);
        assertEquals("mse: x is i32 and target i32 but both must be floating, write cast(DType.F32)",
                assertThrows(IllegalArgumentException.class, () -> Losses.mse(whole, whole)).getMessage());
        assertThrows(IllegalArgumentException.class, () -> Losses.bceLogits(x, whole));
        assertThrows(IllegalArgumentException.class, () -> CrossEntropy.MEAN.smoothing(1.5));
    }
}
