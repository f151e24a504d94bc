package dev.gatun.graph;

import dev.gatun.DType;
import dev.gatun.Shape;
import dev.gatun.TensorType;
import dev.gatun.op.Ints;
import dev.gatun.op.Reduction;
import dev.gatun.op.Reduction.ReduceFunction;
import java.util.List;
import java.util.stream.IntStream;

/** Types of ops that fold axes. */
final class ReductionRules {
    private ReductionRules() {
    }

    static TensorType infer(Reduction op, List<TensorType> inputs) {
        Operands o = Operands.of(op, inputs, "x");
        return switch (op) {
            case Reduction.Reduce r -> reduce(r, o);
            case Reduction.ArgReduce a -> argReduce(a, o);
            case Reduction.Cumulative c -> cumulative(c, o);
        };
    }

    private static TensorType reduce(Reduction.Reduce op, Operands operands) {
        Operands o = switch (op.function()) {
            case SUM, PROD -> operands.numeric(0);
            case MAX, MIN -> operands;
        };
        Ints axes = op.axes();
        axes.stream().forEach(axis -> o.axis(0, axis));
        for (int i = 1; i < axes.size(); i++) {
            o.check(axes.get(i - 1) < axes.get(i), "axes must be distinct and ascending, got " + axes);
        }
        Shape x = o.shape(0);
        IntStream kept = IntStream.range(0, x.rank()).filter(axis -> op.keepDims() || !axes.contains(axis));
        return o.type(0).with(Shape.of(kept.map(axis -> axes.contains(axis) ? 1 : x.dim(axis)).toArray()));
    }

    private static TensorType argReduce(Reduction.ArgReduce op, Operands o) {
        o.axis(0, op.axis());
        o.check(o.dim(0, op.axis()) > 0, "axis " + op.axis() + " of " + o.text(0) + " is empty: there is no largest or smallest element");
        Shape x = o.shape(0);
        return new TensorType(DType.I64, op.keepDims() ? x.with(op.axis(), 1) : x.without(op.axis()));
    }

    private static TensorType cumulative(Reduction.Cumulative op, Operands o) {
        o.check(op.function() == ReduceFunction.SUM || op.function() == ReduceFunction.PROD,
                "runs a sum or a product, not " + op.function().label());
        o.numeric(0);
        o.axis(0, op.axis());
        return o.type(0);
    }
}
