package dev.gatun.optim;

import dev.gatun.DType;
import dev.gatun.Tensor;
import dev.gatun.TensorType;
import java.util.List;

/**
 * m' = β₁·m + (1 - β₁)·g, u' = max(β₂·u, |g| + ε), p' = p - lr/(1 - β₁ᵗ) · m'/u', with g + weightDecay·p for g. Source: Kingma and Ba 2015; PyTorch
 * Adamax.
 */
public record Adamax(double beta1, double beta2, double epsilon, double weightDecay) implements Optimizer {
    /** Checks the ranges. */
    public Adamax {
        Check.decay("Adamax: beta1", beta1);
        Check.decay("Adamax: beta2", beta2);
        Check.notNegative("Adamax: epsilon", epsilon);
        Check.notNegative("Adamax: weightDecay", weightDecay);
    }

    /** PyTorch's defaults: β₁ .9, β₂ .999, ε 10⁻⁸. */
    public Adamax() {
        this(0.9, 0.999, 1e-8, 0);
    }

    @Override
    public List<String> stateNames() {
        return List.of("exp_avg", "exp_inf");
    }

    @Override
    public List<Tensor> initialState(TensorType parameter) {
        return List.of(Moments.like(parameter, 0), Moments.like(parameter, 0));
    }

    @Override
    public Update update(Tensor p, Tensor g, List<Tensor> state, Tensor learningRate, Tensor step) {
        Tensor d = Moments.penalized(g, p, weightDecay);
        Tensor m = Moments.average(state.get(0), d, beta1);
        Tensor u = state.get(1).mul(beta2).max(d.abs().add(epsilon));
        Tensor rate = learningRate.cast(DType.F64).div(Moments.correction(beta1, step));
        return new Update(Moments.descend(p, rate, m.div(u)), List.of(m, u));
    }
}
