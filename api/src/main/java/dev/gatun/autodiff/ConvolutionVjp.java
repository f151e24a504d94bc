package dev.gatun.autodiff;

import static dev.gatun.autodiff.Notation.apply;
import static dev.gatun.autodiff.Notation.spatial;

import dev.gatun.Tensor;
import dev.gatun.op.Convolution;
import dev.gatun.op.Convolution.Conv;
import dev.gatun.op.Convolution.ConvBackwardData;
import dev.gatun.op.Convolution.ConvBackwardWeights;
import dev.gatun.op.Convolution.Geometry;
import java.util.List;
import java.util.function.Supplier;

/**
 * Rules of the three convolutions. All come from one trilinear form, t(x, w, y) = Σ x[n,ic,o·S + k·D - P] · w[oc,ic,k] · y[n,oc,o]: each op is its
 * derivative by one operand, and so its gradients are the other two.
 */
final class ConvolutionVjp {
    private ConvolutionVjp() {
    }

    static List<Supplier<Tensor>> of(Convolution op, Step s) {
        Geometry g = op.geometry();
        return switch (op) {
            case Conv c -> List.of(() -> byX(g, s.x(0), s.dy(), s.x(1)), () -> byW(g, s.x(1), s.x(0), s.dy()));
            case ConvBackwardData c -> List.of(() -> byY(g, s.dy(), s.x(1)), () -> byW(g, s.x(1), s.dy(), s.x(0)));    // (y, w) -> x
            case ConvBackwardWeights c -> List.of(() -> byX(g, s.x(0), s.x(1), s.dy()), () -> byY(g, s.x(0), s.dy())); // (x, y) -> w
        };
    }

    /** Returns ∂t/∂x, like {@code x}. */
    private static Tensor byX(Geometry g, Tensor x, Tensor y, Tensor w) {
        return apply(new ConvBackwardData(g, spatial(x)), y, w);
    }

    /** Returns ∂t/∂w, like {@code w}. */
    private static Tensor byW(Geometry g, Tensor w, Tensor x, Tensor y) {
        return apply(new ConvBackwardWeights(g, spatial(w)), x, y);
    }

    /** Returns ∂t/∂y. */
    private static Tensor byY(Geometry g, Tensor x, Tensor w) {
        return apply(new Conv(g), x, w);
    }
}
