package dev.gatun.vector;

import static dev.gatun.vector.Native.getFloat;
import static dev.gatun.vector.Native.load;
import static dev.gatun.vector.Native.putFloat;
import static dev.gatun.vector.Native.store;
import static dev.gatun.vector.Simd.LANES;

import dev.gatun.op.Elementwise.BinaryFunction;

/** The functions of two operands on blocks of float: y[i] = f(a[i], b[i]). A block's length is a multiple of the vector's; y may be a or b. */
final class FloatBinary {
    private FloatBinary() {
    }

    /** Computes y = f(a, b) over {@code n} elements; y is BOOL for a comparison. */
    static void run(BinaryFunction function, long a, long b, long y, int n) {
        switch (function) {
            case ADD -> add(a, b, y, n);
            case SUB -> sub(a, b, y, n);
            case MUL -> mul(a, b, y, n);
            case DIV -> div(a, b, y, n);
            case POW -> pow(a, b, y, n);
            case MOD -> mod(a, b, y, n);
            case REM -> rem(a, b, y, n);
            case MIN -> min(a, b, y, n);
            case MAX -> max(a, b, y, n);
            case ATAN2 -> atan2(a, b, y, n);
            case EQ, NE, LT, LE, GT, GE -> Truth.compare(function, a, b, y, n);
            case AND, OR, XOR, SHIFT_LEFT, SHIFT_RIGHT -> throw new AssertionError(function + " has no float operands");
        }
    }

    static void add(long a, long b, long y, int n) {
        for (int i = 0; i < n; i += LANES) {
            store(y + 4L * i, load(a + 4L * i).add(load(b + 4L * i)));
        }
    }

    static void sub(long a, long b, long y, int n) {
        for (int i = 0; i < n; i += LANES) {
            store(y + 4L * i, load(a + 4L * i).sub(load(b + 4L * i)));
        }
    }

    static void mul(long a, long b, long y, int n) {
        for (int i = 0; i < n; i += LANES) {
            store(y + 4L * i, load(a + 4L * i).mul(load(b + 4L * i)));
        }
    }

    static void div(long a, long b, long y, int n) {
        for (int i = 0; i < n; i += LANES) {
            store(y + 4L * i, load(a + 4L * i).div(load(b + 4L * i)));
        }
    }

    static void min(long a, long b, long y, int n) {
        for (int i = 0; i < n; i += LANES) {
            store(y + 4L * i, load(a + 4L * i).min(load(b + 4L * i)));
        }
    }

    static void max(long a, long b, long y, int n) {
        for (int i = 0; i < n; i += LANES) {
            store(y + 4L * i, load(a + 4L * i).max(load(b + 4L * i)));
        }
    }

    /** In double, one element at a time, but for a square. */
    static void pow(long a, long b, long y, int n) {
        for (int i = 0; i < n; i++) {
            float x = getFloat(a + 4L * i);
            float exponent = getFloat(b + 4L * i);
            putFloat(y + 4L * i, exponent == 2 ? x * x : (float) Math.pow(x, exponent));
        }
    }

    static void atan2(long a, long b, long y, int n) {
        for (int i = 0; i < n; i++) {
            putFloat(y + 4L * i, (float) Math.atan2(getFloat(a + 4L * i), getFloat(b + 4L * i)));
        }
    }

    /** The remainder with the sign of b: Java's, moved by b where the signs differ. */
    static void mod(long a, long b, long y, int n) {
        for (int i = 0; i < n; i++) {
            float q = getFloat(b + 4L * i);
            float r = getFloat(a + 4L * i) % q;
            putFloat(y + 4L * i, r != 0 && r < 0 != q < 0 ? r + q : r);
        }
    }

    static void rem(long a, long b, long y, int n) {
        for (int i = 0; i < n; i++) {
            putFloat(y + 4L * i, getFloat(a + 4L * i) % getFloat(b + 4L * i));
        }
    }
}
