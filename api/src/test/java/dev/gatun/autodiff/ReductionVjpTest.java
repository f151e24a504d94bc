package dev.gatun.autodiff;

import static dev.gatun.autodiff.CentralDifferences.test;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import dev.gatun.Backends;
import dev.gatun.DType;
import dev.gatun.Gradients;
import dev.gatun.Tensor;
import dev.gatun.autodiff.CentralDifferences.Operand;
import dev.gatun.op.Reduction.Cumulative;
import dev.gatun.op.Reduction.ReduceFunction;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Derivatives of folds. */
final class ReductionVjpTest {
    @TestFactory
    List<DynamicTest> derivativesOfReductionsAreThoseOfCentralDifferences() {
        List<DynamicTest> tests = new ArrayList<>();
        for (ReduceFunction f : ReduceFunction.values()) {
            for (int[] axes : new int[][] {{0}, {1}, {2}, {0, 2}, {1, 2}, {0, 1, 2}}) {
                for (boolean keep : new boolean[] {false, true}) {
                    tests.add(test(f.label() + " along " + Arrays.toString(axes) + (keep ? ", kept" : ""), in -> in.getFirst().reduce(f, keep, axes),
                            Operand.between(0.3, 1.6, 2, 3, 2)));
                }
            }
        }
        tests.add(test("mean", in -> in.getFirst().mean(1), Operand.between(-1, 1, 2, 5)));
        tests.add(test("product of nothing but one element", in -> in.getFirst().reduce(ReduceFunction.PROD, false), Operand.between(1, 2)));
        return tests;
    }

    @TestFactory
    List<DynamicTest> productsOfZerosHaveTheDerivativesOfCentralDifferences() {
        return List.of(
                test("one zero", in -> in.getFirst().reduce(ReduceFunction.PROD, false, 0), Operand.of(new double[] {2, 0, 3, 0.5}, 4)),
                test("two zeros", in -> in.getFirst().reduce(ReduceFunction.PROD, false, 0), Operand.of(new double[] {0, 2, 0, 3}, 4)),
                test("rows with none, one and two zeros", in -> in.getFirst().reduce(ReduceFunction.PROD, true, 1),
                        Operand.of(new double[] {1, 2, 3, 0, 2, 3, 0, 2, 0}, 3, 3)));
    }

    @TestFactory
    List<DynamicTest> derivativesOfRunningSumsAndProductsAreThoseOfCentralDifferences() {
        List<DynamicTest> tests = new ArrayList<>();
        for (ReduceFunction f : List.of(ReduceFunction.SUM, ReduceFunction.PROD)) {
            for (boolean exclusive : new boolean[] {false, true}) {
                for (boolean reverse : new boolean[] {false, true}) {
                    for (int axis : new int[] {0, 1}) {
                        Cumulative op = new Cumulative(f, axis, exclusive, reverse);
                        tests.add(test(op.toString(), in -> Notation.apply(op, in.getFirst()), Operand.between(0.4, 1.5, 5, 3)));
                        tests.add(test(op + " of one zero", in -> Notation.apply(op, in.getFirst()), Operand.of(new double[] {2, 0, 3, 0.5}, 2, 2)));
                    }
                }
            }
        }
        return tests;
    }

    @Test
    void equalElementsShareTheGradientOfTheLargest() {
        Tensor x = Tensor.of(new double[] {3, 1, 3, 0, 5, 2}, 2, 3);
        assertArrayEquals(new double[] {0.5, 0, 0.5, 0, 1, 0}, gradient(x.max(1).sum(), x));
        assertArrayEquals(new double[] {0, 1, 0, 1, 0, 0}, gradient(x.min(1).sum(), x));
    }

    @Test
    void positionsHaveNoGradient() {
        Tensor x = Tensor.of(new double[] {3, 1, 2}, 3);
        assertArrayEquals(new double[] {1, 1, 1}, gradient(x.argmax(0).cast(DType.F64).add(x.sum()), x));
    }

    private static double[] gradient(Tensor y, Tensor x) {
        return Gradients.of(y, x).getFirst().eval(Backends.open("reference")).toDoubleArray();
    }
}
