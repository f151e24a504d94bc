package dev.gatun.vector;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.gatun.DType;
import dev.gatun.Shape;
import dev.gatun.TensorType;
import dev.gatun.op.Indexing.Gather;
import dev.gatun.op.Indexing.GatherElements;
import dev.gatun.op.Indexing.GatherNd;
import dev.gatun.op.Indexing.Scatter;
import dev.gatun.op.Indexing.ScatterElements;
import dev.gatun.op.Indexing.ScatterFunction;
import dev.gatun.op.Indexing.ScatterNd;
import dev.gatun.op.Indexing.TopK;
import dev.gatun.op.Ints;
import dev.gatun.op.Movement;
import dev.gatun.op.Op;
import dev.gatun.spi.KernelRequest;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class MoveKernelTest {
    /** One type of each size in bytes. */
    private static final List<DType> SIZES = List.of(DType.BOOL, DType.F16, DType.F32, DType.F64);

    private static Operand numbers(DType dtype, int... dims) {
        return Operand.of(TensorType.of(dtype, dims), i -> dtype == DType.BOOL ? i % 3 % 2 : i % 30011);
    }

    private static void check(Op op, Shape result, Operand... operands) {
        Requests.check(op, List.of(operands[0].type().with(result)), 0, 0, operands);
    }

    private static void permute(Operand x, int... axes) {
        check(new Movement.Permute(Ints.of(axes)), Shape.of(IntStream.of(axes).map(x.type().shape()::dim).toArray()), x);
    }

    @Test
    void axesArePermutedInEveryOrder() {
        for (DType dtype : SIZES) {
            Operand x = numbers(dtype, 3, 5, 1, 17, 19);
            int[][] orders = {{0, 1, 2, 3, 4}, {4, 3, 2, 1, 0}, {0, 1, 3, 2, 4}, {0, 3, 2, 1, 4}, {1, 0, 2, 4, 3}, {3, 4, 0, 1, 2}, {4, 0, 1, 2, 3},
                {0, 4, 2, 1, 3}, {1, 3, 4, 2, 0}};
            for (int[] order : orders) {
                permute(x, order);
            }
        }
    }

    @Test
    void largeMatricesAndImagesAreTransposedTileByTile() {
        permute(numbers(DType.F32, 257, 300), 1, 0);
        permute(numbers(DType.F32, 2, 3, 129, 131), 0, 2, 3, 1);
        permute(numbers(DType.F32, 2, 129, 131, 3), 0, 3, 1, 2);
        permute(numbers(DType.F32, 4, 50, 8, 64), 0, 2, 1, 3);
        permute(numbers(DType.I64, 70, 500), 1, 0);
    }

    @Test
    void expansionsRepeatElementsRowsAndBlocks() {
        for (DType dtype : SIZES) {
            check(new Movement.Expand(Shape.of(4, 3, 5, 7)), Shape.of(4, 3, 5, 7), numbers(dtype, 3, 1, 1));
            check(new Movement.Expand(Shape.of(4, 3, 5, 7)), Shape.of(4, 3, 5, 7), numbers(dtype, 5, 7));
            check(new Movement.Expand(Shape.of(4, 3, 5, 7)), Shape.of(4, 3, 5, 7), numbers(dtype, 4, 1, 5, 1));
            check(new Movement.Expand(Shape.of(301, 203)), Shape.of(301, 203), numbers(dtype));
        }
    }

    @Test
    void slicesStepForwardsAndBackwards() {
        for (DType dtype : SIZES) {
            Operand x = numbers(dtype, 6, 40, 33);
            check(new Movement.Slice(Ints.of(1, 0, 0), Ints.of(4, 40, 33), Ints.of(1, 1, 1)), Shape.of(4, 40, 33), x);
            check(new Movement.Slice(Ints.of(0, 3, 5), Ints.of(6, 20, 11), Ints.of(1, 1, 1)), Shape.of(6, 20, 11), x);
            check(new Movement.Slice(Ints.of(5, 39, 32), Ints.of(6, 13, 33), Ints.of(-1, -3, -1)), Shape.of(6, 13, 33), x);
            check(new Movement.Slice(Ints.of(0, 0, 1), Ints.of(6, 40, 16), Ints.of(1, 1, 2)), Shape.of(6, 40, 16), x);
            check(new Movement.Slice(Ints.of(0, 0, 0), Ints.of(6, 0, 33), Ints.of(1, 1, 1)), Shape.of(6, 0, 33), x);
        }
    }

    @Test
    void paddingsFillAroundAndBetween() {
        for (DType dtype : SIZES) {
            Operand x = numbers(dtype, 3, 17, 15);
            Operand value = Operand.of(TensorType.of(dtype), i -> 1);
            check(new Movement.Pad(Ints.of(0, 1, 2), Ints.of(0, 3, 0), Ints.of(0, 0, 0)), Shape.of(3, 21, 17), x, value);
            check(new Movement.Pad(Ints.of(1, 0, 0), Ints.of(1, 0, 1), Ints.of(2, 1, 1)), Shape.of(9, 33, 30), x, value);
            check(new Movement.Pad(Ints.of(2), Ints.of(3), Ints.of(0)), Shape.of(5), numbers(dtype, 0), value);
        }
        Operand big = numbers(DType.F32, 4, 100, 100);
        check(new Movement.Pad(Ints.of(0, 1, 1), Ints.of(0, 1, 1), Ints.of(0, 0, 0)), Shape.of(4, 102, 102), big, Operand.floats(new int[0], -1.5));
    }

    @Test
    void partsAreJoinedAlongAnyAxis() {
        for (DType dtype : SIZES) {
            check(new Movement.Concat(0), Shape.of(6, 5), numbers(dtype, 2, 5), numbers(dtype, 0, 5), numbers(dtype, 4, 5));
            check(new Movement.Concat(1), Shape.of(3, 60, 77), numbers(dtype, 3, 17, 77), numbers(dtype, 3, 1, 77), numbers(dtype, 3, 42, 77));
            check(new Movement.Concat(2), Shape.of(3, 7, 9), numbers(dtype, 3, 7, 1), numbers(dtype, 3, 7, 8));
            check(new Movement.Concat(0), Shape.of(5), numbers(dtype, 5));
        }
    }

    @Test
    void reshapeAndDetachCopy() {
        check(new Movement.Reshape(Shape.of(100, 33, 11)), Shape.of(100, 33, 11), numbers(DType.F32, 33, 1100));
        check(new Movement.Detach(), Shape.of(33), numbers(DType.I8, 33));
        check(new Movement.Reshape(Shape.of(1)), Shape.of(1), numbers(DType.F64));
    }

    @ParameterizedTest
    @EnumSource(value = DType.class, names = {"I32", "I64"})
    void slicesAndElementsAreGatheredByIndicesFromBothEnds(DType indices) {
        for (DType dtype : SIZES) {
            Operand i = Operand.of(TensorType.of(indices, 2, 300), j -> j * 31 % 14 - 7);
            check(new Gather(0), Shape.of(2, 300, 9), numbers(dtype, 7, 9), i);
            check(new Gather(1), Shape.of(5, 2, 300, 40), numbers(dtype, 5, 7, 40), i);
            check(new Gather(1), Shape.of(5, 2, 300), numbers(dtype, 5, 7), i);
            Operand e = Operand.of(TensorType.of(indices, 4, 7, 300), j -> j * 31 % 14 - 7);
            check(new GatherElements(1), Shape.of(4, 7, 300), numbers(dtype, 5, 7, 300), e);
            check(new GatherElements(2), Shape.of(4, 7, 300), numbers(dtype, 4, 8, 7), e);
            check(new GatherElements(0), Shape.of(4, 7, 300), numbers(dtype, 7, 7, 301), e);
        }
    }

    @Test
    void slicesAreGatheredAtTuples() {
        for (DType dtype : SIZES) {
            Operand pairs = Operand.of(TensorType.of(DType.I64, 3, 300, 2), j -> j * 31 % 14 - 7);
            check(new GatherNd(0), Shape.of(3, 300, 40), numbers(dtype, 7, 8, 40), pairs);
            check(new GatherNd(1), Shape.of(3, 300), numbers(dtype, 3, 7, 9), pairs);
            check(new GatherNd(1), Shape.of(3, 300, 5), numbers(dtype, 3, 7, 9, 5), pairs);
        }
    }

    @ParameterizedTest
    @EnumSource(ScatterFunction.class)
    void updatesAreScatteredInTheOrderOfTheirIndices(ScatterFunction function) {
        Operand i = Operand.of(TensorType.of(DType.I64, 3, 10), j -> j * 31 % 14 - 7);
        // Four or five floats meet at each place, where the reference combines in double: sums of different signs may cancel, products may not.
        double absolute = function == ScatterFunction.ADD ? 5e-6 : 0;
        double relative = function == ScatterFunction.MUL ? 6e-7 : 0;
        for (int[][] s : new int[][][] {{{7, 9}, {3, 10, 9}, {0}}, {{4, 7}, {4, 3, 10}, {1}}, {{2, 7, 2500}, {2, 3, 10, 2500}, {1}}}) {
            Operand x = Operand.random(1, s[0]);
            Requests.check(new Scatter(s[2][0], function), List.of(x.type()), relative, absolute, x, i, Operand.random(2, s[1]));
        }
        for (int[][] s : new int[][][] {{{7, 900}, {30, 900}, {0}}, {{901, 7}, {900, 31}, {1}}, {{4, 7, 50}, {3, 21, 49}, {1}}, {{7}, {12}, {0}}}) {
            Operand x = Operand.random(1, s[0]);
            Operand e = Operand.of(TensorType.of(DType.I32, s[1]), j -> j * 31 % 14 - 7);
            Requests.check(new ScatterElements(s[2][0], function), List.of(x.type()), relative, absolute, x, e, Operand.random(2, s[1]));
        }
        Operand pairs = Operand.of(TensorType.of(DType.I64, 60, 2), j -> j * 31 % 14 - 7);
        for (int[][] s : new int[][][] {{{7, 8}, {60}}, {{7, 8, 700}, {60, 700}}, {{9, 7, 3, 5}, {60, 3, 5}}}) {
            Operand x = Operand.random(1, s[0]);
            Requests.check(new ScatterNd(function), List.of(x.type()), relative, absolute, x, pairs, Operand.random(2, s[1]));
        }
    }

    @Test
    void theFirstOfALineComeInOrderOfEqualOnesTheLowerIndexFirstAndNanAboveAll() {
        for (int[] s : new int[][] {{1, 1}, {3, 17}, {40, 1000}}) {
            // Few different numbers, so that many are equal; both zeros, infinities and NaNs of either sign among them.
            float[] few = {0, -0f, 1, -1, Float.NaN, Float.intBitsToFloat(0xFFC0_0001), Float.POSITIVE_INFINITY,
                Float.NEGATIVE_INFINITY, Float.MIN_VALUE, 1e9f};
            for (Operand x : List.of(Operand.of(TensorType.of(DType.F32, s), j -> few[j * 31 % 10]), Operand.random(3, s),
                    Operand.of(TensorType.of(DType.I32, s), j -> j * 31 % 14 - 7))) {
                for (int axis = 0; axis < 2; axis++) {
                    for (int k : new int[] {0, 1, Math.ceilDiv(s[axis], 3), s[axis]}) {
                        int[] out = s.clone();
                        out[axis] = k;
                        List<TensorType> results = List.of(TensorType.of(x.type().dtype(), out), TensorType.of(DType.I64, out));
                        Requests.check(new TopK(k, axis, true), results, 0, 0, x);
                        Requests.check(new TopK(k, axis, false), results, 0, 0, x);
                    }
                }
            }
        }
    }

    @Test
    void anIndexOutsideOfItsAxisNamesTheOpTheIndexAndTheSize() {
        Operand x = Operand.random(1, 5, 3);
        KernelRequest high = Requests.single(new Gather(0), List.of(TensorType.of(DType.F32, 2, 3)), x, Operand.random(TensorType.of(DType.I64, 2), 1));
        Operand i = Operand.of(TensorType.of(DType.I64, 2), j -> j == 0 ? 4 : 5);
        var error = assertThrows(IndexOutOfBoundsException.class, () -> Requests.run(Requests.SHARED, high, x, i));
        assertEquals("gather: index 5 is outside of axis 0 of x[5, 3], which has 5 places", error.getMessage());
        Operand low = Operand.of(TensorType.of(DType.I64, 2), j -> -6);
        assertThrows(IndexOutOfBoundsException.class, () -> Requests.run(Requests.SHARED, high, x, low));
        KernelRequest scatter = Requests.single(new Scatter(0, ScatterFunction.ADD), List.of(x.type()), x, i, Operand.random(1, 2, 3));
        assertThrows(IndexOutOfBoundsException.class, () -> Requests.run(Requests.SHARED, scatter, x, i, Operand.random(1, 2, 3)));
    }

    @Test
    void aNegativeIndexIsOutsideOfAnAxisThatIsCountedFromItsStart() {
        Operand x = Operand.random(1, 5, 3);
        Operand rows = Operand.of(TensorType.of(DType.I64, 2), j -> j == 0 ? 4 : -1);
        KernelRequest gather = Requests.single(new Gather(0, false), List.of(TensorType.of(DType.F32, 2, 3)), x, rows);
        assertEquals("gather: index -1 is outside of axis 0 of x[5, 3], which has 5 places, counted from 0",
                assertThrows(IndexOutOfBoundsException.class, () -> Requests.run(Requests.SHARED, gather, x, rows)).getMessage());
        Operand places = Operand.of(TensorType.of(DType.I32, 5, 1), j -> j - 1);
        KernelRequest elements = Requests.single(new GatherElements(1, false), List.of(TensorType.of(DType.F32, 5, 1)), x, places);
        assertEquals("gather_elements: index -1 is outside of axis 1 of x[5, 3], which has 3 places, counted from 0",
                assertThrows(IndexOutOfBoundsException.class, () -> Requests.run(Requests.SHARED, elements, x, places)).getMessage());
    }
}
