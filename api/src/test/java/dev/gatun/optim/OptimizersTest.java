package dev.gatun.optim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.DType;
import dev.gatun.Shape;
import dev.gatun.Tensor;
import dev.gatun.TensorType;
import dev.gatun.random.RandomStream;
import java.lang.foreign.MemorySegment;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Each rule for one number, against the same formula written out in double. */
class OptimizersTest {
    private static final double[] GRADIENTS = {0.5, -0.2, 0.3, 0.01};

    /** One step of a scalar rule: p and state are changed in place. */
    private interface Scalar {
        double step(double p, double g, double[] state, int t);
    }

    private static void assertFollows(Optimizer rule, double rate, double[] state, Scalar expected) {
        TensorType type = TensorType.of(DType.F32, 1);
        Tensor p = Tensor.of(new float[] {1});
        Tensor lr = Tensor.of(new TensorType(DType.F32, Shape.SCALAR), MemorySegment.ofArray(new float[] {(float) rate}));
        List<Tensor> s = rule.initialState(type);
        assertEquals(rule.stateNames().size(), s.size());
        double q = 1;
        for (int t = 1; t <= GRADIENTS.length; t++) {
            Tensor step = Tensor.of(new TensorType(DType.I64, Shape.SCALAR), MemorySegment.ofArray(new long[] {t}));
            Tensor g = Tensor.of(new float[] {(float) GRADIENTS[t - 1]});
            Optimizer.Update u = rule.update(p, g, s, lr, step);
            p = u.p().eval();
            s = u.state().stream().map(Tensor::eval).toList();
            q = expected.step(q, GRADIENTS[t - 1], state, t);
            assertEquals(q, p.toFloatArray()[0], 2e-6, rule + " step " + t);
        }
    }

    @Test
    void sgdFollowsTheGradient() {
        assertFollows(new Sgd(), 0.1, new double[0], (p, g, s, t) -> p - 0.1 * g);
        assertFollows(new Sgd().weightDecay(0.5), 0.1, new double[0], (p, g, s, t) -> p - 0.1 * (g + 0.5 * p));
    }

    @Test
    void momentumBeginsWithTheFirstGradientUndampened() {
        assertFollows(Sgd.momentum(0.9), 0.1, new double[1], (p, g, s, t) -> p - 0.1 * (s[0] = 0.9 * s[0] + g));
        assertFollows(Sgd.momentum(0.9).dampening(0.5), 0.1, new double[1], (p, g, s, t) -> p - 0.1 * (s[0] = t == 1 ? g : 0.9 * s[0] + 0.5 * g));
        assertFollows(Sgd.nesterov(0.9), 0.1, new double[1], (p, g, s, t) -> {
            s[0] = 0.9 * s[0] + g;
            return p - 0.1 * (g + 0.9 * s[0]);
        });
    }

    @Test
    void adaGradSumsSquares() {
        assertFollows(new AdaGrad(0.1, 0.5, 1e-10, 0), 0.1, new double[] {0.5}, (p, g, s, t) -> {
            s[0] += g * g;
            return p - 0.1 / (1 + (t - 1) * 0.1) * g / (Math.sqrt(s[0]) + 1e-10);
        });
    }

    @Test
    void rmsPropAveragesSquares() {
        assertFollows(new RmsProp(), 0.01, new double[1], (p, g, s, t) -> {
            s[0] = 0.99 * s[0] + 0.01 * g * g;
            return p - 0.01 * g / (Math.sqrt(s[0]) + 1e-8);
        });
        assertFollows(new RmsProp(0.9, 1e-8, 0.5, true, 0), 0.01, new double[3], (p, g, s, t) -> {
            s[0] = 0.9 * s[0] + 0.1 * g * g;
            s[1] = 0.9 * s[1] + 0.1 * g;
            s[2] = 0.5 * s[2] + g / (Math.sqrt(s[0] - s[1] * s[1]) + 1e-8);
            return p - 0.01 * s[2];
        });
    }

    @Test
    void centeredRmsPropOfConstantGradientsIsBounded() {
        float[] constant = new float[512];
        RandomStream random = new RandomStream(1, 0);
        for (int i = 0; i < constant.length; i++) {
            constant[i] = random.nextNormal();
        }
        Tensor g = Tensor.of(constant);
        Tensor one = Tensor.scalar(DType.F32, 1);
        RmsProp rule = new RmsProp(0.5, 1e-8, 0, true, 0);
        List<Tensor> state = rule.initialState(g.type());
        for (int t = 1; t <= 60; t++) {
            Optimizer.Update u = rule.update(Tensor.zeros(DType.F32, constant.length), g, state, one, Tensor.scalar(DType.I64, t));
            state = u.state().stream().map(Tensor::eval).toList();
            for (float moved : u.p().toFloatArray()) {
                // The root of half a digit is 2⁻¹²; NaN compares with nothing.
                assertTrue(Math.abs(moved) <= 1.01 * 0x1p12, () -> "moved by " + moved);
            }
        }
    }

    @Test
    void adadeltaMeasuresInUnitsOfTheParameter() {
        assertFollows(new Adadelta(), 1, new double[2], (p, g, s, t) -> {
            s[0] = 0.9 * s[0] + 0.1 * g * g;
            double d = Math.sqrt(s[1] + 1e-6) / Math.sqrt(s[0] + 1e-6) * g;
            s[1] = 0.9 * s[1] + 0.1 * d * d;
            return p - d;
        });
    }

    private static double adam(double p, double g, double[] s, int t, double rate) {
        s[0] = 0.9 * s[0] + 0.1 * g;
        s[1] = 0.999 * s[1] + 0.001 * g * g;
        double m = s[0] / (1 - Math.pow(0.9, t));
        return p - rate * m / (Math.sqrt(s[1] / (1 - Math.pow(0.999, t))) + 1e-8);
    }

    @Test
    void adamCorrectsTheBiasOfItsAverages() {
        assertFollows(new Adam(), 0.01, new double[2], (p, g, s, t) -> adam(p, g, s, t, 0.01));
        assertFollows(new Adam().weightDecay(0.1), 0.01, new double[2], (p, g, s, t) -> adam(p, g + 0.1 * p, s, t, 0.01));
        assertFollows(new AdamW().weightDecay(0.1), 0.01, new double[2], (p, g, s, t) -> adam(p * (1 - 0.01 * 0.1), g, s, t, 0.01));
    }

    @Test
    void adamaxKeepsTheLargestGradient() {
        assertFollows(new Adamax(), 0.01, new double[2], (p, g, s, t) -> {
            s[0] = 0.9 * s[0] + 0.1 * g;
            s[1] = Math.max(0.999 * s[1], Math.abs(g) + 1e-8);
            return p - 0.01 / (1 - Math.pow(0.9, t)) * s[0] / s[1];
        });
    }

    @Test
    void nadamLooksAhead() {
        assertFollows(new NAdam(), 0.01, new double[] {0, 0, 1}, (p, g, s, t) -> {
            double mu = 0.9 * (1 - 0.5 * Math.pow(0.96, t * 0.004));
            double next = 0.9 * (1 - 0.5 * Math.pow(0.96, (t + 1) * 0.004));
            s[0] = 0.9 * s[0] + 0.1 * g;
            s[1] = 0.999 * s[1] + 0.001 * g * g;
            s[2] *= mu;
            double n = Math.sqrt(s[1] / (1 - Math.pow(0.999, t))) + 1e-8;
            return p - 0.01 * (1 - mu) / (1 - s[2]) * g / n - 0.01 * next / (1 - s[2] * next) * s[0] / n;
        });
    }

    @Test
    void clippingByNormScalesAllGradientsAlike() {
        List<Tensor> g = new Sgd().clippedByNorm(1).adjust(List.of(Tensor.of(new float[] {3}), Tensor.of(new float[] {0, 4})));
        assertEquals(0.6, g.get(0).toFloatArray()[0], 1e-6);
        assertEquals(0.8, g.get(1).toFloatArray()[1], 1e-6);
        List<Tensor> small = new Sgd().clippedByNorm(10).adjust(List.of(Tensor.of(new float[] {3})));
        assertEquals(3, small.getFirst().toFloatArray()[0]);
    }

    @Test
    void clippingByValueCutsEachElement() {
        float[] g = new Sgd().clippedByValue(0.5).adjust(List.of(Tensor.of(new float[] {3, -4, 0.25f}))).getFirst().toFloatArray();
        assertEquals(List.of(0.5f, -0.5f, 0.25f), List.of(g[0], g[1], g[2]));
    }

    @Test
    void rangesAreChecked() {
        assertEquals("Adam: beta1 must be in [0, 1), got 1.0",
                assertThrows(IllegalArgumentException.class, () -> new Adam().betas(1, 0.9)).getMessage());
        assertThrows(IllegalArgumentException.class, () -> new Sgd(0, 0, true, 0));
        assertThrows(IllegalArgumentException.class, () -> new Sgd().clippedByNorm(0));
        assertEquals("Sgd: dampening must be in [0, 1], got 5.0",
                assertThrows(IllegalArgumentException.class, () -> Sgd.momentum(.9).dampening(5)).getMessage());
        assertThrows(IllegalArgumentException.class, () -> Sgd.momentum(.9).dampening(Double.NaN));
        assertEquals("Sgd: momentum must be a number and not negative, got Infinity",
                assertThrows(IllegalArgumentException.class, () -> Sgd.momentum(Double.POSITIVE_INFINITY)).getMessage());
        assertThrows(IllegalArgumentException.class, () -> new Plateau(Double.NaN, .5, 1));
    }
}
