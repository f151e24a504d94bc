package dev.gatun.reference;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.gatun.DType;
import dev.gatun.op.Elementwise.Binary;
import dev.gatun.op.Elementwise.BinaryFunction;
import dev.gatun.op.Elementwise.Cast;
import dev.gatun.op.Elementwise.Unary;
import dev.gatun.op.Elementwise.UnaryFunction;
import dev.gatun.op.Elementwise.Where;
import org.junit.jupiter.api.Test;

class ElementwiseLoopsTest {
    private static final double NAN = Double.NaN;
    private static final double INF = Double.POSITIVE_INFINITY;
    private static final double E = Math.E;

    private static double[] f(UnaryFunction function, double... x) {
        return Tensors.doubles(Tensors.run(new Unary(function), Tensors.vector(DType.F64, x)));
    }

    private static double f(BinaryFunction function, double a, double b) {
        return Tensors.run(new Binary(function), Tensors.vector(DType.F64, a), Tensors.vector(DType.F64, b)).get(0);
    }

    private static long f(BinaryFunction function, DType dtype, long a, long b) {
        return Tensors.run(new Binary(function), Tensors.vector(dtype, a), Tensors.vector(dtype, b)).getLong(0);
    }

    private static long f(UnaryFunction function, DType dtype, long x) {
        return Tensors.run(new Unary(function), Tensors.vector(dtype, x)).getLong(0);
    }

    private static void near(double[] expected, double[] actual) {
        assertEquals(expected.length, actual.length);
        for (int i = 0; i < expected.length; i++) {
            boolean finite = Double.isFinite(expected[i]) && expected[i] != 0;
            assertEquals(expected[i], actual[i], finite ? 2 * Math.ulp(expected[i]) : 0, "element " + i);
        }
    }

    @Test
    void signsAndRootsKeepNanAndSignedZero() {
        assertArrayEquals(new double[] {-2, 0.0, NAN, -INF}, f(UnaryFunction.NEG, 2, -0.0, NAN, INF));
        assertArrayEquals(new double[] {2, 0.0, NAN, INF}, f(UnaryFunction.ABS, -2, -0.0, NAN, -INF));
        assertArrayEquals(new double[] {1, -1, 0, NAN}, f(UnaryFunction.SIGN, 3, -INF, 0, NAN));
        assertArrayEquals(new double[] {0.5, -INF, 0}, f(UnaryFunction.RECIPROCAL, 2, -0.0, INF));
        assertArrayEquals(new double[] {3, NAN, INF}, f(UnaryFunction.SQRT, 9, -1, INF));
        assertArrayEquals(new double[] {0.5, INF, 0}, f(UnaryFunction.RSQRT, 4, 0, INF));
        assertArrayEquals(new double[] {0, 5, NAN, INF}, f(UnaryFunction.RELU, -5, 5, NAN, INF));
    }

    @Test
    void exponentialsAndLogarithmsAreAccurateNearZero() {
        near(new double[] {1, E, 0, INF}, f(UnaryFunction.EXP, 0, 1, -INF, INF));
        near(new double[] {0, 1e-20, -1, INF}, f(UnaryFunction.EXPM1, 0, 1e-20, -INF, 1000));
        near(new double[] {0, 1, -INF, NAN}, f(UnaryFunction.LOG, 1, E, 0, -1));
        near(new double[] {0, 1e-20, -INF, NAN}, f(UnaryFunction.LOG1P, 0, 1e-20, -1, -2));
        near(new double[] {0.5, 1, 0, Math.exp(-710)}, f(UnaryFunction.SIGMOID, 0, 40, -INF, -710));
        near(new double[] {Math.log(2), 1000, 0, Math.exp(-50)}, f(UnaryFunction.SOFTPLUS, 0, 1000, -1000, -50));
    }

    @Test
    void anglesGoRoundInRadians() {
        near(new double[] {0.479425538604203, NAN}, f(UnaryFunction.SIN, 0.5, INF));
        near(new double[] {0.8775825618903728}, f(UnaryFunction.COS, 0.5));
        near(new double[] {0.5463024898437905}, f(UnaryFunction.TAN, 0.5));
        near(new double[] {Math.PI / 6, NAN}, f(UnaryFunction.ASIN, 0.5, 1.1));
        near(new double[] {Math.PI / 3, NAN}, f(UnaryFunction.ACOS, 0.5, 1.1));
        near(new double[] {Math.PI / 4, -Math.PI / 2}, f(UnaryFunction.ATAN, 1, -INF));
    }

    @Test
    void hyperbolicFunctionsAndTheirInversesAreAccurateEverywhere() {
        near(new double[] {1.1752011936438014, -INF}, f(UnaryFunction.SINH, 1, -INF));
        near(new double[] {1.543080634815244, INF}, f(UnaryFunction.COSH, 1, -INF));
        near(new double[] {0.7615941559557649, -1}, f(UnaryFunction.TANH, 1, -100));
        near(new double[] {0.881373587019543, -0.881373587019543, 1e-12, 691.4686750787736, -0.0, INF, NAN},
                f(UnaryFunction.ASINH, 1, -1, 1e-12, 1e300, -0.0, INF, NAN));
        near(new double[] {0, 1.3169578969248166, 691.4686750787736, NAN, NAN, INF}, f(UnaryFunction.ACOSH, 1, 2, 1e300, 0.5, -1e10, INF));
        near(new double[] {0.5493061443340549, -0.5493061443340549, 1e-12, INF, NAN}, f(UnaryFunction.ATANH, 0.5, -0.5, 1e-12, 1, 1.5));
    }

    @Test
    void erfIsAccurateToTwoUnitsInTheLastPlace() {
        near(new double[] {0.5204998778130465, 0.8427007929497149, 0.9340079449406525, -0.9953222650189527, 0.9999779095030014, 1.1283791670955126e-20},
                f(UnaryFunction.ERF, 0.5, 1, 1.3, -2, 3, 1e-20));
        assertArrayEquals(new double[] {-0.0, 1, -1, 1, NAN}, f(UnaryFunction.ERF, -0.0, 7, -INF, INF, NAN));
    }

    @Test
    void roundingGoesDownUpToEvenOrTowardZero() {
        double[] x = {-1.5, -0.5, 0.5, 1.5, 2.5, NAN, INF};
        assertArrayEquals(new double[] {-2, -1, 0, 1, 2, NAN, INF}, f(UnaryFunction.FLOOR, x));
        assertArrayEquals(new double[] {-1, -0.0, 1, 2, 3, NAN, INF}, f(UnaryFunction.CEIL, x));
        assertArrayEquals(new double[] {-2, -0.0, 0, 2, 2, NAN, INF}, f(UnaryFunction.ROUND, x));
        assertArrayEquals(new double[] {-1, -0.0, 0, 1, 2, NAN, INF}, f(UnaryFunction.TRUNC, x));
    }

    @Test
    void predicatesGiveBool() {
        assertArrayEquals(new double[] {0, 1, 0}, f(UnaryFunction.IS_NAN, 1, NAN, INF));
        assertArrayEquals(new double[] {0, 0, 1, 1}, f(UnaryFunction.IS_INF, 1, NAN, INF, -INF));
        assertEquals(DType.BOOL, Tensors.run(new Unary(UnaryFunction.IS_NAN), Tensors.vector(DType.F32, 1.0)).dtype());
        assertEquals(1, f(UnaryFunction.LOGICAL_NOT, DType.BOOL, 0));
        assertEquals(0, f(UnaryFunction.LOGICAL_NOT, DType.BOOL, 1));
    }

    @Test
    void integerUnariesWrapAndUnsignedOnesArePositive() {
        assertEquals(-128, f(UnaryFunction.NEG, DType.I8, -128));
        assertEquals(Long.MIN_VALUE, f(UnaryFunction.ABS, DType.I64, Long.MIN_VALUE));
        assertEquals(-1, f(UnaryFunction.ABS, DType.U64, -1), "2^64 - 1");
        assertEquals(1, f(UnaryFunction.SIGN, DType.U64, -1));
        assertEquals(-1, f(UnaryFunction.SIGN, DType.I64, -7));
        assertEquals(-1, f(UnaryFunction.RELU, DType.U64, -1));
        assertEquals(0, f(UnaryFunction.RELU, DType.I32, -1));
        assertEquals(0xF0, f(UnaryFunction.BITWISE_NOT, DType.U8, 0x0F));
        assertEquals(-1, f(UnaryFunction.BITWISE_NOT, DType.I8, 0));
    }

    @Test
    void floatingArithmeticFollowsIeee() {
        assertEquals(3.5, f(BinaryFunction.ADD, 1, 2.5));
        assertEquals(-1.5, f(BinaryFunction.SUB, 1, 2.5));
        assertEquals(2.5, f(BinaryFunction.MUL, 1, 2.5));
        assertEquals(-INF, f(BinaryFunction.DIV, 1, -0.0));
        assertEquals(8, f(BinaryFunction.POW, 2, 3));
        assertEquals(NAN, f(BinaryFunction.POW, -8, 0.5));
        assertEquals(1, f(BinaryFunction.POW, NAN, 0));
        assertEquals(3 * Math.PI / 4, f(BinaryFunction.ATAN2, 1, -1));
    }

    @Test
    void resultsAreRoundedOnceToTheirType() {
        Elements sum = Tensors.run(new Binary(BinaryFunction.ADD), Tensors.vector(DType.F32, 16777216.0), Tensors.vector(DType.F32, 1.0));
        assertEquals(16777216, sum.get(0));
        Elements product = Tensors.run(new Binary(BinaryFunction.MUL), Tensors.vector(DType.F16, 1 + 0x1p-10), Tensors.vector(DType.F16, 1 + 0x1p-10));
        assertEquals(1 + 0x1p-9, product.get(0));
        Elements exp = Tensors.run(new Unary(UnaryFunction.EXP), Tensors.vector(DType.BF16, 1.0));
        assertEquals(2.71875, exp.get(0));
    }

    @Test
    void modTakesTheSignOfTheDivisorAndRemOfTheDividend() {
        double[][] cases = {{7, 3, 1, 1}, {-7, 3, 2, -1}, {7, -3, -2, 1}, {-7, -3, -1, -1}, {6, -3, -0.0, 0.0}, {5, INF, 5, 5}, {-5, INF, INF, -5},
            {5, 0, NAN, NAN}, {NAN, 3, NAN, NAN}};
        for (double[] c : cases) {
            assertEquals(c[2], f(BinaryFunction.MOD, c[0], c[1]), c[0] + " mod " + c[1]);
            assertEquals(c[3], f(BinaryFunction.REM, c[0], c[1]), c[0] + " rem " + c[1]);
        }
        assertEquals(2, f(BinaryFunction.MOD, DType.I32, -7, 3));
        assertEquals(-1, f(BinaryFunction.REM, DType.I32, -7, 3));
        assertEquals(0, f(BinaryFunction.MOD, DType.I32, 7, 0));
        assertEquals(0, f(BinaryFunction.REM, DType.U64, 7, 0));
        assertEquals(5, f(BinaryFunction.MOD, DType.U64, -1, 10), "2^64 - 1 ends in 5");
    }

    @Test
    void minAndMaxHandNanOnAndKnowSignedZero() {
        assertEquals(NAN, f(BinaryFunction.MIN, NAN, 1));
        assertEquals(NAN, f(BinaryFunction.MAX, 1, NAN));
        assertEquals(-0.0, f(BinaryFunction.MIN, 0.0, -0.0));
        assertEquals(0.0, f(BinaryFunction.MAX, 0.0, -0.0));
        assertEquals(1, f(BinaryFunction.MIN, DType.U64, -1, 1));
        assertEquals(-1, f(BinaryFunction.MAX, DType.U64, -1, 1));
        assertEquals(-1, f(BinaryFunction.MIN, DType.I64, -1, 1));
    }

    @Test
    void integerArithmeticWrapsAndDividesByZeroToZero() {
        assertEquals(-128, f(BinaryFunction.ADD, DType.I8, 127, 1));
        assertEquals(255, f(BinaryFunction.SUB, DType.U8, 0, 1));
        assertEquals((1L << 62) * 3, f(BinaryFunction.MUL, DType.I64, 3, 1L << 62));
        assertEquals(9007199254740993L, f(BinaryFunction.ADD, DType.I64, 9007199254740992L, 1), "exact beyond 2^53");
        assertEquals(-2, f(BinaryFunction.DIV, DType.I32, -7, 3));
        assertEquals(0, f(BinaryFunction.DIV, DType.I32, 7, 0));
        assertEquals(-128, f(BinaryFunction.DIV, DType.I8, -128, -1));
        assertEquals(Long.MAX_VALUE, f(BinaryFunction.DIV, DType.U64, -1, 2));
    }

    @Test
    void integerPowersAreRepeatedMultiplication() {
        assertEquals(-243, f(BinaryFunction.POW, DType.I32, -3, 5));
        assertEquals(0, f(BinaryFunction.POW, DType.U8, 2, 8), "256 wraps");
        assertEquals(1, f(BinaryFunction.POW, DType.I32, 0, 0));
        assertEquals(0, f(BinaryFunction.POW, DType.I32, 2, -1));
        assertEquals(-1, f(BinaryFunction.POW, DType.I32, -1, -3));
        assertEquals(0, f(BinaryFunction.POW, DType.I32, 0, -1));
        assertEquals(-1, f(BinaryFunction.POW, DType.U64, -1, -1), "(2^64 - 1) to an odd power");
    }

    @Test
    void shiftsOfAtLeastTheWidthShiftEverythingOut() {
        assertEquals(0x80, f(BinaryFunction.SHIFT_LEFT, DType.U8, 1, 7));
        assertEquals(0, f(BinaryFunction.SHIFT_LEFT, DType.U8, 1, 8));
        assertEquals(0, f(BinaryFunction.SHIFT_LEFT, DType.I64, 1, 64));
        assertEquals(-2, f(BinaryFunction.SHIFT_RIGHT, DType.I8, -8, 2));
        assertEquals(-1, f(BinaryFunction.SHIFT_RIGHT, DType.I8, -8, 100));
        assertEquals(1, f(BinaryFunction.SHIFT_RIGHT, DType.U64, -1, 63));
        assertEquals(0, f(BinaryFunction.SHIFT_RIGHT, DType.U64, -1, 64));
        assertEquals(0, f(BinaryFunction.SHIFT_LEFT, DType.I32, 1, -1));
    }

    @Test
    void bitwiseFunctionsAreLogicalOnBool() {
        assertEquals(0b1000, f(BinaryFunction.AND, DType.I32, 0b1100, 0b1010));
        assertEquals(0b1110, f(BinaryFunction.OR, DType.I32, 0b1100, 0b1010));
        assertEquals(0b0110, f(BinaryFunction.XOR, DType.I32, 0b1100, 0b1010));
        assertEquals(0, f(BinaryFunction.AND, DType.BOOL, 1, 0));
        assertEquals(1, f(BinaryFunction.OR, DType.BOOL, 1, 0));
        assertEquals(0, f(BinaryFunction.XOR, DType.BOOL, 1, 1));
    }

    @Test
    void comparisonsKnowNanZerosAndUnsignedNumbers() {
        BinaryFunction[] comparisons = {BinaryFunction.EQ, BinaryFunction.NE, BinaryFunction.LT, BinaryFunction.LE, BinaryFunction.GT, BinaryFunction.GE};
        int[] oneTwo = {0, 1, 1, 1, 0, 0};
        int[] nan = {0, 1, 0, 0, 0, 0};
        int[] equal = {1, 0, 0, 1, 0, 1};
        for (int i = 0; i < comparisons.length; i++) {
            assertEquals(oneTwo[i], f(comparisons[i], 1, 2));
            assertEquals(nan[i], f(comparisons[i], NAN, NAN));
            assertEquals(equal[i], f(comparisons[i], 0.0, -0.0));
            assertEquals(oneTwo[i], f(comparisons[i], DType.I64, -1, 1));
            assertEquals(oneTwo[i], f(comparisons[i], DType.U64, 1, -1));
            assertEquals(equal[i], f(comparisons[i], DType.U8, 200, 200));
        }
        assertEquals(1, f(BinaryFunction.EQ, DType.BOOL, 1, 1));
    }

    @Test
    void whereChoosesElementByElement() {
        Elements c = Tensors.vector(DType.BOOL, 1L, 0L, 1L);
        Elements y = Tensors.run(new Where(), c, Tensors.vector(DType.F32, 1.0, 2.0, NAN), Tensors.vector(DType.F32, 4.0, 5.0, 6.0));
        assertArrayEquals(new double[] {1, 5, NAN}, Tensors.doubles(y));
    }

    @Test
    void castsSaturateTruncateAndWrap() {
        assertArrayEquals(new long[] {-3, 0, 127, -128}, Tensors.longs(Tensors.run(new Cast(DType.I8), Tensors.vector(DType.F32, -3.9, NAN, 1e9, -INF))));
        assertArrayEquals(new long[] {44, 255}, Tensors.longs(Tensors.run(new Cast(DType.U8), Tensors.vector(DType.I32, 300L, -1L))));
        assertArrayEquals(new long[] {-1}, Tensors.longs(Tensors.run(new Cast(DType.I64), Tensors.vector(DType.U64, -1L))));
        assertArrayEquals(new long[] {1, 0, 1}, Tensors.longs(Tensors.run(new Cast(DType.BOOL), Tensors.vector(DType.F32, 0.1, -0.0, NAN))));
        assertArrayEquals(new double[] {1, 0}, Tensors.doubles(Tensors.run(new Cast(DType.F32), Tensors.vector(DType.BOOL, 1L, 0L))));
        assertArrayEquals(new double[] {0x1p64}, Tensors.doubles(Tensors.run(new Cast(DType.F32), Tensors.vector(DType.U64, -1L))));
        assertArrayEquals(new double[] {0x1p64}, Tensors.doubles(Tensors.run(new Cast(DType.F64), Tensors.vector(DType.U64, -1L))));
        assertArrayEquals(new double[] {2048, 2052}, Tensors.doubles(Tensors.run(new Cast(DType.F16), Tensors.vector(DType.F64, 2049.0, 2051.0))));
        long aboveTie = (1L << 62) + (1L << 38) + 1;
        assertArrayEquals(new double[] {0x1p62 + 0x1p39}, Tensors.doubles(Tensors.run(new Cast(DType.F32), Tensors.vector(DType.I64, aboveTie))));
    }
}
