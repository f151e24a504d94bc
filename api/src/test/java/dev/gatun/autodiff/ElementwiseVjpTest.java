package dev.gatun.autodiff;

import static dev.gatun.autodiff.CentralDifferences.test;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import dev.gatun.Backends;
import dev.gatun.DType;
import dev.gatun.Gradients;
import dev.gatun.Tensor;
import dev.gatun.autodiff.CentralDifferences.Operand;
import dev.gatun.op.Elementwise.BinaryFunction;
import dev.gatun.op.Elementwise.UnaryFunction;
import dev.gatun.spi.Backend;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Derivatives of elementwise functions, against central differences and at their kinks. */
final class ElementwiseVjpTest {
    private static final Backend REFERENCE = Backends.open("reference");

    @TestFactory
    List<DynamicTest> derivativesOfUnaryFunctionsAreThoseOfCentralDifferences() {
        List<DynamicTest> tests = new ArrayList<>();
        for (UnaryFunction f : UnaryFunction.values()) {
            for (Operand x : operands(f)) {
                tests.add(test(f.label() + " from " + x.values()[0], in -> in.getFirst().unary(f), x));
            }
        }
        return tests;
    }

    /** Returns operands inside of the domain of {@code f}, on both sides of 0 where it has both; none for functions that are not of numbers. */
    private static List<Operand> operands(UnaryFunction f) {
        Operand positive = Operand.between(0.2, 0.9, 2, 3);
        Operand negative = Operand.between(-0.9, -0.2, 2, 3);
        return switch (f) {
            case NEG, ABS, SIGN, RECIPROCAL, EXP, EXPM1, LOG1P, SIN, COS, TAN, ASIN, ACOS, ATAN, SINH, COSH, TANH, ASINH, ATANH, ERF, SIGMOID, RELU,
                 SOFTPLUS, FLOOR, CEIL, TRUNC -> List.of(positive, negative);
            case ROUND -> List.of(Operand.between(0.6, 1.4, 2, 3));
            case SQRT, RSQRT, LOG -> List.of(positive, Operand.between(2, 5, 4));
            case ACOSH -> List.of(Operand.between(1.2, 4, 5));
            case IS_NAN, IS_INF, LOGICAL_NOT, BITWISE_NOT -> List.of();
        };
    }

    @TestFactory
    List<DynamicTest> derivativesOfBinaryFunctionsAreThoseOfCentralDifferences() {
        List<DynamicTest> tests = new ArrayList<>();
        for (BinaryFunction f : BinaryFunction.values()) {
            switch (f) {
                case ADD, SUB, MUL, DIV, MIN, MAX, ATAN2, MOD, REM -> {
                    tests.add(binary(f, Operand.between(-2, 2, 2, 3), Operand.between(0.5, 3, 2, 3)));
                    tests.add(binary(f, Operand.between(-2, 2, 7), Operand.between(-3, -0.5, 7)));
                }
                case POW -> {
                    tests.add(binary(f, Operand.between(0.4, 2, 2, 3), Operand.between(-2, 3, 2, 3)));
                    tests.add(binary(f, Operand.between(0.4, 2, 3), Operand.of(new double[] {0, 1, 2}, 3)));
                }
                case AND, OR, XOR, SHIFT_LEFT, SHIFT_RIGHT, EQ, NE, LT, LE, GT, GE -> { }
            }
        }
        return tests;
    }

    private static DynamicTest binary(BinaryFunction f, Operand a, Operand b) {
        return test(f.label() + " of " + a.type() + " from " + a.values()[0] + " and " + b.values()[0], in -> in.get(0).binary(f, in.get(1)), a, b);
    }

    @TestFactory
    List<DynamicTest> derivativesOfPowersWithConstantExponentsAreThoseOfCentralDifferences() {
        List<DynamicTest> tests = new ArrayList<>();
        for (double exponent : new double[] {-2, -0.5, 0, 0.5, 1, 2, 3, 4.5}) {
            tests.add(test("x^" + exponent, in -> in.getFirst().pow(exponent), Operand.between(0.5, 2, 5)));
        }
        for (double exponent : new double[] {0, 1, 2, 3, 4}) {
            tests.add(test("x^" + exponent + " around 0", in -> in.getFirst().pow(exponent), Operand.of(new double[] {-1.5, 0, 0.7}, 3)));
        }
        return tests;
    }

    @TestFactory
    List<DynamicTest> derivativesOfChoicesAreThoseOfCentralDifferences() {
        Tensor c = Tensor.of(new boolean[] {true, false, true, false, false, true}, 2, 3);
        return List.of(
                test("where", in -> c.where(in.get(0), in.get(1)), Operand.between(-1, 1, 2, 3), Operand.between(-1, 1, 2, 3)),
                test("where of what broadcasts", in -> c.where(in.get(0), in.get(1)), Operand.between(-1, 1, 3), Operand.between(-1, 1, 2, 1)),
                test("leaky relu", in -> in.getFirst().gt(Tensor.scalar(DType.F64, 0)).where(in.getFirst(), in.getFirst().mul(0.2)),
                        Operand.between(-1, 1, 9)),
                test("clip", in -> in.getFirst().clip(-0.5, 0.5), Operand.between(-1, 1, 9)));
    }

    @Test
    void aCastHandsTheGradientBackInTheOperandsType() {
        Tensor x = Tensor.of(new double[] {1, 2, 3}, 3);
        Tensor y = x.cast(DType.F32).square().cast(DType.F64).sum();
        assertArrayEquals(new double[] {2, 4, 6}, gradient(y, x));
    }

    @Test
    void aCastToIntegersStopsTheGradient() {
        Tensor x = Tensor.of(new double[] {1.5, 2.5}, 2);
        Tensor y = x.cast(DType.I32).cast(DType.F64).mul(x).sum();
        assertArrayEquals(new double[] {1, 2}, gradient(y, x));
    }

    @Test
    void reluAndAbsHaveDerivativeZeroAtZero() {
        double[] at = {-1, 0, -0.0, 1};
        assertArrayEquals(new double[] {0, 0, 0, 1}, gradientAt(at, Tensor::relu));
        assertArrayEquals(new double[] {-1, 0, 0, 1}, gradientAt(at, Tensor::abs), 1e-15); // 0 or -0
    }

    @Test
    void equalOperandsShareTheGradientOfAMaximumOrMinimum() {
        Tensor a = Tensor.of(new double[] {1, 2, 3}, 3);
        Tensor b = Tensor.of(new double[] {1, 3, 2}, 3);
        List<Tensor> max = Gradients.of(a.max(b).sum(), a, b);
        assertArrayEquals(new double[] {0.5, 0, 1}, max.get(0).eval(REFERENCE).toDoubleArray());
        assertArrayEquals(new double[] {0.5, 1, 0}, max.get(1).eval(REFERENCE).toDoubleArray());
        List<Tensor> min = Gradients.of(a.min(b).sum(), a, b);
        assertArrayEquals(new double[] {0.5, 1, 0}, min.get(0).eval(REFERENCE).toDoubleArray());
        assertArrayEquals(new double[] {0.5, 0, 1}, min.get(1).eval(REFERENCE).toDoubleArray());
    }

    @Test
    void powersOfZeroHaveFiniteGradientsWhereTheyExist() {
        Tensor a = Tensor.of(new double[] {0, 0, 0, 2}, 4);
        Tensor b = Tensor.of(new double[] {0, 1, 2, 0}, 4);
        List<Tensor> d = Gradients.of(a.pow(b).sum(), a, b);
        assertArrayEquals(new double[] {0, 1, 0, 0}, d.get(0).eval(REFERENCE).toDoubleArray());
        assertArrayEquals(new double[] {0, 0, 0, Math.log(2)}, d.get(1).eval(REFERENCE).toDoubleArray(), 1e-15);
    }

    private static double[] gradientAt(double[] at, Function<Tensor, Tensor> f) {
        Tensor x = Tensor.of(at, at.length);
        return gradient(f.apply(x).sum(), x);
    }

    private static double[] gradient(Tensor y, Tensor x) {
        return Gradients.of(y, x).getFirst().eval(REFERENCE).toDoubleArray();
    }
}
