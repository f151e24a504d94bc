package dev.gatun.autodiff;

import static dev.gatun.autodiff.Notation.apply;
import static dev.gatun.autodiff.Notation.constant;
import static dev.gatun.autodiff.Notation.zeros;
import static dev.gatun.autodiff.Vjp.NONE;

import dev.gatun.DType;
import dev.gatun.Shape;
import dev.gatun.Tensor;
import dev.gatun.op.Indexing;
import dev.gatun.op.Indexing.Gather;
import dev.gatun.op.Indexing.GatherElements;
import dev.gatun.op.Indexing.GatherNd;
import dev.gatun.op.Indexing.Scatter;
import dev.gatun.op.Indexing.ScatterElements;
import dev.gatun.op.Indexing.ScatterFunction;
import dev.gatun.op.Indexing.ScatterNd;
import dev.gatun.op.Indexing.TopK;
import dev.gatun.op.Ints;
import dev.gatun.op.Op;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;

/** Rules of gathers and scatters, which are each other's. */
final class IndexingVjp {
    private IndexingVjp() {
    }

    static List<Supplier<Tensor>> of(Indexing op, Step s) {
        return switch (op) {
            case Gather g -> List.of(() -> Places.slices(g.axis(), s.x(1)).addUp(s.x(0), s.dy()));
            case GatherElements g -> List.of(() -> Places.elements(g.axis(), s.x(1)).addUp(s.x(0), s.dy()));
            case GatherNd g -> List.of(() -> Places.tuples(withBatchIndices(g.batchDims(), s.x(1))).addUp(s.x(0), s.dy()));
            case TopK t -> List.of(() -> Places.elements(t.axis(), s.y(1)).addUp(s.x(0), s.dy()));
            case Scatter c -> scatter(c.function(), Places.slices(c.axis(), s.x(1)), s);
            case ScatterElements c -> scatter(c.function(), Places.elements(c.axis(), s.x(1)), s);
            case ScatterNd c -> scatter(c.function(), Places.tuples(s.x(1)), s);
        };
    }

    /** The places that indices name: reads them with a gather, writes them with the scatter that belongs to it. */
    private record Places(Op gather, Function<ScatterFunction, Op> scatter, Tensor indices) {
        static Places slices(int axis, Tensor indices) {
            return new Places(new Gather(axis), f -> new Scatter(axis, f), indices);
        }

        static Places elements(int axis, Tensor indices) {
            return new Places(new GatherElements(axis), f -> new ScatterElements(axis, f), indices);
        }

        static Places tuples(Tensor indices) {
            return new Places(new GatherNd(0), ScatterNd::new, indices);
        }

        Tensor read(Tensor x) {
            return apply(gather, x, indices);
        }

        Tensor write(ScatterFunction f, Tensor x, Tensor u) {
            return apply(scatter.apply(f), x, indices, u);
        }

        /** Returns the gradient of what was read from x. */
        Tensor addUp(Tensor x, Tensor dy) {
            return write(ScatterFunction.ADD, zeros(x.type()), dy);
        }

        /** Returns, for each update, whether it is the last of its place: updates write their numbers, and read who stands there. */
        Tensor isLast(Tensor x, Tensor u) {
            Tensor numbers = Tensor.arange(DType.I64, Math.toIntExact(u.type().elements())).reshape(u.shape());
            return read(write(ScatterFunction.SET, zeros(x.type().with(DType.I64)), numbers)).eq(numbers);
        }
    }

    /** (x, i, u) -> y; the places of i are written. */
    private static List<Supplier<Tensor>> scatter(ScatterFunction function, Places at, Step s) {
        Tensor x = s.x(0);
        Tensor u = s.x(2);
        Tensor y = s.y(0);
        Tensor dy = s.dy();
        return switch (function) {
            case SET -> List.of(() -> at.write(ScatterFunction.SET, dy, zeros(u.type())), NONE,
                                () -> at.isLast(x, u).where(at.read(dy), constant(0, u)));
            case ADD -> List.of(() -> dy, NONE, () -> at.read(dy));
            case MUL -> List.of(() -> at.write(ScatterFunction.MUL, dy, u), NONE, () -> ofFactors(at, x, u, dy));
            case MIN, MAX -> {
                // The candidates equal to the result share its gradient.
                Tensor keeps = x.eq(y);
                Tensor wins = u.eq(at.read(y));
                Tensor share = dy.div(at.write(ScatterFunction.ADD, keeps.cast(x.dtype()), wins.cast(u.dtype())));
                yield List.of(() -> keeps.where(share, constant(0, x)), NONE, () -> wins.where(at.read(share), constant(0, u)));
            }
        };
    }

    /**
     * Returns the gradients of the factors u of y = x · Π u: dy · x · Π of the other factors of the place. That is the product of all nonzero factors
     * over u, unless another factor is zero. At a factor that is zero, the derivative of this by another one is not exact: it is left out.
     */
    private static Tensor ofFactors(Places at, Tensor x, Tensor u, Tensor dy) {
        Tensor isZero = u.eq(constant(0, u));
        Tensor nonzero = isZero.where(constant(1, u), u);
        Tensor product = at.write(ScatterFunction.MUL, x, nonzero);                     // x · Π of the nonzero factors
        Tensor zero = isZero.cast(u.dtype());
        Tensor count = at.read(at.addUp(x, zero));                                      // zero factors at the place of each factor
        return count.eq(zero).where(at.read(dy.mul(product)).div(nonzero), constant(0, u));
    }

    /** Returns indices {@code [B..., ..., K]} with the positions along the {@code batch} leading axes in front of each tuple. */
    private static Tensor withBatchIndices(int batch, Tensor indices) {
        Shape column = indices.shape().with(-1, 1);
        List<Tensor> columns = new ArrayList<>();
        for (int axis = 0; axis < batch; axis++) {
            Shape along = Shape.of(Ints.filled(indices.rank(), 1).toArray()).with(axis, indices.dim(axis));
            columns.add(Tensor.arange(indices.dtype(), indices.dim(axis)).reshape(along).expand(column));
        }
        columns.add(indices);
        return Tensor.concat(indices.rank() - 1, columns);
    }
}
