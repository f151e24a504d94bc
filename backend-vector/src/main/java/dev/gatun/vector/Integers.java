package dev.gatun.vector;

import static dev.gatun.vector.Native.getInt;
import static dev.gatun.vector.Native.getLong;
import static dev.gatun.vector.Native.putInt;
import static dev.gatun.vector.Native.putLong;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.gatun.DType;
import dev.gatun.op.Elementwise.BinaryFunction;
import dev.gatun.op.Elementwise.UnaryFunction;

/**
 * Elementwise functions on blocks of I32 and I64, and conversions between F32, I32, I64 and BOOL. Indices and counters are all that these types hold in a
 * network, so each element is computed alone, in long: I32 wraps when it is stored.
 */
final class Integers {
    private Integers() {
    }

    /** Computes y = f(x) for operands of {@code dtype}, I32 or I64. */
    static void unary(UnaryFunction function, DType dtype, long x, long y, int n) {
        for (int i = 0; i < n; i++) {
            put(dtype, y, i, apply(function, get(dtype, x, i)));
        }
    }

    /** Computes y = f(a, b) for operands of {@code dtype}; y is BOOL for a comparison. */
    static void binary(BinaryFunction function, DType dtype, long a, long b, long y, int n) {
        int bits = 8 * dtype.bytes();
        DType to = function.isComparison() ? DType.BOOL : dtype;
        for (int i = 0; i < n; i++) {
            put(to, y, i, apply(function, bits, get(dtype, a, i), get(dtype, b, i)));
        }
    }

    /** Computes y = (to) x. */
    static void cast(DType from, DType to, long x, long y, int n) {
        for (int i = 0; i < n; i++) {
            if (from == DType.F32) {
                float value = Native.getFloat(x + 4L * i);
                put(to, y, i, to == DType.I32 ? (int) value : to == DType.BOOL ? value != 0 ? 1 : 0 : (long) value);
            } else if (to == DType.F32) {
                Native.putFloat(y + 4L * i, (float) get(from, x, i));
            } else {
                long value = get(from, x, i);
                put(to, y, i, to == DType.BOOL ? value != 0 ? 1 : 0 : value);
            }
        }
    }

    /** Returns element {@code i} of an integer or BOOL block. */
    static long get(DType dtype, long x, long i) {
        return switch (dtype) {
            case I32 -> getInt(x + 4 * i);
            case I64 -> getLong(x + 8 * i);
            case BOOL -> Native.ALL.get(JAVA_BYTE, x + i);
            case F32, F64, BF16, F16, I8, U8, I16, U16, U32, U64 -> throw new AssertionError(dtype.label() + " has no block loops");
        };
    }

    private static void put(DType dtype, long y, long i, long value) {
        switch (dtype) {
            case I32 -> putInt(y + 4 * i, (int) value);
            case I64 -> putLong(y + 8 * i, value);
            case BOOL -> Native.ALL.set(JAVA_BYTE, y + i, (byte) value);
            case F32, F64, BF16, F16, I8, U8, I16, U16, U32, U64 -> throw new AssertionError(dtype.label() + " has no block loops");
        }
    }

    private static long apply(UnaryFunction function, long x) {
        return switch (function) {
            case NEG -> -x;
            case ABS -> Math.abs(x);
            case SIGN -> Long.signum(x);
            case RELU -> Math.max(x, 0);
            case BITWISE_NOT -> ~x;
            case RECIPROCAL, SQRT, RSQRT, EXP, EXPM1, LOG, LOG1P, SIN, COS, TAN, ASIN, ACOS, ATAN, SINH, COSH, TANH, ASINH, ACOSH, ATANH, ERF, SIGMOID,
                 SOFTPLUS, FLOOR, CEIL, ROUND, TRUNC, IS_NAN, IS_INF, LOGICAL_NOT -> throw new AssertionError(function + " has no integer operand");
        };
    }

    private static long apply(BinaryFunction function, int bits, long a, long b) {
        return switch (function) {
            case ADD -> a + b;
            case SUB -> a - b;
            case MUL -> a * b;
            case DIV -> b == 0 ? 0 : a / b;
            case POW -> power(a, b);
            case MOD -> b == 0 ? 0 : Math.floorMod(a, b);
            case REM -> b == 0 ? 0 : a % b;
            case MIN -> Math.min(a, b);
            case MAX -> Math.max(a, b);
            case AND -> a & b;
            case OR -> a | b;
            case XOR -> a ^ b;
            case SHIFT_LEFT -> Long.compareUnsigned(b, bits) >= 0 ? 0 : a << b;
            case SHIFT_RIGHT -> a >> (Long.compareUnsigned(b, bits) >= 0 ? 63 : b);
            case EQ -> a == b ? 1 : 0;
            case NE -> a != b ? 1 : 0;
            case LT -> a < b ? 1 : 0;
            case LE -> a <= b ? 1 : 0;
            case GT -> a > b ? 1 : 0;
            case GE -> a >= b ? 1 : 0;
            case ATAN2 -> throw new AssertionError(function + " has no integer operands");
        };
    }

    /** aᵇ by squaring; for b < 0 the quotient 1 / a⁻ᵇ truncated, which is 0 unless a is 1 or -1. */
    private static long power(long a, long b) {
        if (b < 0) {
            return a == 1 ? 1 : a == -1 ? (b & 1) == 0 ? 1 : -1 : 0;
        }
        long power = 1;
        long square = a;
        for (long rest = b; rest != 0; rest >>= 1) {
            if ((rest & 1) != 0) {
                power *= square;
            }
            square *= square;
        }
        return power;
    }
}
