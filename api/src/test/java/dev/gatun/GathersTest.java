package dev.gatun;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.gatun.op.Indexing.ScatterFunction;
import org.junit.jupiter.api.Test;

/** Tests of {@link Gathers} and {@link Scatters}. */
class GathersTest {
    private final Tensor x = Tensor.of(new int[] {0, 1, 2, 10, 11, 12, 20, 21, 22}, 3, 3);

    private static Tensor i64(long[] values, int... dims) {
        return Tensor.of(values, dims);
    }

    @Test
    void elementsAreGatheredAlongAnAxis() {
        assertArrayEquals(new int[] {20, 1, 22}, Gathers.gatherElements(x, 0, i64(new long[] {2, 0, -1}, 1, 3)).toIntArray());
        assertArrayEquals(new int[] {2, 0, 11, 11}, Gathers.gatherElements(x, 1, Tensor.of(new int[] {2, 0, 1, 1}, 2, 2)).toIntArray());
    }

    @Test
    void tuplesOfIndicesGatherElementsAndSlices() {
        assertArrayEquals(new int[] {2, 20}, Gathers.gatherNd(x, i64(new long[] {0, 2, 2, 0}, 2, 2)).toIntArray());
        assertArrayEquals(new int[] {20, 21, 22, 0, 1, 2}, Gathers.gatherNd(x, i64(new long[] {-1, 0}, 2, 1)).toIntArray());
        assertArrayEquals(new int[] {1, 12, 20}, Gathers.gatherNd(x, i64(new long[] {1, 2, 0}, 3, 1), 1).toIntArray());
    }

    @Test
    void anIndexOutsideIsNoticedWhenTheValueIsComputed() {
        Tensor y = Gathers.gatherElements(x, 0, i64(new long[] {3}, 1, 1));
        assertThrows(IndexOutOfBoundsException.class, y::eval);
    }

    @Test
    void ranksThatDoNotFitAreRefused() {
        assertEquals("gather_elements: indices[2] has 1 axes but must have 2: as many as x[3, 3]",
                assertThrows(IllegalArgumentException.class, () -> Gathers.gatherElements(x, 0, i64(new long[] {0, 1}, 2))).getMessage());
    }

    @Test
    void updatesMeetWhatIsThereInEveryWay() {
        Tensor zeros = Tensor.of(new int[] {5, 5, 5});
        Tensor at = i64(new long[] {0, 2, 0}, 3);
        Tensor updates = Tensor.of(new int[] {2, 7, 3});
        assertArrayEquals(new int[] {3, 5, 7}, Scatters.scatter(zeros, 0, at, updates, ScatterFunction.SET).toIntArray());
        assertArrayEquals(new int[] {10, 5, 12}, Scatters.scatter(zeros, 0, at, updates, ScatterFunction.ADD).toIntArray());
        assertArrayEquals(new int[] {30, 5, 35}, Scatters.scatter(zeros, 0, at, updates, ScatterFunction.MUL).toIntArray());
        assertArrayEquals(new int[] {2, 5, 5}, Scatters.scatter(zeros, 0, at, updates, ScatterFunction.MIN).toIntArray());
        assertArrayEquals(new int[] {5, 5, 7}, Scatters.scatter(zeros, 0, at, updates, ScatterFunction.MAX).toIntArray());
    }

    @Test
    void scattersUndoGathers() {
        Tensor zeros = Tensor.zeros(DType.I32, 3, 3);
        Tensor columns = i64(new long[] {2, 0}, 2);
        assertArrayEquals(new int[] {0, 0, 2, 10, 0, 12, 20, 0, 22},
                Scatters.scatter(zeros, 1, columns, x.gather(1, columns), ScatterFunction.SET).toIntArray());
        Tensor order = i64(new long[] {1, 0, 2, 2, 1, 0, 0, 2, 1}, 3, 3);
        Tensor moved = Gathers.gatherElements(x, 1, order);
        assertArrayEquals(x.toIntArray(), Scatters.scatterElements(zeros, 1, order, moved, ScatterFunction.SET).toIntArray());
        Tensor tuples = i64(new long[] {1, 1, 0, 2}, 2, 2);
        assertArrayEquals(new int[] {0, 0, 2, 0, 11, 0, 0, 0, 0},
                Scatters.scatterNd(zeros, tuples, Gathers.gatherNd(x, tuples), ScatterFunction.ADD).toIntArray());
    }

    @Test
    void updatesOfAnotherShapeAreRefused() {
        String m = assertThrows(IllegalArgumentException.class,
                () -> Scatters.scatter(x, 0, i64(new long[] {0}, 1), Tensor.zeros(DType.I32, 3), ScatterFunction.SET)).getMessage();
        assertEquals("scatter_set: updates[3] must be [1, 3]: axis 0 of x[3, 3] replaced by those of indices[1]", m);
    }
}
