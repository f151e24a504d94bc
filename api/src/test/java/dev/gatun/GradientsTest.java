package dev.gatun;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.op.Convolution.Conv;
import dev.gatun.op.Convolution.Geometry;
import dev.gatun.op.Elementwise.UnaryFunction;
import dev.gatun.op.Indexing;
import dev.gatun.op.Ints;
import dev.gatun.spi.Backend;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** What gradients are taken of, and what they reach; the rules of the ops are tested in the package autodiff. */
final class GradientsTest {
    private static final Backend REFERENCE = Backends.open("reference");

    @Test
    void gradientsOfOneElementAreThoseOfCalculus() {
        Tensor x = Tensor.of(new double[] {1, 2, 3}, 3);
        Tensor w = Tensor.of(new double[] {4, 5, 6}, 3);
        List<Tensor> g = Gradients.of(x.mul(w).sum(), x, w);
        assertArrayEquals(new double[] {4, 5, 6}, values(g.get(0)));
        assertArrayEquals(new double[] {1, 2, 3}, values(g.get(1)));
    }

    @Test
    void aGivenGradientOfTheResultMakesAVectorJacobianProduct() {
        Tensor x = Tensor.of(new double[] {1, 2, 3}, 3);
        Tensor dy = Tensor.of(new double[] {1, 10, 100}, 3);
        assertArrayEquals(new double[] {2, 40, 600}, values(Gradients.of(x.square(), dy, List.of(x)).getFirst()));
    }

    @Test
    void gradientsOfGradientsAreHigherDerivatives() {
        Tensor x = Tensor.of(new double[] {2}, 1);
        Tensor y = x.pow(4).sum();
        List<Tensor> derivatives = new ArrayList<>();
        for (int order = 1; order <= 5; order++) {
            y = Gradients.of(y, x).getFirst().sum();
            derivatives.add(y);
        }
        assertArrayEquals(new double[] {32, 48, 48, 24, 0}, derivatives.stream().mapToDouble(d -> d.eval(REFERENCE).item()).toArray(), 1e-12);
    }

    @Test
    void aValueUsedSeveralTimesAddsItsGradientsUp() {
        Tensor x = Tensor.of(new double[] {3}, 1);
        Tensor shared = x.square();
        Tensor y = shared.mul(shared).add(shared).add(x).sum();      // x⁴ + x² + x
        assertArrayEquals(new double[] {4 * 27 + 2 * 3 + 1}, values(Gradients.of(y, x).getFirst()));
    }

    @Test
    void intermediateResultsHaveGradientsToo() {
        Tensor x = Tensor.of(new double[] {3}, 1);
        Tensor square = x.square();
        Tensor y = square.mul(x).sum();
        List<Tensor> g = Gradients.of(y, square, x, y);
        assertArrayEquals(new double[] {3}, values(g.get(0)));
        assertArrayEquals(new double[] {27}, values(g.get(1)));
        assertArrayEquals(new double[] {1}, values(g.get(2)));
    }

    @Test
    void allResultsOfAnOpHandTheirGradientsBack() {
        Tensor x = Tensor.of(new double[] {3, 1, 2}, 3);
        List<Tensor> top = Tensor.record(new Indexing.TopK(2, 0, true), x);
        Tensor again = top.getFirst().producer().orElseThrow().result(0);
        Tensor y = top.getFirst().sum().add(again.square().sum());
        assertArrayEquals(new double[] {7, 0, 5}, values(Gradients.of(y, x).getFirst()));
    }

    @Test
    void twoHandlesOfOneResultAreOneValue() {
        Tensor x = Tensor.of(new double[] {3}, 1);
        Tensor square = x.square();
        Tensor other = square.producer().orElseThrow().result(0);
        assertArrayEquals(new double[] {18}, values(Gradients.of(other.square().sum(), square).getFirst()));
    }

    @Test
    void whatDoesNotMatterHasGradientZero() {
        Tensor x = Tensor.of(new double[] {3}, 1);
        Tensor other = Tensor.of(new double[] {1, 2}, 2);
        List<Tensor> g = Gradients.of(x.square().sum(), other, x.detach());
        assertArrayEquals(new double[] {0, 0}, values(g.get(0)));
        assertArrayEquals(new double[] {0}, values(g.get(1)));
    }

    @Test
    void detachStopsTheGradient() {
        Tensor x = Tensor.of(new double[] {3}, 1);
        Tensor y = x.square().detach().mul(x).sum();
        assertArrayEquals(new double[] {9}, values(Gradients.of(y, x).getFirst()));
        assertArrayEquals(new double[] {0}, values(Gradients.of(x.detach().sum(), x).getFirst()));
    }

    @Test
    void anOperandThatWasEvaluatedMeanwhileIsStillReached() {
        Tensor x = Tensor.of(new double[] {3}, 1);
        Tensor square = x.square();
        Tensor y = square.mul(square).sum();
        square.eval(REFERENCE);
        List<Tensor> g = Gradients.of(y, square);
        assertArrayEquals(new double[] {18}, values(g.getFirst()));
    }

    @Test
    void chainsLongerThanTheStackHaveGradients() {
        Tensor x = Tensor.of(new double[] {1}, 1);
        Tensor y = x;
        for (int i = 0; i < 20_000; i++) {
            y = y.add(x);
        }
        assertArrayEquals(new double[] {20_001}, values(Gradients.of(y.sum(), x).getFirst()));
    }

    @Test
    void aGraphWithExponentiallyManyPathsTakesLinearTime() {
        Tensor x = Tensor.of(new double[] {1}, 1);
        Tensor y = x;
        for (int i = 0; i < 60; i++) {
            y = y.add(y);
        }
        assertArrayEquals(new double[] {0x1p60}, values(Gradients.of(y.sum(), x).getFirst()));
    }

    @Test
    void nothingIsRecordedForOperandsThatNobodyAsksFor() {
        Tensor x = Tensor.of(new double[] {1, 2}, 1, 2);
        Tensor w = Tensor.of(new double[] {3, 4}, 2, 1);
        Tensor dw = Gradients.of(x.matmul(w).sum(), w).getFirst();
        assertEquals("matmul", dw.producer().orElseThrow().op().name());
        assertEquals(x, dw.producer().orElseThrow().inputs().getFirst());
    }

    /** The critic of WGAN-GP: its penalty (|∂D/∂x| - 1)² differentiates the gradients of convolution and leaky relu. */
    @Test
    void aGradientPenaltyHasTheGradientsOfCentralDifferences() {
        SplittableRandom random = new SplittableRandom(7);
        Tensor x = Tensor.of(random.doubles(2 * 6 * 6, -1, 1).toArray(), 2, 1, 6, 6);
        Tensor v = Tensor.of(random.doubles(2 * 2 * 2, -1, 1).toArray(), 1, 2, 2, 2);
        double[] w = random.doubles(2 * 3 * 3, -1, 1).toArray();
        Tensor weights = Tensor.of(w, 2, 1, 3, 3);
        double[] g = values(Gradients.of(penalty(x, weights, v), weights).getFirst());
        for (int i = 0; i < w.length; i++) {
            double[] up = w.clone();
            double[] down = w.clone();
            up[i] += 1e-5;
            down[i] -= 1e-5;
            Tensor rise = penalty(x, Tensor.of(up, 2, 1, 3, 3), v).sub(penalty(x, Tensor.of(down, 2, 1, 3, 3), v));
            assertEquals(rise.eval(REFERENCE).item() / 2e-5, g[i], 1e-7, "weight " + i);
        }
        assertTrue(Arrays.stream(g).map(Math::abs).max().orElseThrow() > 0.1, "the penalty must depend on the weights");
    }

    /** Returns the mean over the samples of (|∂D/∂x| - 1)² with D the sum of conv(leaky(conv(x, w)), v). */
    private static Tensor penalty(Tensor x, Tensor w, Tensor v) {
        Geometry dense = new Geometry(Ints.of(1, 1), Ints.of(1, 1), Ints.of(1, 1), Ints.of(1, 1), 1);
        Geometry strided = new Geometry(Ints.of(2, 2), Ints.of(0, 0), Ints.of(0, 0), Ints.of(1, 1), 1);
        Tensor h = Tensor.record(new Conv(dense), x, w).getFirst();                           // [2, 2, 6, 6]
        Tensor leaky = h.gt(Tensor.scalar(DType.F64, 0)).where(h, h.mul(0.2)).add(h.tanh());
        Tensor d = Tensor.record(new Conv(strided), leaky, v).getFirst().sum();
        Tensor slope = Gradients.of(d, x).getFirst();                                         // [2, 1, 6, 6]
        return slope.square().sum(1, 2, 3).sqrt().sub(1).square().mean();
    }

    @Test
    void mistakesAreNamed() {
        Tensor x = Tensor.of(new double[] {1, 2}, 2);
        Tensor integers = Tensor.of(new int[] {1}, 1);
        assertMessage(IllegalArgumentException.class, () -> Gradients.of(x.square(), x),
                "gradients: y is f64[2] with 2 elements but must have one; reduce it with sum() or mean(), or give its gradient dy");
        assertMessage(IllegalArgumentException.class, () -> Gradients.of(integers, x),
                "gradients: y is i32[1] but only floating tensors have gradients");
        assertMessage(IllegalArgumentException.class, () -> Gradients.of(x.sum(), x, integers),
                "gradients: wrt[1] is i32[1] but only floating tensors have gradients");
        assertMessage(IllegalArgumentException.class, () -> Gradients.of(x.square(), Tensor.of(new float[] {1, 2}, 2), List.of(x)),
                "gradients: dy is f32[2] but y is f64[2]; their types must be equal");
    }

    @Test
    void anEvaluatedTensorHasForgottenItsHistory() {
        Tensor x = Tensor.of(new double[] {1, 2}, 2);
        Tensor y = x.square().sum().eval(REFERENCE);
        assertMessage(IllegalStateException.class, () -> Gradients.of(y, x), "gradients: y f64[] does not lead back to what gradients are asked for: it has "
                + "been evaluated, and an evaluated tensor forgets how it was computed; take gradients before values are asked for");
        assertArrayEquals(new double[] {1}, values(Gradients.of(y, y).getFirst()));
    }

    @Test
    void soHasATensorBehindTheLoss() {
        Tensor x = Tensor.of(new double[] {1, 2}, 2);
        Tensor square = x.square();
        square.eval(REFERENCE);
        Tensor y = square.sum();
        String message = assertThrows(IllegalStateException.class, () -> Gradients.of(y, x)).getMessage();
        assertTrue(message.contains("tensor f64[2] behind it has been evaluated"), message);
        assertArrayEquals(new double[] {0, 0}, values(Gradients.of(square.detach().sum(), x).getFirst()), "what is detached on purpose is no mistake");
        assertArrayEquals(new double[] {0, 0}, values(Gradients.of(square.unary(UnaryFunction.FLOOR).sum(), square).getFirst()), "nor is rounding");
    }

    @Test
    void gradientsAreTakenInsideOfACompiledFunction() {
        try (CompiledFunction f = CompiledFunction.of(REFERENCE, in -> {
            Tensor y = in.get(0).mul(in.get(1)).square().sum();
            return Gradients.of(y, in.get(1), in.get(0));
        })) {
            List<Tensor> g = f.call(Tensor.of(new double[] {3}, 1), Tensor.of(new double[] {5}, 1));
            assertArrayEquals(new double[] {2 * 15 * 3}, values(g.get(0)));
            assertArrayEquals(new double[] {2 * 15 * 5}, values(g.get(1)));
        }
    }

    @Test
    void aClosedTensorHasNoGradients() {
        Tensor x = Tensor.of(new double[] {1, 2}, 2);
        Tensor y = x.square().sum();
        x.close();
        assertThrows(IllegalStateException.class, () -> Gradients.of(y, x));
    }

    private static void assertMessage(Class<? extends Exception> type, Executable mistake, String message) {
        assertEquals(message, assertThrows(type, mistake).getMessage());
    }

    private static double[] values(Tensor t) {
        return t.eval(REFERENCE).toDoubleArray();
    }
}
