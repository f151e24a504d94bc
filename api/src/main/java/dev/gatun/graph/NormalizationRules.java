package dev.gatun.graph;

import dev.gatun.DType;
import dev.gatun.Shape;
import dev.gatun.TensorType;
import dev.gatun.op.Normalization;
import java.util.List;

/** Types of normalizations. */
final class NormalizationRules {
    private NormalizationRules() {
    }

    static List<TensorType> infer(Normalization op, List<TensorType> inputs) {
        return switch (op) {
            case Normalization.BatchNorm n -> batchNorm(n.epsilon(), Operands.of(op, inputs, "x", "scale", "bias"));
            case Normalization.BatchNormBackward n -> batchNormBackward(n.epsilon(), Operands.of(op, inputs, "x", "scale", "mean", "variance", "dy"));
            case Normalization.Standardize n -> standardize(n, Operands.of(op, inputs, "x"));
            case Normalization.StandardizeBackward n -> List.of(standardizeBackward(n, Operands.of(op, inputs, "x̂", "r", "dy")));
            case Normalization.LocalResponseNorm n -> List.of(localResponseNorm(n, Operands.of(op, inputs, "x")));
            case Normalization.Softmax n -> List.of(alongAxis(n.axis(), Operands.of(op, inputs, "x")));
            case Normalization.LogSoftmax n -> List.of(alongAxis(n.axis(), Operands.of(op, inputs, "x")));
        };
    }

    private static List<TensorType> batchNorm(double epsilon, Operands o) {
        TensorType channels = channels(epsilon, o, 2);
        return List.of(o.type(0), channels, channels);
    }

    private static List<TensorType> batchNormBackward(double epsilon, Operands o) {
        TensorType channels = channels(epsilon, o, 3);
        o.sameDtype(0, 4);
        o.shape(4, o.shape(0), "the gradient of a y like x");
        return List.of(o.type(0), channels, channels);
    }

    /** Checks x and operands 1 to {@code last}, vectors with an entry a channel of x, of its type or F32 if that is narrower; returns their type. */
    private static TensorType channels(double epsilon, Operands o, int last) {
        epsilon(epsilon, o);
        o.floating(0);
        o.sameDtypes(1, last);
        if (!isStatisticOf(o.dtype(0), o.dtype(1))) {
            o.sameDtype(0, 1);
        }
        o.rankAtLeast(0, 2, "[N, C, ...]");
        Shape x = o.shape(0);
        o.check(x.elements() > 0 || x.dim(1) == 0, o.text(0) + " has no elements to take the statistics of");
        Shape channels = Shape.of(x.dim(1));
        for (int i = 1; i <= last; i++) {
            o.shape(i, channels, "one a channel of " + o.text(0));
        }
        return o.type(1).with(channels);
    }

    private static boolean isStatisticOf(DType x, DType statistic) {
        return statistic == DType.F32 && (x == DType.BF16 || x == DType.F16);
    }

    private static List<TensorType> standardize(Normalization.Standardize op, Operands o) {
        epsilon(op.epsilon(), o);
        o.floating(0);
        o.axis(0, op.axis());
        Shape x = o.shape(0);
        o.check(x.elements(op.axis(), x.rank()) > 0, "the axes of " + o.text(0) + " from " + op.axis() + " on hold no elements to take the statistics of");
        return List.of(o.type(0), o.type(0).with(x.slice(0, op.axis())));
    }

    private static TensorType standardizeBackward(Normalization.StandardizeBackward op, Operands o) {
        o.floating(0);
        o.sameDtypes(0, 2);
        o.axis(0, op.axis());
        o.shape(1, o.shape(0).slice(0, op.axis()), "the axes of " + o.text(0) + " before " + op.axis());
        o.shape(2, o.shape(0), "the gradient of x̂");
        return o.type(0);
    }

    private static TensorType localResponseNorm(Normalization.LocalResponseNorm op, Operands o) {
        o.floating(0);
        o.rankAtLeast(0, 2, "[N, C, ...]");
        o.check(op.size() >= 1, "size must be at least 1, got " + op.size());
        return o.type(0);
    }

    private static TensorType alongAxis(int axis, Operands o) {
        o.floating(0);
        o.axis(0, axis);
        return o.type(0);
    }

    private static void epsilon(double epsilon, Operands o) {
        o.check(epsilon >= 0, "epsilon must not be negative, got " + epsilon);
    }
}
