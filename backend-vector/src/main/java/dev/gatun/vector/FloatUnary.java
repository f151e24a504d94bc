package dev.gatun.vector;

import static dev.gatun.vector.Native.getFloat;
import static dev.gatun.vector.Native.load;
import static dev.gatun.vector.Native.putFloat;
import static dev.gatun.vector.Native.store;
import static dev.gatun.vector.Simd.F32;
import static dev.gatun.vector.Simd.LANES;
import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.LE;
import static jdk.incubator.vector.VectorOperators.LT;

import dev.gatun.op.Elementwise.UnaryFunction;
import java.lang.invoke.MethodHandles;
import jdk.incubator.vector.FloatVector;

/**
 * The functions of one operand on blocks of float: y[i] = f(x[i]). A block's length is a multiple of the vector's, so there are no tails; y may be x
 * where {@link #isInPlace} says so.
 *
 * <p>Each function is a small loop of its own, which the JIT compiler turns into a handful of instructions; a loop with a switch inside would not be.
 * {@link FloatMath} has the formulas.
 */
final class FloatUnary {
    private static final MethodHandles.Lookup LOOKUP = MethodHandles.lookup();
    private static final Loop EXP = Loop.of(LOOKUP, "expLoop");
    private static final Loop EXPM1 = Loop.of(LOOKUP, "expm1Loop");
    private static final Loop LOG = Loop.of(LOOKUP, "logLoop");
    private static final Loop TANH = Loop.of(LOOKUP, "tanhLoop");
    private static final Loop SIGMOID = Loop.of(LOOKUP, "sigmoidLoop");
    private static final Loop LOG_OF_NEXT = Loop.of(LOOKUP, "logOfNextLoop");
    private static final Loop ERF_FAR_OUT = Loop.of(LOOKUP, "erfFarOutLoop");
    private static final Loop ERF_NEAR_ZERO = Loop.of(LOOKUP, "erfNearZeroLoop");
    private static final Loop EXP_OF_MINUS_ABS = Loop.of(LOOKUP, "expOfMinusAbsLoop");
    private static final Loop SOFTPLUS_OF_EXP = Loop.of(LOOKUP, "softplusOfExpLoop");

    private FloatUnary() {
    }

    /** Computes y = f(x) over {@code n} elements. */
    static void run(UnaryFunction function, long x, long y, int n) {
        switch (function) {
            case NEG -> neg(x, y, n);
            case ABS -> abs(x, y, n);
            case SIGN -> sign(x, y, n);
            case RECIPROCAL -> reciprocal(x, y, n);
            case SQRT -> sqrt(x, y, n);
            case RSQRT -> rsqrt(x, y, n);
            case EXP -> exp(x, y, n);
            case EXPM1 -> expm1(x, y, n);
            case LOG -> log(x, y, n);
            case LOG1P -> {
                LOG_OF_NEXT.run(x, y, n);
                addLostInLog1p(x, y, n);
            }
            case TANH -> tanh(x, y, n);
            case SIN, COS, TAN, ASIN, ACOS, ATAN, SINH, COSH, ASINH, ACOSH, ATANH -> inDouble(function, x, y, n);
            case ERF -> {
                ERF_FAR_OUT.run(x, y, n);
                ERF_NEAR_ZERO.run(x, y, n);
            }
            case SIGMOID -> sigmoid(x, y, n);
            case RELU -> relu(x, y, n);
            case SOFTPLUS -> {                // ln(1 + eˣ) = max(x, 0) + ln(1 + e⁻ˡˣˡ)
                EXP_OF_MINUS_ABS.run(x, y, n);
                SOFTPLUS_OF_EXP.run(x, y, n);
            }
            case FLOOR -> floor(x, y, n);
            case CEIL -> ceil(x, y, n);
            case ROUND -> round(x, y, n);
            case TRUNC -> trunc(x, y, n);
            case IS_NAN -> Truth.isNan(x, y, n);
            case IS_INF -> Truth.isInfinite(x, y, n);
            case LOGICAL_NOT, BITWISE_NOT -> throw new AssertionError(function + " has no float operand");
        }
    }

    /** Returns whether y may be x: not where a second loop reads x again. */
    static boolean isInPlace(UnaryFunction function) {
        return function != UnaryFunction.LOG1P && function != UnaryFunction.ERF && function != UnaryFunction.SOFTPLUS;
    }

    static void neg(long x, long y, int n) {
        for (int i = 0; i < n; i += LANES) {
            store(y + 4L * i, load(x + 4L * i).neg());
        }
    }

    static void abs(long x, long y, int n) {
        for (int i = 0; i < n; i += LANES) {
            store(y + 4L * i, load(x + 4L * i).abs());
        }
    }

    /** What is neither above nor below 0 is its own sign: the zeros and NaN. */
    static void sign(long x, long y, int n) {
        for (int i = 0; i < n; i += LANES) {
            FloatVector v = load(x + 4L * i);
            store(y + 4L * i, v.blend(1f, v.compare(GT, 0f)).blend(-1f, v.compare(LT, 0f)));
        }
    }

    static void reciprocal(long x, long y, int n) {
        for (int i = 0; i < n; i += LANES) {
            store(y + 4L * i, FloatVector.broadcast(F32, 1f).div(load(x + 4L * i)));
        }
    }

    static void sqrt(long x, long y, int n) {
        for (int i = 0; i < n; i += LANES) {
            store(y + 4L * i, load(x + 4L * i).sqrt());
        }
    }

    static void rsqrt(long x, long y, int n) {
        for (int i = 0; i < n; i += LANES) {
            store(y + 4L * i, FloatVector.broadcast(F32, 1f).div(load(x + 4L * i).sqrt()));
        }
    }

    static void exp(long x, long y, int n) {
        EXP.run(x, y, n);
    }

    private static void expLoop(long x, long y, int n) {
        for (int i = 0; i < n; i += LANES) {
            store(y + 4L * i, FloatMath.exp(load(x + 4L * i)));
        }
    }

    static void expm1(long x, long y, int n) {
        EXPM1.run(x, y, n);
    }

    private static void expm1Loop(long x, long y, int n) {
        for (int i = 0; i < n; i += LANES) {
            store(y + 4L * i, FloatMath.expm1(load(x + 4L * i)));
        }
    }

    static void log(long x, long y, int n) {
        LOG.run(x, y, n);
    }

    private static void logLoop(long x, long y, int n) {
        for (int i = 0; i < n; i += LANES) {
            store(y + 4L * i, FloatMath.log(load(x + 4L * i)));
        }
    }

    private static void logOfNextLoop(long x, long y, int n) {
        for (int i = 0; i < n; i += LANES) {
            store(y + 4L * i, FloatMath.logOfNext(load(x + 4L * i)));
        }
    }

    private static void addLostInLog1p(long x, long y, int n) {
        for (int i = 0; i < n; i += LANES) {
            store(y + 4L * i, load(y + 4L * i).add(FloatMath.lostInLog1p(load(x + 4L * i))));
        }
    }

    static void tanh(long x, long y, int n) {
        TANH.run(x, y, n);
    }

    private static void tanhLoop(long x, long y, int n) {
        for (int i = 0; i < n; i += LANES) {
            store(y + 4L * i, FloatMath.tanh(load(x + 4L * i)));
        }
    }

    private static void erfFarOutLoop(long x, long y, int n) {
        for (int i = 0; i < n; i += LANES) {
            store(y + 4L * i, FloatMath.erfFarOut(load(x + 4L * i)));
        }
    }

    private static void erfNearZeroLoop(long x, long y, int n) {
        for (int i = 0; i < n; i += LANES) {
            store(y + 4L * i, FloatMath.erf(load(x + 4L * i), load(y + 4L * i)));
        }
    }

    static void sigmoid(long x, long y, int n) {
        SIGMOID.run(x, y, n);
    }

    private static void sigmoidLoop(long x, long y, int n) {
        for (int i = 0; i < n; i += LANES) {
            store(y + 4L * i, FloatMath.sigmoid(load(x + 4L * i)));
        }
    }

    static void relu(long x, long y, int n) {
        for (int i = 0; i < n; i += LANES) {
            FloatVector v = load(x + 4L * i);
            store(y + 4L * i, v.blend(0f, v.compare(LE, 0f)));     // not max, which takes three instructions more for NaN and -0
        }
    }

    private static void expOfMinusAbsLoop(long x, long y, int n) {
        for (int i = 0; i < n; i += LANES) {
            store(y + 4L * i, FloatMath.expOfNegative(load(x + 4L * i).abs().neg()));
        }
    }

    private static void softplusOfExpLoop(long x, long y, int n) {
        for (int i = 0; i < n; i += LANES) {
            store(y + 4L * i, load(x + 4L * i).max(0f).add(FloatMath.log1pOfUnit(load(y + 4L * i))));
        }
    }

    static void floor(long x, long y, int n) {
        for (int i = 0; i < n; i += LANES) {
            FloatVector v = load(x + 4L * i);
            FloatVector r = FloatMath.rint(v);
            store(y + 4L * i, r.sub(1f, r.compare(GT, v)));
        }
    }

    static void ceil(long x, long y, int n) {
        for (int i = 0; i < n; i += LANES) {
            FloatVector v = load(x + 4L * i);
            FloatVector r = FloatMath.rint(v);
            store(y + 4L * i, FloatMath.copySign(r.add(1f, r.compare(LT, v)).abs(), v));
        }
    }

    static void round(long x, long y, int n) {
        for (int i = 0; i < n; i += LANES) {
            store(y + 4L * i, FloatMath.rint(load(x + 4L * i)));
        }
    }

    static void trunc(long x, long y, int n) {
        for (int i = 0; i < n; i += LANES) {
            FloatVector v = load(x + 4L * i);
            FloatVector a = v.abs();
            FloatVector r = FloatMath.rint(a);
            store(y + 4L * i, FloatMath.copySign(r.sub(1f, r.compare(GT, a)), v));
        }
    }

    /** The functions that networks hardly use, one element at a time. */
    private static void inDouble(UnaryFunction function, long x, long y, int n) {
        for (int i = 0; i < n; i++) {
            putFloat(y + 4L * i, (float) apply(function, getFloat(x + 4L * i)));
        }
    }

    private static double apply(UnaryFunction function, double x) {
        return switch (function) {
            case SIN -> Math.sin(x);
            case COS -> Math.cos(x);
            case TAN -> Math.tan(x);
            case ASIN -> Math.asin(x);
            case ACOS -> Math.acos(x);
            case ATAN -> Math.atan(x);
            case SINH -> Math.sinh(x);
            case COSH -> Math.cosh(x);
            case ASINH -> asinh(x);
            case ACOSH -> x < 1 ? Double.NaN : Math.log1p(x - 1 + Math.sqrt(2 * (x - 1) + (x - 1) * (x - 1)));
            case ATANH -> (Math.log1p(x) - Math.log1p(-x)) / 2;
            case NEG, ABS, SIGN, RECIPROCAL, SQRT, RSQRT, EXP, EXPM1, LOG, LOG1P, TANH, ERF, SIGMOID, RELU, SOFTPLUS, FLOOR, CEIL, ROUND, TRUNC, IS_NAN,
                 IS_INF, LOGICAL_NOT, BITWISE_NOT -> throw new AssertionError(function + " has a vector loop");
        };
    }

    /** asinh |x| = ln(1 + (|x| + x²/(1 + √(x² + 1)))); in double the square of a float does not overflow. */
    private static double asinh(double x) {
        double a = Math.abs(x);
        double y = a < Double.POSITIVE_INFINITY ? Math.log1p(a + a * a / (1 + Math.sqrt(a * a + 1))) : a;
        return Math.copySign(y, x);
    }
}
