package dev.gatun.autodiff;

import static dev.gatun.autodiff.CentralDifferences.test;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import dev.gatun.Backends;
import dev.gatun.Gradients;
import dev.gatun.Tensor;
import dev.gatun.autodiff.CentralDifferences.Operand;
import dev.gatun.op.Indexing;
import dev.gatun.op.Indexing.ScatterFunction;
import dev.gatun.op.Op;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Derivatives of gathers and scatters. */
final class IndexingVjpTest {
    private static final Operand X = Operand.between(0.5, 2, 4, 3);

    /** Rows with a repetition, one counted from the end. */
    private static final Tensor ROWS = Tensor.of(new int[] {1, -1, 1, 0}, 2, 2);

    /** An index for each element of updates {@code [3, 3]}, with repetitions in the first and second column. */
    private static final Tensor ELEMENTS = Tensor.of(new long[] {1, 0, 3, 1, -4, 2, 0, 0, 0}, 3, 3);

    /** Index pairs of {@code [4, 3]}, one repeated. */
    private static final Tensor PAIRS = Tensor.of(new long[] {0, 1, 3, 2, 0, 1, -1, 0}, 4, 2);

    @TestFactory
    List<DynamicTest> derivativesOfGathersAreThoseOfCentralDifferences() {
        Tensor inBatch = Tensor.of(new int[] {0, 1, 1, 0, 1, 1}, 3, 2, 1);
        return List.of(
                test("gather of rows", in -> in.getFirst().gather(0, ROWS), X),
                test("gather of columns", in -> in.getFirst().gather(1, ROWS), X),
                test("gather_elements along the rows", in -> Notation.apply(new Indexing.GatherElements(0), in.getFirst(), ELEMENTS), X),
                test("gather_elements along the columns", in -> Notation.apply(new Indexing.GatherElements(1), in.getFirst(), ROWS), X),
                test("gather_nd of elements", in -> Notation.apply(new Indexing.GatherNd(0), in.getFirst(), PAIRS), X),
                test("gather_nd of slices", in -> Notation.apply(new Indexing.GatherNd(0), in.getFirst(), ROWS), Operand.between(-1, 1, 2, 2, 3)),
                test("gather_nd in a batch", in -> Notation.apply(new Indexing.GatherNd(1), in.getFirst(), inBatch),
                        Operand.between(-1, 1, 3, 2, 2)));
    }

    @TestFactory
    List<DynamicTest> derivativesOfScattersAreThoseOfCentralDifferences() {
        List<DynamicTest> tests = new ArrayList<>();
        for (ScatterFunction f : ScatterFunction.values()) {
            tests.add(scatter(new Indexing.Scatter(0, f), ROWS, 2, 2, 3));
            tests.add(scatter(new Indexing.Scatter(1, f), ROWS, 4, 2, 2));
            tests.add(scatter(new Indexing.ScatterElements(0, f), ELEMENTS, 3, 3));
            tests.add(scatter(new Indexing.ScatterNd(f), PAIRS, 4));
            tests.add(scatter(new Indexing.ScatterNd(f), Tensor.of(new long[] {2, 0, 2}, 3, 1), 3, 3));
        }
        return tests;
    }

    private static DynamicTest scatter(Op op, Tensor indices, int... updates) {
        return test(op + " at " + indices.shape(), in -> Notation.apply(op, in.get(0), indices, in.get(1)), X, Operand.between(0.4, 2.1, updates));
    }

    @Test
    void scatteredFactorsMayBeZero() {
        Tensor i = Tensor.of(new int[] {0, 0, 1, 1, 1, 3}, 6);
        Op op = new Indexing.Scatter(0, ScatterFunction.MUL);
        CentralDifferences.checkGradient(in -> Notation.apply(op, in.get(0), i, in.get(1)).sum(),
                List.of(Operand.between(0.5, 1, 4), Operand.of(new double[] {0, 2, 3, 0, 4, 0}, 6)), "");
    }

    @Test
    void twoZeroFactorsOfOnePlaceHaveGradientZero() {
        Tensor x = Tensor.of(new double[] {5}, 1);
        Tensor u = Tensor.of(new double[] {0, 2, 0}, 3);
        Tensor y = Notation.apply(new Indexing.Scatter(0, ScatterFunction.MUL), x, Tensor.of(new int[] {0, 0, 0}, 3), u);
        assertArrayEquals(new double[] {0, 0, 0}, gradient(y.sum(), u));
        assertArrayEquals(new double[] {0}, gradient(y.sum(), x));
    }

    @Test
    void candidatesEqualToAScatteredMaximumShareItsGradient() {
        Tensor x = Tensor.of(new double[] {5, 7}, 2);
        Tensor u = Tensor.of(new double[] {5, 4, 5, 5}, 4);
        Tensor y = Notation.apply(new Indexing.Scatter(0, ScatterFunction.MAX), x, Tensor.of(new int[] {0, 0, 0, 1}, 4), u);
        assertArrayEquals(new double[] {1 / 3.0, 1}, gradient(y.sum(), x), 1e-15);
        assertArrayEquals(new double[] {1 / 3.0, 0, 1 / 3.0, 0}, gradient(y.sum(), u), 1e-15);
    }

    @TestFactory
    List<DynamicTest> derivativesOfTopKAreThoseOfCentralDifferences() {
        return List.of(
                test("largest", in -> Notation.apply(new Indexing.TopK(2, 0, true), in.getFirst()), X),
                test("smallest", in -> Notation.apply(new Indexing.TopK(2, 1, false), in.getFirst()), X),
                test("a sort", in -> Notation.apply(new Indexing.TopK(4, 0, true), in.getFirst()), X));
    }

    private static double[] gradient(Tensor y, Tensor x) {
        return Gradients.of(y, x).getFirst().eval(Backends.open("reference")).toDoubleArray();
    }
}
