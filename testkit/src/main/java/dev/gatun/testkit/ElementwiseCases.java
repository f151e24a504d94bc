package dev.gatun.testkit;

import static dev.gatun.testkit.Smoothness.NONE;
import static dev.gatun.testkit.Smoothness.ONCE;
import static dev.gatun.testkit.Smoothness.TWICE;

import dev.gatun.DType;
import dev.gatun.op.Elementwise;
import dev.gatun.op.Elementwise.BinaryFunction;
import dev.gatun.op.Elementwise.UnaryFunction;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Every function of one, two and three numbers, alone and over operands that broadcast. */
final class ElementwiseCases {
    private ElementwiseCases() {
    }

    static List<Case> of(int n) {
        List<Case> cases = new ArrayList<>();
        for (UnaryFunction f : UnaryFunction.values()) {
            cases.add(unary(f, 3, n));
        }
        for (BinaryFunction f : BinaryFunction.values()) {
            cases.add(binary(f, 3, n));
        }
        for (DType to : DType.values()) {
            cases.add(cast(to, n));
        }
        cases.add(Case.of("where", Tolerance.EXACT, new Elementwise.Where(), Input.truth(3, n), Input.of(3, n), Input.of(3, n)).in(Types.ANY)
                .differentiable(TWICE));
        cases.add(Case.of("where of rows, columns and a scalar", Tolerance.EXACT, in -> List.of(in.get(0).where(in.get(1), in.get(2))),
                Input.truth(n),
                Input.of(3, 1), Input.of()).in(Types.ANY).differentiable(TWICE));
        cases.add(broadcast("rows and columns", new int[] {1, n}, new int[] {3, 1}));
        cases.add(broadcast("a scalar", new int[] {}, new int[] {2, n}));
        cases.add(broadcast("channels", new int[] {2, n, 1, 1}, new int[] {2, n, 3, 2}));
        cases.add(broadcast("in the middle", new int[] {2, 1, n}, new int[] {2, 5, n}));
        return cases;
    }

    static List<Case> large() {
        return List.of(unary(UnaryFunction.EXP, 3, 11_003), unary(UnaryFunction.RELU, 33_013), unary(UnaryFunction.IS_INF, 1, 35_003),
                binary(BinaryFunction.ADD, 3, 11_003), binary(BinaryFunction.LT, 179, 191), binary(BinaryFunction.POW, 17_011),
                broadcast("large rows and columns", new int[] {1, 191}, new int[] {179, 1}),
                broadcast("many channels", new int[] {3, 37, 1, 1}, new int[] {3, 37, 17, 19}), cast(DType.I32, 11_003));
    }

    static Case unary(UnaryFunction f, int... dims) {
        return Case.of(f.label(), tolerance(f), new Elementwise.Unary(f), Input.of(domain(f), dims)).in(types(f)).differentiable(smoothness(f));
    }

    static Case binary(BinaryFunction f, int... dims) {
        return Case.of(f.label(), tolerance(f), new Elementwise.Binary(f), Input.of(base(f), dims), Input.of(second(f), dims)).in(types(f))
                .differentiable(smoothness(f));
    }

    /** Numbers beyond the range of the narrow integers, which must saturate or wrap. */
    private static Case cast(DType to, int n) {
        return Case.of("cast to " + to.label(), to.isFloating() ? Tolerance.ROUNDED : Tolerance.EXACT, new Elementwise.Cast(to),
                Input.of(new Domain(-300, 300), 3, n)).in(Types.ANY);
    }

    private static Case broadcast(String how, int[] a, int[] b) {
        return Case.of("product of " + how, Tolerance.ROUNDED, in -> List.of(in.get(0).mul(in.get(1))), Input.of(a), Input.of(b)).in(Types.NUMERIC)
                .summing(20).differentiable(TWICE);
    }

    /** Where the function is defined, away from poles that would make every tolerance meaningless. */
    static Domain domain(UnaryFunction f) {
        return switch (f) {
            case SQRT, RSQRT, LOG, RECIPROCAL -> Domain.POSITIVE;
            case LOG1P -> new Domain(-0.8, 3);
            case ASIN, ACOS, ATANH -> Domain.INSIDE_ONE;
            case ACOSH -> new Domain(1.1, 5);
            case TAN -> new Domain(-1.2, 1.2);
            case COS -> new Domain(-1.4, 1.4);
            case SIN, EXP, EXPM1, SINH, COSH, TANH, ATAN, ASINH, ERF, SIGMOID, SOFTPLUS, FLOOR, CEIL, ROUND, TRUNC -> new Domain(-4, 4);
            case NEG, ABS, SIGN, RELU, IS_NAN, IS_INF, LOGICAL_NOT, BITWISE_NOT -> Domain.SIGNED;
        };
    }

    private static Domain base(BinaryFunction f) {
        return f == BinaryFunction.POW ? Domain.POSITIVE : Domain.SIGNED;
    }

    private static Domain second(BinaryFunction f) {
        return switch (f) {
            case DIV, MOD, REM -> Domain.POSITIVE;
            case ADD, SUB, MUL, POW, MIN, MAX, ATAN2, AND, OR, XOR, SHIFT_LEFT, SHIFT_RIGHT, EQ, NE, LT, LE, GT, GE -> Domain.SIGNED;
        };
    }

    static Tolerance tolerance(UnaryFunction f) {
        return switch (f) {
            case NEG, ABS, SIGN, RELU, FLOOR, CEIL, ROUND, TRUNC, IS_NAN, IS_INF, LOGICAL_NOT, BITWISE_NOT -> Tolerance.EXACT;
            case RECIPROCAL, SQRT -> Tolerance.ROUNDED;
            case RSQRT, EXP, EXPM1, LOG, LOG1P, SIN, COS, TAN, ASIN, ACOS, ATAN, SINH, COSH, TANH, ASINH, ACOSH, ATANH, ERF, SIGMOID, SOFTPLUS ->
                    Tolerance.FUNCTION;
        };
    }

    static Tolerance tolerance(BinaryFunction f) {
        return switch (f) {
            case MIN, MAX, AND, OR, XOR, SHIFT_LEFT, SHIFT_RIGHT, EQ, NE, LT, LE, GT, GE -> Tolerance.EXACT;
            case ADD, SUB, MUL, DIV, MOD, REM -> Tolerance.ROUNDED;
            case POW, ATAN2 -> Tolerance.FUNCTION;
        };
    }

    static Set<DType> types(UnaryFunction f) {
        return switch (f) {
            case NEG -> Types.SIGNED;
            case ABS, SIGN, RELU -> Types.NUMERIC;
            case LOGICAL_NOT -> Types.LOGICAL;
            case BITWISE_NOT -> Types.INTEGER;
            case RECIPROCAL, SQRT, RSQRT, EXP, EXPM1, LOG, LOG1P, SIN, COS, TAN, ASIN, ACOS, ATAN, SINH, COSH, TANH, ASINH, ACOSH, ATANH, ERF,
                    SIGMOID,
                 SOFTPLUS, FLOOR, CEIL, ROUND, TRUNC, IS_NAN, IS_INF -> Types.FLOATING;
        };
    }

    static Set<DType> types(BinaryFunction f) {
        return switch (f) {
            case EQ, NE -> Types.ANY;
            case AND, OR, XOR -> Types.BITS;
            case SHIFT_LEFT, SHIFT_RIGHT -> Types.INTEGER;
            case ATAN2 -> Types.FLOATING;
            case ADD, SUB, MUL, DIV, POW, MOD, REM, MIN, MAX, LT, LE, GT, GE -> Types.NUMERIC;
        };
    }

    private static Smoothness smoothness(UnaryFunction f) {
        return switch (f) {
            case ABS, SIGN, RELU, FLOOR, CEIL, ROUND, TRUNC -> ONCE;
            case IS_NAN, IS_INF, LOGICAL_NOT, BITWISE_NOT -> NONE;
            case NEG, RECIPROCAL, SQRT, RSQRT, EXP, EXPM1, LOG, LOG1P, SIN, COS, TAN, ASIN, ACOS, ATAN, SINH, COSH, TANH, ASINH, ACOSH, ATANH, ERF,
                 SIGMOID, SOFTPLUS -> TWICE;
        };
    }

    private static Smoothness smoothness(BinaryFunction f) {
        return switch (f) {
            case ADD, SUB, MUL, DIV, POW, ATAN2 -> TWICE;
            case MIN, MAX, MOD, REM -> ONCE;
            case AND, OR, XOR, SHIFT_LEFT, SHIFT_RIGHT, EQ, NE, LT, LE, GT, GE -> NONE;
        };
    }
}
