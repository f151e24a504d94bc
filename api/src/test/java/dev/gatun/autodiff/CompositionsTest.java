package dev.gatun.autodiff;

import static dev.gatun.autodiff.CentralDifferences.test;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import dev.gatun.Arithmetic;
import dev.gatun.Einsum;
import dev.gatun.Exponentials;
import dev.gatun.Gathers;
import dev.gatun.Gradients;
import dev.gatun.Masks;
import dev.gatun.Movements;
import dev.gatun.Padding;
import dev.gatun.Reductions;
import dev.gatun.Resize;
import dev.gatun.Scatters;
import dev.gatun.Slices;
import dev.gatun.Sorting;
import dev.gatun.Tensor;
import dev.gatun.autodiff.CentralDifferences.Operand;
import dev.gatun.op.Indexing.ScatterFunction;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** First and second derivatives of what users know by name and is recorded as several ops. */
final class CompositionsTest {
    private static final int[] EACH = {2, 3};

    @TestFactory
    List<DynamicTest> derivativesOfReductionsAreThoseOfCentralDifferences() {
        Operand x = Operand.between(-1, 2, EACH);
        return List.of(
                test("log-sum-exp", in -> Reductions.logSumExp(in.getFirst(), false, 1), x),
                test("log-sum-exp of all", in -> Reductions.logSumExp(in.getFirst(), true), x),
                test("L2 norm", in -> Reductions.l2Norm(in.getFirst(), true, 0), Operand.between(0.5, 2, EACH)),
                test("variance", in -> Reductions.variance(in.getFirst(), 1, false, 1), x),
                test("standard deviation", in -> Reductions.std(in.getFirst(), 0, true, 0, 1), x),
                test("log-add-exp", in -> Exponentials.logAddExp(in.get(0), in.get(1)), x, Operand.between(-2, 1, 3)),
                test("2 to the x", in -> Exponentials.exp2(in.getFirst()), x),
                test("lerp", in -> Arithmetic.lerp(in.get(0), in.get(1), in.get(2)), x, Operand.between(0, 1, EACH), Operand.between(0, 1, 3)));
    }

    @TestFactory
    List<DynamicTest> derivativesOfEinsumsAreThoseOfCentralDifferences() {
        List<DynamicTest> tests = new ArrayList<>();
        for (String equation : List.of("ij,jk->ik", "ij,kj->ki", "ij,ij->", "ij,j->i", "i,j", "bij,bjk->ikb", "ij,jk,kl->il", "iij->j", "ii",
                "...i,...j->...ij")) {
            String[] terms = equation.replaceAll("->.*", "").split(",");
            Operand[] operands = new Operand[terms.length];
            for (int t = 0; t < terms.length; t++) {
                int[] dims = terms[t].replace("...", "z").chars().map(c -> 2 + c % 2).toArray();
                operands[t] = Operand.between(-1, 1 + 0.1 * t, dims);
            }
            tests.add(test(equation, in -> Einsum.of(equation, in.toArray(Tensor[]::new)), operands));
        }
        return tests;
    }

    @TestFactory
    List<DynamicTest> derivativesOfMovementsAreThoseOfCentralDifferences() {
        Operand x = Operand.between(-1, 1, 3, 4);
        List<DynamicTest> tests = new ArrayList<>();
        for (Padding.Mode mode : Padding.Mode.values()) {
            tests.add(test("pad " + mode, in -> Padding.repeat(in.getFirst(), mode, new int[] {2, 0}, new int[] {1, 5}), x));
        }
        tests.add(test("pad with a tensor", in -> Padding.constant(in.get(0), new int[] {1, -1}, new int[] {0, 2}, in.get(1)), x,
                Operand.between(0, 1)));
        tests.add(test("slice backwards", in -> Slices.slice(in.getFirst(), 1, -1, Long.MIN_VALUE, -2), x));
        tests.add(test("roll", in -> Slices.roll(in.getFirst(), 0, 1), x));
        tests.add(test("tile", in -> Movements.tile(in.getFirst(), 2, 1, 3), x));
        tests.add(test("repeat", in -> Movements.repeat(in.getFirst(), 0, 3), x));
        tests.add(test("stack", in -> Movements.stack(-1, in), x, Operand.between(0, 1, 3, 4)));
        tests.add(test("lower triangle", in -> Masks.tril(in.getFirst(), -1), x));
        tests.add(test("pixel shuffle", in -> Movements.pixelShuffle(in.getFirst(), 2), Operand.between(-1, 1, 1, 4, 2, 1)));
        return tests;
    }

    @TestFactory
    List<DynamicTest> derivativesOfPlacesThatAreDataAreThoseOfCentralDifferences() {
        Operand x = Operand.between(-1, 1, 3, 2);
        Operand u = Operand.between(0.5, 2, 2, 2);
        Tensor rows = Tensor.of(new long[] {2, 2});
        Tensor elements = Tensor.of(new long[] {1, 0, 1, 1}, 2, 2);
        List<DynamicTest> tests = new ArrayList<>();
        tests.add(test("sorted", in -> Sorting.sort(in.getFirst(), 0, true).values(), x));
        tests.add(test("gather elements", in -> Gathers.gatherElements(in.getFirst(), 1, elements), x));
        tests.add(test("gather tuples", in -> Gathers.gatherNd(in.getFirst(), elements), x));
        for (ScatterFunction f : List.of(ScatterFunction.SET, ScatterFunction.ADD)) {
            tests.add(test("scatter " + f.label(), in -> Scatters.scatter(in.get(0), 0, rows, in.get(1), f), x, u));
            tests.add(test("scatter elements " + f.label(), in -> Scatters.scatterElements(in.get(0), 1, elements, in.get(1), f), x, u));
            tests.add(test("scatter tuples " + f.label(), in -> Scatters.scatterNd(in.get(0), elements, in.get(1), f), x, Operand.between(0, 1, 2)));
        }
        return tests;
    }

    @TestFactory
    List<DynamicTest> derivativesOfResizedImagesAreThoseOfCentralDifferences() {
        Operand x = Operand.between(-1, 1, 2, 3, 4);
        return List.of(
                test("nearest", in -> Resize.nearest().toSizes(in.getFirst(), 5, 3), x),
                test("linear", in -> Resize.linear().toSizes(in.getFirst(), 2, 7), x),
                test("linear, antialiased", in -> Resize.linear().antialiased().toSizes(in.getFirst(), 2), x),
                test("cubic, corners aligned", in -> Resize.cubic().with(Resize.Coordinates.ALIGN_CORNERS).byScales(in.getFirst(), 1.5, 0.5), x),
                test("cubic without outside", in -> Resize.cubic().excludingOutside().toSizes(in.getFirst(), 4, 3), x),
                test("crop", in -> Resize.linear().crop(in.getFirst(), new int[] {2}, new double[] {0.3}, new double[] {1.4}, new int[] {5}, 9), x));
    }

    @Test
    void normsHaveGradientZeroAtZero() {
        Tensor zeros = Tensor.of(new double[3]);
        assertArrayEquals(new double[3], Gradients.of(Reductions.l2Norm(zeros, false), zeros).getFirst().toDoubleArray());
        Tensor equal = Tensor.of(new double[] {2, 2, 2});
        assertArrayEquals(new double[3], Gradients.of(Reductions.std(equal, 1, false), equal).getFirst().toDoubleArray());
    }

    @Test
    void whatDoesNotCountInALogSumExpHasNoGradient() {
        Tensor x = Tensor.of(new double[] {1, Double.NEGATIVE_INFINITY, 1});
        assertArrayEquals(new double[] {0.5, 0, 0.5}, Gradients.of(Reductions.logSumExp(x, false), x).getFirst().toDoubleArray(), 1e-15);
    }
}
