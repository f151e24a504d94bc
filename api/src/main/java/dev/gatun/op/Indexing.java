package dev.gatun.op;

import java.util.Locale;

/**
 * Ops whose places are data. Indices are I32 or I64; a negative index counts from the end of its axis, unless an op says otherwise. An index outside
 * of its axis is an {@link IndexOutOfBoundsException} when the kernel runs.
 */
public sealed interface Indexing extends Op {
    /**
     * (x, i) -> y with y[..., i-shape..., ...] = x[..., i[...], ...]: whole slices along {@code axis}. Source: ONNX Gather-13.
     *
     * @param fromEnd whether negative indices count from the end; else they are outside of the axis, as where an index is a class or a word
     */
    record Gather(int axis, boolean fromEnd) implements Indexing {
        /** Makes one whose negative indices count from the end. */
        public Gather(int axis) {
            this(axis, true);
        }

        @Override
        public String name() {
            return "gather";
        }
    }

    /** (x, i, u) -> x with y[..., i[...], ...] = f(y, u): the inverse of {@link Gather}, in the order of i. Its vjp partner. */
    record Scatter(int axis, ScatterFunction function) implements Indexing {
        @Override
        public String name() {
            return "scatter_" + function.label();
        }
    }

    /** (x, i) -> y of i's shape with y[p] = x[p with p[axis] = i[p]]. Source: ONNX GatherElements-13. @param fromEnd as for {@link Gather} */
    record GatherElements(int axis, boolean fromEnd) implements Indexing {
        /** Makes one whose negative indices count from the end. */
        public GatherElements(int axis) {
            this(axis, true);
        }

        @Override
        public String name() {
            return "gather_elements";
        }
    }

    /** (x, i, u) -> x with y[p with p[axis] = i[p]] = f(y, u[p]), in the order of i. Source: ONNX ScatterElements-18. */
    record ScatterElements(int axis, ScatterFunction function) implements Indexing {
        @Override
        public String name() {
            return "scatter_elements_" + function.label();
        }
    }

    /** (x, i) -> slices of x at the index tuples in i's last axis, after {@code batchDims} common axes. Source: ONNX GatherND-13. */
    record GatherNd(int batchDims) implements Indexing {
        @Override
        public String name() {
            return "gather_nd";
        }
    }

    /** (x, i, u) -> x with the slices at the index tuples in i's last axis combined with u's. Source: ONNX ScatterND-18. */
    record ScatterNd(ScatterFunction function) implements Indexing {
        @Override
        public String name() {
            return "scatter_nd_" + function.label();
        }
    }

    /**
     * x -> (values, I64 indices) of the {@code k} largest (or smallest) along {@code axis}, in order; of equal ones the lower index first. NaN counts
     * as larger than every number. With k = the axis' size this is a stable sort. Source: ONNX TopK-11.
     */
    record TopK(int k, int axis, boolean largest) implements Indexing {
        @Override
        public String name() {
            return "top_k";
        }
    }

    /** How a scattered update meets what is there. */
    enum ScatterFunction {
        /** y = u; of several updates the last in row-major order wins. */
        SET,
        /** y = y + u. */
        ADD,
        /** y = y · u. */
        MUL,
        /** y = min(y, u). */
        MIN,
        /** y = max(y, u). */
        MAX;

        /** Returns the name that messages and plans print. */
        public String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}
