package dev.gatun.reference;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.gatun.DType;
import dev.gatun.TensorType;
import dev.gatun.op.Ints;
import dev.gatun.op.Reduction.ArgReduce;
import dev.gatun.op.Reduction.Cumulative;
import dev.gatun.op.Reduction.Reduce;
import dev.gatun.op.Reduction.ReduceFunction;
import org.junit.jupiter.api.Test;

class ReductionLoopsTest {
    private static final double NAN = Double.NaN;
    private static final double INF = Double.POSITIVE_INFINITY;

    private static double[] reduce(ReduceFunction function, Elements x, int... axes) {
        return Tensors.doubles(Tensors.run(new Reduce(function, Ints.of(axes), false), x));
    }

    private static long[] arg(boolean largest, boolean last, Elements x, int axis) {
        return Tensors.longs(Tensors.run(new ArgReduce(largest, axis, false, last), x));
    }

    @Test
    void sumsRunOverTheNamedAxesOnly() {
        Elements x = Tensors.counting(DType.F32, 2, 3, 2); // 0 1 | 2 3 | 4 5    6 7 | 8 9 | 10 11
        assertArrayEquals(new double[] {6, 8, 10, 12, 14, 16}, reduce(ReduceFunction.SUM, x, 0));
        assertArrayEquals(new double[] {6, 9, 24, 27}, reduce(ReduceFunction.SUM, x, 1));
        assertArrayEquals(new double[] {14, 22, 30}, reduce(ReduceFunction.SUM, x, 0, 2));
        assertArrayEquals(new double[] {66}, reduce(ReduceFunction.SUM, x, 0, 1, 2));
        assertArrayEquals(Tensors.doubles(x), reduce(ReduceFunction.SUM, x));
    }

    @Test
    void sumsAccumulateInDouble() {
        assertArrayEquals(new double[] {1}, reduce(ReduceFunction.SUM, Tensors.vector(DType.F32, 1e9, 1, -1e9), 0));
        assertArrayEquals(new double[] {2050}, reduce(ReduceFunction.SUM, Tensors.vector(DType.F16, 2048, 1, 1), 0), "1 alone is lost beside 2048");
    }

    @Test
    void productsMaximaAndMinima() {
        Elements x = Tensors.doubles(TensorType.of(DType.F32, 2, 3), 2, -3, 4, NAN, 1, 2);
        assertArrayEquals(new double[] {-24, NAN}, reduce(ReduceFunction.PROD, x, 1));
        assertArrayEquals(new double[] {4, NAN}, reduce(ReduceFunction.MAX, x, 1));
        assertArrayEquals(new double[] {-3, NAN}, reduce(ReduceFunction.MIN, x, 1));
    }

    @Test
    void nothingFoldsToTheNeutralElement() {
        Elements none = Tensors.empty(TensorType.of(DType.F32, 2, 0));
        assertArrayEquals(new double[] {0, 0}, reduce(ReduceFunction.SUM, none, 1));
        assertArrayEquals(new double[] {1, 1}, reduce(ReduceFunction.PROD, none, 1));
        assertArrayEquals(new double[] {-INF, -INF}, reduce(ReduceFunction.MAX, none, 1));
        assertArrayEquals(new double[] {INF, INF}, reduce(ReduceFunction.MIN, none, 1));
        assertArrayEquals(new double[0], reduce(ReduceFunction.SUM, none, 0));
    }

    @Test
    void theLargestOfNoIntegersIsTheTypesSmallest() {
        long[][] limits = {{Byte.MIN_VALUE, Byte.MAX_VALUE}, {0, 255}, {Short.MIN_VALUE, Short.MAX_VALUE}, {0, 65535}, {Integer.MIN_VALUE, Integer.MAX_VALUE},
            {0, 0xFFFFFFFFL}, {Long.MIN_VALUE, Long.MAX_VALUE}, {0, -1}, {0, 1}};
        DType[] types = {DType.I8, DType.U8, DType.I16, DType.U16, DType.I32, DType.U32, DType.I64, DType.U64, DType.BOOL};
        for (int i = 0; i < types.length; i++) {
            Elements none = Tensors.empty(TensorType.of(types[i], 0));
            assertEquals(limits[i][0], Tensors.run(new Reduce(ReduceFunction.MAX, Ints.of(0), false), none).getLong(0), types[i].label());
            assertEquals(limits[i][1], Tensors.run(new Reduce(ReduceFunction.MIN, Ints.of(0), false), none).getLong(0), types[i].label());
        }
    }

    @Test
    void integersFoldExactlyAndWrap() {
        assertArrayEquals(new double[] {-56}, reduce(ReduceFunction.SUM, Tensors.vector(DType.I8, 100L, 100L), 0));
        assertEquals(-2, Tensors.run(new Reduce(ReduceFunction.SUM, Ints.of(0), false), Tensors.vector(DType.I64, Long.MAX_VALUE, Long.MAX_VALUE)).getLong(0));
        assertEquals(-1, Tensors.run(new Reduce(ReduceFunction.MAX, Ints.of(0), false), Tensors.vector(DType.U64, 5L, -1L, 7L)).getLong(0));
    }

    @Test
    void maxOfBoolIsAnyAndMinIsAll() {
        Elements x = Tensors.longs(TensorType.of(DType.BOOL, 3, 2), 0, 0, 0, 1, 1, 1);
        assertArrayEquals(new double[] {0, 1, 1}, reduce(ReduceFunction.MAX, x, 1));
        assertArrayEquals(new double[] {0, 0, 1}, reduce(ReduceFunction.MIN, x, 1));
    }

    @Test
    void argmaxTakesTheFirstOrLastOfEqualOnes() {
        Elements x = Tensors.doubles(TensorType.of(DType.F32, 2, 4), 1, 5, 5, 2, 0.0, -0.0, -1, -1);
        assertArrayEquals(new long[] {1, 0}, arg(true, false, x, 1));
        assertArrayEquals(new long[] {2, 1}, arg(true, true, x, 1));
        assertArrayEquals(new long[] {0, 2}, arg(false, false, x, 1));
        assertArrayEquals(new long[] {0, 3}, arg(false, true, x, 1));
        assertArrayEquals(new long[] {0, 0, 0, 0}, arg(true, false, Tensors.counting(DType.I64, 1, 4), 0));
        assertArrayEquals(new long[] {1, 1}, arg(true, false, Tensors.counting(DType.I32, 2, 2), 0));
    }

    @Test
    void nanWinsBothTheMaximumAndTheMinimum() {
        Elements x = Tensors.vector(DType.F32, INF, NAN, -INF, NAN);
        assertArrayEquals(new long[] {1}, arg(true, false, x, 0));
        assertArrayEquals(new long[] {3}, arg(true, true, x, 0));
        assertArrayEquals(new long[] {1}, arg(false, false, x, 0));
        assertArrayEquals(new long[] {3}, arg(false, true, x, 0));
    }

    @Test
    void argmaxOfUnsignedNumbersAndOfBool() {
        assertArrayEquals(new long[] {1}, arg(true, false, Tensors.vector(DType.U64, 1L, -1L), 0));
        assertArrayEquals(new long[] {0}, arg(false, false, Tensors.vector(DType.U64, 1L, -1L), 0));
        assertArrayEquals(new long[] {1}, arg(true, false, Tensors.vector(DType.BOOL, 0L, 1L), 0));
    }

    @Test
    void runningSumsGoEitherWayWithOrWithoutTheElementItself() {
        Elements x = Tensors.vector(DType.F32, 1.0, 2.0, 4.0);
        assertArrayEquals(new double[] {1, 3, 7}, Tensors.doubles(Tensors.run(new Cumulative(ReduceFunction.SUM, 0, false, false), x)));
        assertArrayEquals(new double[] {0, 1, 3}, Tensors.doubles(Tensors.run(new Cumulative(ReduceFunction.SUM, 0, true, false), x)));
        assertArrayEquals(new double[] {7, 6, 4}, Tensors.doubles(Tensors.run(new Cumulative(ReduceFunction.SUM, 0, false, true), x)));
        assertArrayEquals(new double[] {6, 4, 0}, Tensors.doubles(Tensors.run(new Cumulative(ReduceFunction.SUM, 0, true, true), x)));
        assertArrayEquals(new double[] {1, 2, 8}, Tensors.doubles(Tensors.run(new Cumulative(ReduceFunction.PROD, 0, false, false), x)));
    }

    @Test
    void runningSumsStartAnewOnEachLine() {
        Elements x = Tensors.counting(DType.I32, 2, 2, 2);
        assertArrayEquals(new long[] {0, 1, 2, 4, 4, 5, 10, 12}, Tensors.longs(Tensors.run(new Cumulative(ReduceFunction.SUM, 1, false, false), x)));
    }
}
