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

/** Loops over runs of floats that normalization is made of. Sums are double: Σ(x - μ)² of numbers far from 0 would lose what it is about in float. */
final class Moments {
    private Moments() {
    }

    /** Returns Σ (x - mean)². */
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
        double sum = Fold.sum(a.add(b));
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
        double sum = Fold.sum(a.add(b));
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
