package dev.gatun.testkit;

import dev.gatun.DType;
import dev.gatun.Producer;
import dev.gatun.Tensor;
import dev.gatun.op.Contraction;
import dev.gatun.op.Convolution;
import dev.gatun.op.Elementwise;
import dev.gatun.op.Fused;
import dev.gatun.op.Indexing;
import dev.gatun.op.Movement;
import dev.gatun.op.Normalization;
import dev.gatun.op.Op;
import dev.gatun.op.Pooling;
import dev.gatun.op.Quantized;
import dev.gatun.op.Random;
import dev.gatun.op.Recurrent;
import dev.gatun.op.Reduction;
import dev.gatun.op.Source;
import java.util.SplittableRandom;

/** By what part of its size each value of a case is off in a trial, up or down, which shows how far results move with it. */
sealed interface Disturbance {
    /** Returns the part by which an operand of the case is off, for all that read it. */
    double ofOperand();

    /** Returns the part by which {@code value} is off where {@code reader} reads it; not 0 twice means off by the same. */
    double ofRead(Producer reader, Tensor value);

    /** Returns the part by which the state of a recurrent layer, {@code results} of one step, is off when the next step reads it. */
    default double ofState(Tensor results) {
        return 0;
    }

    /** Returns how much of that part an element is off, from -1 to 1. */
    default double direction(SplittableRandom random) {
        return random.nextBoolean() ? 1 : -1;
    }

    /** Returns ½ to 1 or the negative: two that are equally large seldom cancel. */
    private static double uneven(SplittableRandom random) {
        double size = 0.5 + random.nextDouble() / 2;
        return random.nextBoolean() ? size : -size;
    }

    /** Returns whether {@code value} is a result of arithmetic: what is only moved or chosen was rounded before. */
    private static boolean isComputed(Tensor value) {
        return value.dtype().isFloating() && value.producer().filter(p -> Arithmetic.rounds(p.op())).isPresent();
    }

    /** Returns by how much storing a number in {@code narrow} rounds it at most. */
    private static double half(DType narrow) {
        return Numbers.epsilon(narrow) / 2;
    }

    /** Operands and intermediate results are off by {@code epsilon}: the numbers of an algorithm that computes with as many digits. */
    record Everywhere(double epsilon) implements Disturbance {
        @Override
        public double ofOperand() {
            return epsilon;
        }

        @Override
        public double ofRead(Producer reader, Tensor value) {
            return isComputed(value) ? epsilon : 0;
        }
    }

    /**
     * What is rounded to a narrow type where ops are recorded in it: intermediate results, of which a fused kernel rounds some and keeps others. Operands
     * are what they are. A recurrent layer of several steps stores its state between them as layers of one step do. Operands of products within one op are
     * stored: r * h of a GRU that resets before, gradients of gates; as if the other operands of these products were off.
     *
     * @param folds whether a factor behind a product with constant weights may be folded into these, which are rounded once more
     */
    record AsRecorded(boolean folds) implements Disturbance {
        private static final int WEIGHTS_OF_STATE = 2;

        @Override
        public double ofOperand() {
            return 0;
        }

        @Override
        public double ofRead(Producer reader, Tensor value) {
            boolean isFolded = folds && value != reader.inputs().getFirst() && (reader.op() instanceof Convolution || reader.op() instanceof Contraction);
            boolean isStored = isFolded || isComputed(value) || reader.op() instanceof Recurrent r && multipliesWhatItStored(r, reader.inputs().indexOf(value));
            return isStored ? ofState(value) : 0;
        }

        private static boolean multipliesWhatItStored(Recurrent op, int operand) {
            return switch (op) {
                case Recurrent.Rnn r -> r.cell().kind() == Recurrent.Kind.GRU_RESET_BEFORE && operand == WEIGHTS_OF_STATE;
                case Recurrent.RnnBackward _ -> true;
            };
        }

        @Override
        public double ofState(Tensor results) {
            return Numbers.isNarrow(results.dtype()) ? half(results.dtype()) : 0;
        }

        @Override
        public double direction(SplittableRandom random) {
            return uneven(random);
        }
    }

    /**
     * What a plan of lower precision rounds, as {@code docs/precision.md} says: the operands of products, their results, what follows these in the narrow
     * type, and the ends of elementwise chains behind products. Sums, softmax and what comes before the first product are not rounded.
     */
    record Planned(DType narrow) implements Disturbance {
        @Override
        public double ofOperand() {
            return 0;
        }

        @Override
        public double ofRead(Producer reader, Tensor value) {
            if (!value.dtype().isFloating()) {
                return 0;
            }
            boolean isCast = !isNarrow(value) && isNarrow(reader) && !isStatistic(reader.op(), value);
            return isCast && !(reader.op() instanceof Elementwise) || isNarrow(value) && isComputed(value) ? half(narrow) : 0;
        }

        @Override
        public double ofState(Tensor results) {
            return half(narrow);
        }

        @Override
        public double direction(SplittableRandom random) {
            return uneven(random);
        }

        private static boolean isStatistic(Op op, Tensor value) {
            return op instanceof Normalization && value.shape().rank() == 1;
        }

        private static boolean isNarrow(Tensor value) {
            return value.producer().filter(Planned::isNarrow).isPresent();
        }

        /** Whether results may be stored narrow. */
        private static boolean isNarrow(Producer p) {
            return switch (p.op()) {
                case Contraction _, Convolution _, Recurrent _ -> true;
                case Movement.Concat _ -> p.inputs().stream().anyMatch(Planned::isNarrow);
                case Pooling _, Movement _, Indexing.Gather _ -> isNarrow(p.inputs().getFirst());
                case Normalization.BatchNorm _, Normalization.BatchNormBackward _, Normalization.LocalResponseNorm _ -> isNarrow(p.inputs().getFirst());
                case Elementwise _ -> p.inputs().stream().anyMatch(Planned::comesFromProduct);
                case Normalization _, Indexing _, Reduction _, Quantized _, Source _, Random _, Fused _ -> false;
            };
        }

        private static boolean comesFromProduct(Tensor value) {
            return value.producer().filter(p -> switch (p.op()) {
                case Contraction _, Convolution _, Recurrent _ -> true;
                case Elementwise _, Pooling _, Movement _, Indexing.Gather _, Normalization _, Quantized _ ->
                    p.inputs().stream().anyMatch(Planned::comesFromProduct);
                case Reduction _, Indexing _, Source _, Random _, Fused _ -> false;
            }).isPresent();
        }
    }
}
