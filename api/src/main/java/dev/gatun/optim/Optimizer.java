package dev.gatun.optim;

import dev.gatun.Tensor;
import dev.gatun.TensorType;
import java.util.List;

/**
 * A rule by which a parameter follows its gradient, recorded as graph. Formulas and defaults are PyTorch's. What changes from step to step (learning
 * rate, step number, state) is an operand, never a constant: else each step would be another plan.
 */
public interface Optimizer {
    /** The new parameter and its new state, in the order of {@link #stateNames}. */
    record Update(Tensor p, List<Tensor> state) {
        /** Copies the list. */
        public Update {
            state = List.copyOf(state);
        }
    }

    /** Returns the names of what is kept for each parameter between steps, none of which is {@code step}; checkpoints bear them. */
    List<String> stateNames();

    /** Returns the state before the first step of a parameter, in the order of {@link #stateNames}. */
    List<Tensor> initialState(TensorType parameter);

    /**
     * Records one step of one parameter. The types of parameter and state stay what they are.
     *
     * @param p the parameter
     * @param g its gradient, of its type
     * @param state in the order of {@link #stateNames}
     * @param learningRate F32, rank 0
     * @param step I64, rank 0: 1 for the first that trains this parameter
     */
    Update update(Tensor p, Tensor g, List<Tensor> state, Tensor learningRate, Tensor step);

    /** Returns the gradients of all parameters as {@link #update} shall see them; the same unless something clips them. */
    default List<Tensor> adjust(List<Tensor> gradients) {
        return gradients;
    }

    /** Returns this rule on gradients that are scaled down, all by the same factor, where their common norm exceeds {@code limit}. */
    default Optimizer clippedByNorm(double limit) {
        return new ClipByNorm(this, limit);
    }

    /** Returns this rule on gradients whose elements are cut to [-limit, limit]. */
    default Optimizer clippedByValue(double limit) {
        return new ClipByValue(this, limit);
    }
}
