package dev.gatun.testkit;

import dev.gatun.DType;

/**
 * How far a result may be from the reference, which computes in F64 on the same operands: the one table, each line with its reason.
 *
 * <p>An element y may differ from the reference's r by
 * <pre>
 *     relative · ε · |r|  +  (spread + growth · √K) · s  +  ½ · η · |r|  +  6 · t
 * </pre>
 * The first two terms are of the type in which arithmetic is done, F64 for F64 and F32 for all others: ε is the distance of 1 to the next number (2⁻²³
 * for F32), K is how many terms an element sums, and s is how far the furthest element of the result moves when every operand, and every intermediate
 * result of a composition, is moved by ±ε of its size, found by trying. So a result is right when it is that of numbers which are off by a few digits in
 * the last place: what no algorithm in that type can be sure to better, however badly conditioned the problem. Errors of sums grow as √K, because
 * roundings are as often up as down.
 *
 * <p>The last two terms are of numbers that are stored in BF16 or F16, with η = 2⁻⁷ or 2⁻¹⁰; without such they are 0. A result that is stored so is
 * rounded once, by half of its last digit. t is how far this element moves, as a root mean square, when each value that may be stored so on the way
 * ({@link Disturbance}) is moved by ¼η to ½η of its size; roundings move it by two thirds of that, so 6 t are eight standard deviations. Operands of a
 * narrow type are exact and nothing is granted for them: a sum that is kept in a narrow type is wrong.
 *
 * <p>A case may have a floor besides ({@link Case#floor()}): what its formula loses where intermediate results are denormal, and a zero of the other sign.
 *
 * <p>{@code WrongResultsTest} holds these numbers down: zeros, halves, nine tenths and sums without a large term are beyond them for every case.
 */
public enum Tolerance {
    /** Elements are moved, chosen, compared, counted or drawn: nothing is rounded, every bit must be right (a NaN may be any NaN). */
    EXACT(0, 0, 0),
    /** One operation that IEEE 754 rounds to nearest. */
    ROUNDED(1, 0, 0),
    /** A transcendental function by a polynomial: its reduction, its last steps and the final rounding each cost a digit. */
    FUNCTION(4, 0, 0),
    /** A few elementwise steps in a row, each rounded, with cancellation where they subtract. */
    CHAIN(8, 8, 0),
    /** A sum of K products in any order. */
    SUM(2, 2, 1),
    /**
     * A convolution: as a sum; by Winograd's F(4x4, 3x3) with points ±√½, ±√2 an error up to 2.8e-6 of the largest output was measured, 24 ε in F32,
     * and a result moves by 1 to 2 ε of the largest output.
     */
    CONVOLUTION(2, 32, 1),
    /** Two sums over K elements for mean and variance, then a chain. */
    NORMALIZATION(4, 8, 2),
    /** Exponentials and their sum, or a chain with one sum in it. */
    SOFTMAX(8, 4, 1),
    /** T steps, each a sum of I + H products and a chain of gates, whose errors the next step takes over: K = T·(I + H). */
    RECURRENT(8, 16, 2),
    /** The chain rule: sums over chains of what the forward function and its derivative have rounded. */
    GRADIENT(16, 32, 4);

    private static final double STORED = 6;

    private final double relative;
    private final double spread;
    private final double growth;

    Tolerance(double relative, double spread, double growth) {
        this.relative = relative;
        this.spread = spread;
        this.growth = growth;
    }

    /** Returns whether every bit must be right. */
    public boolean isExact() {
        return this == EXACT;
    }

    /** Returns whether it matters how far a result moves with its operands. */
    public boolean allowsMoves() {
        return spread > 0 || growth > 0;
    }

    /**
     * Returns how far from {@code r} an element may be.
     *
     * @param dtype of the result
     * @param stored the narrowest type in which it may have been stored, {@code dtype} or narrower
     * @param K how many terms it sums
     * @param s how far the result moves with the digits of arithmetic
     * @param t how far the element moves with those of narrow numbers
     */
    double bound(DType dtype, DType stored, int K, double r, double s, double t) {
        double arithmetic = relative * Numbers.unit(Numbers.isNarrow(dtype) ? DType.F32 : dtype, r) + (spread + growth * Math.sqrt(K)) * s;
        double storing = (Numbers.isNarrow(stored) ? Numbers.unit(stored, r) / 2 : 0) + STORED * t;
        return arithmetic + storing;
    }
}
