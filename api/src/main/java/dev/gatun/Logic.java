package dev.gatun;

import dev.gatun.op.Elementwise.BinaryFunction;
import dev.gatun.op.Elementwise.UnaryFunction;

/**
 * Logical functions of BOOL tensors, element by element; operands broadcast. A number is made a truth value with {@code cast(DType.BOOL)}: x ≠ 0.
 *
 * <p>All throw {@link IllegalArgumentException} for operands of another type.
 */
public final class Logic {
    private Logic() {
    }

    /** Returns a and b. */
    public static Tensor and(Tensor a, Tensor b) {
        return binary("logical_and", BinaryFunction.AND, a, b);
    }

    /** Returns a or b. */
    public static Tensor or(Tensor a, Tensor b) {
        return binary("logical_or", BinaryFunction.OR, a, b);
    }

    /** Returns a or b, but not both. */
    public static Tensor xor(Tensor a, Tensor b) {
        return binary("logical_xor", BinaryFunction.XOR, a, b);
    }

    /** Returns not x. */
    public static Tensor not(Tensor x) {
        return requireBool("logical_not", "x", x).unary(UnaryFunction.LOGICAL_NOT);
    }

    private static Tensor binary(String op, BinaryFunction function, Tensor a, Tensor b) {
        return requireBool(op, "a", a).binary(function, requireBool(op, "b", b));
    }

    static Tensor requireBool(String op, String name, Tensor x) {
        if (x.dtype() != DType.BOOL) {
            throw new IllegalArgumentException(op + ": " + name + " is " + x.dtype().label() + " but must be bool, write " + name
                    + ".cast(DType.BOOL)");
        }
        return x;
    }
}
