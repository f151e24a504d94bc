package dev.gatun.testkit;

import java.util.List;

/** The numbers that vector code forgets: not a number, infinities, zeros of both signs, denormal and huge ones. */
final class SpecialNumbers {
    private static final double[] ALL = {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, 0.0, -0.0, Float.MIN_VALUE, -0x1p-140,
        Float.MIN_NORMAL, Float.MAX_VALUE, -Float.MAX_VALUE, 1e30, -1e30, 100, -100, 1, -1, 0.5, 2147483648.0, 8388609};

    /** Without huge ones, whose sums overflow or not by the order in which they are taken. */
    private static final double[] SUMMABLE = {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, 0.0, -0.0, Float.MIN_VALUE, -0x1p-140};

    private SpecialNumbers() {
    }

    /** Returns {@code sample} with every second element special where no element of a result sees several of one operand, else with few. */
    static Sample in(Case c, Sample sample, long seed) {
        boolean alone = c.terms() == 1 && List.of(Tolerance.EXACT, Tolerance.ROUNDED, Tolerance.FUNCTION).contains(c.tolerance());
        return alone ? sample.sprinkled(ALL, 0.5, seed) : sample.sprinkled(SUMMABLE, 0.02, seed);
    }
}
