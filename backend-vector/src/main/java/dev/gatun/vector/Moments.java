package dev.gatun.vector;

import static dev.gatun.vector.Fold.DOUBLES;
import static dev.gatun.vector.Fold.F64;
import static dev.gatun.vector.Fold.doubles;
import static dev.gatun.vector.Native.FLOAT;
import static dev.gatun.vector.Native.getFloat;
import static dev.gatun.vector.Native.load;
import static dev.gatun.vector.Native.putFloat;
import static dev.gatun.vector.Native.store;
import static dev.gatun.vector.Simd.F32;
import static dev.gatun.vector.Simd.LANES;

import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;

/**
 * Loops over runs of floats that normalization is made of.
 *
 * <p>Mean and Σ(x - μ)² are gathered part by part, each read once. Sums of a part are float, but of differences to a mean m̃ that need not be exact, and
 * corrected by r = Σ(x - m̃); where m̃ was too far off for that to keep its digits, the part is read once more, from the first-level cache, with a better one.
 * Parts are joined in double by Chan's formula:
 *
 * <pre>M2 = Σ(x - m̃)² - r²/n,   μ = m̃ + r/n;   δ = μb - μa:   M2 = M2a + M2b + δ²·na·nb/(na + nb),   μ = μa + δ·nb/(na + nb)</pre>
 */
final class Moments {
    /** Bytes of memory that moments are gathered in: two vectors, then count, mean and M2 as doubles. */
    static final long AREA = 3 * 64;

    /** Floats of a part. */
    static final int PART = 4096;

    /** r²/n may be so many times M2: m̃ is then within two standard deviations, and M2 has lost three of its 24 bits. */
    private static final double FAR = 4;
    private static final long COUNT = 128;
    private static final long MEAN = 136;
    private static final long SQUARES = 144;

    private Moments() {
    }

    /** Forgets all runs. */
    static void clear(long area) {
        Fold.putDouble(area + COUNT, 0);
        Fold.putDouble(area + MEAN, 0);
        Fold.putDouble(area + SQUARES, 0);
    }

    /** Returns whether float was wide enough. Otherwise there are infinities or NaN, or squares that overflow: then {@link #squares} tells. */
    static boolean areFinite(long area) {
        return Double.isFinite(variance(area));
    }

    /** Returns the mean of all runs. */
    static double mean(long area) {
        return Fold.getDouble(area + MEAN);
    }

    /** Returns the mean of (x - μ)² of all runs. */
    static double variance(long area) {
        return Fold.getDouble(area + SQUARES) / Fold.getDouble(area + COUNT);
    }

    /** Adds a run to those gathered at {@code area}. */
    static void add(long x, long n, long area) {
        for (long from = 0; from < n; from += PART) {
            long part = x + from * FLOAT;
            int count = (int) Math.min(PART, n - from);
            float rough = roughMean(part, count, area);
            differences(part, count & -LANES, rough, area);
            join(part, count, rough, area);
        }
    }

    /**
     * y = (x - mean) · factor of one part, and the moments of another, which {@code area} then holds alone: while the one is written, the other arrives from
     * memory.
     */
    static void scaleAndAdd(long x, long y, int n, float mean, float factor, long next, long area) {
        clear(area);
        float rough = roughMean(next, n, area);
        scaleAndDifferences(x, y, n & -LANES, mean, factor, next, rough, area);
        for (long i = n & -LANES; i < n; i++) {
            putFloat(y + i * FLOAT, (getFloat(x + i * FLOAT) - mean) * factor);
        }
        join(next, n, rough, area);
    }

    /** Returns about what the mean of a part will be: that of the runs before, or of its first elements. */
    private static float roughMean(long x, int n, long area) {
        if (Fold.getDouble(area + COUNT) > 0) {
            return (float) mean(area);
        }
        return n < LANES ? getFloat(x) : FloatMath.sum(load(x)) / LANES;
    }

    /** Joins a part with the runs before. @param rough what the vectors at {@code area} are the differences to */
    private static void join(long x, int n, float rough, long area) {
        int whole = n & -LANES;
        double r = Gemv.sum(area);
        double squares = Gemv.sum(area + 64);
        for (int i = whole; i < n; i++) {
            double d = (double) getFloat(x + i * FLOAT) - rough;
            r += d;
            squares += d * d;
        }
        double tooMuch = r * r / n;
        if (tooMuch > FAR * (squares - tooMuch)) {
            float better = (float) (rough + r / n);
            if (better != rough) {
                differences(x, whole, better, area);
                join(x, n, better, area);
                return;
            }
        }
        squares = Math.max(0, squares - tooMuch);
        double before = Fold.getDouble(area + COUNT);
        double delta = rough + r / n - Fold.getDouble(area + MEAN);
        double share = n / (before + n);
        Fold.putDouble(area + COUNT, before + n);
        Fold.putDouble(area + MEAN, before == 0 ? rough + r / n : Fold.getDouble(area + MEAN) + delta * share);
        Fold.putDouble(area + SQUARES, before == 0 ? squares : Fold.getDouble(area + SQUARES) + squares + delta * delta * share * before);
    }

    /** Writes Σ (x - mean) and Σ (x - mean)², lane by lane, to {@code area}. */
    private static void differences(long x, int n, float mean, long area) {
        FloatVector a = FloatVector.zero(F32);
        FloatVector b = FloatVector.zero(F32);
        FloatVector c = FloatVector.zero(F32);
        FloatVector d = FloatVector.zero(F32);
        int i = 0;
        for (; i <= n - 2 * LANES; i += 2 * LANES) {
            FloatVector p = load(x + i * FLOAT).sub(mean);
            FloatVector q = load(x + (i + LANES) * FLOAT).sub(mean);
            a = a.add(p);
            b = b.add(q);
            c = p.fma(p, c);
            d = q.fma(q, d);
        }
        for (; i < n; i += LANES) {
            FloatVector p = load(x + i * FLOAT).sub(mean);
            a = a.add(p);
            c = p.fma(p, c);
        }
        store(area, a.add(b));
        store(area + 64, c.add(d));
    }

    /** {@link #differences} of {@code next}, in the same order, while x is scaled. */
    private static void scaleAndDifferences(long x, long y, int n, float mean, float factor, long next, float rough, long area) {
        FloatVector a = FloatVector.zero(F32);
        FloatVector b = FloatVector.zero(F32);
        FloatVector c = FloatVector.zero(F32);
        FloatVector d = FloatVector.zero(F32);
        int i = 0;
        for (; i <= n - 2 * LANES; i += 2 * LANES) {
            FloatVector p = load(next + i * FLOAT).sub(rough);
            FloatVector q = load(next + (i + LANES) * FLOAT).sub(rough);
            store(y + i * FLOAT, load(x + i * FLOAT).sub(mean).mul(factor));
            store(y + (i + LANES) * FLOAT, load(x + (i + LANES) * FLOAT).sub(mean).mul(factor));
            a = a.add(p);
            b = b.add(q);
            c = p.fma(p, c);
            d = q.fma(q, d);
        }
        for (; i < n; i += LANES) {
            FloatVector p = load(next + i * FLOAT).sub(rough);
            store(y + i * FLOAT, load(x + i * FLOAT).sub(mean).mul(factor));
            a = a.add(p);
            c = p.fma(p, c);
        }
        store(area, a.add(b));
        store(area + 64, c.add(d));
    }

    /** Returns Σ (x - mean)², in double all along. */
    static double squares(long x, long n, double mean) {
        DoubleVector mu = DoubleVector.broadcast(F64, mean);
        DoubleVector a = DoubleVector.zero(F64);
        DoubleVector b = DoubleVector.zero(F64);
        long i = 0;
        for (; i <= n - 2 * DOUBLES; i += 2 * DOUBLES) {
            DoubleVector p = doubles(x + i * FLOAT).sub(mu);
            DoubleVector q = doubles(x + (i + DOUBLES) * FLOAT).sub(mu);
            a = p.fma(p, a);
            b = q.fma(q, b);
        }
        double sum = Fold.sumOfLanes(a.add(b));
        for (; i < n; i++) {
            double d = getFloat(x + i * FLOAT) - mean;
            sum += d * d;
        }
        return sum;
    }

    /** Returns Σ (x - mean) · dy. */
    static double products(long x, long dy, long n, double mean) {
        DoubleVector mu = DoubleVector.broadcast(F64, mean);
        DoubleVector a = DoubleVector.zero(F64);
        DoubleVector b = DoubleVector.zero(F64);
        long i = 0;
        for (; i <= n - 2 * DOUBLES; i += 2 * DOUBLES) {
            a = doubles(x + i * FLOAT).sub(mu).fma(doubles(dy + i * FLOAT), a);
            b = doubles(x + (i + DOUBLES) * FLOAT).sub(mu).fma(doubles(dy + (i + DOUBLES) * FLOAT), b);
        }
        double sum = Fold.sumOfLanes(a.add(b));
        for (; i < n; i++) {
            sum += (getFloat(x + i * FLOAT) - mean) * getFloat(dy + i * FLOAT);
        }
        return sum;
    }

    /** y = (x - mean) · factor + summand. */
    static void scale(long x, long y, long n, float mean, float factor, float summand) {
        FloatVector a = FloatVector.broadcast(F32, factor);
        FloatVector b = FloatVector.broadcast(F32, summand);
        long i = 0;
        for (; i <= n - LANES; i += LANES) {
            store(y + i * FLOAT, load(x + i * FLOAT).sub(mean).fma(a, b));
        }
        for (; i < n; i++) {
            putFloat(y + i * FLOAT, Math.fma(getFloat(x + i * FLOAT) - mean, factor, summand));
        }
    }

    /**
     * dx = ((dy - meanDy) - (x - mean) · slope) · factor. Not multiplied out: what is near meanDy would lose its digits, and an infinite factor meet itself.
     */
    static void gradient(long x, long dy, long dx, long n, float mean, float meanDy, float slope, float factor) {
        FloatVector s = FloatVector.broadcast(F32, -slope);
        long i = 0;
        for (; i <= n - LANES; i += LANES) {
            FloatVector rest = load(dy + i * FLOAT).sub(meanDy);
            store(dx + i * FLOAT, load(x + i * FLOAT).sub(mean).fma(s, rest).mul(factor));
        }
        for (; i < n; i++) {
            float rest = getFloat(dy + i * FLOAT) - meanDy;
            putFloat(dx + i * FLOAT, Math.fma(getFloat(x + i * FLOAT) - mean, -slope, rest) * factor);
        }
    }
}
