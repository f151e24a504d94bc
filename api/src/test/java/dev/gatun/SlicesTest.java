package dev.gatun;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SlicesTest {
    private final Tensor x = Tensor.arange(DType.I32, 5);

    private int[] slice(long start, long end, int step) {
        return Slices.slice(x, 0, start, end, step).toIntArray();
    }

    @Test
    void slicesAreWrittenAsInPython() {
        assertArrayEquals(new int[] {1, 2, 3}, slice(1, -1, 1));
        assertArrayEquals(new int[] {0, 2, 4}, slice(0, Long.MAX_VALUE, 2));
        assertArrayEquals(new int[] {4, 3, 2, 1, 0}, slice(-1, Long.MIN_VALUE, -1));
        assertArrayEquals(new int[] {3, 1}, slice(3, 0, -2));
        assertArrayEquals(new int[] {3, 4}, slice(-2, 99, 1));
        assertArrayEquals(new int[] {}, slice(3, 1, 1));
        assertArrayEquals(new int[] {4}, slice(99, 3, -1));
    }

    /** The rule of Python's language reference, written as a loop. */
    private static List<Integer> python(int n, long start, long end, int step) {
        List<Integer> y = new ArrayList<>();
        long from = start < 0 ? Math.max(start + n, step < 0 ? -1 : 0) : Math.min(start, step < 0 ? n - 1 : n);
        long to = end < 0 ? Math.max(end + n, step < 0 ? -1 : 0) : Math.min(end, step < 0 ? n - 1 : n);
        for (long i = from; step > 0 ? i < to : i > to; i += step) {
            y.add((int) i);
        }
        return y;
    }

    @Test
    void everySmallSliceIsThatOfPython() {
        for (int n : new int[] {0, 1, 4}) {
            Tensor t = Tensor.arange(DType.I32, n).eval();
            for (int start = -6; start <= 6; start++) {
                for (int end = -6; end <= 6; end++) {
                    for (int step : new int[] {-5, -2, -1, 1, 3}) {
                        int[] expected = python(n, start, end, step).stream().mapToInt(Integer::intValue).toArray();
                        Tensor y = Slices.slice(t, 0, start, end, step);
                        assertEquals(Shape.of(expected.length), y.shape(), n + ": " + start + ":" + end + ":" + step);
                        if (expected.length > 0) {
                            assertArrayEquals(expected, y.toIntArray(), n + ": " + start + ":" + end + ":" + step);
                        }
                    }
                }
            }
        }
    }

    @Test
    void severalAxesAreSlicedAtOnce() {
        Tensor t = Tensor.arange(DType.I32, 12).reshape(3, 4);
        Tensor y = Slices.slice(t, new int[] {-1, 0}, new long[] {3, 1}, new long[] {0, 3}, new int[] {-2, 1});
        assertArrayEquals(new int[] {7, 5, 11, 9}, y.toIntArray());
        assertEquals("slice: axis -1 of x[3, 4] is given twice", assertThrows(IllegalArgumentException.class,
                () -> Slices.slice(t, new int[] {1, -1}, new long[2], new long[2], new int[] {1, 1})).getMessage());
        assertThrows(IllegalArgumentException.class, () -> Slices.slice(t, 0, 0, 1, 0));
        assertThrows(IllegalArgumentException.class, () -> Slices.slice(t, new int[] {0}, new long[2], new long[1], new int[1]));
    }

    @Test
    void splitsAreGivenBySizesOrByNumber() {
        List<Tensor> parts = Slices.split(x, 0, 1, 0, 4);
        assertEquals(3, parts.size());
        assertEquals(Shape.of(0), parts.get(1).shape());
        assertArrayEquals(new int[] {1, 2, 3, 4}, parts.get(2).toIntArray());
        assertEquals(List.of(Shape.of(2), Shape.of(2), Shape.of(1)), Slices.chunk(x, 0, 3).stream().map(Tensor::shape).toList());
        assertEquals(List.of(Shape.of(2), Shape.of(2), Shape.of(1), Shape.of(0)), Slices.chunk(x, 0, 4).stream().map(Tensor::shape).toList());
        assertEquals("split: sizes [2, 2] must add up to the 5 positions of axis 0 of x[5]",
                assertThrows(IllegalArgumentException.class, () -> Slices.split(x, 0, 2, 2)).getMessage());
        assertThrows(IllegalArgumentException.class, () -> Slices.split(x, 0, 6, -1));
        assertThrows(IllegalArgumentException.class, () -> Slices.chunk(x, 0, 0));
    }

    @Test
    void unstackUndoesStack() {
        Tensor t = Tensor.arange(DType.I32, 6).reshape(2, 3);
        List<Tensor> columns = Slices.unstack(t, 1);
        assertArrayEquals(new int[] {1, 4}, columns.get(1).toIntArray());
        assertArrayEquals(t.toIntArray(), Movements.stack(1, columns).toIntArray());
    }

    @Test
    void rollBringsTheEndToTheFront() {
        assertArrayEquals(new int[] {3, 4, 0, 1, 2}, Slices.roll(x, 0, 2).toIntArray());
        assertArrayEquals(new int[] {1, 2, 3, 4, 0}, Slices.roll(x, 0, -1).toIntArray());
        assertArrayEquals(new int[] {4, 0, 1, 2, 3}, Slices.roll(x, -1, 11).toIntArray());
        assertArrayEquals(x.toIntArray(), Slices.roll(x, 0, 10).toIntArray());
        assertEquals(Shape.of(0), Slices.roll(Tensor.zeros(DType.F32, 0), 0, 3).shape());
    }
}
