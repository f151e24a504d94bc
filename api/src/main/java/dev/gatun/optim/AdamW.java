package dev.gatun.optim;

import dev.gatun.Tensor;
import dev.gatun.TensorType;
import java.util.List;

/** {@link Adam} without penalty, after p has been scaled by 1 - lr·weightDecay. Source: Loshchilov and Hutter 2019; PyTorch AdamW. */
public record AdamW(double beta1, double beta2, double epsilon, double weightDecay) implements Optimizer {
    /** Checks the ranges. */
    public AdamW {
        Check.decay("AdamW: beta1", beta1);
        Check.decay("AdamW: beta2", beta2);
        Check.notNegative("AdamW: epsilon", epsilon);
        Check.notNegative("AdamW: weightDecay", weightDecay);
    }

    /** PyTorch's defaults: β₁ .9, β₂ .999, ε 10⁻⁸, weightDecay .01. */
    public AdamW() {
        this(0.9, 0.999, 1e-8, 0.01);
    }

    /** Returns this rule with another decay. */
    public AdamW weightDecay(double decay) {
        return new AdamW(beta1, beta2, epsilon, decay);
    }

    @Override
    public List<String> stateNames() {
        return adam().stateNames();
    }

    @Override
    public List<Tensor> initialState(TensorType parameter) {
        return adam().initialState(parameter);
    }

    @Override
    public Update update(Tensor p, Tensor g, List<Tensor> state, Tensor learningRate, Tensor step) {
        Tensor shrunk = weightDecay == 0 ? p : Moments.descend(p, learningRate.mul(weightDecay), p);
        return adam().update(shrunk, g, state, learningRate, step);
    }

    private Adam adam() {
        return new Adam(beta1, beta2, epsilon, 0);
    }
}
