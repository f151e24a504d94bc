package dev.gatun.reference;

/**
 * erf(x) = 2/√π ∫₀ˣ exp(-t²) dt in double, with an error of at most 2 units in the last place. Sources: Abramowitz and Stegun 7.1.5 and 7.1.14.
 */
final class ErrorFunction {
    private static final double TWO_OVER_SQRT_PI = 2 / Math.sqrt(Math.PI);
    private static final double SQRT_PI = Math.sqrt(Math.PI);
    /** Below it the series loses less than a bit to cancellation, above it the continued fraction converges quickly. */
    private static final double SPLIT = 1.25;
    /** From here on 1 - erf(x) < 2⁻⁵⁴. */
    private static final double LIMIT = 6;
    /** (-1)ⁿ / (n! (2n + 1)); at the split the last term is below 2⁻⁷⁰ of the sum. */
    private static final double[] SERIES = new double[28];

    static {
        double factorial = 1;
        for (int n = 0; n < SERIES.length; n++) {
            SERIES[n] = (n % 2 == 0 ? 1 : -1) / (factorial * (2 * n + 1));
            factorial *= n + 1;
        }
    }

    private ErrorFunction() {
    }

    /** Returns erf(x); NaN for NaN, ±1 for ±∞. */
    static double erf(double x) {
        double z = Math.abs(x);
        if (z < SPLIT) {
            return series(x);
        }
        return z < LIMIT ? Math.copySign(1 - complement(z), x) : Double.isNaN(x) ? x : Math.copySign(1, x);
    }

    /** erf(x) = 2/√π Σ (-1)ⁿ x²ⁿ⁺¹ / (n! (2n + 1)), by Horner's rule from the last term. */
    private static double series(double x) {
        double square = x * x;
        double sum = 0;
        for (int n = SERIES.length - 1; n > 0; n--) {
            sum = (sum + SERIES[n]) * square;
        }
        return TWO_OVER_SQRT_PI * (x * (1 + sum));
    }

    /**
     * 1 - erf(x) = exp(-x²)/√π · 1/(x + ½/(x + 1/(x + 3⁄2/(x + 2/(x + ...))))), evaluated from its tail: n terms leave an error of about exp(-2x√(2n)),
     * here e⁻³⁸.
     */
    private static double complement(double x) {
        double tail = x;
        for (int n = (int) (180 / (x * x)); n > 0; n--) {
            tail = x + 0.5 * n / tail;
        }
        return StrictMath.exp(-x * x) / (SQRT_PI * tail);
    }
}
