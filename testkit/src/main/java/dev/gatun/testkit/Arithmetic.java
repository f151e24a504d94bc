package dev.gatun.testkit;

import dev.gatun.op.Contraction;
import dev.gatun.op.Convolution;
import dev.gatun.op.Elementwise;
import dev.gatun.op.Elementwise.BinaryFunction;
import dev.gatun.op.Elementwise.UnaryFunction;
import dev.gatun.op.Fused;
import dev.gatun.op.Indexing;
import dev.gatun.op.Indexing.ScatterFunction;
import dev.gatun.op.Movement;
import dev.gatun.op.Normalization;
import dev.gatun.op.Op;
import dev.gatun.op.Pooling;
import dev.gatun.op.Quantized;
import dev.gatun.op.Random;
import dev.gatun.op.Recurrent;
import dev.gatun.op.Reduction;
import dev.gatun.op.Reduction.ReduceFunction;
import dev.gatun.op.Source;

/** Tells ops whose results must be rounded from those whose results are elements of their operands, constants or drawn bit by bit. */
final class Arithmetic {
    private Arithmetic() {
    }

    /** Returns whether a result of {@code op} may be no number of its type before it is rounded. */
    static boolean rounds(Op op) {
        return switch (op) {
            case Elementwise.Unary(UnaryFunction f) -> f != UnaryFunction.NEG && f != UnaryFunction.ABS && f != UnaryFunction.RELU && f != UnaryFunction.SIGN;
            case Elementwise.Binary(BinaryFunction f) -> f != BinaryFunction.MIN && f != BinaryFunction.MAX;
            case Elementwise.Where _ -> false;
            case Elementwise _ -> true;
            case Reduction.Reduce r -> rounds(r.function());
            case Reduction.Cumulative c -> rounds(c.function());
            case Reduction.ArgReduce _ -> false;
            case Indexing.Scatter s -> rounds(s.function());
            case Indexing.ScatterElements s -> rounds(s.function());
            case Indexing.ScatterNd s -> rounds(s.function());
            case Indexing _, Movement _, Source _, Random _, Pooling.MaxPool _ -> false;
            case Contraction _, Convolution _, Pooling _, Normalization _, Recurrent _, Quantized _, Fused _ -> true;
        };
    }

    private static boolean rounds(ReduceFunction f) {
        return f == ReduceFunction.SUM || f == ReduceFunction.PROD;
    }

    private static boolean rounds(ScatterFunction f) {
        return f == ScatterFunction.ADD || f == ScatterFunction.MUL;
    }
}
