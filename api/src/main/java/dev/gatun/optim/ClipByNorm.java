package dev.gatun.optim;

import dev.gatun.DType;
import dev.gatun.Tensor;
import dev.gatun.TensorType;
import java.util.List;

/**
 * Another rule on gradients g · min(1, limit / (‖g‖ + 10⁻⁶)), where ‖g‖ is the Euclidean norm of all gradients together. Source: Pascanu et al. 2013;
 * PyTorch clip_grad_norm_.
 */
public record ClipByNorm(Optimizer inner, double limit) implements Optimizer {
    /** Checks the limit. */
    public ClipByNorm {
        Check.positive("ClipByNorm: limit", limit);
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
        Tensor squares = gradients.stream().map(g -> g.square().sum().cast(DType.F32)).reduce(Tensor.scalar(DType.F32, 0), Tensor::add);
        Tensor factor = Tensor.scalar(DType.F32, limit).div(squares.sqrt().add(1e-6)).min(Tensor.scalar(DType.F32, 1));
        return inner.adjust(gradients.stream().map(g -> g.mul(factor.cast(g.dtype()))).toList());
    }
}
