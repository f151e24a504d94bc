package dev.gatun.vector;

import static dev.gatun.vector.Native.getFloat;
import static dev.gatun.vector.Native.load;
import static dev.gatun.vector.Native.putFloat;
import static dev.gatun.vector.Native.store;
import static dev.gatun.vector.Simd.F32;
import static dev.gatun.vector.Simd.LANES;
import static jdk.incubator.vector.VectorOperators.ACOS;
import static jdk.incubator.vector.VectorOperators.ASIN;
import static jdk.incubator.vector.VectorOperators.ATAN;
import static jdk.incubator.vector.VectorOperators.COS;
import static jdk.incubator.vector.VectorOperators.COSH;
import static jdk.incubator.vector.VectorOperators.EXP;
import static jdk.incubator.vector.VectorOperators.EXPM1;
import static jdk.incubator.vector.VectorOperators.GE;
import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.LOG;
import static jdk.incubator.vector.VectorOperators.LOG1P;
import static jdk.incubator.vector.VectorOperators.LT;
import static jdk.incubator.vector.VectorOperators.SIN;
import static jdk.incubator.vector.VectorOperators.SINH;
import static jdk.incubator.vector.VectorOperators.TAN;
import static jdk.incubator.vector.VectorOperators.TANH;

import dev.gatun.op.Elementwise.UnaryFunction;
import jdk.incubator.vector.FloatVector;

/**
 * The functions of one operand on blocks of float: y[i] = f(x[i]). A block's length is a multiple of the vector's, so there are no tails; y may be x.
 *
 * <p>Each function is a small loop of its own, which the JIT compiler turns into a handful of instructions; a loop with a switch inside would not be.
 * Transcendental functions are {@code lanewise}, whose library is within 1 ulp, handles NaN, infinities and denormals, and takes .25 to .75 ns an element
 * with 512-bit vectors.
 */
final class FloatUnary {
    /** From here on every float is an integer. */
    private static final float INTEGERS = 0x1p23f;

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
            case LOG1P -> log1p(x, y, n);
            case SIN -> sin(x, y, n);
            case COS -> cos(x, y, n);
            case TAN -> tan(x, y, n);
            case ASIN -> asin(x, y, n);
            case ACOS -> acos(x, y, n);
            case ATAN -> atan(x, y, n);
            case SINH -> sinh(x, y, n);
            case COSH -> cosh(x, y, n);
            case TANH -> tanh(x, y, n);
            case ASINH -> asinh(x, y, n);
            case ACOSH -> acosh(x, y, n);
            case ATANH -> atanh(x, y, n);
            case ERF -> erf(x, y, n);
            case SIGMOID -> sigmoid(x, y, n);
            case RELU -> relu(x, y, n);
            case SOFTPLUS -> softplus(x, y, n);
            case FLOOR -> floor(x, y, n);
            case CEIL -> ceil(x, y, n);
            case ROUND -> round(x, y, n);
            case TRUNC -> trunc(x, y, n);
            case IS_NAN -> Truth.isNan(x, y, n);
            case IS_INF -> Truth.isInfinite(x, y, n);
            case LOGICAL_NOT, BITWISE_NOT -> throw new AssertionError(function + " has no float operand");
        }
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
        for (int i = 0; i < n; i += LANES) {
            store(y + 4L * i, load(x + 4L * i).lanewise(EXP));
        }
    }

    static void expm1(long x, long y, int n) {
        for (int i = 0; i < n; i += LANES) {
            store(y + 4L * i, load(x + 4L * i).lanewise(EXPM1));
        }
    }

    static void log(long x, long y, int n) {
        for (int i = 0; i < n; i += LANES) {
            store(y + 4L * i, load(x + 4L * i).lanewise(LOG));
        }
    }

    static void log1p(long x, long y, int n) {
        for (int i = 0; i < n; i += LANES) {
            store(y + 4L * i, load(x + 4L * i).lanewise(LOG1P));
        }
    }

    static void sin(long x, long y, int n) {
        for (int i = 0; i < n; i += LANES) {
            store(y + 4L * i, load(x + 4L * i).lanewise(SIN));
        }
    }

    static void cos(long x, long y, int n) {
        for (int i = 0; i < n; i += LANES) {
            store(y + 4L * i, load(x + 4L * i).lanewise(COS));
        }
    }

    static void tan(long x, long y, int n) {
        for (int i = 0; i < n; i += LANES) {
            store(y + 4L * i, load(x + 4L * i).lanewise(TAN));
        }
    }

    static void asin(long x, long y, int n) {
        for (int i = 0; i < n; i += LANES) {
            store(y + 4L * i, load(x + 4L * i).lanewise(ASIN));
        }
    }

    static void acos(long x, long y, int n) {
        for (int i = 0; i < n; i += LANES) {
            store(y + 4L * i, load(x + 4L * i).lanewise(ACOS));
        }
    }

    static void atan(long x, long y, int n) {
        for (int i = 0; i < n; i += LANES) {
            store(y + 4L * i, load(x + 4L * i).lanewise(ATAN));
        }
    }

    static void sinh(long x, long y, int n) {
        for (int i = 0; i < n; i += LANES) {
            store(y + 4L * i, load(x + 4L * i).lanewise(SINH));
        }
    }

    static void cosh(long x, long y, int n) {
        for (int i = 0; i < n; i += LANES) {
            store(y + 4L * i, load(x + 4L * i).lanewise(COSH));
        }
    }

    static void tanh(long x, long y, int n) {
        for (int i = 0; i < n; i += LANES) {
            store(y + 4L * i, load(x + 4L * i).lanewise(TANH));
        }
    }

    /** asinh |x| = ln(1 + (|x| + x²/(1 + √(x² + 1)))): in double x² does not overflow. */
    static void asinh(long x, long y, int n) {
        for (int i = 0; i < n; i++) {
            double v = getFloat(x + 4L * i);
            double a = Math.abs(v);
            double square = a * a;
            double r = a < 0x1p60 ? Math.log1p(a + square / (1 + Math.sqrt(square + 1))) : Math.log(a) + Math.log(2);
            putFloat(y + 4L * i, (float) Math.copySign(r, v));
        }
    }

    /** acosh x = ln(1 + (t + √(2t + t²))) with t = x - 1; NaN below 1. */
    static void acosh(long x, long y, int n) {
        for (int i = 0; i < n; i++) {
            double v = getFloat(x + 4L * i);
            double t = v - 1;
            putFloat(y + 4L * i, v < 1 ? Float.NaN : (float) Math.log1p(t + Math.sqrt(2 * t + t * t)));
        }
    }

    static void atanh(long x, long y, int n) {
        for (int i = 0; i < n; i++) {
            double v = getFloat(x + 4L * i);
            putFloat(y + 4L * i, (float) ((Math.log1p(v) - Math.log1p(-v)) / 2));
        }
    }

    static void erf(long x, long y, int n) {
        for (int i = 0; i < n; i += LANES) {
            store(y + 4L * i, Erf.of(load(x + 4L * i)));
        }
    }

    /** With e = exp(-|x|), which cannot overflow: 1/(1 + e) for x ≥ 0, else e/(1 + e), which keeps its relative accuracy as it goes to 0. */
    static void sigmoid(long x, long y, int n) {
        for (int i = 0; i < n; i += LANES) {
            FloatVector v = load(x + 4L * i);
            FloatVector e = v.abs().neg().lanewise(EXP);
            store(y + 4L * i, e.blend(1f, v.compare(GE, 0f)).div(e.add(1f)));
        }
    }

    static void relu(long x, long y, int n) {
        for (int i = 0; i < n; i += LANES) {
            FloatVector v = load(x + 4L * i);
            store(y + 4L * i, v.blend(0f, v.compare(LT, 0f)));     // not max, which takes three instructions more for NaN and -0
        }
    }

    /** max(x, 0) + ln(1 + exp(-|x|)). */
    static void softplus(long x, long y, int n) {
        for (int i = 0; i < n; i += LANES) {
            FloatVector v = load(x + 4L * i);
            store(y + 4L * i, v.max(0f).add(v.abs().neg().lanewise(EXP).lanewise(LOG1P)));
        }
    }

    static void floor(long x, long y, int n) {
        for (int i = 0; i < n; i += LANES) {
            FloatVector v = load(x + 4L * i);
            FloatVector r = rint(v);
            store(y + 4L * i, r.sub(1f, r.compare(GT, v)));
        }
    }

    static void ceil(long x, long y, int n) {
        for (int i = 0; i < n; i += LANES) {
            FloatVector v = load(x + 4L * i);
            FloatVector r = rint(v);
            store(y + 4L * i, r.add(1f, r.compare(LT, v)));
        }
    }

    static void round(long x, long y, int n) {
        for (int i = 0; i < n; i += LANES) {
            store(y + 4L * i, rint(load(x + 4L * i)));
        }
    }

    static void trunc(long x, long y, int n) {
        for (int i = 0; i < n; i += LANES) {
            FloatVector v = load(x + 4L * i);
            FloatVector a = v.abs();
            FloatVector r = rint(a);
            store(y + 4L * i, copySign(r.sub(1f, r.compare(GT, a)), v));
        }
    }

    /** The nearest integers, ties to even: adding 2²³ leaves no bits for a fraction. Keeps the sign of zeros; NaN stays. */
    private static FloatVector rint(FloatVector v) {
        FloatVector a = v.abs();
        return v.blend(copySign(a.add(INTEGERS).sub(INTEGERS), v), a.compare(LT, INTEGERS));
    }

    /** Returns the magnitude with the sign of {@code sign}; {@code magnitude} is not negative. */
    static FloatVector copySign(FloatVector magnitude, FloatVector sign) {
        return magnitude.reinterpretAsInts().or(sign.reinterpretAsInts().and(Integer.MIN_VALUE)).reinterpretAsFloats();
    }
}
