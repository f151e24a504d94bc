package dev.gatun.autodiff;

import static dev.gatun.autodiff.Notation.allButChannels;
import static dev.gatun.autodiff.Notation.apply;
import static dev.gatun.autodiff.Notation.axes;
import static dev.gatun.autodiff.Notation.constant;
import static dev.gatun.autodiff.Notation.leading;
import static dev.gatun.autodiff.Notation.perChannel;
import static dev.gatun.autodiff.Notation.sum;

import dev.gatun.Shape;
import dev.gatun.Tensor;
import dev.gatun.op.Ints;
import dev.gatun.op.Movement;
import dev.gatun.op.Normalization;
import dev.gatun.op.Pooling;
import dev.gatun.op.Recurrent;
import dev.gatun.op.Reduction.Cumulative;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/**
 * Ops as compositions of simpler ones: the formula of their doc comment in the Tensor API. An op whose derivative is rarely asked for, above all a
 * fused backward op, has no formula of its own for it; its rule is that of its composition, which is exact to any order.
 */
final class Decompose {
    private Decompose() {
    }

    /** Returns the rule of an op that computes what {@code composition} makes of its operands. */
    static List<Supplier<Tensor>> rule(Step s, UnaryOperator<List<Tensor>> composition) {
        List<Tensor> in = s.inputs().stream().map(Decompose::alias).toList();
        List<Optional<Tensor>> gradients = Backpropagation.between(in, composition.apply(in), s.dys());
        return gradients.stream().<Supplier<Tensor>>map(g -> g.isPresent() ? g::get : Vjp.NONE).toList();
    }

    /** Returns x under another name: two operands that are one tensor still have a gradient each. */
    private static Tensor alias(Tensor x) {
        return apply(new Movement.Reshape(x.shape()), x);
    }

    /** Returns the running product by ⌈log₂ n⌉ products of neighbours 1, 2, 4, ... apart (Hillis and Steele 1986), which zeros do not disturb. */
    static Tensor cumulativeProduct(Cumulative op, Tensor x) {
        int size = x.dim(op.axis());
        Tensor y = op.exclusive() ? shift(op, x, Math.min(1, size)) : x;
        for (int distance = 1; distance < size; distance *= 2) {
            y = y.mul(shift(op, y, distance));
        }
        return y;
    }

    /** Returns x moved on by {@code distance} places in the direction of the run, with ones moving in. */
    private static Tensor shift(Cumulative op, Tensor x, int distance) {
        int rest = x.dim(op.axis()) - distance;
        Ints none = Ints.filled(x.rank(), 0);
        int[] gap = new int[x.rank()];
        gap[op.axis()] = distance;
        return op.reverse()
                ? apply(new Movement.Pad(none, Ints.of(gap), none), x.slice(op.axis(), distance, distance + rest), constant(1, x))
                : apply(new Movement.Pad(Ints.of(gap), none, none), x.slice(op.axis(), 0, rest), constant(1, x));
    }

    /** (x, scale, μ, σ², dy) -> (dx, dscale, dbias). */
    static List<Tensor> batchNormBackward(Normalization.BatchNormBackward op, List<Tensor> in) {
        // Scale and statistics may be F32 where x is narrower.
        Tensor x = in.get(0).cast(in.get(1).dtype());
        Tensor dy = in.get(4).cast(in.get(1).dtype());
        int rank = x.rank();
        double m = elementsPerChannel(x);
        Tensor scale = perChannel(in.get(1), rank);                                         // [1, C, 1, ...]
        Tensor mean = perChannel(in.get(2), rank);
        Tensor r = perChannel(in.get(3), rank).add(op.epsilon()).rsqrt();
        Tensor xHat = x.sub(mean).mul(r);                                                   // [N, C, ...]
        Tensor dbias = sum(dy, allButChannels(x), true);
        Tensor dscale = sum(dy.mul(xHat), allButChannels(x), true);
        Tensor dx = scale.mul(r).mul(dy.sub(dbias.div(m)).sub(xHat.mul(dscale.div(m))));
        Shape channels = in.get(1).shape();
        return List.of(dx.cast(in.get(0).dtype()), dscale.reshape(channels), dbias.reshape(channels));
    }

    /** Returns m, how many elements of x share a channel's statistics. */
    static double elementsPerChannel(Tensor x) {
        return (double) x.dim(0) * x.shape().elements(2, x.rank());
    }

    /** (x̂, r, dy) -> dx. */
    static Tensor standardizeBackward(Normalization.StandardizeBackward op, Tensor xHat, Tensor r, Tensor dy) {
        Ints folded = axes(op.axis(), xHat.rank());
        double n = xHat.shape().elements(op.axis(), xHat.rank());
        Tensor mean = sum(dy, folded, true).div(n);
        Tensor projection = sum(dy.mul(xHat), folded, true).div(n);
        return leading(r, xHat.rank()).mul(dy.sub(mean).sub(xHat.mul(projection)));
    }

    /** y = x / (k + α/size · Σ x²)^β; the sum over neighbouring channels is a sum pooling with the channels as rows of an image. */
    static Tensor localResponseNorm(Normalization.LocalResponseNorm op, Tensor x) {
        int inner = Math.toIntExact(x.shape().elements(2, x.rank()));
        Pooling.Window channels = new Pooling.Window(Ints.of(op.size(), 1), Ints.of(1, 1), Ints.of(op.size() / 2, 0),
                Ints.of(op.size() - op.size() / 2 - 1, 0), Ints.of(1, 1), false);
        Tensor squares = x.square().reshape(x.dim(0), 1, x.dim(1), inner);                   // [N, 1, C, spatial]
        Tensor energy = apply(new Pooling.AvgPool(channels, Pooling.Divisor.ONE), squares).reshape(x.shape());
        return x.mul(energy.mul(op.alpha() / op.size()).add(op.k()).pow(-op.beta()));
    }

    /** (operands of the forward op, y, reserve, dy, dhn, dcn) -> the gradients of the floating operands; y and reserve only save work. */
    static List<Tensor> rnnBackward(Recurrent.RnnBackward op, List<Tensor> in) {
        int operands = op.cell().operands();
        List<Tensor> forward = in.subList(0, operands);
        List<Optional<Tensor>> dys = in.subList(operands + 2, in.size()).stream().map(Optional::of).toList();
        List<Optional<Tensor>> gradients = Backpropagation.between(forward, UnrolledRnn.of(op.cell(), op.reverse(), forward), dys);
        List<Tensor> dxs = new ArrayList<>();
        for (int i = 0; i < operands; i++) {
            Tensor x = forward.get(i);
            if (x.dtype().isFloating()) {
                dxs.add(gradients.get(i).orElseGet(() -> Notation.zeros(x.type())));
            }
        }
        return dxs;
    }
}
