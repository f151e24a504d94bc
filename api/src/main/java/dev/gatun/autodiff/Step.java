package dev.gatun.autodiff;

import dev.gatun.Tensor;
import dev.gatun.op.Op;
import java.util.List;
import java.util.Optional;

/**
 * One recorded application on the way back.
 *
 * @param op what was applied
 * @param inputs its operands
 * @param outputs its results
 * @param dys the gradient of each result; empty where the loss does not depend on it, which is as good as zeros
 */
record Step(Op op, List<Tensor> inputs, List<Tensor> outputs, List<Optional<Tensor>> dys) {
    /** Returns operand {@code i}. */
    Tensor x(int i) {
        return inputs.get(i);
    }

    /** Returns result {@code i}. */
    Tensor y(int i) {
        return outputs.get(i);
    }

    /** Returns the gradient of the first result. */
    Tensor dy() {
        return dy(0);
    }

    /** Returns the gradient of result {@code i}, zeros if the loss does not depend on it. */
    Tensor dy(int i) {
        return dys.get(i).orElseGet(() -> Notation.zeros(y(i).type()));
    }
}
