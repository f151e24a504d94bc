package dev.gatun.graph;

import dev.gatun.DType;
import dev.gatun.Shape;
import dev.gatun.TensorType;
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
import java.util.ArrayList;
import java.util.List;

/**
 * Which operands an op takes, and of what types its results are. Everything that can be known before data is there is checked here, attributes included,
 * so that a kernel need not: what it is asked to compute makes sense. Axes in attributes are counted from the start; the recorder translates the user's.
 */
public final class TypeRules {
    private TypeRules() {
    }

    /**
     * Returns the types of the results of {@code op} applied to operands of types {@code inputs}.
     *
     * @throws IllegalArgumentException if the op does not take such operands, or an attribute makes no sense; the message names op, rule and values
     */
    public static List<TensorType> infer(Op op, List<TensorType> inputs) {
        return switch (op) {
            case Source o -> List.of(source(o, inputs));
            case Elementwise o -> List.of(ElementwiseRules.infer(o, inputs));
            case Reduction o -> List.of(ReductionRules.infer(o, inputs));
            case Movement o -> List.of(MovementRules.infer(o, inputs));
            case Indexing o -> IndexingRules.infer(o, inputs);
            case Contraction o -> List.of(contraction(o, inputs));
            case Convolution o -> List.of(WindowRules.infer(o, inputs));
            case Quantized o -> List.of(QuantizedRules.infer(o, inputs));
            case Pooling o -> WindowRules.infer(o, inputs);
            case Normalization o -> NormalizationRules.infer(o, inputs);
            case Recurrent o -> RecurrentRules.infer(o, inputs);
            case Random o -> List.of(random(o, inputs));
            case Fused.Region o -> region(o, inputs);
            case Fused.Epilogue o -> epilogue(o, inputs);
        };
    }

    private static TensorType source(Source op, List<TensorType> inputs) {
        Operands o = Operands.of(op, inputs);
        return switch (op) {
            case Source.Scalar s -> new TensorType(s.dtype(), Shape.SCALAR);
            case Source.Iota i -> {
                o.check(i.dtype() != DType.BOOL, "bool has no integers to count with, choose DType.I64");
                o.check(i.size() >= 0, "size must not be negative, got " + i.size());
                o.check(i.size() - 1L <= largest(i.dtype()), "the last of " + i.size() + " integers does not fit into " + i.dtype().label());
                yield TensorType.of(i.dtype(), i.size());
            }
        };
    }

    /** Returns the largest integer up to which {@code dtype} has a value at or near every integer. */
    private static long largest(DType dtype) {
        return switch (dtype) {
            case I8 -> Byte.MAX_VALUE;
            case U8 -> 0xFF;
            case I16 -> Short.MAX_VALUE;
            case U16 -> 0xFFFF;
            case F16 -> 65504;
            case F32, F64, BF16, I32, U32, I64, U64, BOOL -> Integer.MAX_VALUE;
        };
    }

    private static TensorType contraction(Contraction op, List<TensorType> inputs) {
        Operands o = Operands.of(op, inputs, "a", "b");
        return switch (op) {
            case Contraction.MatMul m -> matMul(m, o);
        };
    }

    private static TensorType matMul(Contraction.MatMul op, Operands o) {
        o.numeric(0);
        o.sameDtype(0, 1);
        return o.type(0).with(product(op.transposeA(), op.transposeB(), o));
    }

    /** Returns the shape of the product of operands 0 and 1. */
    static Shape product(boolean transposeA, boolean transposeB, Operands o) {
        String both = o.text(0) + " x " + o.text(1) + ": ";
        o.check(o.rank(0) >= 2 && o.rank(1) >= 2, both + "each needs at least 2 axes, reshape a vector to a row or a column");
        o.check(o.rank(0) == o.rank(1), both + "a has " + o.rank(0) + " axes but b has " + o.rank(1));
        int lead = o.rank(0) - 2;
        Shape batch = o.shape(0).slice(0, lead);
        o.check(batch.equals(o.shape(1).slice(0, lead)), both + "the leading axes are " + batch + " and " + o.shape(1).slice(0, lead)
                + " but must be equal");
        int rows = o.dim(0, transposeA ? -1 : -2);
        int columns = o.dim(0, transposeA ? -2 : -1);
        int bRows = o.dim(1, transposeB ? -1 : -2);
        int bColumns = o.dim(1, transposeB ? -2 : -1);
        o.check(columns == bRows, both + (transposeA ? "aᵀ" : "a") + " has " + columns + " columns but " + (transposeB ? "bᵀ" : "b") + " has "
                + bRows + " rows");
        return batch.concat(Shape.of(rows, bColumns));
    }

    private static TensorType random(Random op, List<TensorType> inputs) {
        Operands o = Operands.of(op, inputs, "key");
        o.exactly(0, DType.I64);
        o.shape(0, Shape.of(2), "seed and stream");
        return switch (op) {
            case Random.Draw d -> new TensorType(switch (d.distribution()) {
                case BITS -> DType.U32;
                case UNIFORM, NORMAL -> DType.F32;
            }, d.shape());
        };
    }

    private static List<TensorType> region(Fused.Region op, List<TensorType> inputs) {
        if (inputs.size() != op.inputs()) {
            throw new IllegalArgumentException("region: takes " + op.inputs() + " operands but got " + inputs.size());
        }
        for (TensorType input : inputs) {
            if (!input.shape().expandsTo(op.shape())) {
                throw new IllegalArgumentException("region: operand " + input + " does not expand to " + op.shape());
            }
        }
        return op.results().stream().map(value -> {
            boolean isOperand = value < op.inputs();
            return new TensorType(isOperand ? inputs.get(value).dtype() : op.code().get(value - op.inputs()).dtype(), op.shape());
        }).toList();
    }

    private static List<TensorType> epilogue(Fused.Epilogue op, List<TensorType> inputs) {
        List<TensorType> root = infer(op.root(), inputs.subList(0, op.rootInputs()));
        List<TensorType> regionInputs = new ArrayList<>(List.of(root.getFirst()));
        regionInputs.addAll(inputs.subList(op.rootInputs(), inputs.size()));
        List<TensorType> results = new ArrayList<>(region(op.region(), regionInputs));
        results.addAll(root.subList(1, root.size()));
        return results;
    }
}
