package dev.gatun.autodiff;

import static dev.gatun.autodiff.Notation.apply;
import static dev.gatun.autodiff.Notation.constant;
import static dev.gatun.autodiff.Vjp.NONE;

import dev.gatun.DType;
import dev.gatun.Shape;
import dev.gatun.Tensor;
import dev.gatun.op.Ints;
import dev.gatun.op.Reduction;
import dev.gatun.op.Reduction.Cumulative;
import dev.gatun.op.Reduction.Reduce;
import dev.gatun.op.Reduction.ReduceFunction;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/** Rules of folds. */
final class ReductionVjp {
    private ReductionVjp() {
    }

    static List<Supplier<Tensor>> of(Reduction op, Step s) {
        return switch (op) {
            case Reduce r -> List.of(() -> reduce(r, s.x(0), s.y(0), s.dy()));
            case Reduction.ArgReduce a -> List.of(NONE);
            case Cumulative c -> cumulative(c, s);
        };
    }

    private static Tensor reduce(Reduce op, Tensor x, Tensor y, Tensor dy) {
        return switch (op.function()) {
            case SUM -> spread(op, dy, x.shape());
            case PROD -> spread(op, dy, x.shape()).mul(productOfOthers(x, op.axes()));
            case MAX, MIN -> {
                Tensor chosen = x.eq(spread(op, y, x.shape()));                                       // of x's shape
                DType wide = x.dtype().accumulator();                                                 // F16 counts no further than 65504
                Tensor count = Notation.sum(chosen.cast(wide), op.axes(), op.keepDims());             // of y's shape
                yield chosen.where(spread(op, dy.cast(wide).div(count).cast(x.dtype()), x.shape()), constant(0, x));
            }
        };
    }

    /** Returns a tensor of the result's shape repeated over the axes that were folded. */
    private static Tensor spread(Reduce op, Tensor t, Shape x) {
        Shape kept = x;
        for (int i = 0; i < op.axes().size(); i++) {
            kept = kept.with(op.axes().get(i), 1);
        }
        return t.reshape(kept).expand(x);
    }

    /** Returns Πⱼ≠ᵢ xⱼ along {@code axes} for each i: what is in front times what is behind, which zeros do not disturb as a division would. */
    private static Tensor productOfOthers(Tensor x, Ints axes) {
        int[] order = IntStream.concat(IntStream.range(0, x.rank()).filter(a -> !axes.contains(a)), axes.stream()).toArray();
        int outer = x.rank() - axes.size();
        Tensor ordered = x.permute(order);                                                            // [kept..., folded...]
        Shape rows = ordered.shape().slice(0, outer).concat(Shape.of((int) ordered.shape().elements(outer, x.rank())));
        Tensor flat = ordered.reshape(rows);                                                          // [kept..., all folded]
        Tensor front = apply(new Cumulative(ReduceFunction.PROD, outer, true, false), flat);
        Tensor behind = apply(new Cumulative(ReduceFunction.PROD, outer, true, true), flat);
        return front.mul(behind).reshape(ordered.shape()).permute(MovementVjp.inverse(order));
    }

    private static List<Supplier<Tensor>> cumulative(Cumulative op, Step s) {
        return switch (op.function()) {
            case SUM -> List.of(() -> apply(new Cumulative(ReduceFunction.SUM, op.axis(), op.exclusive(), !op.reverse()), s.dy()));
            case PROD -> Decompose.rule(s, in -> List.of(Decompose.cumulativeProduct(op, in.getFirst())));
            case MAX, MIN -> throw new IllegalStateException("gradient of " + op.name() + ": only running sums and products are recorded");
        };
    }
}
