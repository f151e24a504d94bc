package dev.gatun.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.DType;
import dev.gatun.Tensor;
import org.junit.jupiter.api.Test;

class DifferenceTest {
    @Test
    void theErrorIsAPartOfTheLargestExpectedElement() {
        Difference d = Difference.of("y", Tensor.of(new float[] {1, 100.5f, 3}), Tensor.of(new float[] {1, 100, 3}), .01);
        assertEquals(.005, d.error(), 1e-12);
        assertTrue(d.isTolerated());
        assertEquals("y: relative error 0.0050, tolerated are 0.010: element 1 is 100.50000, expected 100.00000", d.message());
    }

    @Test
    void notANumberIsInfinitelyWrongUnlessExpected() {
        assertFalse(Difference.of("y", new double[] {Double.NaN}, new double[] {1}, 1e9).isTolerated());
        assertFalse(Difference.of("y", new double[] {1}, new double[] {Double.NaN}, 1e9).isTolerated());
        assertFalse(Difference.of("y", new double[] {Double.POSITIVE_INFINITY}, new double[] {Double.NEGATIVE_INFINITY}, 1e9).isTolerated());
        double[] strange = {Double.NaN, Double.POSITIVE_INFINITY};
        assertEquals(0, Difference.of("y", strange, strange.clone(), 0).error());
    }

    @Test
    void anotherShapeIsInfinitelyWrongButAScalarEqualsAVectorOfOne() {
        assertFalse(Difference.of("y", Tensor.of(new float[] {1, 2}, 1, 2), Tensor.of(new float[] {1, 2}, 2, 1), 1e9).isTolerated());
        assertTrue(Difference.of("y", Tensor.of(new float[] {1}, 1, 1), Tensor.of(new float[] {1}), 0).isTolerated());
    }

    @Test
    void anotherKindOfTypeIsInfinitelyWrong() {
        Tensor counted = Tensor.of(new long[] {1, 2}, 2);
        Difference d = Difference.of("y", counted, Tensor.of(new float[] {1, 2}), 1e9);
        assertFalse(d.isTolerated());
        assertEquals("has type I64, expected is F32", d.detail());
        assertTrue(Difference.of("y", Tensor.of(new double[] {1, 2}), Tensor.of(new float[] {1, 2}), 0).isTolerated());
        assertTrue(Difference.of("y", counted, counted.cast(DType.I32), 0).isTolerated());
    }

    @Test
    void lossesAreHeldEachForItselfAndThoseNearZeroByTheMean() {
        assertEquals(.1, Difference.ofLosses("loss", new double[] {10, 1.1}, new double[] {10, 1}, 0).error(), 1e-12);
        assertEquals(.01 / .5005, Difference.ofLosses("loss", new double[] {10, .02}, new double[] {10, .01}, 0).error(), 1e-12);
        assertFalse(Difference.ofLosses("loss", new double[] {1}, new double[] {1, 2}, 1e9).isTolerated());
        assertFalse(Difference.ofLosses("loss", new double[] {Double.NaN, 1}, new double[] {1, 1}, 1e9).isTolerated());
    }
}
