package dev.gatun.autodiff;

import static dev.gatun.autodiff.CentralDifferences.test;
import static dev.gatun.autodiff.CentralDifferences.testAll;

import dev.gatun.Tensor;
import dev.gatun.autodiff.CentralDifferences.Operand;
import dev.gatun.op.Normalization.BatchNorm;
import dev.gatun.op.Normalization.BatchNormBackward;
import dev.gatun.op.Normalization.LocalResponseNorm;
import dev.gatun.op.Normalization.Standardize;
import dev.gatun.op.Normalization.StandardizeBackward;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Derivatives of normalizations. */
final class NormalizationVjpTest {
    private static final Operand SCALE = Operand.between(0.5, 1.5, 2);
    private static final Operand BIAS = Operand.between(-1, 1, 2);

    @TestFactory
    List<DynamicTest> derivativesOfBatchNormAreThoseOfCentralDifferences() {
        Operand images = Operand.between(-1, 2, 3, 2, 2, 2);
        Operand rows = Operand.between(-1, 2, 4, 2);
        return List.of(
                test("of images", in -> batchNorm(in).get(0), images, SCALE, BIAS),
                test("of rows", in -> batchNorm(in).get(0), rows, SCALE, BIAS),
                test("its mean", in -> batchNorm(in).get(1), images, SCALE, BIAS),
                test("its variance", in -> batchNorm(in).get(2), images, SCALE, BIAS),
                testAll("all results", NormalizationVjpTest::batchNorm, images, SCALE, BIAS),
                testAll("its backward op", in -> Tensor.record(new BatchNormBackward(1e-3), in.toArray(Tensor[]::new)),
                        images, SCALE, BIAS, Operand.between(0.5, 2, 2), Operand.between(-1, 1, 3, 2, 2, 2)));
    }

    private static List<Tensor> batchNorm(List<Tensor> in) {
        return Tensor.record(new BatchNorm(1e-3), in.toArray(Tensor[]::new));
    }

    @TestFactory
    List<DynamicTest> derivativesOfStandardizeAreThoseOfCentralDifferences() {
        List<DynamicTest> tests = new ArrayList<>();
        for (int axis = 0; axis < 3; axis++) {
            Standardize op = new Standardize(axis, 1e-3);
            Operand x = Operand.between(-1, 2, 2, 3, 4);
            tests.add(test(op + " x̂", in -> Tensor.record(op, in.getFirst()).get(0), x));
            tests.add(test(op + " r", in -> Tensor.record(op, in.getFirst()).get(1), x));
            tests.add(testAll(op + " both", in -> Tensor.record(op, in.getFirst()), x));
        }
        tests.add(test("standardize_backward", in -> Notation.apply(new StandardizeBackward(1), in.get(0), in.get(1), in.get(2)),
                Operand.between(-1, 1, 2, 3, 2), Operand.between(0.5, 1.5, 2), Operand.between(-2, 1, 2, 3, 2)));
        return tests;
    }

    @TestFactory
    List<DynamicTest> derivativesOfLocalResponseNormAreThoseOfCentralDifferences() {
        List<DynamicTest> tests = new ArrayList<>();
        for (int size : new int[] {1, 2, 3, 4, 7}) {
            LocalResponseNorm op = new LocalResponseNorm(size, 0.8, 0.75, 1.5);
            tests.add(test(op.toString(), in -> Notation.apply(op, in.getFirst()), Operand.between(-1, 2, 2, 5, 2, 1)));
        }
        tests.add(test("of rows", in -> Notation.apply(new LocalResponseNorm(3, 0.5, 0.6, 1), in.getFirst()), Operand.between(-1, 2, 2, 5)));
        return tests;
    }

    @TestFactory
    List<DynamicTest> derivativesOfSoftmaxAreThoseOfCentralDifferences() {
        List<DynamicTest> tests = new ArrayList<>();
        for (int axis : new int[] {0, 1, 2}) {
            tests.add(test("softmax along " + axis, in -> in.getFirst().softmax(axis), Operand.between(-1, 2, 2, 3, 2)));
            tests.add(test("log_softmax along " + axis, in -> in.getFirst().logSoftmax(axis), Operand.between(-1, 2, 2, 3, 2)));
        }
        return tests;
    }
}
