package dev.gatun.optim;

import dev.gatun.DType;
import dev.gatun.Tensor;
import dev.gatun.TensorType;
import java.util.List;

/**
 * s' = s + g², p' = p - lr/(1 + (t - 1)·rateDecay) · g/(√s' + ε), with g + weightDecay·p for g. Source: Duchi et al. 2011; PyTorch Adagrad.
 *
 * @param initial the first s
 */
public record AdaGrad(double rateDecay, double initial, double epsilon, double weightDecay) implements Optimizer {
    /** Checks the ranges. */
    public AdaGrad {
        Check.notNegative("AdaGrad: rateDecay", rateDecay);
        Check.notNegative("AdaGrad: initial", initial);
        Check.notNegative("AdaGrad: epsilon", epsilon);
        Check.notNegative("AdaGrad: weightDecay", weightDecay);
    }

    /** PyTorch's defaults: rateDecay 0, initial 0, ε 10⁻¹⁰. */
    public AdaGrad() {
        this(0, 0, 1e-10, 0);
    }

    @Override
    public List<String> stateNames() {
        return List.of("sum");
    }

    @Override
    public List<Tensor> initialState(TensorType parameter) {
        return List.of(Moments.like(parameter, initial));
    }

    @Override
    public Update update(Tensor p, Tensor g, List<Tensor> state, Tensor learningRate, Tensor step) {
        Tensor d = Moments.penalized(g, p, weightDecay);
        Tensor sum = state.getFirst().add(d.square());
        Tensor rate = rateDecay == 0 ? learningRate
                : learningRate.cast(DType.F64).div(step.cast(DType.F64).sub(1).mul(rateDecay).add(1));
        return new Update(Moments.descend(p, rate, d.div(sum.sqrt().add(epsilon))), List.of(sum));
    }
}
