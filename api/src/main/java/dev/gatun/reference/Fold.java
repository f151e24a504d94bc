package dev.gatun.reference;

import dev.gatun.DType;
import dev.gatun.op.Elementwise.BinaryFunction;
import dev.gatun.op.Reduction.ReduceFunction;
import java.util.function.DoubleBinaryOperator;
import java.util.function.LongBinaryOperator;

/** A sum, product, maximum or minimum that grows by one element at a time: in double for floating elements, in long for integers and BOOL. */
sealed interface Fold {
    /** Makes the fold of no elements. */
    void clear();

    /** Folds in element {@code index} of {@code x}. */
    void add(Elements x, long index);

    /** Writes the fold so far to element {@code index} of {@code y}. */
    void write(Elements y, long index);

    /** Returns the fold of no elements of {@code dtype}. */
    static Fold of(ReduceFunction function, DType dtype) {
        return dtype.isFloating() ? new DoubleFold(function) : new LongFold(function, dtype);
    }

    private static BinaryFunction step(ReduceFunction function) {
        return switch (function) {
            case SUM -> BinaryFunction.ADD;
            case PROD -> BinaryFunction.MUL;
            case MAX -> BinaryFunction.MAX;
            case MIN -> BinaryFunction.MIN;
        };
    }

    /** A fold in double. */
    final class DoubleFold implements Fold {
        private final DoubleBinaryOperator step;
        private final double empty;
        private double folded;

        private DoubleFold(ReduceFunction function) {
            this.step = DoubleFunctions.of(step(function));
            this.empty = switch (function) {
                case SUM -> 0;
                case PROD -> 1;
                case MAX -> Double.NEGATIVE_INFINITY;
                case MIN -> Double.POSITIVE_INFINITY;
            };
            this.folded = empty;
        }

        @Override
        public void clear() {
            folded = empty;
        }

        @Override
        public void add(Elements x, long index) {
            folded = step.applyAsDouble(folded, x.get(index));
        }

        @Override
        public void write(Elements y, long index) {
            y.set(index, folded);
        }
    }

    /** A fold in long; the largest and smallest values of no elements are the type's limits. */
    final class LongFold implements Fold {
        private final LongBinaryOperator step;
        private final long empty;
        private long folded;

        private LongFold(ReduceFunction function, DType dtype) {
            int bits = 8 * dtype.bytes();
            boolean isSigned = dtype.kind() == DType.Kind.SIGNED;
            this.step = LongFunctions.of(step(function), dtype);
            this.empty = switch (function) {
                case SUM -> 0;
                case PROD -> 1;
                case MAX -> isSigned ? -1L << bits - 1 : 0;
                case MIN -> dtype == DType.BOOL ? 1 : -1L >>> (isSigned ? 65 : 64) - bits;
            };
            this.folded = empty;
        }

        @Override
        public void clear() {
            folded = empty;
        }

        @Override
        public void add(Elements x, long index) {
            folded = step.applyAsLong(folded, x.getLong(index));
        }

        @Override
        public void write(Elements y, long index) {
            y.setLong(index, folded);
        }
    }
}
