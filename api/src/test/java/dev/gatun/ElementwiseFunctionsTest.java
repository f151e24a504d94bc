package dev.gatun;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import java.util.function.DoubleUnaryOperator;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** Tests of {@link Logic}, {@link Bits}, {@link Arithmetic}, {@link Exponentials} and {@link Trigonometry}. */
class ElementwiseFunctionsTest {
    private static final double INF = Double.POSITIVE_INFINITY;
    private static final double NAN = Double.NaN;

    private static Tensor f64(double... values) {
        return Tensor.of(values);
    }

    private static String refusal(org.junit.jupiter.api.function.Executable code) {
        return assertThrows(IllegalArgumentException.class, code).getMessage();
    }

    @Test
    void logicalFunctionsFollowTheirTruthTables() {
        Tensor a = Tensor.of(new boolean[] {false, false, true, true});
        Tensor b = Tensor.of(new boolean[] {false, true, false, true});
        assertArrayEquals(new boolean[] {false, false, false, true}, Logic.and(a, b).toBooleanArray());
        assertArrayEquals(new boolean[] {false, true, true, true}, Logic.or(a, b).toBooleanArray());
        assertArrayEquals(new boolean[] {false, true, true, false}, Logic.xor(a, b).toBooleanArray());
        assertArrayEquals(new boolean[] {true, true, false, false}, Logic.not(a).toBooleanArray());
    }

    @Test
    void logicRefusesNumbersAndBitsRefuseTruthValues() {
        Tensor bool = Tensor.of(new boolean[] {true});
        Tensor one = Tensor.of(new int[] {1});
        assertEquals("logical_and: b is i32 but must be bool, write b.cast(DType.BOOL)", refusal(() -> Logic.and(bool, one)));
        assertEquals("bitwise_or: a is bool but must be an integer type, write a.cast(DType.I32)", refusal(() -> Bits.or(bool, one)));
        assertEquals("shift_left: b is f64 but must be an integer type, write b.cast(DType.I32)", refusal(() -> Bits.shiftLeft(one, f64(1))));
    }

    @Test
    void bitsAreThoseOfJava() {
        int[] p = {0b1100, -7, Integer.MAX_VALUE};
        int[] q = {0b1010, 3, 31};
        Tensor a = Tensor.of(p);
        Tensor b = Tensor.of(q);
        for (int i = 0; i < p.length; i++) {
            assertEquals(p[i] & q[i], Bits.and(a, b).toIntArray()[i]);
            assertEquals(p[i] | q[i], Bits.or(a, b).toIntArray()[i]);
            assertEquals(p[i] ^ q[i], Bits.xor(a, b).toIntArray()[i]);
            assertEquals(~p[i], Bits.not(a).toIntArray()[i]);
            assertEquals(p[i] << q[i], Bits.shiftLeft(a, b).toIntArray()[i]);
            assertEquals(p[i] >> q[i], Bits.shiftRight(a, b).toIntArray()[i]);
        }
        assertArrayEquals(new int[] {0, 0, 0}, Bits.shiftLeft(a, Tensor.scalar(DType.I32, 32)).toIntArray());
    }

    @Test
    void remaindersHaveTheSignOfTheDivisorOrOfTheDividend() {
        Tensor a = Tensor.of(new int[] {7, -7, 7, -7, 6, -6});
        Tensor b = Tensor.of(new int[] {3, 3, -3, -3, 3, -3});
        assertArrayEquals(new int[] {1, 2, -2, -1, 0, 0}, Arithmetic.mod(a, b).toIntArray());
        assertArrayEquals(new int[] {1, -1, 1, -1, 0, 0}, Arithmetic.remainder(a, b).toIntArray());
        assertArrayEquals(new int[] {2, -3, -3, 2, 2, 2}, Arithmetic.floorDiv(a, b).toIntArray());
        assertArrayEquals(new double[] {2, -3, -3, 2, 2, 2}, Arithmetic.floorDiv(a.cast(DType.F64), b.cast(DType.F64)).toDoubleArray());
        assertArrayEquals(new int[] {0, 0}, Arithmetic.floorDiv(Tensor.of(new int[] {5, -5}), Tensor.scalar(DType.I32, 0)).toIntArray());
    }

    @Test
    void divisionAndRemainderMakeUpTheDividend() {
        Tensor a = Tensor.arange(DType.I64, -20, 1, 41).unsqueeze(1);
        Tensor b = Tensor.of(new long[] {-7, -3, -1, 1, 2, 9});
        Tensor whole = Arithmetic.floorDiv(a, b).mul(b).add(Arithmetic.mod(a, b));
        assertEquals(1, Reductions.all(whole.eq(a), false).item());
    }

    @Test
    void roundingGoesWhereItsNameSays() {
        Tensor x = f64(-1.5, -0.5, 0.5, 1.5, 2.5);
        assertArrayEquals(new double[] {-2, -1, 0, 1, 2}, Arithmetic.floor(x).toDoubleArray());
        assertArrayEquals(new double[] {-1, -0.0, 1, 2, 3}, Arithmetic.ceil(x).toDoubleArray());
        assertArrayEquals(new double[] {-2, -0.0, 0, 2, 2}, Arithmetic.round(x).toDoubleArray());
        assertArrayEquals(new double[] {-1, -0.0, 0, 1, 2}, Arithmetic.trunc(x).toDoubleArray());
        assertArrayEquals(new double[] {-1, 0, 1}, Arithmetic.sign(f64(-3, 0, 0.1)).toDoubleArray());
    }

    @Test
    void infinitiesAndNansAreTold() {
        Tensor x = f64(1, INF, -INF, NAN);
        assertArrayEquals(new boolean[] {false, false, false, true}, Arithmetic.isNan(x).toBooleanArray());
        assertArrayEquals(new boolean[] {false, true, true, false}, Arithmetic.isInf(x).toBooleanArray());
        assertArrayEquals(new boolean[] {true, false, false, false}, Arithmetic.isFinite(x).toBooleanArray());
    }

    @Test
    void clipAndLerpTakeTensors() {
        assertArrayEquals(new double[] {0, 1, 3}, Arithmetic.clip(f64(-1, 1, 9), f64(0), f64(2, 2, 3)).toDoubleArray());
        assertArrayEquals(new double[] {1, 2, 3}, Arithmetic.lerp(f64(1), f64(3), f64(0, 0.5, 1)).toDoubleArray());
    }

    @Test
    void exponentialsAreThoseOfMath() {
        double[] x = {0.25, 1, 3.5};
        for (int i = 0; i < x.length; i++) {
            assertEquals(Math.pow(2, x[i]), Exponentials.exp2(f64(x)).toDoubleArray()[i], 1e-14);
            assertEquals(Math.expm1(x[i]), Exponentials.expm1(f64(x)).toDoubleArray()[i], 1e-14);
            assertEquals(Math.log1p(x[i]), Exponentials.log1p(f64(x)).toDoubleArray()[i], 1e-15);
            assertEquals(Math.log(x[i]) / Math.log(2), Exponentials.log2(f64(x)).toDoubleArray()[i], 1e-15);
            assertEquals(Math.log10(x[i]), Exponentials.log10(f64(x)).toDoubleArray()[i], 1e-15);
        }
        assertEquals(0.8427007929497149, Exponentials.erf(f64(1)).item(), 1e-15);
    }

    @Test
    void logAddExpNeitherOverflowsNorLosesInfinities() {
        Tensor y = Exponentials.logAddExp(f64(1000, 0, INF, -INF, -INF, INF), f64(1000, 1, INF, -INF, 2, -INF));
        assertArrayEquals(new double[] {1000 + Math.log(2), Math.log(1 + Math.E), INF, -INF, 2, INF}, y.toDoubleArray(), 1e-12);
        assertTrue(Double.isNaN(Exponentials.logAddExp(f64(NAN), f64(1)).item()));
    }

    @Test
    void trigonometryIsThatOfMath() {
        record Pair(UnaryOperator<Tensor> tensor, DoubleUnaryOperator math) { }
        Map<String, Pair> pairs = Map.ofEntries(
                Map.entry("sin", new Pair(Trigonometry::sin, Math::sin)), Map.entry("cos", new Pair(Trigonometry::cos, Math::cos)),
                Map.entry("tan", new Pair(Trigonometry::tan, Math::tan)), Map.entry("asin", new Pair(Trigonometry::asin, Math::asin)),
                Map.entry("acos", new Pair(Trigonometry::acos, Math::acos)), Map.entry("atan", new Pair(Trigonometry::atan, Math::atan)),
                Map.entry("sinh", new Pair(Trigonometry::sinh, Math::sinh)), Map.entry("cosh", new Pair(Trigonometry::cosh, Math::cosh)),
                Map.entry("asinh", new Pair(Trigonometry::asinh, v -> Math.log(v + Math.sqrt(v * v + 1)))),
                Map.entry("acosh", new Pair(Trigonometry::acosh, v -> Math.log(v + Math.sqrt(v * v - 1)))),
                Map.entry("atanh", new Pair(Trigonometry::atanh, v -> Math.log((1 + v) / (1 - v)) / 2)));
        double[] x = {-0.75, -0.1, 0.3, 0.99, 1.25};
        pairs.forEach((name, pair) -> {
            double[] y = pair.tensor().apply(f64(x)).toDoubleArray();
            for (int i = 0; i < x.length; i++) {
                assertEquals(pair.math().applyAsDouble(x[i]), y[i], 1e-13, name + " of " + x[i]);
            }
        });
        assertArrayEquals(new double[] {Math.PI / 4, 3 * Math.PI / 4, -Math.PI / 2},
                Trigonometry.atan2(f64(1, 1, -2), f64(1, -1, 0)).toDoubleArray(), 1e-15);
    }
}
