package dev.gatun.optim;

import dev.gatun.DType;
import dev.gatun.Tensor;
import dev.gatun.TensorType;
import java.util.ArrayList;
import java.util.List;

/**
 * s' = α·s + (1 - α)·g², d = g/(√s' + ε), p' = p - lr·d; centered: √max(s' - a'², u·s') with a' = α·a + (1 - α)·g instead of √s'; with momentum:
 * m' = momentum·m + d in place of d. g stands for g + weightDecay·p. Source: Tieleman and Hinton 2012; PyTorch RMSprop.
 *
 * <p>u is half a digit of s': 2⁻²⁴, for F64 2⁻⁵³. PyTorch has no such bound. Where a gradient stays the same, s' - a'² falls to 0, and what is left is
 * its rounding error: a negative one would make NaN of the weight, and 0 a step of g/ε.
 */
public record RmsProp(double alpha, double epsilon, double momentum, boolean centered, double weightDecay) implements Optimizer {
    /** Checks the ranges. */
    public RmsProp {
        Check.decay("RmsProp: alpha", alpha);
        Check.notNegative("RmsProp: epsilon", epsilon);
        Check.notNegative("RmsProp: momentum", momentum);
        Check.notNegative("RmsProp: weightDecay", weightDecay);
    }

    /** PyTorch's defaults: α .99, ε 10⁻⁸, no momentum, not centered. */
    public RmsProp() {
        this(0.99, 1e-8, 0, false, 0);
    }

    @Override
    public List<String> stateNames() {
        List<String> names = new ArrayList<>(List.of("square_avg"));
        if (centered) {
            names.add("grad_avg");
        }
        if (momentum > 0) {
            names.add("momentum");
        }
        return names;
    }

    @Override
    public List<Tensor> initialState(TensorType parameter) {
        return stateNames().stream().map(n -> Moments.like(parameter, 0)).toList();
    }

    @Override
    public Update update(Tensor p, Tensor g, List<Tensor> state, Tensor learningRate, Tensor step) {
        Tensor d = Moments.penalized(g, p, weightDecay);
        Tensor squares = Moments.average(state.getFirst(), d.square(), alpha);
        List<Tensor> next = new ArrayList<>(List.of(squares));
        Tensor variance = squares;
        if (centered) {
            Tensor mean = Moments.average(state.get(1), d, alpha);
            next.add(mean);
            variance = squares.sub(mean.square()).max(squares.mul(d.dtype() == DType.F64 ? 0x1p-53 : 0x1p-24));
        }
        Tensor direction = d.div(variance.sqrt().add(epsilon));
        if (momentum > 0) {
            direction = state.getLast().mul(momentum).add(direction);
            next.add(direction);
        }
        return new Update(Moments.descend(p, learningRate, direction), next);
    }
}
