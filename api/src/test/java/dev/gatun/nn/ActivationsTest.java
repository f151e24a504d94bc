package dev.gatun.nn;

import static dev.gatun.nn.Close.assertClose;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.Gradients;
import dev.gatun.Tensor;
import java.util.function.DoubleUnaryOperator;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

class ActivationsTest {
    private static final double[] PLACES = {-4, -1.5, -0.5, 0.25, 1, 2.5, 5};

    /** Checks values, and slopes against differences of the same formula in double. */
    private static void assertIs(UnaryOperator<Tensor> activation, DoubleUnaryOperator formula) {
        float[] in = new float[PLACES.length];
        double[] values = new double[in.length];
        double[] slopes = new double[in.length];
        for (int i = 0; i < in.length; i++) {
            in[i] = (float) PLACES[i];
            values[i] = formula.applyAsDouble(PLACES[i]);
            slopes[i] = (formula.applyAsDouble(PLACES[i] + 1e-5) - formula.applyAsDouble(PLACES[i] - 1e-5)) / 2e-5;
        }
        Tensor x = Tensor.of(in);
        Tensor y = activation.apply(x);
        Tensor dx = Gradients.of(y.sum(), x).getFirst();
        assertClose(y, values);
        assertClose(dx, slopes);
    }

    private static double sigmoid(double x) {
        return 1 / (1 + Math.exp(-x));
    }

    private static double softplus(double x) {
        return Math.log1p(Math.exp(x));
    }

    @Test
    void linearUnitsBendAtZero() {
        assertIs(Activations::relu, x -> Math.max(x, 0));
        assertIs(Activations::relu6, x -> Math.clamp(x, 0, 6));
        assertIs(x -> Activations.leakyRelu(x, 0.2), x -> x > 0 ? x : 0.2 * x);
        assertIs(x -> Activations.prelu(x, Tensor.of(new float[] {0.3f})), x -> x > 0 ? x : 0.3 * x);
    }

    @Test
    void exponentialUnitsSaturateBelow() {
        assertIs(x -> Activations.elu(x, 0.5), x -> x > 0 ? x : 0.5 * Math.expm1(x));
        assertIs(x -> Activations.celu(x, 2), x -> x > 0 ? x : 2 * Math.expm1(x / 2));
        assertIs(Activations::selu, x -> 1.0507009873554805 * (x > 0 ? x : 1.6732632423543772 * Math.expm1(x)));
    }

    @Test
    void smoothUnitsFollowTheirFormulas() {
        assertIs(Activations::sigmoid, ActivationsTest::sigmoid);
        assertIs(Activations::tanh, Math::tanh);
        assertIs(Activations::silu, x -> x * sigmoid(x));
        assertIs(Activations::softplus, ActivationsTest::softplus);
        assertIs(x -> Activations.softplus(x, 2), x -> softplus(2 * x) / 2);
        assertIs(Activations::mish, x -> x * Math.tanh(softplus(x)));
        assertIs(Activations::softsign, x -> x / (1 + Math.abs(x)));
        assertIs(Activations::logSigmoid, x -> -softplus(-x));
        assertIs(Activations::geluTanh, x -> x / 2 * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x))));
        assertClose(Activations.gelu(Tensor.of(new float[] {-1, 0, 1, 2})), -0.15865525, 0, 0.84134475, 1.9544997);
    }

    @Test
    void hardUnitsAreMadeOfLines() {
        assertIs(Activations::hardsigmoid, x -> Math.clamp(x / 6 + 0.5, 0, 1));
        assertIs(Activations::hardswish, x -> x * Math.clamp(x / 6 + 0.5, 0, 1));
        assertIs(x -> Activations.hardtanh(x, -2, 0.5), x -> Math.clamp(x, -2, 0.5));
    }

    @Test
    void zerosDoNotPassGradientsThroughRectifiers() {
        Tensor x = Tensor.of(new float[] {0, -0f, 1, 6});
        assertClose(Gradients.of(Activations.relu(x).sum(), x).getFirst(), 0, 0, 1, 1);
        assertClose(Gradients.of(Activations.relu6(x).sum(), x).getFirst(), 0, 0, 1, .5);
        Tensor end = Tensor.of(new float[] {-3, 0});
        assertClose(Gradients.of(Activations.hardsigmoid(end).sum(), end).getFirst(), 0, 1 / 6.0);
        assertTrue(Float.isNaN(Activations.relu6(Tensor.of(new float[] {Float.NaN})).toFloatArray()[0]));
    }

    @Test
    void largePositiveInputsDoNotPoisonTheGradientOfExponentialUnits() {
        Tensor x = Tensor.of(new float[] {1000});
        assertClose(Gradients.of(Activations.elu(x, 1).sum(), x).getFirst(), 1);
    }

    @Test
    void gatedUnitsHalveAnAxis() {
        assertClose(Activations.glu(Tensor.of(new float[] {2, 3, 0, 0}), 0), 1, 1.5);
        assertThrows(IllegalArgumentException.class, () -> Activations.glu(Tensor.of(new float[3]), 0));
    }

    @Test
    void preluWantsASlopeAChannel() {
        Tensor x = Tensor.of(new float[] {-1, -1}, 1, 2);
        assertClose(Activations.prelu(x, Tensor.of(new float[] {2, 3})), -2, -3);
        assertEquals("prelu: w[3] must hold one slope, or one for each channel (axis 1) of x[1, 2]",
                assertThrows(IllegalArgumentException.class, () -> Activations.prelu(x, Tensor.of(new float[3]))).getMessage());
    }
}
