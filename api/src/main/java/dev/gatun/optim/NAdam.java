package dev.gatun.optim;

import dev.gatun.DType;
import dev.gatun.Shape;
import dev.gatun.Tensor;
import dev.gatun.TensorType;
import java.util.List;

/**
 * {@link Adam} with Nesterov's momentum: μₜ = β₁·(1 - .96^(t·ψ)/2), Π' = Π·μₜ, m and v as in Adam, n = √(v'/(1 - β₂ᵗ)) + ε,
 * p' = p - lr·(1 - μₜ)/(1 - Π') · g/n - lr·μₜ₊₁/(1 - Π'·μₜ₊₁) · m'/n, with g + weightDecay·p for g. Source: Dozat 2016; PyTorch NAdam.
 *
 * @param momentumDecay ψ
 */
public record NAdam(double beta1, double beta2, double epsilon, double weightDecay, double momentumDecay) implements Optimizer {
    /** Checks the ranges. */
    public NAdam {
        Check.decay("NAdam: beta1", beta1);
        Check.decay("NAdam: beta2", beta2);
        Check.notNegative("NAdam: epsilon", epsilon);
        Check.notNegative("NAdam: weightDecay", weightDecay);
        Check.notNegative("NAdam: momentumDecay", momentumDecay);
    }

    /** PyTorch's defaults: β₁ .9, β₂ .999, ε 10⁻⁸, ψ .004. */
    public NAdam() {
        this(0.9, 0.999, 1e-8, 0, 0.004);
    }

    @Override
    public List<String> stateNames() {
        return List.of("exp_avg", "exp_avg_sq", "mu_product");
    }

    @Override
    public List<Tensor> initialState(TensorType parameter) {
        return List.of(Moments.like(parameter, 0), Moments.like(parameter, 0), Tensor.full(DType.F64, Shape.SCALAR, 1));
    }

    @Override
    public Update update(Tensor p, Tensor g, List<Tensor> state, Tensor learningRate, Tensor step) {
        Tensor d = Moments.penalized(g, p, weightDecay);
        Tensor one = Tensor.scalar(DType.F64, 1);
        Tensor rate = learningRate.cast(DType.F64);
        Tensor t = step.cast(DType.F64);
        Tensor mu = mu(t);
        Tensor next = mu(t.add(1));
        Tensor product = state.get(2).mul(mu);
        Tensor m = Moments.average(state.get(0), d, beta1);
        Tensor v = Moments.average(state.get(1), d.square(), beta2);
        Tensor norm = v.div(Moments.correction(beta2, step).cast(p.dtype())).sqrt().add(epsilon);
        Tensor along = rate.mul(one.sub(mu)).div(one.sub(product));
        Tensor ahead = rate.mul(next).div(one.sub(product.mul(next)));
        Tensor moved = Moments.descend(Moments.descend(p, along, d.div(norm)), ahead, m.div(norm));
        return new Update(moved, List.of(m, v, product));
    }

    /** Returns β₁·(1 - .96^(t·ψ)/2), F64 of rank 0. */
    private Tensor mu(Tensor t) {
        Tensor fading = Tensor.scalar(DType.F64, 0.96).pow(t.mul(momentumDecay));
        return Tensor.scalar(DType.F64, 1).sub(fading.mul(0.5)).mul(beta1);
    }
}
