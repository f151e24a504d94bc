package dev.gatun.optim;

import dev.gatun.DType;
import dev.gatun.Tensor;
import dev.gatun.TensorType;

/** The pieces that the rules share. Numbers a step are computed in F64: 1 - βᵗ in float would lose five digits. */
final class Moments {
    private Moments() {
    }

    /** Returns β·average + (1 - β)·x. */
    static Tensor average(Tensor average, Tensor x, double beta) {
        return average.mul(beta).add(x.mul(1 - beta));
    }

    /** Returns 1 - βᵗ, F64 of rank 0: what an average over t steps that began at 0 is divided by. */
    static Tensor correction(double beta, Tensor step) {
        return Tensor.scalar(DType.F64, 1).sub(Tensor.scalar(DType.F64, beta).pow(step.cast(DType.F64)));
    }

    /** Returns p - rate · direction. @param rate of rank 0 and any floating type */
    static Tensor descend(Tensor p, Tensor rate, Tensor direction) {
        return p.sub(direction.mul(rate.cast(p.dtype())));
    }

    /** Returns g + decay · p: the gradient with an L2 penalty. */
    static Tensor penalized(Tensor g, Tensor p, double decay) {
        return decay == 0 ? g : g.add(p.mul(decay));
    }

    /** Returns a state like the parameter, filled with {@code value}. */
    static Tensor like(TensorType parameter, double value) {
        return Tensor.full(parameter.dtype(), parameter.shape(), value);
    }
}
