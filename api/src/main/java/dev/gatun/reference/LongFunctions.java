package dev.gatun.reference;

import dev.gatun.DType;
import dev.gatun.op.Elementwise.BinaryFunction;
import dev.gatun.op.Elementwise.UnaryFunction;
import java.util.function.LongBinaryOperator;
import java.util.function.LongUnaryOperator;

/**
 * The elementwise functions on integers and truth values, in long. Narrower types come sign- or zero-extended and are wrapped when stored, so only U64, which
 * a long cannot hold, needs functions of its own.
 */
final class LongFunctions {
    private LongFunctions() {
    }

    static LongUnaryOperator of(UnaryFunction function, DType dtype) {
        boolean u64 = dtype == DType.U64;
        return switch (function) {
            case NEG -> x -> -x;
            case ABS -> u64 ? x -> x : Math::abs;
            case SIGN -> u64 ? x -> x == 0 ? 0 : 1 : Long::signum;
            case RELU -> u64 ? x -> x : x -> Math.max(x, 0);
            case LOGICAL_NOT -> x -> truth(x == 0);
            case BITWISE_NOT -> x -> ~x;
            case RECIPROCAL, SQRT, RSQRT, EXP, EXPM1, LOG, LOG1P, SIN, COS, TAN, ASIN, ACOS, ATAN, SINH, COSH, TANH, ASINH, ACOSH, ATANH, ERF, SIGMOID,
                 SOFTPLUS, FLOOR, CEIL, ROUND, TRUNC, IS_NAN, IS_INF -> throw new IllegalArgumentException(function.label()
                         + " has no meaning on integers");
        };
    }

    static LongBinaryOperator of(BinaryFunction function, DType dtype) {
        boolean u64 = dtype == DType.U64;
        return switch (function) {
            case ADD -> Long::sum;
            case SUB -> (a, b) -> a - b;
            case MUL -> (a, b) -> a * b;
            case DIV -> u64 ? (a, b) -> b == 0 ? 0 : Long.divideUnsigned(a, b) : (a, b) -> b == 0 ? 0 : a / b;
            case POW -> u64 ? LongFunctions::power : LongFunctions::signedPower;
            case MOD -> u64 ? (a, b) -> b == 0 ? 0 : Long.remainderUnsigned(a, b) : (a, b) -> b == 0 ? 0 : Math.floorMod(a, b);
            case REM -> u64 ? (a, b) -> b == 0 ? 0 : Long.remainderUnsigned(a, b) : (a, b) -> b == 0 ? 0 : a % b;
            case MIN -> u64 ? (a, b) -> Long.compareUnsigned(a, b) <= 0 ? a : b : Math::min;
            case MAX -> u64 ? (a, b) -> Long.compareUnsigned(a, b) >= 0 ? a : b : Math::max;
            case AND -> (a, b) -> a & b;
            case OR -> (a, b) -> a | b;
            case XOR -> (a, b) -> a ^ b;
            case SHIFT_LEFT -> (a, b) -> isBelow64(b) ? a << b : 0;
            case SHIFT_RIGHT -> u64 ? (a, b) -> isBelow64(b) ? a >>> b : 0 : (a, b) -> a >> (isBelow64(b) ? b : 63);
            case EQ -> (a, b) -> truth(a == b);
            case NE -> (a, b) -> truth(a != b);
            case LT -> u64 ? (a, b) -> truth(Long.compareUnsigned(a, b) < 0) : (a, b) -> truth(a < b);
            case LE -> u64 ? (a, b) -> truth(Long.compareUnsigned(a, b) <= 0) : (a, b) -> truth(a <= b);
            case GT -> u64 ? (a, b) -> truth(Long.compareUnsigned(a, b) > 0) : (a, b) -> truth(a > b);
            case GE -> u64 ? (a, b) -> truth(Long.compareUnsigned(a, b) >= 0) : (a, b) -> truth(a >= b);
            case ATAN2 -> throw new IllegalArgumentException(function.label() + " has no meaning on integers");
        };
    }

    /** aᵇ by repeated squaring, b unsigned; wraps. */
    private static long power(long a, long b) {
        long y = 1;
        long square = a;
        for (long bits = b; bits != 0; bits >>>= 1) {
            y *= (bits & 1) == 1 ? square : 1;
            square *= square;
        }
        return y;
    }

    /** aᵇ; a negative exponent gives 1 / a⁻ᵇ truncated, which is 0 but for a = ±1 (and for a = 0, as division by zero is). */
    private static long signedPower(long a, long b) {
        if (b >= 0) {
            return power(a, b);
        }
        return a == 1 || a == -1 ? power(a, b & 1) : 0;
    }

    /** A shift by 64 or more shifts everything out, and so does a negative one, whose bits are those of a huge unsigned count. */
    private static boolean isBelow64(long count) {
        return count >= 0 && count < 64;
    }

    private static long truth(boolean b) {
        return b ? 1 : 0;
    }
}
