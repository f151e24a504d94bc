package dev.gatun.nn;

import static dev.gatun.nn.Close.assertClose;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.gatun.DType;
import dev.gatun.Shape;
import dev.gatun.Tensor;
import java.util.List;
import org.junit.jupiter.api.Test;

class NormsTest {
    /** (x - 2) / √(2/3 + ε) of 1, 2, 3. */
    private static final double UNIT = 1 / Math.sqrt(2 / 3.0 + 1e-5);

    @Test
    void layerNormTakesItsStatisticsOverTheLastAxes() {
        LayerNorm norm = new LayerNorm(3);
        Tensor x = Tensor.of(new float[] {1, 2, 3, 10, 20, 30}, 2, 3);
        double wide = 10 / Math.sqrt(200 / 3.0 + 1e-5);
        assertClose(norm.forward(x, Pass.inference()), Shape.of(2, 3), -UNIT, 0, UNIT, -wide, 0, wide);
        norm.parameters().get("weight").set(Tensor.of(new float[] {1, 2, 3}));
        norm.parameters().get("bias").set(Tensor.of(new float[] {5, 6, 7}));
        assertClose(norm.forward(x.slice(0, 0, 1), Pass.inference()), 5 - UNIT, 6, 7 + 3 * UNIT);
        assertEquals("layerNorm: the last axes of x[3, 2] are not [3]",
                assertThrows(IllegalArgumentException.class, () -> norm.forward(x.reshape(3, 2), Pass.inference())).getMessage());
    }

    @Test
    void groupNormTakesThemOverGroupsOfChannels() {
        Tensor x = Tensor.of(new float[] {1, 3, 10, 30}, 1, 4, 1);
        double a = 1 / Math.sqrt(1 + 1e-5);
        double b = 10 / Math.sqrt(100 + 1e-5);
        assertClose(new GroupNorm(2, 4).forward(x, Pass.inference()), Shape.of(1, 4, 1), -a, a, -b, b);
        assertThrows(IllegalArgumentException.class, () -> new GroupNorm(3, 4));
    }

    @Test
    void instanceNormTakesThemOverEachImage() {
        Tensor x = Tensor.of(new float[] {1, 2, 3, 3, 2, 1}, 1, 2, 3);
        assertClose(new InstanceNorm(2).forward(x, Pass.inference()), Shape.of(1, 2, 3), -UNIT, 0, UNIT, UNIT, 0, -UNIT);
        assertEquals(List.of(), List.copyOf(new InstanceNorm(2).parameters().keySet()));
        assertEquals(List.of("weight", "bias"), List.copyOf(new InstanceNorm(2).affine().parameters().keySet()));
        assertThrows(IllegalArgumentException.class, () -> new InstanceNorm(3).forward(x, Pass.inference()));
    }

    @Test
    void rmsNormDividesByTheRootOfTheMeanSquare() {
        Tensor x = Tensor.of(new float[] {3, 4, 6, 8}, 2, 2);
        double r = Math.sqrt(12.5);
        assertClose(new RmsNorm(2).forward(x, Pass.inference()), Shape.of(2, 2), 3 / r, 4 / r, 3 / r, 4 / r);
    }

    @Test
    void localResponseNormLooksAtNeighbouringChannels() {
        Tensor x = Tensor.of(new float[] {1, 2, 3}, 1, 3, 1);
        // Sums of squares over up to three channels: 5, 14, 13.
        assertClose(new LocalResponseNorm(3, 3, 1, 1).forward(x, Pass.inference()), Shape.of(1, 3, 1), 1 / 6.0, 2 / 15.0, 3 / 14.0);
    }

    @Test
    void statisticsOfAnotherSizeAreRefused() {
        Tensor c = Tensor.ones(DType.F32, 2);
        assertEquals("batchNorm: scale, bias and statistics must be [3], got [2]", assertThrows(IllegalArgumentException.class,
                () -> Norms.batchNorm(Tensor.zeros(DType.F32, 4, 3), c, c, c, c, 1e-5)).getMessage());
    }
}
