package dev.gatun;

import dev.gatun.op.Elementwise.BinaryFunction;
import dev.gatun.op.Elementwise.UnaryFunction;

/** Division with remainder, rounding, and questions about numbers, element by element; operands have one type and broadcast. */
public final class Arithmetic {
    private Arithmetic() {
    }

    /** Returns a - b·⌊a/b⌋, the remainder with the sign of b (Python's %, ONNX Mod); 0 for an integer remainder by 0. */
    public static Tensor mod(Tensor a, Tensor b) {
        return a.binary(BinaryFunction.MOD, b);
    }

    /** Returns a - b·trunc(a/b), the remainder with the sign of a (C's fmod and %); 0 for an integer remainder by 0. */
    public static Tensor remainder(Tensor a, Tensor b) {
        return a.binary(BinaryFunction.REM, b);
    }

    /** Returns ⌊a/b⌋ (Python's //), floating or integer; 0 for an integer division by 0. */
    public static Tensor floorDiv(Tensor a, Tensor b) {
        Tensor quotient = a.div(b);
        if (a.dtype().isFloating()) {
            return floor(quotient);
        }
        // Integers truncate: one too many where there is a remainder whose sign is not the divisor's.
        Tensor zero = Tensor.scalar(a.dtype(), 0);
        Tensor rest = remainder(a, b);
        Tensor isShort = Logic.and(rest.ne(zero), rest.lt(zero).ne(b.lt(zero)));
        return quotient.sub(isShort.cast(a.dtype()));
    }

    /** Returns -1, 0 or 1 by the sign of x; NaN stays. */
    public static Tensor sign(Tensor x) {
        return x.unary(UnaryFunction.SIGN);
    }

    /** Returns the greatest integers not above x. @param x floating */
    public static Tensor floor(Tensor x) {
        return x.unary(UnaryFunction.FLOOR);
    }

    /** Returns the smallest integers not below x. @param x floating */
    public static Tensor ceil(Tensor x) {
        return x.unary(UnaryFunction.CEIL);
    }

    /** Returns the nearest integers, ties to even. @param x floating */
    public static Tensor round(Tensor x) {
        return x.unary(UnaryFunction.ROUND);
    }

    /** Returns x without its fraction. @param x floating */
    public static Tensor trunc(Tensor x) {
        return x.unary(UnaryFunction.TRUNC);
    }

    /** Returns whether x is not a number, as BOOL. @param x floating */
    public static Tensor isNan(Tensor x) {
        return x.unary(UnaryFunction.IS_NAN);
    }

    /** Returns whether x is ∞ or -∞, as BOOL. @param x floating */
    public static Tensor isInf(Tensor x) {
        return x.unary(UnaryFunction.IS_INF);
    }

    /** Returns whether x is neither infinite nor NaN, as BOOL. @param x floating */
    public static Tensor isFinite(Tensor x) {
        return Logic.not(Logic.or(isNan(x), isInf(x)));
    }

    /** Returns min(max(x, low), high). */
    public static Tensor clip(Tensor x, Tensor low, Tensor high) {
        return x.max(low).min(high);
    }

    /** Returns a + weight · (b - a). */
    public static Tensor lerp(Tensor a, Tensor b, Tensor weight) {
        return a.add(weight.mul(b.sub(a)));
    }
}
