package dev.gatun;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.Sorting.Sorted;
import org.junit.jupiter.api.Test;

class SortingTest {
    @Test
    void theLargestComeInOrderAndTheFirstOfEqualOnesFirst() {
        Sorted top = Sorting.topK(Tensor.of(new double[] {3, 9, 3, 1, 2, 2, 8, 0}, 2, 4), 3, 1, true);
        assertArrayEquals(new double[] {9, 3, 3, 8, 2, 2}, top.values().toDoubleArray());
        assertArrayEquals(new long[] {1, 0, 2, 2, 0, 1}, top.indices().toLongArray());
        Sorted low = Sorting.topK(Tensor.of(new double[] {3, 9, 3, 1}), 2, 0, false);
        assertArrayEquals(new double[] {1, 3}, low.values().toDoubleArray());
        assertArrayEquals(new long[] {3, 0}, low.indices().toLongArray());
    }

    @Test
    void sortingIsStableBothWays() {
        Tensor x = Tensor.of(new int[] {2, 1, 2, 1, 3});
        assertArrayEquals(new int[] {1, 1, 2, 2, 3}, Sorting.sort(x, 0, false).values().toIntArray());
        assertArrayEquals(new long[] {1, 3, 0, 2, 4}, Sorting.argsort(x, 0, false).toLongArray());
        assertArrayEquals(new long[] {4, 0, 2, 1, 3}, Sorting.argsort(x, 0, true).toLongArray());
    }

    @Test
    void truthValuesHaveAnOrder() {
        assertArrayEquals(new long[] {1, 0, 2}, Sorting.argsort(Tensor.of(new boolean[] {true, false, true}), 0, false).toLongArray());
    }

    @Test
    void nansAreTheLargest() {
        Tensor x = Tensor.of(new double[] {1, Double.NaN, Double.POSITIVE_INFINITY, -1});
        assertArrayEquals(new long[] {3, 0, 2, 1}, Sorting.argsort(x, 0, false).toLongArray());
        assertTrue(Double.isNaN(Sorting.topK(x, 1, 0, true).values().item()));
    }

    @Test
    void anotherAxisIsSortedByItself() {
        Tensor x = Tensor.of(new float[] {3, 1, 1, 2, 2, 3}, 3, 2);
        assertArrayEquals(new float[] {1, 1, 2, 2, 3, 3}, Sorting.sort(x, 0, false).values().toFloatArray());
    }

    @Test
    void moreThanThereAreIsRefused() {
        assertEquals("top_k: k is 5 but axis 0 of x[4] has 4 elements",
                assertThrows(IllegalArgumentException.class, () -> Sorting.topK(Tensor.zeros(DType.F32, 4), 5, 0, true)).getMessage());
    }
}
