package dev.gatun.reference;

import dev.gatun.Shape;
import dev.gatun.TensorType;
import dev.gatun.op.Reduction;
import java.util.List;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/** Folds along axes. */
final class ReductionLoops {
    private ReductionLoops() {
    }

    static Loop of(Reduction op, List<TensorType> in, List<TensorType> out) {
        return switch (op) {
            case Reduction.Reduce r -> (x, y) -> reduce(r, x[0], y[0]);
            case Reduction.ArgReduce a -> (x, y) -> argReduce(a, x[0], y[0]);
            case Reduction.Cumulative c -> (x, y) -> cumulative(c, x[0], y[0]);
        };
    }

    /** y[kept] = the fold of x[kept, reduced] over all reduced. */
    private static void reduce(Reduction.Reduce op, Elements x, Elements y) {
        IntPredicate isReduced = op.axes()::contains;
        Places kept = walk(x.shape(), isReduced.negate());
        Places reduced = walk(x.shape(), isReduced);
        long K = op.axes().stream().mapToLong(axis -> x.shape().dim(axis)).reduce(1, (a, b) -> a * b);
        Fold fold = Fold.of(op.function(), x.dtype());
        for (long i = 0; i < y.size(); i++, kept.next()) {
            fold.clear();
            for (long k = 0; k < K; k++, reduced.next()) {
                fold.add(x, kept.offset() + reduced.offset());
            }
            fold.write(y, i);
        }
    }

    /** Returns the walk over some axes of a tensor, the others at 0. */
    private static Places walk(Shape shape, IntPredicate over) {
        int[] axes = IntStream.range(0, shape.rank()).filter(over).toArray();
        long[] strides = shape.strides();
        return new Places(Shape.of(IntStream.of(axes).map(shape::dim).toArray()), 0, IntStream.of(axes).mapToLong(axis -> strides[axis]).toArray());
    }

    /** y[o, r] = the p at which x[o, p, r] is largest (or smallest), NaN before all numbers; P places along the axis, R behind it. */
    private static void argReduce(Reduction.ArgReduce op, Elements x, Elements y) {
        Order order = op.largest() ? Order.ascending(x.dtype()) : Order.descending(x.dtype());
        int P = x.shape().dim(op.axis());
        long R = x.shape().elements(op.axis() + 1, x.shape().rank());
        for (long line = 0; line < y.size(); line++) {
            long start = line / R * P * R + line % R; // x[o, 0, r]
            int best = 0;
            for (int p = 1; p < P; p++) {
                int above = order.compare(x, start + p * R, start + best * R);
                best = above > 0 || above == 0 && op.lastIndex() ? p : best;
            }
            y.setLong(line, best);
        }
    }

    /** y[o, p, r] = the fold of x[o, 0..p, r]: without x[o, p, r] if exclusive, of x[o, p..P-1, r] if reversed. */
    private static void cumulative(Reduction.Cumulative op, Elements x, Elements y) {
        int P = x.shape().dim(op.axis());
        long R = x.shape().elements(op.axis() + 1, x.shape().rank());
        long lines = P == 0 ? 0 : x.size() / P;
        Fold fold = Fold.of(op.function(), x.dtype());
        for (long line = 0; line < lines; line++) {
            long start = line / R * P * R + line % R; // x[o, 0, r]
            fold.clear();
            for (int i = 0; i < P; i++) {
                long at = start + (op.reverse() ? P - 1 - i : i) * R;
                if (op.exclusive()) {
                    fold.write(y, at);
                    fold.add(x, at);
                } else {
                    fold.add(x, at);
                    fold.write(y, at);
                }
            }
        }
    }
}
