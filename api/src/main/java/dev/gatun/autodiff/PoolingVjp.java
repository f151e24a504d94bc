package dev.gatun.autodiff;

import static dev.gatun.autodiff.Notation.apply;
import static dev.gatun.autodiff.Notation.spatial;

import dev.gatun.Shape;
import dev.gatun.Tensor;
import dev.gatun.op.Indexing;
import dev.gatun.op.Pooling;
import dev.gatun.op.Pooling.AvgPool;
import dev.gatun.op.Pooling.AvgPoolBackward;
import dev.gatun.op.Pooling.MaxPool;
import dev.gatun.op.Pooling.MaxPoolBackward;
import java.util.List;
import java.util.function.Supplier;

/** Rules of pooling. */
final class PoolingVjp {
    private PoolingVjp() {
    }

    static List<Supplier<Tensor>> of(Pooling op, Step s) {
        return switch (op) {
            case MaxPool p -> List.of(() -> apply(new MaxPoolBackward(p.window(), spatial(s.x(0))), s.dy(), indices(p, s)));
            case MaxPoolBackward p -> List.of(() -> chosen(s.dy(), s.x(1)));
            case AvgPool p -> List.of(() -> apply(new AvgPoolBackward(p.window(), p.divisor(), spatial(s.x(0))), s.dy()));
            case AvgPoolBackward p -> List.of(() -> apply(new AvgPool(p.window(), p.divisor()), s.dy()));
        };
    }

    /** Returns where the maxima were; if the forward op did not say, it is asked again. */
    private static Tensor indices(MaxPool op, Step s) {
        return op.indices() ? s.y(1) : Tensor.record(new MaxPool(op.window(), true), s.x(0)).get(1);
    }

    /** Returns the elements of t {@code [N, C, spatial...]} at the places i {@code [N, C, out...]} in their channel's volume. */
    private static Tensor chosen(Tensor t, Tensor i) {
        Tensor places = i.reshape(volumes(i.shape()));                                                         // [N, C, out]
        return apply(new Indexing.GatherElements(2), t.reshape(volumes(t.shape())), places).reshape(i.shape()); // [N, C, out...]
    }

    private static Shape volumes(Shape s) {
        return s.slice(0, 2).concat(Shape.of(Math.toIntExact(s.elements(2, s.rank()))));
    }
}
