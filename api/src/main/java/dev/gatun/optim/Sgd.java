package dev.gatun.optim;

import dev.gatun.DType;
import dev.gatun.Tensor;
import dev.gatun.TensorType;
import java.util.List;

/**
 * Gradient descent with momentum: d = g + weightDecay·p, m' = momentum·m + (1 - dampening)·d (m' = d in the first step),
 * p' = p - lr·m', or p - lr·(d + momentum·m') in Nesterov's form. Without momentum p' = p - lr·d. Source: PyTorch SGD; Sutskever et al. 2013.
 */
public record Sgd(double momentum, double dampening, boolean nesterov, double weightDecay) implements Optimizer {
    /** Checks the ranges. */
    public Sgd {
        Check.notNegative("Sgd: momentum", momentum);
        Check.share("Sgd: dampening", dampening);
        Check.notNegative("Sgd: weightDecay", weightDecay);
        if (nesterov && (momentum == 0 || dampening != 0)) {
            throw new IllegalArgumentException("Sgd: Nesterov's form needs a momentum and no dampening, got " + momentum + " and " + dampening);
        }
    }

    /** Plain gradient descent. */
    public Sgd() {
        this(0, 0, false, 0);
    }

    /** Returns gradient descent with momentum. */
    public static Sgd momentum(double momentum) {
        return new Sgd(momentum, 0, false, 0);
    }

    /** Returns gradient descent with Nesterov's momentum. */
    public static Sgd nesterov(double momentum) {
        return new Sgd(momentum, 0, true, 0);
    }

    /** Returns this rule with an L2 penalty. */
    public Sgd weightDecay(double decay) {
        return new Sgd(momentum, dampening, nesterov, decay);
    }

    /** Returns this rule with dampened momentum. */
    public Sgd dampening(double share) {
        return new Sgd(momentum, share, nesterov, weightDecay);
    }

    @Override
    public List<String> stateNames() {
        return momentum == 0 ? List.of() : List.of("momentum");
    }

    @Override
    public List<Tensor> initialState(TensorType parameter) {
        return momentum == 0 ? List.of() : List.of(Moments.like(parameter, 0));
    }

    @Override
    public Update update(Tensor p, Tensor g, List<Tensor> state, Tensor learningRate, Tensor step) {
        Tensor d = Moments.penalized(g, p, weightDecay);
        if (momentum == 0) {
            return new Update(Moments.descend(p, learningRate, d), List.of());
        }
        Tensor m = state.getFirst().mul(momentum).add(dampening == 0 ? d : d.mul(1 - dampening));
        if (dampening != 0) {
            m = step.eq(Tensor.scalar(DType.I64, 1)).where(d, m);
        }
        return new Update(Moments.descend(p, learningRate, nesterov ? d.add(m.mul(momentum)) : m), List.of(m));
    }
}
