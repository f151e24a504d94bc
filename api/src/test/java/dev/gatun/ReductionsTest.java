package dev.gatun;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

class ReductionsTest {
    private final Tensor x = Tensor.of(new double[] {3, -1, 2, 0, 5, -4}, 2, 3);

    @Test
    void foldsKeepOrDropTheirAxes() {
        assertArrayEquals(new double[] {-6, -0.0}, Reductions.prod(x, false, 1).toDoubleArray());
        assertEquals(Shape.of(2, 1), Reductions.prod(x, true, -1).shape());
        assertArrayEquals(new double[] {6, 9}, Reductions.l1Norm(x, false, 1).toDoubleArray());
        assertArrayEquals(new double[] {14, 41}, Reductions.sumSquare(x, false, 1).toDoubleArray());
        assertArrayEquals(new double[] {4.0 / 3, 1.0 / 3}, Reductions.mean(x, true, 1).toDoubleArray(), 1e-15);
        assertEquals(5, Reductions.sum(x, false).item());
        assertEquals(Shape.of(1, 1), Reductions.max(x, true).shape());
        assertArrayEquals(new double[] {0, -1, -4}, Reductions.min(x, false, 0).toDoubleArray());
        assertArrayEquals(new double[] {Math.sqrt(14), Math.sqrt(41)}, Reductions.l2Norm(x, false, 1).toDoubleArray(), 1e-15);
        assertEquals(Math.log(5), Reductions.logSum(x, false).item(), 1e-15);
        assertEquals(5, Reductions.countNonZero(x, false).item());
    }

    @Test
    void anyAndAllAreForTruthValues() {
        Tensor b = Tensor.of(new boolean[] {true, false, false, false, true, true}, 3, 2);
        assertArrayEquals(new boolean[] {true, false, true}, Reductions.any(b, false, 1).toBooleanArray());
        assertArrayEquals(new boolean[] {false, false, true}, Reductions.all(b, false, 1).toBooleanArray());
        Tensor none = Tensor.zeros(DType.BOOL, 0);
        assertEquals(0, Reductions.any(none, false).item());
        assertEquals(1, Reductions.all(none, false).item());
        assertEquals("any: x is f64 but must be bool, write x.cast(DType.BOOL)",
                assertThrows(IllegalArgumentException.class, () -> Reductions.any(x, false)).getMessage());
    }

    @Test
    void logSumExpDoesNotOverflow() {
        double[] row = {1000, 1001, 999};
        double expected = 1001 + Math.log(1 + Math.exp(-1) + Math.exp(-2));
        assertEquals(expected, Reductions.logSumExp(Tensor.of(row), false).item(), 1e-12);
        Tensor y = Reductions.logSumExp(x, true, 1);
        assertEquals(Shape.of(2, 1), y.shape());
        assertEquals(Math.log(Math.exp(3) + Math.exp(-1) + Math.exp(2)), y.toDoubleArray()[0], 1e-12);
        assertEquals(Shape.of(3), Reductions.logSumExp(x, false, 0).shape());
    }

    @Test
    void foldsOfHalvesReachFurtherThanHalvesOnTheWay() {
        Tensor zeros = Tensor.zeros(DType.F16, 70_000);
        assertEquals(Math.log(70_000), Reductions.logSumExp(zeros, false).item(), 5e-3);
        assertEquals(Math.log(70_000), Reductions.logSum(zeros.add(1), false).item(), 5e-3);
        assertEquals(600, Reductions.l2Norm(Tensor.full(DType.F16, Shape.of(4), 300), false).item());
        assertEquals(DType.F16, Reductions.l2Norm(zeros, false).dtype());
        Tensor x = Tensor.ones(DType.F16, 70_000);
        assertEquals(1, Gradients.of(x.max(), x).getFirst().cast(DType.F32).sum().item(), 2e-2, "a gradient that all the largest share, 1/70000 each as F16");
    }

    @Test
    void wholeNumbersHaveNoVariance() {
        Tensor whole = Tensor.of(new int[] {1, 2, 4});
        for (String op : new String[] {"variance", "std"}) {
            assertEquals(op + ": x is i32, which is no floating type; write cast(DType.F32) first", assertThrows(IllegalArgumentException.class,
                    () -> {
                        Tensor ignored = op.equals("std") ? Reductions.std(whole, 1, false) : Reductions.variance(whole, 1, false);
                    }).getMessage());
        }
    }

    @Test
    void logSumExpOfInfinitiesIsInfinite() {
        double inf = Double.POSITIVE_INFINITY;
        assertEquals(inf, Reductions.logSumExp(Tensor.of(new double[] {inf, 1, inf}), false).item());
        assertEquals(-inf, Reductions.logSumExp(Tensor.of(new double[] {-inf, -inf}), false).item());
        assertEquals(2, Reductions.logSumExp(Tensor.of(new double[] {-inf, 2}), false).item());
        assertEquals(-inf, Reductions.logSumExp(Tensor.zeros(DType.F64, 0), false).item());
        assertTrue(Double.isNaN(Reductions.logSumExp(Tensor.of(new double[] {Double.NaN, 1}), false).item()));
    }

    @Test
    void varianceDividesByElementsLessTheCorrection() {
        Tensor v = Tensor.of(new double[] {1, 2, 4, 7, 1, 1, 1, 1}, 2, 4);
        assertArrayEquals(new double[] {5.25, 0}, Reductions.variance(v, 0, false, 1).toDoubleArray(), 1e-15);
        assertArrayEquals(new double[] {7, 0}, Reductions.variance(v, 1, false, 1).toDoubleArray(), 1e-15);
        assertArrayEquals(new double[] {Math.sqrt(7), 0}, Reductions.std(v, 1, true, 1).toDoubleArray(), 1e-15);
        assertEquals(Shape.of(2, 1), Reductions.std(v, 1, true, 1).shape());
    }

    @Test
    void meansOfManyHalvesCountThemInAWiderType() {
        for (DType narrow : new DType[] {DType.F16, DType.BF16}) {
            Tensor halves = Tensor.full(narrow, Shape.of(70_001), 0.5);
            assertEquals(0.5, halves.mean().item());
            assertEquals(0.5, Reductions.mean(halves, true, 0).item());
            assertEquals(narrow, halves.mean().dtype());
            Tensor parted = Tensor.concat(0, List.of(Tensor.full(narrow, Shape.of(40_000), 1), Tensor.full(narrow, Shape.of(40_000), -1)));
            assertEquals(1, Reductions.variance(parted, 0, false).item());
            assertEquals(1, Reductions.std(parted, 1, false).item());
        }
        // The sum is above 65504, the mean is not.
        assertEquals(1000, Tensor.full(DType.F16, Shape.of(100), 1000).mean().item());
    }

    @Test
    void meansOfNarrowIntegersDoNotOverflowOnTheWay() {
        assertEquals(1, Tensor.ones(DType.U8, 256).mean().item());
        assertEquals(-100, Tensor.full(DType.I8, Shape.of(3, 70_000), -100).mean(1).max().item());
        assertEquals(DType.U8, Tensor.ones(DType.U8, 256).mean().dtype());
    }

    @Test
    void varianceOfTooFewElementsIsRefused() {
        assertEquals("variance: 1 elements of x[2, 1] with correction 1 have no variance, more than the correction are needed",
                assertThrows(IllegalArgumentException.class, () -> Reductions.variance(Tensor.ones(DType.F32, 2, 1), 1, false, 1)).getMessage());
    }

    @Test
    void argmaxAndArgminTakeTheFirstOrTheLastOfEqualOnes() {
        Tensor t = Tensor.of(new int[] {4, 7, 7, 4, 1, 9, 1, 9}, 2, 4);
        assertArrayEquals(new long[] {1, 1}, Reductions.argmax(t, 1, false, false).toLongArray());
        assertArrayEquals(new long[] {2, 3}, Reductions.argmax(t, 1, false, true).toLongArray());
        assertArrayEquals(new long[] {0, 0}, Reductions.argmin(t, -1, false, false).toLongArray());
        assertArrayEquals(new long[] {3, 2}, Reductions.argmin(t, -1, false, true).toLongArray());
        assertEquals(Shape.of(2, 1), Reductions.argmin(t, 1, true, true).shape());
    }

    @Test
    void runningSumsAndProductsGoBothWaysAndMayLeaveTheirOwnPlaceOut() {
        Tensor t = Tensor.of(new double[] {1, 2, 3, 4});
        assertArrayEquals(new double[] {1, 3, 6, 10}, Reductions.cumsum(t, 0).toDoubleArray());
        assertArrayEquals(new double[] {0, 1, 3, 6}, Reductions.cumsum(t, 0, true, false).toDoubleArray());
        assertArrayEquals(new double[] {10, 9, 7, 4}, Reductions.cumsum(t, 0, false, true).toDoubleArray());
        assertArrayEquals(new double[] {9, 7, 4, 0}, Reductions.cumsum(t, 0, true, true).toDoubleArray());
        assertArrayEquals(new double[] {1, 2, 6, 24}, Reductions.cumprod(t, 0).toDoubleArray());
        assertArrayEquals(new double[] {24, 12, 4, 1}, Reductions.cumprod(t, -1, true, true).toDoubleArray());
        assertArrayEquals(new double[] {3, -1, 2, 3, 4, -2}, Reductions.cumsum(x, 0).toDoubleArray());
    }
}
