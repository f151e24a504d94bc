package dev.gatun.op;

import dev.gatun.DType;
import java.util.Locale;

/**
 * Ops that compute each element of the result from the elements at the same place. Operands have one shape: the recorder expands them first
 * ({@link Movement.Expand}), and the planner folds the expansion into the fused region again.
 */
public sealed interface Elementwise extends Op {
    /** y = f(x); same type, except {@code IS_NAN, IS_INF} which give BOOL. */
    record Unary(UnaryFunction function) implements Elementwise {
        @Override
        public String name() {
            return function.label();
        }
    }

    /** y = f(a, b), a and b of one type; comparisons give BOOL. */
    record Binary(BinaryFunction function) implements Elementwise {
        @Override
        public String name() {
            return function.label();
        }
    }

    /** y = c ? a : b with c BOOL, a and b of one type. */
    record Where() implements Elementwise {
        @Override
        public String name() {
            return "where";
        }
    }

    /**
     * y = (to) x. Floating to floating rounds to nearest-even; floating to integer truncates toward zero and saturates, NaN becomes 0; integer to
     * integer wraps; anything to BOOL is x != 0. Source: ONNX Cast-13 (its undefined cases are fixed here).
     */
    record Cast(DType to) implements Elementwise {
        @Override
        public String name() {
            return "cast";
        }
    }

    /**
     * y = saturate(round(x / scale) + zero), the 8-bit integer that stands for a floating x: the quotient in F32 (F64 for F64), ties to even, NaN becomes 0.
     * Source: ONNX QuantizeLinear-21. A kernel may multiply by 1/scale, so that a quotient next to a tie goes the other way.
     *
     * @param signed whether y is I8, else U8
     * @param scale of a step, greater than 0
     * @param zero the y that stands for 0
     */
    record Quantize(boolean signed, float scale, int zero) implements Elementwise {
        /** Returns the type of the result. */
        public DType to() {
            return signed ? DType.I8 : DType.U8;
        }

        @Override
        public String name() {
            return "quantize";
        }
    }

    /** y = (x - zero) · scale in F32, what an I8, U8 or I32 stands for. Source: ONNX DequantizeLinear-21. */
    record Dequantize(float scale, int zero) implements Elementwise {
        @Override
        public String name() {
            return "dequantize";
        }
    }

    /** The functions of one operand. Floating types unless another is named. */
    enum UnaryFunction {
        /** -x; also signed integers. */
        NEG,
        /** |x|; also integers. */
        ABS,
        /** -1, 0 or 1 by the sign of x, NaN stays; also integers. */
        SIGN,
        /** 1 / x. */
        RECIPROCAL,
        /** √x. */
        SQRT,
        /** 1 / √x. */
        RSQRT,
        /** eˣ. */
        EXP,
        /** eˣ - 1, accurate near 0. */
        EXPM1,
        /** ln x. */
        LOG,
        /** ln(1 + x), accurate near 0. */
        LOG1P,
        /** sin x. */
        SIN,
        /** cos x. */
        COS,
        /** tan x. */
        TAN,
        /** arcsin x. */
        ASIN,
        /** arccos x. */
        ACOS,
        /** arctan x. */
        ATAN,
        /** (eˣ - e⁻ˣ) / 2. */
        SINH,
        /** (eˣ + e⁻ˣ) / 2. */
        COSH,
        /** tanh x. */
        TANH,
        /** ln(x + √(x² + 1)). */
        ASINH,
        /** ln(x + √(x² - 1)). */
        ACOSH,
        /** ln((1 + x) / (1 - x)) / 2. */
        ATANH,
        /** 2/√π ∫₀ˣ exp(-t²) dt. */
        ERF,
        /** 1 / (1 + e⁻ˣ). */
        SIGMOID,
        /** max(x, 0), NaN stays; also integers. The derivative at 0 is 0. */
        RELU,
        /** ln(1 + eˣ), without overflow. */
        SOFTPLUS,
        /** The greatest integer not above x. */
        FLOOR,
        /** The smallest integer not below x. */
        CEIL,
        /** The nearest integer, ties to even. */
        ROUND,
        /** x without its fraction. */
        TRUNC,
        /** Whether x is not a number; result BOOL. */
        IS_NAN,
        /** Whether x is infinite; result BOOL. */
        IS_INF,
        /** Logical not; BOOL only. */
        LOGICAL_NOT,
        /** ~x; integers only. */
        BITWISE_NOT;

        /** Returns the name that messages and plans print. */
        public String label() {
            return name().toLowerCase(Locale.ROOT);
        }

        /** Returns whether the result is BOOL whatever the operand. */
        public boolean isPredicate() {
            return this == IS_NAN || this == IS_INF;
        }
    }

    /** The functions of two operands of one type. Floating and integer types unless said otherwise. */
    enum BinaryFunction {
        /** a + b; integers wrap. */
        ADD,
        /** a - b; integers wrap. */
        SUB,
        /** a · b; integers wrap. */
        MUL,
        /** a / b; integers truncate toward zero, division by zero gives 0. */
        DIV,
        /** aᵇ; integers by repeated multiplication. */
        POW,
        /** Remainder with the sign of b (Python's %): a - b·⌊a/b⌋; integer remainder by zero gives 0. */
        MOD,
        /** Remainder with the sign of a (C's fmod): a - b·trunc(a/b); integer remainder by zero gives 0. */
        REM,
        /** The smaller; NaN if one is NaN. */
        MIN,
        /** The larger; NaN if one is NaN. */
        MAX,
        /** The angle of (b, a), arctan(a/b) in the right quadrant; floating only. */
        ATAN2,
        /** Bitwise and of integers, logical and of BOOL. */
        AND,
        /** Bitwise or of integers, logical or of BOOL. */
        OR,
        /** Bitwise exclusive or of integers, logical exclusive or of BOOL. */
        XOR,
        /** a shifted left by b bits; integers only; b of at least the width gives 0. */
        SHIFT_LEFT,
        /** a shifted right by b bits, arithmetically for signed types; integers only. */
        SHIFT_RIGHT,
        /** a = b; any type; BOOL result. */
        EQ,
        /** a ≠ b; any type; BOOL result. */
        NE,
        /** a < b; BOOL result. */
        LT,
        /** a ≤ b; BOOL result. */
        LE,
        /** a > b; BOOL result. */
        GT,
        /** a ≥ b; BOOL result. */
        GE;

        /** Returns the name that messages and plans print. */
        public String label() {
            return name().toLowerCase(Locale.ROOT);
        }

        /** Returns whether the result is BOOL: the six comparisons. */
        public boolean isComparison() {
            return ordinal() >= EQ.ordinal();
        }
    }
}
