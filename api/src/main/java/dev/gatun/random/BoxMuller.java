package dev.gatun.random;

/**
 * Pairs of normal numbers from pairs of words, by Box and Muller, "A note on the generation of random normal deviates" (1958): with u = (w₀ + 1)·2⁻³² and
 * θ = 2π w₁·2⁻³² they are ρ cos θ and ρ sin θ, ρ = √(-2 ln u).
 *
 * <p>Logarithm, sine and cosine are the series below, of additions, multiplications and one division in double, in this order: every processor gets the same
 * bits, and there is no branch to guess. Their relative errors stay below 10⁻¹³, so nearly all results are the float next to the true number.
 */
final class BoxMuller {
    private static final double LN_2 = 0.6931471805599453;
    private static final long BITS_OF_ROOT_HALF = 0x3FE6A09E667F3BCDL;
    private static final int FRACTION_BITS = 52;
    /** 2π·2⁻³². */
    private static final double RADIANS = 0x1p-31 * Math.PI;

    private BoxMuller() {
    }

    /** Returns ρ, which both numbers of a pair have in common. */
    static double radius(int w0) {
        double n = Integer.toUnsignedLong(w0) + 1;
        long bits = Double.doubleToRawLongBits(n);
        long exponent = bits - BITS_OF_ROOT_HALF >> FRACTION_BITS;
        double m = Double.longBitsToDouble(bits - (exponent << FRACTION_BITS));
        return Math.sqrt(-2 * ((exponent - 32) * LN_2 + ln(m)));
    }

    /** Returns ln m of √½ ≤ m < √2: with s = (m - 1)/(m + 1), |s| < 0.172, it is 2 (s + s³/3 + s⁵/5 + ...). */
    private static double ln(double m) {
        double s = (m - 1) / (m + 1);
        double z = s * s;
        double series = 1 / 15.;
        series = series * z + 1 / 13.;
        series = series * z + 1 / 11.;
        series = series * z + 1 / 9.;
        series = series * z + 1 / 7.;
        series = series * z + 1 / 5.;
        series = series * z + 1 / 3.;
        return 2 * s * (series * z + 1);
    }

    /** Returns cos θ. */
    static double cos(int w1) {
        int quarter = quarter(w1);
        double x = rest(w1, quarter);
        double y = (quarter & 1) == 0 ? cosine(x) : sine(x);
        return (1 - (quarter + 1 & 2)) * y;
    }

    /** Returns sin θ. */
    static double sin(int w1) {
        int quarter = quarter(w1);
        double x = rest(w1, quarter);
        double y = (quarter & 1) == 0 ? sine(x) : cosine(x);
        return (1 - (quarter & 2)) * y;
    }

    /** Returns the quarter turn, 0 to 3, that is nearest to θ. */
    private static int quarter(int w1) {
        return w1 + (1 << 29) >>> 30;
    }

    /** Returns θ without that quarter turn, within ±π/4. */
    private static double rest(int w1, int quarter) {
        return (w1 - (quarter << 30)) * RADIANS;
    }

    /** x - x³/3! + ... + x¹³/13!. */
    private static double sine(double x) {
        double z = x * x;
        double series = 1 / 6227020800.;
        series = series * z - 1 / 39916800.;
        series = series * z + 1 / 362880.;
        series = series * z - 1 / 5040.;
        series = series * z + 1 / 120.;
        series = series * z - 1 / 6.;
        return x * (series * z + 1);
    }

    /** 1 - x²/2! + ... - x¹⁴/14!. */
    private static double cosine(double x) {
        double z = x * x;
        double series = -1 / 87178291200.;
        series = series * z + 1 / 479001600.;
        series = series * z - 1 / 3628800.;
        series = series * z + 1 / 40320.;
        series = series * z - 1 / 720.;
        series = series * z + 1 / 24.;
        series = series * z - 1 / 2.;
        return series * z + 1;
    }
}
