package dev.gatun.vector;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.DType;
import dev.gatun.Shape;
import dev.gatun.TensorType;
import dev.gatun.op.Ints;
import dev.gatun.op.Reduction.ArgReduce;
import dev.gatun.op.Reduction.Cumulative;
import dev.gatun.op.Reduction.Reduce;
import dev.gatun.op.Reduction.ReduceFunction;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Tag("every-width")
class ReduceKernelTest {
    /** Accumulated in double and rounded once, as the reference does: only the order can differ, by a unit in the last place. */
    private static final double RELATIVE = 2 * 0x1p-24;

    private static TensorType reduced(Shape shape, Ints axes) {
        return TensorType.of(DType.F32, IntStream.range(0, shape.rank()).filter(i -> !axes.contains(i)).map(shape::dim).toArray());
    }

    private static void check(ReduceFunction function, Operand x, int... axes) {
        Ints list = Ints.of(axes);
        Requests.check(new Reduce(function, list, false), List.of(reduced(x.type().shape(), list)), RELATIVE, 1e-12, x);
    }

    @ParameterizedTest
    @EnumSource(ReduceFunction.class)
    void anyAxesOfASmallTensorAreFolded(ReduceFunction function) {
        Operand x = Operand.of(TensorType.of(DType.F32, 3, 1, 5, 4, 19), i -> 0.5 + i % 7 * 0.25);
        for (int mask = 0; mask < 32; mask++) {
            int bits = mask;
            check(function, x, IntStream.range(0, 5).filter(i -> (bits >> i & 1) == 1).toArray());
        }
    }

    @ParameterizedTest
    @EnumSource(ReduceFunction.class)
    void runsRowsAndPiecesOfLargeTensorsAreFolded(ReduceFunction function) {
        check(function, Operand.random(1, 100_003), 0);
        check(function, Operand.random(2, 300, 333), 0);
        check(function, Operand.random(3, 300, 333), 1);
        check(function, Operand.random(4, 40, 3, 29, 31), 0, 2, 3);
        check(function, Operand.random(5, 40, 29, 31, 3), 0, 1, 2);
        check(function, Operand.random(6, 2, 700, 3, 50), 1, 3);
        check(function, Operand.random(7, 2, 70, 3, 500), 0, 2);
    }

    @ParameterizedTest
    @EnumSource(ReduceFunction.class)
    void nanAndInfinitiesPassThrough(ReduceFunction function) {
        float[] odd = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, 0};
        Operand x = Operand.of(TensorType.of(DType.F32, 400, 37), i -> i % 23 == 0 ? odd[i / 23 % 4] : 1 + i % 3);
        check(function, x, 0);
        check(function, x, 1);
        check(function, x, 0, 1);
    }

    @Test
    void aSumOfTenMillionFloatsLosesNothing() {
        int n = 10_000_000;
        Operand x = Operand.of(TensorType.of(DType.F32, n), i -> 0.1f);
        TensorType scalar = TensorType.of(DType.F32);
        Operand sum = Requests.run(Requests.single(new Reduce(ReduceFunction.SUM, Ints.of(0), false), List.of(scalar), x), x).getFirst();
        assertEquals((float) (n * (double) 0.1f), sum.get(0));
    }

    @Test
    void anEmptyTensorIsLeftToTheReference() {
        Operand x = Operand.random(1, 0, 3);
        var request = Requests.single(new Reduce(ReduceFunction.SUM, Ints.of(0), false), List.of(TensorType.of(DType.F32, 3)), x);
        assertTrue(Requests.ALONE.compile(request).isEmpty());
    }

    @Test
    void argReduceFindsTheFirstOrLastExtremumAndNan() {
        int[][] shapes = {{1}, {16}, {257}, {5, 33}, {7, 3, 300}, {2, 65, 1}};
        for (int[] dims : shapes) {
            Shape shape = Shape.of(dims);
            for (int axis = 0; axis < dims.length; axis++) {
                TensorType result = new TensorType(DType.I64, shape.without(axis));
                for (int variant = 0; variant < 4; variant++) {
                    var op = new ArgReduce((variant & 1) == 0, axis, false, (variant & 2) != 0);
                    Requests.check(op, List.of(result), 0, 0, Operand.of(TensorType.of(DType.F32, dims), i -> i * 7919 % 13));
                    Requests.check(op, List.of(result), 0, 0, Operand.extreme(axis, dims));
                }
            }
        }
    }

    @Test
    void runningSumsAndProductsGoAlongAnyAxisInBothDirections() {
        Shape shape = Shape.of(4, 9, 301);
        Operand x = Operand.of(new TensorType(DType.F32, shape), i -> 0.75 + i % 5 * 0.125);
        for (int axis = 0; axis < 3; axis++) {
            for (int variant = 0; variant < 8; variant++) {
                var function = (variant & 1) == 0 ? ReduceFunction.SUM : ReduceFunction.PROD;
                var op = new Cumulative(function, axis, (variant & 2) != 0, (variant & 4) != 0);
                Requests.check(op, List.of(x.type()), RELATIVE, 0, x);
            }
        }
    }
}
