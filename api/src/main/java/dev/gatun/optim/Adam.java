package dev.gatun.optim;

import dev.gatun.DType;
import dev.gatun.Tensor;
import dev.gatun.TensorType;
import java.util.List;

/**
 * m' = β₁·m + (1 - β₁)·g, v' = β₂·v + (1 - β₂)·g², p' = p - lr/(1 - β₁ᵗ) · m'/(√v'/√(1 - β₂ᵗ) + ε), with g + weightDecay·p for g. Source: Kingma and
 * Ba 2015; PyTorch Adam.
 */
public record Adam(double beta1, double beta2, double epsilon, double weightDecay) implements Optimizer {
    /** Checks the ranges. */
    public Adam {
        Check.decay("Adam: beta1", beta1);
        Check.decay("Adam: beta2", beta2);
        Check.notNegative("Adam: epsilon", epsilon);
        Check.notNegative("Adam: weightDecay", weightDecay);
    }

    /** PyTorch's defaults: β₁ .9, β₂ .999, ε 10⁻⁸. */
    public Adam() {
        this(0.9, 0.999, 1e-8, 0);
    }

    /** Returns this rule with other decays of its averages. */
    public Adam betas(double beta1, double beta2) {
        return new Adam(beta1, beta2, epsilon, weightDecay);
    }

    /** Returns this rule with an L2 penalty. */
    public Adam weightDecay(double decay) {
        return new Adam(beta1, beta2, epsilon, decay);
    }

    @Override
    public List<String> stateNames() {
        return List.of("exp_avg", "exp_avg_sq");
    }

    @Override
    public List<Tensor> initialState(TensorType parameter) {
        return List.of(Moments.like(parameter, 0), Moments.like(parameter, 0));
    }

    @Override
    public Update update(Tensor p, Tensor g, List<Tensor> state, Tensor learningRate, Tensor step) {
        Tensor d = Moments.penalized(g, p, weightDecay);
        Tensor m = Moments.average(state.get(0), d, beta1);
        Tensor v = Moments.average(state.get(1), d.square(), beta2);
        Tensor rate = learningRate.cast(DType.F64).div(Moments.correction(beta1, step));
        Tensor scale = Moments.correction(beta2, step).sqrt().cast(p.dtype());
        return new Update(Moments.descend(p, rate, m.div(v.sqrt().div(scale).add(epsilon))), List.of(m, v));
    }
}
