package dev.gatun.optim;

import dev.gatun.Tensor;
import dev.gatun.TensorType;
import java.util.List;

/** Another rule on gradients min(max(g, -limit), limit). */
public record ClipByValue(Optimizer inner, double limit) implements Optimizer {
    /** Checks the limit. */
    public ClipByValue {
        Check.positive("ClipByValue: limit", limit);
    }

    @Override
    public List<String> stateNames() {
        return inner.stateNames();
    }

    @Override
    public List<Tensor> initialState(TensorType parameter) {
        return inner.initialState(parameter);
    }

    @Override
    public Update update(Tensor p, Tensor g, List<Tensor> state, Tensor learningRate, Tensor step) {
        return inner.update(p, g, state, learningRate, step);
    }

    @Override
    public List<Tensor> adjust(List<Tensor> gradients) {
        return inner.adjust(gradients.stream().map(g -> g.clip(-limit, limit)).toList());
    }
}
