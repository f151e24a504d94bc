package dev.gatun.reference;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.gatun.DType;
import dev.gatun.Shape;
import dev.gatun.TensorType;
import dev.gatun.op.Contraction;
import java.lang.foreign.MemorySegment;
import java.util.List;
import org.junit.jupiter.api.Test;

class ContractionLoopsTest {
    private static final Contraction.MatMul MATMUL = new Contraction.MatMul(false, false);

    @Test
    void matMulSumsProductsOverTheSharedAxis() {
        Values a = Values.of(Shape.of(2, 3), 1, 2, 3, 4, 5, 6);
        Values b = Values.of(Shape.of(3, 2), 7, 8, 9, 10, 11, 12);
        matMul(MATMUL, a, b).assertExactly(58, 64, 139, 154);
    }

    @Test
    void transposedOperandsGiveTheProductOfWhatTheyStore() {
        Values a = Values.random(1, 2, 3, 5, 4);
        Values b = Values.random(2, 2, 3, 4, 7);
        Values expected = matMul(MATMUL, a, b);
        matMul(new Contraction.MatMul(true, false), swapped(a), b).assertExactly(expected.data());
        matMul(new Contraction.MatMul(false, true), a, swapped(b)).assertExactly(expected.data());
        matMul(new Contraction.MatMul(true, true), swapped(a), swapped(b)).assertExactly(expected.data());
    }

    @Test
    void eachMatrixOfABatchIsMultipliedWithItsOwn() {
        Values a = Values.of(Shape.of(3, 1, 1), 2, 3, 5);
        Values b = Values.of(Shape.of(3, 1, 2), 1, 10, 1, 10, 1, 10);
        matMul(MATMUL, a, b).assertExactly(2, 20, 3, 30, 5, 50);
    }

    @Test
    void nothingToSumGivesZero() {
        matMul(MATMUL, Values.of(Shape.of(2, 0)), Values.of(Shape.of(0, 2))).assertExactly(0, 0, 0, 0);
    }

    @Test
    void floatsAreSummedInDouble() {
        Values a = Values.of(Shape.of(1, 3), 1e8, 1, -1e8).as(DType.F32);
        Values b = Values.of(Shape.of(3, 1), 1, 1, 1).as(DType.F32);
        matMul(MATMUL, a, b).assertExactly(1);
    }

    @Test
    void zeroTimesInfinityIsNotANumber() {
        Values a = Values.of(Shape.of(1, 2), 0, 1);
        Values b = Values.of(Shape.of(2, 2), Double.POSITIVE_INFINITY, 1, 1, Double.NEGATIVE_INFINITY);
        matMul(MATMUL, a, b).assertExactly(Double.NaN, Double.NEGATIVE_INFINITY);
    }

    @Test
    void integersWrapToTheirWidth() {
        Values a = Values.of(Shape.of(1, 2), 100, 27);
        Values b = Values.of(Shape.of(2, 1), 2, 1);
        matMul(MATMUL, a.as(DType.I8), b.as(DType.I8)).assertExactly((byte) 227);
        matMul(MATMUL, a.as(DType.U8), b.as(DType.U8)).assertExactly(227);
        matMul(MATMUL, a.as(DType.I32), b.as(DType.I32)).assertExactly(227);
    }

    @Test
    void longIntegersAreExactBeyondDouble() {
        TensorType row = TensorType.of(DType.I64, 1, 2);
        TensorType column = TensorType.of(DType.I64, 2, 1);
        long[] y = new long[1];
        Elements[] in = {Elements.of(row, MemorySegment.ofArray(new long[] {(1L << 53) + 1, Long.MAX_VALUE})),
            Elements.of(column, MemorySegment.ofArray(new long[] {1, 3}))};
        Elements[] out = {Elements.of(TensorType.of(DType.I64, 1, 1), MemorySegment.ofArray(y))};
        ContractionLoops.of(MATMUL, List.of(row, column), List.of(out[0].type())).run(in, out);
        assertEquals((1L << 53) + 1 + Long.MAX_VALUE * 3, y[0]);
    }

    private static Values matMul(Contraction.MatMul op, Values a, Values b) {
        Shape shape = a.shape().with(-2, a.shape().dim(op.transposeA() ? -1 : -2)).with(-1, b.shape().dim(op.transposeB() ? -2 : -1));
        List<TensorType> out = List.of(a.type().with(shape));
        return Values.run(ContractionLoops.of(op, List.of(a.type(), b.type()), out), out, a, b).getFirst();
    }

    /** Swaps the last two axes. */
    private static Values swapped(Values x) {
        int rows = x.shape().dim(-2);
        int columns = x.shape().dim(-1);
        double[] data = new double[x.data().length];
        for (int i = 0; i < data.length; i++) {
            int matrix = i / (rows * columns);
            int row = i / columns % rows;
            int column = i % columns;
            data[matrix * rows * columns + column * rows + row] = x.data()[i];
        }
        return Values.of(x.shape().with(-2, columns).with(-1, rows), data);
    }
}
