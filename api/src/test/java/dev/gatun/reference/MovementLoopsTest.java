package dev.gatun.reference;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.gatun.DType;
import dev.gatun.Shape;
import dev.gatun.TensorType;
import dev.gatun.op.Ints;
import dev.gatun.op.Movement.Concat;
import dev.gatun.op.Movement.Detach;
import dev.gatun.op.Movement.Expand;
import dev.gatun.op.Movement.Pad;
import dev.gatun.op.Movement.Permute;
import dev.gatun.op.Movement.Reshape;
import dev.gatun.op.Movement.Slice;
import dev.gatun.op.Op;
import org.junit.jupiter.api.Test;

class MovementLoopsTest {
    private static final Elements MATRIX = Tensors.counting(DType.I32, 2, 3); // 0 1 2 | 3 4 5

    private static long[] run(Op op, Elements... in) {
        return Tensors.longs(Tensors.run(op, in));
    }

    @Test
    void reshapeAndDetachKeepTheElementsInOrder() {
        assertArrayEquals(new long[] {0, 1, 2, 3, 4, 5}, run(new Reshape(Shape.of(3, 2)), MATRIX));
        assertArrayEquals(new long[] {0, 1, 2, 3, 4, 5}, run(new Detach(), MATRIX));
    }

    @Test
    void everyElementTypeIsMovedBitByBit() {
        for (DType dtype : DType.values()) {
            assertArrayEquals(new long[] {1, 0}, run(new Permute(Ints.of(1, 0)), Tensors.longs(TensorType.of(dtype, 1, 2), 1, 0)), dtype.label());
        }
        Elements nan = Tensors.longs(TensorType.of(DType.I64, 1), 0x7FF0000000000001L);
        assertEquals(0x7FF0000000000001L, run(new Permute(Ints.of(0)), nan)[0]);
    }

    @Test
    void permuteTakesAxesInTheNamedOrder() {
        assertArrayEquals(new long[] {0, 3, 1, 4, 2, 5}, run(new Permute(Ints.of(1, 0)), MATRIX));
        Elements x = Tensors.counting(DType.F32, 2, 3, 4);
        Elements y = Tensors.run(new Permute(Ints.of(2, 0, 1)), x);
        assertEquals(Shape.of(4, 2, 3), y.shape());
        assertEquals(1 * 12 + 2 * 4 + 3, y.get(3 * 6 + 1 * 3 + 2), "y[3, 1, 2] = x[1, 2, 3]");
        assertArrayEquals(new long[] {7}, run(new Permute(Ints.of()), Tensors.longs(TensorType.of(DType.I32), 7)));
    }

    @Test
    void expandRepeatsAxesOfSizeOneAndNewOnes() {
        Elements column = Tensors.longs(TensorType.of(DType.I32, 2, 1), 7, 8);
        assertArrayEquals(new long[] {7, 7, 8, 8, 7, 7, 8, 8}, run(new Expand(Shape.of(2, 2, 2)), column));
        assertArrayEquals(new long[] {5, 5, 5}, run(new Expand(Shape.of(3)), Tensors.longs(TensorType.of(DType.I32), 5)));
        assertArrayEquals(new long[0], run(new Expand(Shape.of(0, 2, 1)), column));
    }

    @Test
    void slicesStepForwardsAndBackwards() {
        assertArrayEquals(new long[] {1, 2, 4, 5}, run(new Slice(Ints.of(0, 1), Ints.of(2, 2), Ints.of(1, 1)), MATRIX));
        assertArrayEquals(new long[] {5, 3, 2, 0}, run(new Slice(Ints.of(1, 2), Ints.of(2, 2), Ints.of(-1, -2)), MATRIX));
        assertArrayEquals(new long[0], run(new Slice(Ints.of(2, 0), Ints.of(0, 3), Ints.of(1, 1)), MATRIX));
    }

    @Test
    void padPutsTheValueBeforeBehindAndBetween() {
        Elements value = Tensors.longs(TensorType.of(DType.I32), 9);
        assertArrayEquals(new long[] {9, 1, 9, 9, 2, 9, 9, 3, 9, 9}, run(new Pad(Ints.of(1), Ints.of(2), Ints.of(2)), Tensors.vector(DType.I32, 1L, 2L, 3L),
                value));
        assertArrayEquals(new long[] {9, 0, 1, 2, 9, 3, 4, 5, 9, 9, 9, 9}, run(new Pad(Ints.of(0, 1), Ints.of(1, 0), Ints.of(0, 0)), MATRIX, value));
        assertArrayEquals(new long[] {9, 9}, run(new Pad(Ints.of(1), Ints.of(1), Ints.of(5)), Tensors.empty(TensorType.of(DType.I32, 0)), value));
    }

    @Test
    void padIsTheInverseOfAStridedSlice() {
        Elements x = Tensors.counting(DType.F32, 3);
        Elements y = Tensors.run(new Pad(Ints.of(2), Ints.of(1), Ints.of(1)), x, Tensors.doubles(TensorType.of(DType.F32), -1));
        assertArrayEquals(Tensors.doubles(x), Tensors.doubles(Tensors.run(new Slice(Ints.of(2), Ints.of(3), Ints.of(2)), y)));
    }

    @Test
    void concatJoinsAlongItsAxis() {
        Elements column = Tensors.longs(TensorType.of(DType.I32, 2, 1), 7, 8);
        assertArrayEquals(new long[] {0, 1, 2, 7, 3, 4, 5, 8}, run(new Concat(1), MATRIX, column));
        assertArrayEquals(new long[] {7, 0, 1, 2, 8, 3, 4, 5}, run(new Concat(1), column, MATRIX));
        assertArrayEquals(new long[] {0, 1, 2, 3, 4, 5, 0, 1, 2, 3, 4, 5}, run(new Concat(0), MATRIX, Tensors.empty(TensorType.of(DType.I32, 0, 3)), MATRIX));
    }
}
