package dev.gatun.reference;

import dev.gatun.op.Elementwise.BinaryFunction;
import dev.gatun.op.Elementwise.UnaryFunction;
import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;

/** The elementwise functions on floating numbers, in double; truth values are 0 and 1. */
final class DoubleFunctions {
    private static final double LN_2 = Math.log(2);

    private DoubleFunctions() {
    }

    static DoubleUnaryOperator of(UnaryFunction function) {
        return switch (function) {
            case NEG -> x -> -x;
            case ABS -> Math::abs;
            case SIGN -> Math::signum;
            case RECIPROCAL -> x -> 1 / x;
            case SQRT -> Math::sqrt;
            case RSQRT -> x -> 1 / Math.sqrt(x);
            case EXP -> StrictMath::exp;
            case EXPM1 -> StrictMath::expm1;
            case LOG -> StrictMath::log;
            case LOG1P -> StrictMath::log1p;
            case SIN -> StrictMath::sin;
            case COS -> StrictMath::cos;
            case TAN -> StrictMath::tan;
            case ASIN -> StrictMath::asin;
            case ACOS -> StrictMath::acos;
            case ATAN -> StrictMath::atan;
            case SINH -> StrictMath::sinh;
            case COSH -> StrictMath::cosh;
            case TANH -> StrictMath::tanh;
            case ASINH -> DoubleFunctions::asinh;
            case ACOSH -> DoubleFunctions::acosh;
            case ATANH -> DoubleFunctions::atanh;
            case ERF -> ErrorFunction::erf;
            case SIGMOID -> DoubleFunctions::sigmoid;
            case RELU -> x -> Math.max(x, 0);
            case SOFTPLUS -> x -> Math.max(x, 0) + StrictMath.log1p(StrictMath.exp(-Math.abs(x)));
            case FLOOR -> Math::floor;
            case CEIL -> Math::ceil;
            case ROUND -> Math::rint;
            case TRUNC -> x -> x < 0 ? Math.ceil(x) : Math.floor(x);
            case IS_NAN -> x -> truth(Double.isNaN(x));
            case IS_INF -> x -> truth(Double.isInfinite(x));
            case LOGICAL_NOT, BITWISE_NOT -> throw new IllegalArgumentException(function.label() + " has no meaning on floating numbers");
        };
    }

    static DoubleBinaryOperator of(BinaryFunction function) {
        return switch (function) {
            case ADD -> Double::sum;
            case SUB -> (a, b) -> a - b;
            case MUL -> (a, b) -> a * b;
            case DIV -> (a, b) -> a / b;
            case POW -> StrictMath::pow;
            case MOD -> DoubleFunctions::mod;
            case REM -> (a, b) -> a % b;
            case MIN -> Math::min;
            case MAX -> Math::max;
            case ATAN2 -> StrictMath::atan2;
            case EQ -> (a, b) -> truth(a == b);
            case NE -> (a, b) -> truth(a != b);
            case LT -> (a, b) -> truth(a < b);
            case LE -> (a, b) -> truth(a <= b);
            case GT -> (a, b) -> truth(a > b);
            case GE -> (a, b) -> truth(a >= b);
            case AND, OR, XOR, SHIFT_LEFT, SHIFT_RIGHT -> throw new IllegalArgumentException(function.label() + " has no meaning on floating numbers");
        };
    }

    /** a - b·⌊a/b⌋ without rounding the quotient: the exact remainder with the sign of a, moved by b where the signs differ; ±0 takes the sign of b. */
    private static double mod(double a, double b) {
        double remainder = a % b;
        if (remainder == 0) {
            return Math.copySign(remainder, b);
        }
        return remainder < 0 == b < 0 ? remainder : remainder + b;
    }

    /** 1 / (1 + e⁻ˣ); for negative x as eˣ / (1 + eˣ), whose exponential does not overflow. */
    private static double sigmoid(double x) {
        double e = StrictMath.exp(-Math.abs(x));
        return (x < 0 ? e : 1) / (1 + e);
    }

    /** ln(x + √(x² + 1)) = ln1p(x + x²/(1 + √(x² + 1))) for x ≥ 0, odd; ln 2x where x² would overflow. */
    private static double asinh(double x) {
        double z = Math.abs(x);
        double y = z > 0x1p500 ? StrictMath.log(z) + LN_2 : StrictMath.log1p(z + z * z / (1 + Math.sqrt(z * z + 1)));
        return Math.copySign(y, x);
    }

    /** ln(x + √(x² - 1)) = ln1p(t + √(2t + t²)) with t = x - 1; ln 2x where t² would overflow; NaN below 1. */
    private static double acosh(double x) {
        if (x < 1) {
            return Double.NaN;       // far below -1 the root rounds to -t, whose logarithm is that of 1
        }
        double t = x - 1;
        return t > 0x1p500 ? StrictMath.log(x) + LN_2 : StrictMath.log1p(t + Math.sqrt(2 * t + t * t));
    }

    /** ln((1 + x) / (1 - x)) / 2 = ln1p(2x / (1 - x)) / 2 for x ≥ 0, odd; ±∞ at ±1, NaN beyond. */
    private static double atanh(double x) {
        double z = Math.abs(x);
        return Math.copySign(0.5 * StrictMath.log1p(2 * z / (1 - z)), x);
    }

    private static double truth(boolean b) {
        return b ? 1 : 0;
    }
}
