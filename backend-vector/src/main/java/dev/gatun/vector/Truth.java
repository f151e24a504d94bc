package dev.gatun.vector;

import static dev.gatun.vector.Native.ALL;
import static dev.gatun.vector.Native.getInt;
import static dev.gatun.vector.Native.getLong;
import static dev.gatun.vector.Native.load;
import static dev.gatun.vector.Native.putInt;
import static dev.gatun.vector.Native.putLong;
import static dev.gatun.vector.Simd.F32;
import static dev.gatun.vector.Simd.LANES;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static jdk.incubator.vector.VectorOperators.IS_INFINITE;
import static jdk.incubator.vector.VectorOperators.IS_NAN;

import dev.gatun.op.Elementwise.BinaryFunction;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/**
 * Blocks of truth values, one byte 0 or 1 each: what makes them from floats, combines them, and chooses by them. Between a vector's mask and its bytes
 * lies one bit scatter or gather of a 64-bit word (x86: PDEP, PEXT).
 */
final class Truth {
    /** The bit of each byte that tells. */
    private static final long BITS = 0x0101010101010101L;

    private Truth() {
    }

    /** Computes y = f(a, b) for a comparison f of floats. */
    static void compare(BinaryFunction function, long a, long b, long y, int n) {
        switch (function) {
            case EQ -> equal(a, b, y, n);
            case NE -> notEqual(a, b, y, n);
            case LT -> less(a, b, y, n);
            case LE -> lessOrEqual(a, b, y, n);
            case GT -> less(b, a, y, n);
            case GE -> lessOrEqual(b, a, y, n);
            case ADD, SUB, MUL, DIV, POW, MOD, REM, MIN, MAX, ATAN2, AND, OR, XOR, SHIFT_LEFT, SHIFT_RIGHT ->
                throw new AssertionError(function + " is no comparison");
        }
    }

    /** Computes y = f(a, b) for truth values a and b; four at a time, since n is a multiple of the lanes. */
    static void logic(BinaryFunction function, long a, long b, long y, int n) {
        int ones = (int) BITS;
        for (int i = 0; i < n; i += 4) {
            int p = getInt(a + i);
            int q = getInt(b + i);
            putInt(y + i, switch (function) {
                case AND -> p & q;
                case OR -> p | q;
                case XOR, NE -> p ^ q;
                case EQ -> p ^ q ^ ones;
                case ADD, SUB, MUL, DIV, POW, MOD, REM, MIN, MAX, ATAN2, SHIFT_LEFT, SHIFT_RIGHT, LT, LE, GT, GE ->
                    throw new AssertionError(function + " has no BOOL operands");
            });
        }
    }

    static void not(long x, long y, int n) {
        for (int i = 0; i < n; i += 4) {
            putInt(y + i, getInt(x + i) ^ (int) BITS);
        }
    }

    static void isNan(long x, long y, int n) {
        for (int i = 0; i < n; i += LANES) {
            store(y + i, load(x + 4L * i).test(IS_NAN));
        }
    }

    static void isInfinite(long x, long y, int n) {
        for (int i = 0; i < n; i += LANES) {
            store(y + i, load(x + 4L * i).test(IS_INFINITE));
        }
    }

    /** y = x != 0; NaN is not 0. */
    static void isNonzero(long x, long y, int n) {
        for (int i = 0; i < n; i += LANES) {
            store(y + i, load(x + 4L * i).compare(VectorOperators.NE, 0f));
        }
    }

    private static void equal(long a, long b, long y, int n) {
        for (int i = 0; i < n; i += LANES) {
            store(y + i, load(a + 4L * i).compare(VectorOperators.EQ, load(b + 4L * i)));
        }
    }

    private static void notEqual(long a, long b, long y, int n) {
        for (int i = 0; i < n; i += LANES) {
            store(y + i, load(a + 4L * i).compare(VectorOperators.NE, load(b + 4L * i)));
        }
    }

    private static void less(long a, long b, long y, int n) {
        for (int i = 0; i < n; i += LANES) {
            store(y + i, load(a + 4L * i).compare(VectorOperators.LT, load(b + 4L * i)));
        }
    }

    private static void lessOrEqual(long a, long b, long y, int n) {
        for (int i = 0; i < n; i += LANES) {
            store(y + i, load(a + 4L * i).compare(VectorOperators.LE, load(b + 4L * i)));
        }
    }

    /** y = c ? a : b for floats, or any 4-byte elements: their bits pass unchanged. */
    static void choose4(long c, long a, long b, long y, int n) {
        for (int i = 0; i < n; i += LANES) {
            Native.store(y + 4L * i, load(b + 4L * i).blend(load(a + 4L * i), mask(c + i)));
        }
    }

    /** y = c ? a : b for 8-byte elements. */
    static void choose8(long c, long a, long b, long y, int n) {
        for (int i = 0; i < n; i++) {
            putLong(y + 8L * i, getLong((ALL.get(JAVA_BYTE, c + i) != 0 ? a : b) + 8L * i));
        }
    }

    /** y = c ? a : b for truth values. */
    static void choose1(long c, long a, long b, long y, int n) {
        for (int i = 0; i < n; i += 4) {
            int chosen = getInt(c + i);
            putInt(y + i, chosen & getInt(a + i) | ~chosen & getInt(b + i));
        }
    }

    /** y = x ? 1 : 0 as float. */
    static void toFloat(long x, long y, int n) {
        for (int i = 0; i < n; i += LANES) {
            Native.store(y + 4L * i, FloatVector.zero(F32).blend(1f, mask(x + i)));
        }
    }

    /** Writes a byte a lane. */
    static void store(long y, VectorMask<Float> mask) {
        long bits = mask.toLong();
        if (LANES == 4) {
            putInt(y, (int) Long.expand(bits, BITS));
        } else {
            putLong(y, Long.expand(bits, BITS));
            if (LANES == 16) {
                putLong(y + 8, Long.expand(bits >>> 8, BITS));
            }
        }
    }

    /** Reads a byte a lane. */
    static VectorMask<Float> mask(long x) {
        long bits;
        if (LANES == 4) {
            bits = Long.compress(getInt(x), BITS & 0xFFFFFFFFL);
        } else {
            bits = Long.compress(getLong(x), BITS);
            if (LANES == 16) {
                bits |= Long.compress(getLong(x + 8), BITS) << 8;
            }
        }
        return VectorMask.fromLong(F32, bits);
    }
}
