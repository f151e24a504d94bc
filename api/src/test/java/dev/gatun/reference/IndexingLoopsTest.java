package dev.gatun.reference;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.gatun.DType;
import dev.gatun.TensorType;
import dev.gatun.op.Indexing.Gather;
import dev.gatun.op.Indexing.GatherElements;
import dev.gatun.op.Indexing.GatherNd;
import dev.gatun.op.Indexing.Scatter;
import dev.gatun.op.Indexing.ScatterElements;
import dev.gatun.op.Indexing.ScatterFunction;
import dev.gatun.op.Indexing.ScatterNd;
import dev.gatun.op.Indexing.TopK;
import dev.gatun.op.Op;
import org.junit.jupiter.api.Test;

class IndexingLoopsTest {
    private static final double NAN = Double.NaN;
    private static final double INF = Double.POSITIVE_INFINITY;

    private static Elements matrix() {
        return Tensors.counting(DType.F32, 3, 2); // 0 1 | 2 3 | 4 5
    }

    private static Elements indices(int rows, int columns, long... values) {
        return Tensors.longs(TensorType.of(DType.I64, rows, columns), values);
    }

    private static double[] run(Op op, Elements... in) {
        return Tensors.doubles(Tensors.run(op, in));
    }

    @Test
    void gatherTakesWholeSlicesAndCountsNegativeIndicesFromTheEnd() {
        assertArrayEquals(new double[] {4, 5, 0, 1, 4, 5}, run(new Gather(0), matrix(), Tensors.vector(DType.I64, 2L, 0L, -1L)));
        assertArrayEquals(new double[] {1, 0, 3, 2, 5, 4}, run(new Gather(1), matrix(), Tensors.vector(DType.I32, 1L, -2L)));
        assertArrayEquals(new double[] {2, 3}, run(new Gather(0), matrix(), Tensors.longs(TensorType.of(DType.I64), 1)));
        assertArrayEquals(new double[0], run(new Gather(0), matrix(), Tensors.empty(TensorType.of(DType.I64, 0))));
    }

    @Test
    void scatterCombinesUpdatesWithWhatIsThere() {
        Elements i = Tensors.vector(DType.I64, 0L, 2L, 0L);
        Elements u = Tensors.doubles(TensorType.of(DType.F32, 3, 2), 10, 20, 30, 40, -50, 60);
        assertArrayEquals(new double[] {-50, 60, 2, 3, 30, 40}, run(new Scatter(0, ScatterFunction.SET), matrix(), i, u));
        assertArrayEquals(new double[] {-40, 81, 2, 3, 34, 45}, run(new Scatter(0, ScatterFunction.ADD), matrix(), i, u));
        assertArrayEquals(new double[] {-0.0, 1200, 2, 3, 120, 200}, run(new Scatter(0, ScatterFunction.MUL), matrix(), i, u));
        assertArrayEquals(new double[] {-50, 1, 2, 3, 4, 5}, run(new Scatter(0, ScatterFunction.MIN), matrix(), i, u));
        assertArrayEquals(new double[] {10, 60, 2, 3, 30, 40}, run(new Scatter(0, ScatterFunction.MAX), matrix(), i, u));
    }

    @Test
    void scatteredSumsAccumulateInDoubleAndIntegersExactly() {
        Elements i = Tensors.vector(DType.I64, 0L, 0L);
        assertArrayEquals(new double[] {2050}, run(new Scatter(0, ScatterFunction.ADD), Tensors.vector(DType.F16, 2048.0), i,
                Tensors.vector(DType.F16, 1.0, 1.0)));
        Elements sum = Tensors.run(new Scatter(0, ScatterFunction.ADD), Tensors.vector(DType.I64, 1L << 60), i, Tensors.vector(DType.I64, 1L, 1L));
        assertEquals((1L << 60) + 2, sum.getLong(0));
        assertArrayEquals(new double[] {1}, run(new Scatter(0, ScatterFunction.MAX), Tensors.vector(DType.BOOL, 0L), i, Tensors.vector(DType.BOOL, 1L, 0L)));
    }

    @Test
    void scatterAlongAnInnerAxis() {
        Elements u = Tensors.doubles(TensorType.of(DType.F32, 3, 1), 10, 20, 30);
        assertArrayEquals(new double[] {0, 11, 2, 23, 4, 35}, run(new Scatter(1, ScatterFunction.ADD), matrix(), Tensors.vector(DType.I64, -1L), u));
    }

    @Test
    void gatherElementsReplacesOneIndexOfEachPlace() {
        assertArrayEquals(new double[] {4, 1, 2, 5}, run(new GatherElements(0), matrix(), indices(2, 2, 2, 0, 1, -1)));
        assertArrayEquals(new double[] {1, 1, 0, 2, 2, 2}, run(new GatherElements(1), matrix(), indices(2, 3, 1, 1, 0, 0, 0, 0)));
    }

    @Test
    void scatterElementsReplacesOneIndexOfEachPlace() {
        Elements u = Tensors.doubles(TensorType.of(DType.F32, 1, 2), 10, 20);
        assertArrayEquals(new double[] {0, 1, 2, 23, 14, 5}, run(new ScatterElements(0, ScatterFunction.ADD), matrix(), indices(1, 2, 2, 1), u));
        assertArrayEquals(new double[] {0, 20, 2, 3, 4, 5}, run(new ScatterElements(1, ScatterFunction.SET), matrix(), indices(1, 2, 1, -1), u));
    }

    @Test
    void gatherNdTakesSlicesAtTuples() {
        assertArrayEquals(new double[] {5, 2}, run(new GatherNd(0), matrix(), indices(2, 2, 2, 1, -2, 0)));
        assertArrayEquals(new double[] {4, 5, 0, 1}, run(new GatherNd(0), matrix(), indices(2, 1, 2, 0)));
        assertArrayEquals(new double[] {1, 2, 5}, run(new GatherNd(1), matrix(), indices(3, 1, 1, 0, 1)), "each row its own index");
        Elements x = Tensors.counting(DType.I32, 2, 2, 2);
        assertArrayEquals(new double[] {2, 3, 4, 5}, run(new GatherNd(1), x, indices(2, 1, 1, 0)));
    }

    @Test
    void scatterNdUpdatesSlicesAtTuples() {
        Elements rows = Tensors.doubles(TensorType.of(DType.F32, 2, 2), 10, 20, 30, 40);
        assertArrayEquals(new double[] {0, 1, 2, 3, 44, 65}, run(new ScatterNd(ScatterFunction.ADD), matrix(), indices(2, 1, 2, -1), rows));
        assertArrayEquals(new double[] {0, 1, 8, 3, 4, 5}, run(new ScatterNd(ScatterFunction.SET), matrix(), indices(2, 2, 1, 0, 1, 0),
                Tensors.vector(DType.F32, 7.0, 8.0)));
    }

    @Test
    void negativeIndicesAreRefusedWherePlacesAreCountedFromTheStart() {
        assertArrayEquals(new double[] {4, 5}, run(new Gather(0, false), matrix(), Tensors.vector(DType.I64, 2L)));
        assertEquals("gather: index -1 is outside of axis 0 of x[3, 2], which has 3 places, counted from 0", assertThrows(
                IndexOutOfBoundsException.class, () -> run(new Gather(0, false), matrix(), Tensors.vector(DType.I64, -1L))).getMessage());
        assertEquals("gather_elements: index -2 is outside of axis 1 of x[3, 2], which has 2 places, counted from 0", assertThrows(
                IndexOutOfBoundsException.class, () -> run(new GatherElements(1, false), matrix(), indices(1, 2, 0, -2))).getMessage());
    }

    @Test
    void indicesOutsideOfTheirAxisAreRefused() {
        String message = assertThrows(IndexOutOfBoundsException.class, () -> run(new Gather(0), matrix(), Tensors.vector(DType.I64, 3L))).getMessage();
        assertEquals("gather: index 3 is outside of axis 0 of x[3, 2], which has 3 places", message);
        Elements u = Tensors.doubles(TensorType.of(DType.F32, 1, 2), 1, 2);
        Elements far = Tensors.vector(DType.I64, -4L);
        Elements wide = indices(1, 2, 0, 2);
        assertThrows(IndexOutOfBoundsException.class, () -> run(new Scatter(0, ScatterFunction.ADD), matrix(), far, u));
        assertThrows(IndexOutOfBoundsException.class, () -> run(new GatherElements(1), matrix(), wide));
        assertThrows(IndexOutOfBoundsException.class, () -> run(new ScatterElements(1, ScatterFunction.SET), matrix(), wide, u));
        assertThrows(IndexOutOfBoundsException.class, () -> run(new GatherNd(0), matrix(), wide));
        assertThrows(IndexOutOfBoundsException.class, () -> run(new ScatterNd(ScatterFunction.SET), matrix(), wide, Tensors.vector(DType.F32, 1.0)));
    }

    @Test
    void topKIsStableAndPutsNanAboveAllNumbers() {
        Elements x = Tensors.vector(DType.F32, 1, NAN, 3, INF, 3, -INF);
        Elements[] top = Tensors.runAll(new TopK(4, 0, true), x);
        assertArrayEquals(new double[] {NAN, INF, 3, 3}, Tensors.doubles(top[0]));
        assertArrayEquals(new long[] {1, 3, 2, 4}, Tensors.longs(top[1]));
        Elements[] sorted = Tensors.runAll(new TopK(6, 0, false), x);
        assertArrayEquals(new double[] {-INF, 1, 3, 3, INF, NAN}, Tensors.doubles(sorted[0]));
        assertArrayEquals(new long[] {5, 0, 2, 4, 3, 1}, Tensors.longs(sorted[1]));
        assertEquals(0, Tensors.run(new TopK(0, 0, true), x).size());
    }

    @Test
    void topKWorksAlongAnyAxisAndOnUnsignedNumbers() {
        Elements[] top = Tensors.runAll(new TopK(2, 0, true), Tensors.doubles(TensorType.of(DType.F32, 3, 2), 1, 6, 3, 4, 2, 5));
        assertArrayEquals(new double[] {3, 6, 2, 5}, Tensors.doubles(top[0]));
        assertArrayEquals(new long[] {1, 0, 2, 2}, Tensors.longs(top[1]));
        assertEquals(-1, Tensors.run(new TopK(1, 0, true), Tensors.vector(DType.U64, 1L, -1L)).getLong(0));
    }
}
