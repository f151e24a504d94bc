package dev.gatun.vector;

import dev.gatun.DType;
import dev.gatun.TensorType;
import dev.gatun.op.Normalization.LogSoftmax;
import dev.gatun.op.Normalization.Softmax;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("every-width")
class SoftmaxKernelTest {
    private static final int[][] SHAPES = {{1}, {10}, {64, 10}, {3, 1000}, {2, 1, 4097}, {3, 9001}, {5, 7, 11}, {2, 100, 37, 3}, {2, 19, 16}};

    @Test
    void softmaxGoesAlongAnyAxis() {
        for (int[] dims : SHAPES) {
            for (int axis = 0; axis < dims.length; axis++) {
                // exp and the sum are each within 2 units in the last place, and so is the quotient.
                Requests.check(new Softmax(axis), List.of(TensorType.of(DType.F32, dims)), 1e-6, 1e-12, Operand.random(1, dims));
            }
        }
    }

    @Test
    void logSoftmaxGoesAlongAnyAxis() {
        for (int[] dims : SHAPES) {
            for (int axis = 0; axis < dims.length; axis++) {
                // x - max is rounded: up to 8 here, so half a unit is 2.4e-7.
                Requests.check(new LogSoftmax(axis), List.of(TensorType.of(DType.F32, dims)), 2e-7, 1e-6, Operand.random(1, dims));
            }
        }
    }

    @Test
    void largeLogitsDoNotOverflowAndNanAndInfinityGiveWhatTheFormulaGives() {
        double[] large = {1e30, 1e30, -1e30, 0, 80, 90};
        double[] infinite = {1, Double.POSITIVE_INFINITY, 2, 3, 4, 5};
        double[] nothing = {1, Double.NEGATIVE_INFINITY, 2, Double.NEGATIVE_INFINITY, 4, 5};
        double[] nan = {1, Double.NaN, 2, 3, 4, 5};
        for (double[] x : List.of(large, infinite, nothing, nan)) {
            for (int[] dims : new int[][] {{1, 6}, {6, 1}, {6}}) {
                int axis = dims[0] == 6 ? 0 : 1;
                Requests.check(new Softmax(axis), List.of(TensorType.of(DType.F32, dims)), 1e-6, 1e-12, Operand.floats(dims, x));
                Requests.check(new LogSoftmax(axis), List.of(TensorType.of(DType.F32, dims)), 1e-6, 1e-6, Operand.floats(dims, x));
            }
        }
    }
}
