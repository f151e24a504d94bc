package dev.gatun.autodiff;

import static dev.gatun.autodiff.Notation.apply;
import static dev.gatun.autodiff.Notation.leading;
import static dev.gatun.autodiff.Notation.perChannel;
import static dev.gatun.autodiff.Notation.sum;

import dev.gatun.Tensor;
import dev.gatun.op.Ints;
import dev.gatun.op.Normalization;
import dev.gatun.op.Normalization.BatchNorm;
import dev.gatun.op.Normalization.BatchNormBackward;
import dev.gatun.op.Normalization.Standardize;
import dev.gatun.op.Normalization.StandardizeBackward;
import java.util.List;
import java.util.function.Supplier;

/** Rules of normalizations; their backward ops are differentiated as compositions. */
final class NormalizationVjp {
    private NormalizationVjp() {
    }

    static List<Supplier<Tensor>> of(Normalization op, Step s) {
        return switch (op) {
            case BatchNorm n -> batchNorm(n, s);
            case BatchNormBackward n -> Decompose.rule(s, in -> Decompose.batchNormBackward(n, in));
            case Standardize n -> List.of(() -> standardize(n, s));
            case StandardizeBackward n -> Decompose.rule(s, in -> List.of(Decompose.standardizeBackward(n, in.get(0), in.get(1), in.get(2))));
            case Normalization.LocalResponseNorm n -> Decompose.rule(s, in -> List.of(Decompose.localResponseNorm(n, in.getFirst())));
            case Normalization.Softmax n -> List.of(() -> softmax(n.axis(), s.y(0), s.dy()));
            case Normalization.LogSoftmax n -> List.of(() -> logSoftmax(n.axis(), s.y(0), s.dy()));
        };
    }

    /** (x, scale, bias) -> (y, μ, σ²); the statistics may have gradients of their own: those of the backward op's decomposition, for one. */
    private static List<Supplier<Tensor>> batchNorm(BatchNorm op, Step s) {
        Tensor x = s.x(0);
        Tensor mean = s.y(1);
        List<Tensor> d = Tensor.record(new BatchNormBackward(op.epsilon()), x, s.x(1), mean, s.y(2), s.dy());
        double m = Decompose.elementsPerChannel(x);
        return List.of(() -> {
            Tensor dx = d.get(0);
            if (s.dys().get(1).isPresent()) {
                dx = dx.add(perChannel(s.dy(1).div(m).cast(x.dtype()), x.rank()));                                               // ∂μ/∂x = 1/m
            }
            if (s.dys().get(2).isPresent()) {
                Tensor dVariance = perChannel(s.dy(2).mul(2 / m), x.rank());
                dx = dx.add(x.cast(mean.dtype()).sub(perChannel(mean, x.rank())).mul(dVariance).cast(x.dtype()));    // ∂σ²/∂x = 2 (x - μ)/m
            }
            return dx;
        }, () -> d.get(1), () -> d.get(2));
    }

    /** x -> (x̂, r); with n elements that share a statistic, ∂r/∂x = -r³ (x - μ)/n = -r² x̂/n. */
    private static Tensor standardize(Standardize op, Step s) {
        Tensor x = s.x(0);
        Tensor y = s.y(0);
        Tensor r = s.y(1);
        Tensor dx = apply(new StandardizeBackward(op.axis()), y, r, s.dy());
        if (s.dys().get(1).isEmpty()) {
            return dx;
        }
        double n = x.shape().elements(op.axis(), x.rank());
        return dx.sub(leading(s.dy(1).mul(r.square()).div(n), x.rank()).mul(y));
    }

    /** dx = y · (dy - Σ dy·y). */
    private static Tensor softmax(int axis, Tensor y, Tensor dy) {
        return y.mul(dy.sub(sum(dy.mul(y), Ints.of(axis), true)));
    }

    /** dx = dy - exp(y) · Σ dy. */
    private static Tensor logSoftmax(int axis, Tensor y, Tensor dy) {
        return dy.sub(y.exp().mul(sum(dy, Ints.of(axis), true)));
    }
}
