package dev.gatun.op;

import java.util.Locale;

/** Ops that fold one or more axes. */
public sealed interface Reduction extends Op {
    /**
     * Folds the elements along {@code axes}.
     *
     * @param axes distinct, counted from the start, ascending; an empty list reduces nothing
     * @param keepDims whether the reduced axes stay with size 1
     */
    record Reduce(ReduceFunction function, Ints axes, boolean keepDims) implements Reduction {
        @Override
        public String name() {
            return function.label();
        }
    }

    /**
     * The I64 position of the largest (or smallest) element along {@code axis}; the first of equal ones, or the last. NaN counts as larger than every
     * number for the maximum, as smaller for the minimum.
     */
    record ArgReduce(boolean largest, int axis, boolean keepDims, boolean lastIndex) implements Reduction {
        @Override
        public String name() {
            return largest ? "argmax" : "argmin";
        }
    }

    /**
     * The running sum or product along {@code axis}: y[i] = f(x[0..i]), without x[i] itself if {@code exclusive}, from the end if {@code reverse}.
     * Source: ONNX CumSum-14.
     *
     * @param function SUM or PROD
     */
    record Cumulative(ReduceFunction function, int axis, boolean exclusive, boolean reverse) implements Reduction {
        @Override
        public String name() {
            return "cum" + function.label();
        }
    }

    /** How elements are folded. */
    enum ReduceFunction {
        /** Σ x; 0 for none. */
        SUM,
        /** Π x; 1 for none. */
        PROD,
        /** The largest, NaN if one is NaN; -∞ or the type's smallest for none. BOOL: any. */
        MAX,
        /** The smallest, NaN if one is NaN; +∞ or the type's largest for none. BOOL: all. */
        MIN;

        /** Returns the name that messages and plans print. */
        public String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}
