package dev.gatun.optim;

import dev.gatun.Tensor;
import dev.gatun.TensorType;
import java.util.List;

/**
 * s' = ρ·s + (1 - ρ)·g², d = √(u + ε)/√(s' + ε) · g, u' = ρ·u + (1 - ρ)·d², p' = p - lr·d, with g + weightDecay·p for g; the learning rate is
 * usually 1. Source: Zeiler 2012; PyTorch Adadelta.
 */
public record Adadelta(double rho, double epsilon, double weightDecay) implements Optimizer {
    /** Checks the ranges. */
    public Adadelta {
        Check.decay("Adadelta: rho", rho);
        Check.notNegative("Adadelta: epsilon", epsilon);
        Check.notNegative("Adadelta: weightDecay", weightDecay);
    }

    /** PyTorch's defaults: ρ .9, ε 10⁻⁶. */
    public Adadelta() {
        this(0.9, 1e-6, 0);
    }

    @Override
    public List<String> stateNames() {
        return List.of("square_avg", "acc_delta");
    }

    @Override
    public List<Tensor> initialState(TensorType parameter) {
        return List.of(Moments.like(parameter, 0), Moments.like(parameter, 0));
    }

    @Override
    public Update update(Tensor p, Tensor g, List<Tensor> state, Tensor learningRate, Tensor step) {
        Tensor d = Moments.penalized(g, p, weightDecay);
        Tensor squares = Moments.average(state.get(0), d.square(), rho);
        Tensor delta = state.get(1).add(epsilon).sqrt().div(squares.add(epsilon).sqrt()).mul(d);
        Tensor deltas = Moments.average(state.get(1), delta.square(), rho);
        return new Update(Moments.descend(p, learningRate, delta), List.of(squares, deltas));
    }
}
