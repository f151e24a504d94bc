package dev.gatun.graph;

import dev.gatun.DType;
import dev.gatun.TensorType;
import dev.gatun.op.Elementwise;
import dev.gatun.op.Elementwise.BinaryFunction;
import dev.gatun.op.Elementwise.UnaryFunction;
import java.util.List;

/** Types of elementwise ops: operands of one shape, which is the result's. */
final class ElementwiseRules {
    private ElementwiseRules() {
    }

    static TensorType infer(Elementwise op, List<TensorType> inputs) {
        return switch (op) {
            case Elementwise.Unary u -> unary(u.function(), Operands.of(op, inputs, "x"));
            case Elementwise.Binary b -> binary(b.function(), Operands.of(op, inputs, "a", "b"));
            case Elementwise.Where w -> where(Operands.of(op, inputs, "c", "a", "b"));
            case Elementwise.Cast c -> Operands.of(op, inputs, "x").type(0).with(c.to());
            case Elementwise.Quantize q -> quantize(q, Operands.of(op, inputs, "x"));
            case Elementwise.Dequantize q -> dequantize(q, Operands.of(op, inputs, "x"));
        };
    }

    private static TensorType unary(UnaryFunction function, Operands operands) {
        DType dtype = operands.dtype(0);
        Operands o = switch (function) {
            case NEG -> operands.kind(0, dtype.isFloating() || dtype.kind() == DType.Kind.SIGNED, "floating or a signed integer", DType.I32);
            case ABS, SIGN, RELU -> operands.numeric(0);
            case RECIPROCAL, SQRT, RSQRT, EXP, EXPM1, LOG, LOG1P, SIN, COS, TAN, ASIN, ACOS, ATAN, SINH, COSH, TANH, ASINH, ACOSH, ATANH, ERF, SIGMOID,
                 SOFTPLUS, FLOOR, CEIL, ROUND, TRUNC, IS_NAN, IS_INF -> operands.floating(0);
            case LOGICAL_NOT -> operands.exactly(0, DType.BOOL);
            case BITWISE_NOT -> operands.kind(0, dtype.isInteger(), "an integer type", DType.I32);
        };
        return function.isPredicate() ? o.type(0).with(DType.BOOL) : o.type(0);
    }

    private static TensorType binary(BinaryFunction function, Operands operands) {
        DType dtype = operands.dtype(0);
        Operands o = switch (function) {
            case ADD, SUB, MUL, DIV, POW, MOD, REM, MIN, MAX, LT, LE, GT, GE -> operands.numeric(0);
            case ATAN2 -> operands.floating(0);
            case AND, OR, XOR -> operands.kind(0, !dtype.isFloating(), "an integer type or bool", DType.BOOL);
            case SHIFT_LEFT, SHIFT_RIGHT -> operands.kind(0, dtype.isInteger(), "an integer type", DType.I32);
            case EQ, NE -> operands;
        };
        o.sameDtype(0, 1);
        sameShape(o, 0, 1);
        return function.isComparison() ? o.type(0).with(DType.BOOL) : o.type(0);
    }

    private static TensorType where(Operands o) {
        o.exactly(0, DType.BOOL);
        o.sameDtype(1, 2);
        sameShape(o, 0, 1);
        sameShape(o, 1, 2);
        return o.type(1);
    }

    private static TensorType quantize(Elementwise.Quantize op, Operands o) {
        o.floating(0);
        scale(op.scale(), o);
        boolean fits = op.signed() ? op.zero() == (byte) op.zero() : op.zero() == (op.zero() & 0xFF);
        o.check(fits, "the zero " + op.zero() + " is no " + op.to().label());
        return o.type(0).with(op.to());
    }

    private static TensorType dequantize(Elementwise.Dequantize op, Operands o) {
        DType dtype = o.dtype(0);
        o.kind(0, dtype == DType.I8 || dtype == DType.U8 || dtype == DType.I32, "i8, u8 or i32", DType.I32);
        scale(op.scale(), o);
        return o.type(0).with(DType.F32);
    }

    private static void scale(float scale, Operands o) {
        o.check(scale > 0 && scale < Float.POSITIVE_INFINITY, "the scale must be a positive number, got " + scale);
    }

    private static void sameShape(Operands o, int first, int other) {
        o.check(o.shape(first).equals(o.shape(other)), o.text(first) + " and " + o.text(other) + ": shapes must be equal, expand the smaller first");
    }
}
