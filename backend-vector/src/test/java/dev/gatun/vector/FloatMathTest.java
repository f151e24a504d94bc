package dev.gatun.vector;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.op.Elementwise.UnaryFunction;
import java.util.function.DoubleUnaryOperator;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("every-width")
class FloatMathTest {
    /** A prime, so that all mantissas and exponents come by: 430 000 floats. */
    private static final long BETWEEN = 9973;

    private static final float[] SPECIAL = {0f, -0f, Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, Float.MAX_VALUE, -Float.MAX_VALUE,
        Float.MIN_VALUE, -Float.MIN_VALUE, 88.72283f, 88.72284f, 89f, 89.1f, -87.33655f, -87.4f, -103.9f, -104f, -104.1f, 10f, 10.1f, -26f, -26.1f};

    @Test
    void expIsWithinThreeUnitsEverywhere() {
        check(UnaryFunction.EXP, Math::exp);
    }

    @Test
    void expm1IsWithinThreeUnitsEverywhere() {
        check(UnaryFunction.EXPM1, Math::expm1);
    }

    @Test
    void tanhIsWithinThreeUnitsEverywhere() {
        check(UnaryFunction.TANH, Math::tanh);
    }

    @Test
    void sigmoidIsWithinThreeUnitsEverywhere() {
        check(UnaryFunction.SIGMOID, x -> x < 0 ? Math.exp(x) / (1 + Math.exp(x)) : 1 / (1 + Math.exp(-x)));
    }

    private static void check(UnaryFunction function, DoubleUnaryOperator exact) {
        Floats x = new Floats(1024);
        Floats y = new Floats(1024);
        for (int i = 0; i < 1024; i++) {
            x.set(i, SPECIAL[i % SPECIAL.length]);
        }
        check(function, exact, x, y);
        for (long bits = 0; bits < 1L << 32; bits += 1024 * BETWEEN) {
            for (int i = 0; i < 1024; i++) {
                x.set(i, Float.intBitsToFloat((int) (bits + i * BETWEEN)));
            }
            check(function, exact, x, y);
        }
        x.check();
        y.check();
    }

    private static void check(UnaryFunction function, DoubleUnaryOperator exact, Floats x, Floats y) {
        FloatUnary.run(function, x.address(), y.address(), 1024);
        for (int i = 0; i < 1024; i++) {
            float expected = (float) exact.applyAsDouble(x.get(i));
            String where = function + "(" + x.get(i) + ")";
            if (Float.isFinite(expected) && expected != 0) {
                assertTrue(Math.abs((double) y.get(i) - expected) <= 3.0 * Math.ulp(expected), () -> where + " is " + expected);
            } else {
                assertEquals(expected, y.get(i), where);
            }
        }
    }
}
