package dev.gatun.autodiff;

import static dev.gatun.autodiff.CentralDifferences.test;

import dev.gatun.DType;
import dev.gatun.Tensor;
import dev.gatun.autodiff.CentralDifferences.Operand;
import dev.gatun.op.Contraction.MatMul;
import dev.gatun.op.Convolution.Conv;
import dev.gatun.op.Convolution.ConvBackwardData;
import dev.gatun.op.Convolution.ConvBackwardWeights;
import dev.gatun.op.Convolution.Geometry;
import dev.gatun.op.Ints;
import dev.gatun.op.Pooling.AvgPool;
import dev.gatun.op.Pooling.AvgPoolBackward;
import dev.gatun.op.Pooling.Divisor;
import dev.gatun.op.Pooling.MaxPool;
import dev.gatun.op.Pooling.MaxPoolBackward;
import dev.gatun.op.Pooling.Window;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Derivatives of matrix products, convolutions and pooling. */
final class WindowVjpTest {
    @TestFactory
    List<DynamicTest> derivativesOfMatrixProductsAreThoseOfCentralDifferences() {
        List<DynamicTest> tests = new ArrayList<>();
        for (boolean ta : new boolean[] {false, true}) {
            for (boolean tb : new boolean[] {false, true}) {
                MatMul op = new MatMul(ta, tb);
                Operand a = ta ? Operand.between(-1, 1, 4, 2) : Operand.between(-1, 1, 2, 4);
                Operand b = tb ? Operand.between(-1, 1, 3, 4) : Operand.between(-1, 1, 4, 3);
                tests.add(test(op.toString(), in -> Notation.apply(op, in.get(0), in.get(1)), a, b));
                Operand batchA = ta ? Operand.between(-1, 1, 2, 3, 2) : Operand.between(-1, 1, 2, 2, 3);
                Operand batchB = tb ? Operand.between(-1, 1, 1, 4, 3) : Operand.between(-1, 1, 1, 3, 4);
                tests.add(test(op + " of a batch with one b", in -> in.get(0).matmul(in.get(1), ta, tb), batchA, batchB));
            }
        }
        tests.add(test("matmul of a batch with a matrix", in -> in.get(0).matmul(in.get(1)),
                Operand.between(-1, 1, 2, 2, 3), Operand.between(-1, 1, 3, 2)));
        tests.add(test("matmul of a tensor with itself", in -> in.get(0).matmul(in.get(0), true, false), Operand.between(-1, 1, 3, 2)));
        return tests;
    }

    @TestFactory
    List<DynamicTest> derivativesOfConvolutionsAreThoseOfCentralDifferences() {
        List<DynamicTest> tests = new ArrayList<>();
        convolutions(tests, "1-D", new Geometry(Ints.of(1), Ints.of(1), Ints.of(0), Ints.of(1), 1), new int[] {2, 2, 5}, new int[] {3, 2, 2});
        convolutions(tests, "strided and padded", new Geometry(Ints.of(2, 1), Ints.of(1, 0), Ints.of(0, 2), Ints.of(1, 1), 1),
                new int[] {1, 2, 5, 3}, new int[] {2, 2, 3, 2});
        convolutions(tests, "with a rest of the stride", new Geometry(Ints.of(3, 2), Ints.of(0, 0), Ints.of(0, 0), Ints.of(1, 1), 1),
                new int[] {1, 1, 6, 5}, new int[] {2, 1, 2, 2});
        convolutions(tests, "dilated in groups", new Geometry(Ints.of(1, 1), Ints.of(1, 1), Ints.of(1, 1), Ints.of(2, 2), 2),
                new int[] {1, 4, 4, 4}, new int[] {2, 2, 2, 2});
        return tests;
    }

    private static void convolutions(List<DynamicTest> tests, String name, Geometry g, int[] x, int[] w) {
        Tensor shaped = Notation.apply(new Conv(g), Tensor.zeros(DType.F64, x), Tensor.zeros(DType.F64, w));
        Operand xs = Operand.between(-1, 1, x);
        Operand ws = Operand.between(-1, 1, w);
        Operand ys = Operand.between(-1, 1, shaped.shape().dims());
        tests.add(test("conv " + name, in -> Notation.apply(new Conv(g), in.get(0), in.get(1)), xs, ws));
        tests.add(test("conv_backward_data " + name, in -> Notation.apply(new ConvBackwardData(g, sizes(x)), in.get(0), in.get(1)), ys, ws));
        tests.add(test("conv_backward_weights " + name, in -> Notation.apply(new ConvBackwardWeights(g, sizes(w)), in.get(0), in.get(1)), xs, ys));
    }

    /** Returns the sizes from axis 2 on. */
    private static Ints sizes(int[] dims) {
        return Ints.of(Arrays.copyOfRange(dims, 2, dims.length));
    }

    @TestFactory
    List<DynamicTest> derivativesOfPoolingAreThoseOfCentralDifferences() {
        List<DynamicTest> tests = new ArrayList<>();
        pooling(tests, "2 x 2", new Window(Ints.of(2, 2), Ints.of(2, 2), Ints.of(0, 0), Ints.of(0, 0), Ints.of(1, 1), false));
        pooling(tests, "overlapping and padded", new Window(Ints.of(3, 2), Ints.of(1, 2), Ints.of(1, 0), Ints.of(1, 1), Ints.of(1, 1), false));
        pooling(tests, "rounded up", new Window(Ints.of(3, 3), Ints.of(2, 2), Ints.of(0, 1), Ints.of(0, 1), Ints.of(1, 1), true));
        pooling(tests, "dilated", new Window(Ints.of(2, 2), Ints.of(1, 1), Ints.of(0, 0), Ints.of(0, 0), Ints.of(2, 3), false));
        return tests;
    }

    private static void pooling(List<DynamicTest> tests, String name, Window window) {
        int[] x = {2, 1, 4, 5};
        Operand xs = Operand.between(-1, 1, x);
        Tensor places = Tensor.record(new MaxPool(window, true), xs.tensor()).get(1);
        Operand ys = Operand.between(-1, 1, places.shape().dims());
        tests.add(test("max_pool with indices, " + name, in -> Notation.apply(new MaxPool(window, true), in.getFirst()), xs));
        tests.add(test("max_pool without indices, " + name, in -> Notation.apply(new MaxPool(window, false), in.getFirst()), xs));
        tests.add(test("max_pool_backward, " + name, in -> Notation.apply(new MaxPoolBackward(window, sizes(x)), in.getFirst(), places), ys));
        for (Divisor divisor : Divisor.values()) {
            tests.add(test("avg_pool by " + divisor.label() + ", " + name, in -> Notation.apply(new AvgPool(window, divisor), in.getFirst()), xs));
            tests.add(test("avg_pool_backward by " + divisor.label() + ", " + name,
                    in -> Notation.apply(new AvgPoolBackward(window, divisor, sizes(x)), in.getFirst()), ys));
        }
    }
}
