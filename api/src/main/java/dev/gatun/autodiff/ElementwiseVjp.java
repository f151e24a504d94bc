package dev.gatun.autodiff;

import static dev.gatun.autodiff.Notation.constant;
import static dev.gatun.autodiff.Vjp.NONE;

import dev.gatun.Producer;
import dev.gatun.Tensor;
import dev.gatun.op.Elementwise;
import dev.gatun.op.Elementwise.BinaryFunction;
import dev.gatun.op.Elementwise.UnaryFunction;
import dev.gatun.op.Movement;
import dev.gatun.op.Source;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Supplier;

/** Derivatives of the functions of one and two numbers; all shapes are equal. */
final class ElementwiseVjp {
    private ElementwiseVjp() {
    }

    static List<Supplier<Tensor>> of(Elementwise op, Step s) {
        return switch (op) {
            case Elementwise.Unary u -> unary(u.function(), s.x(0), s.y(0), s.dy());
            case Elementwise.Binary b -> binary(b.function(), s.x(0), s.x(1), s.y(0), s.dy());
            case Elementwise.Where w -> where(s.x(0), s.dy());
            case Elementwise.Quantize _, Elementwise.Dequantize _ -> List.of(Vjp.NONE);
            case Elementwise.Cast c -> List.of(() -> s.dy().cast(s.x(0).dtype()));
        };
    }

    private static List<Supplier<Tensor>> unary(UnaryFunction function, Tensor x, Tensor y, Tensor dy) {
        return switch (function) {
            case NEG -> List.of(dy::neg);
            case ABS -> List.of(() -> dy.mul(x.unary(UnaryFunction.SIGN)));
            case RECIPROCAL -> List.of(() -> dy.mul(y.square()).neg());                               // -dy / x²
            case SQRT -> List.of(() -> dy.mul(0.5).div(y));                                           // dy / (2 √x)
            case RSQRT -> List.of(() -> dy.mul(y.square().mul(y)).mul(-0.5));                         // -dy / (2 x √x)
            case EXP -> List.of(() -> dy.mul(y));
            case EXPM1 -> List.of(() -> dy.mul(y.add(1)));
            case LOG -> List.of(() -> dy.div(x));
            case LOG1P -> List.of(() -> dy.div(x.add(1)));
            case SIN -> List.of(() -> dy.mul(x.unary(UnaryFunction.COS)));
            case COS -> List.of(() -> dy.mul(x.unary(UnaryFunction.SIN)).neg());
            case TAN -> List.of(() -> dy.mul(y.square().add(1)));
            case ASIN -> List.of(() -> dy.mul(oneMinusSquare(x).rsqrt()));                            // dy / √(1 - x²)
            case ACOS -> List.of(() -> dy.mul(oneMinusSquare(x).rsqrt()).neg());
            case ATAN -> List.of(() -> dy.div(x.square().add(1)));
            case SINH -> List.of(() -> dy.mul(x.unary(UnaryFunction.COSH)));
            case COSH -> List.of(() -> dy.mul(x.unary(UnaryFunction.SINH)));
            case TANH -> List.of(() -> dy.mul(y.square().neg().add(1)));                              // dy · (1 - y²)
            case ASINH -> List.of(() -> dy.mul(x.square().add(1).rsqrt()));
            case ACOSH -> List.of(() -> dy.mul(x.sub(1).mul(x.add(1)).rsqrt()));                      // dy / √(x² - 1)
            case ATANH -> List.of(() -> dy.div(oneMinusSquare(x)));
            case ERF -> List.of(() -> dy.mul(x.square().neg().exp()).mul(2 / Math.sqrt(Math.PI)));    // dy · 2/√π · exp(-x²)
            case SIGMOID -> List.of(() -> dy.mul(y.mul(y.neg().add(1))));                             // dy · y (1 - y)
            // Asks y, not x: then nobody needs x any more, and relu can be an epilogue that writes over it.
            case RELU -> List.of(() -> y.gt(constant(0, y)).where(dy, constant(0, dy)));
            case SOFTPLUS -> List.of(() -> dy.mul(x.sigmoid()));
            case SIGN, FLOOR, CEIL, ROUND, TRUNC -> List.of(NONE);
            case IS_NAN, IS_INF, LOGICAL_NOT, BITWISE_NOT -> List.of(NONE);
        };
    }

    /** 1 - x² as a product, which keeps its digits near |x| = 1. */
    private static Tensor oneMinusSquare(Tensor x) {
        return x.neg().add(1).mul(x.add(1));
    }

    private static List<Supplier<Tensor>> binary(BinaryFunction function, Tensor a, Tensor b, Tensor y, Tensor dy) {
        return switch (function) {
            case ADD -> List.of(() -> dy, () -> dy);
            case SUB -> List.of(() -> dy, dy::neg);
            case MUL -> List.of(() -> dy.mul(b), () -> dy.mul(a));
            case DIV -> List.of(() -> dy.div(b), () -> dy.mul(y).div(b).neg());                       // db = -dy · a / b²
            case POW -> List.of(powerBase(a, b, dy), () -> powerExponent(a, b, y, dy));
            case MOD -> List.of(() -> dy, () -> dy.mul(a.div(b).unary(UnaryFunction.FLOOR)).neg());   // y = a - b · ⌊a/b⌋
            case REM -> List.of(() -> dy, () -> dy.mul(a.div(b).unary(UnaryFunction.TRUNC)).neg());
            case MIN -> List.of(() -> ofLarger(b, a, dy), () -> ofLarger(a, b, dy));
            case MAX -> List.of(() -> ofLarger(a, b, dy), () -> ofLarger(b, a, dy));
            case ATAN2 -> List.of(() -> dy.mul(b).div(a.square().add(b.square())),                    // da = dy · b / (a² + b²)
                                  () -> dy.mul(a).div(a.square().add(b.square())).neg());
            case AND, OR, XOR, SHIFT_LEFT, SHIFT_RIGHT, EQ, NE, LT, LE, GT, GE -> List.of(NONE, NONE);
        };
    }

    /** Returns dy where a > b, half of it where they are equal, else 0. */
    private static Tensor ofLarger(Tensor a, Tensor b, Tensor dy) {
        return a.gt(b).where(dy, a.eq(b).where(dy.mul(0.5), constant(0, dy)));
    }

    /** da = dy · b · aᵇ⁻¹. A constant exponent, the usual case, spares the guard and, for squares, the power. */
    private static Supplier<Tensor> powerBase(Tensor a, Tensor b, Tensor dy) {
        OptionalDouble exponent = constantValue(b);
        if (exponent.isEmpty()) {
            return () -> {
                // At a = b = 0, aᵇ⁻¹ is infinite but b · aᵇ⁻¹ = 0: the exponent 0 gives that.
                Tensor zero = constant(0, a);
                Tensor bothZero = a.eq(zero).binary(BinaryFunction.AND, b.eq(zero));
                return dy.mul(b).mul(a.pow(bothZero.where(zero, b.sub(1))));
            };
        }
        double n = exponent.getAsDouble();
        if (n == 0) {
            return NONE;
        }
        return () -> dy.mul(n == 2 ? a.mul(2) : a.pow(n - 1).mul(n));
    }

    /** db = dy · y · ln a, where 0ᵇ with b ≥ 0 does not depend on b. */
    private static Tensor powerExponent(Tensor a, Tensor b, Tensor y, Tensor dy) {
        Tensor zero = constant(0, a);
        Tensor flat = a.eq(zero).binary(BinaryFunction.AND, b.ge(zero));
        return dy.mul(y).mul(flat.where(constant(1, a), a).log()); // ln 1 = 0, and no infinity for the next derivative
    }

    /** Returns the value of a scalar constant, expanded or not. */
    private static OptionalDouble constantValue(Tensor t) {
        Optional<Producer> producer = t.producer();
        if (producer.isPresent() && producer.get().op() instanceof Movement.Expand) {
            producer = producer.get().inputs().getFirst().producer();
        }
        return producer.isPresent() && producer.get().op() instanceof Source.Scalar c ? OptionalDouble.of(c.value()) : OptionalDouble.empty();
    }

    private static List<Supplier<Tensor>> where(Tensor c, Tensor dy) {
        return List.of(NONE, () -> c.where(dy, constant(0, dy)), () -> c.where(constant(0, dy), dy));
    }
}
