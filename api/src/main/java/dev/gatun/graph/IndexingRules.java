package dev.gatun.graph;

import dev.gatun.DType;
import dev.gatun.Shape;
import dev.gatun.TensorType;
import dev.gatun.op.Indexing;
import dev.gatun.op.Indexing.ScatterFunction;
import java.util.List;

/** Types of ops whose places are data. */
final class IndexingRules {
    private static final int X = 0;
    private static final int INDICES = 1;
    private static final int UPDATES = 2;

    private IndexingRules() {
    }

    static List<TensorType> infer(Indexing op, List<TensorType> inputs) {
        return switch (op) {
            case Indexing.Gather g -> List.of(gather(g, read(op, inputs)));
            case Indexing.Scatter s -> List.of(scatter(s, write(op, inputs, s.function())));
            case Indexing.GatherElements g -> List.of(gatherElements(g, read(op, inputs)));
            case Indexing.ScatterElements s -> List.of(scatterElements(s, write(op, inputs, s.function())));
            case Indexing.GatherNd g -> List.of(gatherNd(g, read(op, inputs)));
            case Indexing.ScatterNd s -> List.of(scatterNd(write(op, inputs, s.function())));
            case Indexing.TopK t -> topK(t, Operands.of(op, inputs, "x"));
        };
    }

    private static Operands read(Indexing op, List<TensorType> inputs) {
        Operands o = Operands.of(op, inputs, "x", "indices");
        o.index(INDICES);
        return o;
    }

    private static Operands write(Indexing op, List<TensorType> inputs, ScatterFunction function) {
        Operands o = Operands.of(op, inputs, "x", "indices", "updates");
        o.index(INDICES);
        o.sameDtype(X, UPDATES);
        return switch (function) {
            case ADD, MUL -> o.numeric(X);
            case SET, MIN, MAX -> o;
        };
    }

    private static TensorType gather(Indexing.Gather op, Operands o) {
        o.axis(X, op.axis());
        return o.type(X).with(gathered(o, op.axis()));
    }

    private static TensorType scatter(Indexing.Scatter op, Operands o) {
        o.axis(X, op.axis());
        o.shape(UPDATES, gathered(o, op.axis()), "axis " + op.axis() + " of " + o.text(X) + " replaced by those of " + o.text(INDICES));
        return o.type(X);
    }

    private static Shape gathered(Operands o, int axis) {
        Shape x = o.shape(X);
        return x.slice(0, axis).concat(o.shape(INDICES)).concat(x.slice(axis + 1, x.rank()));
    }

    private static TensorType gatherElements(Indexing.GatherElements op, Operands o) {
        indicesCover(o, op.axis());
        return o.type(X).with(o.shape(INDICES));
    }

    private static TensorType scatterElements(Indexing.ScatterElements op, Operands o) {
        indicesCover(o, op.axis());
        o.shape(UPDATES, o.shape(INDICES), "one an index");
        return o.type(X);
    }

    /** Checks that every place of the indices is one of x, but for the axis that they replace. */
    private static void indicesCover(Operands o, int along) {
        o.axis(X, along);
        o.rank(INDICES, o.rank(X), "as many as " + o.text(X));
        for (int axis = 0; axis < o.rank(X); axis++) {
            o.check(axis == along || o.dim(INDICES, axis) <= o.dim(X, axis), o.text(INDICES) + " is larger than " + o.text(X) + " on axis " + axis);
        }
    }

    private static TensorType gatherNd(Indexing.GatherNd op, Operands o) {
        int batch = op.batchDims();
        o.check(batch >= 0 && batch < Math.min(o.rank(X), o.rank(INDICES)), "batchDims is " + batch + " but must be at least 0 and less than the ranks of "
                + o.text(X) + " and " + o.text(INDICES));
        o.check(o.shape(X).slice(0, batch).equals(o.shape(INDICES).slice(0, batch)), o.text(X) + " and " + o.text(INDICES) + " must agree on the first "
                + batch + " axes");
        return o.type(X).with(slices(o, batch));
    }

    private static TensorType scatterNd(Operands o) {
        o.shape(UPDATES, slices(o, 0), "a slice of " + o.text(X) + " for each index tuple of " + o.text(INDICES));
        return o.type(X);
    }

    /** Returns the shape of the slices of x at the tuples in the indices' last axis, after {@code batch} common axes. */
    private static Shape slices(Operands o, int batch) {
        o.rankAtLeast(INDICES, 1, "[..., K], tuples of K indices");
        int tuple = o.dim(INDICES, -1);
        o.check(tuple >= 1 && batch + tuple <= o.rank(X), o.text(INDICES) + " holds tuples of " + tuple + " indices but " + o.text(X) + " has "
                + (o.rank(X) - batch) + " axes to index");
        Shape indices = o.shape(INDICES);
        return indices.slice(0, indices.rank() - 1).concat(o.shape(X).slice(batch + tuple, o.rank(X)));
    }

    private static List<TensorType> topK(Indexing.TopK op, Operands o) {
        o.axis(X, op.axis());
        int size = o.dim(X, op.axis());
        o.check(op.k() >= 0 && op.k() <= size, "k is " + op.k() + " but axis " + op.axis() + " of " + o.text(X) + " has " + size + " elements");
        Shape y = o.shape(X).with(op.axis(), op.k());
        return List.of(o.type(X).with(y), new TensorType(DType.I64, y));
    }
}
