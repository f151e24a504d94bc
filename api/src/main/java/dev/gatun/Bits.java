package dev.gatun;

import dev.gatun.op.Elementwise.BinaryFunction;
import dev.gatun.op.Elementwise.UnaryFunction;

/**
 * Bitwise functions of integer tensors, element by element; operands have one type and broadcast.
 *
 * <p>All throw {@link IllegalArgumentException} for floating and BOOL operands ({@link Logic} is for the latter).
 */
public final class Bits {
    private Bits() {
    }

    /** Returns a &amp; b. */
    public static Tensor and(Tensor a, Tensor b) {
        return binary("bitwise_and", BinaryFunction.AND, a, b);
    }

    /** Returns a | b. */
    public static Tensor or(Tensor a, Tensor b) {
        return binary("bitwise_or", BinaryFunction.OR, a, b);
    }

    /** Returns a ^ b. */
    public static Tensor xor(Tensor a, Tensor b) {
        return binary("bitwise_xor", BinaryFunction.XOR, a, b);
    }

    /** Returns ~x. */
    public static Tensor not(Tensor x) {
        return requireInteger("bitwise_not", "x", x).unary(UnaryFunction.BITWISE_NOT);
    }

    /** Returns a shifted left by b bits; 0 where b is at least the type's width. */
    public static Tensor shiftLeft(Tensor a, Tensor b) {
        return binary("shift_left", BinaryFunction.SHIFT_LEFT, a, b);
    }

    /** Returns a shifted right by b bits; copies of the sign come in for signed types, else zeros. */
    public static Tensor shiftRight(Tensor a, Tensor b) {
        return binary("shift_right", BinaryFunction.SHIFT_RIGHT, a, b);
    }

    private static Tensor binary(String op, BinaryFunction function, Tensor a, Tensor b) {
        return requireInteger(op, "a", a).binary(function, requireInteger(op, "b", b));
    }

    private static Tensor requireInteger(String op, String name, Tensor x) {
        if (!x.dtype().isInteger()) {
            throw new IllegalArgumentException(op + ": " + name + " is " + x.dtype().label() + " but must be an integer type, write " + name
                    + ".cast(DType.I32)");
        }
        return x;
    }
}
