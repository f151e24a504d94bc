package dev.gatun.quantization;

import java.util.Arrays;

/**
 * How often values fall into equal intervals around 0: 2048 on either side. When a larger value comes the intervals double, so one pass over the data is
 * enough, and at least a quarter of them is used.
 */
public final class Histogram {
    /** Intervals on either side of 0. */
    static final int BINS = 2048;

    private final long[] counts = new long[2 * BINS];
    private double limit;
    private float low = Float.POSITIVE_INFINITY;
    private float high = Float.NEGATIVE_INFINITY;
    private long total;

    Histogram() {
    }

    /** Refuses values of which one cannot be counted. @throws IllegalArgumentException if one is infinite or NaN */
    static void check(float[] values) {
        for (float v : values) {
            if (!Float.isFinite(v)) {
                throw new IllegalArgumentException("calibration: the network gave " + v + " for a sample; calibrate with data that it can compute");
            }
        }
    }

    /** Counts values, or none of them. @throws IllegalArgumentException if one is infinite or NaN */
    void add(float[] values) {
        check(values);
        double largest = 0;
        for (float v : values) {
            low = Math.min(low, v);
            high = Math.max(high, v);
            largest = Math.max(largest, Math.abs(v));
        }
        grow(largest);
        for (float v : values) {
            counts[bin(v)]++;
        }
        total += values.length;
    }

    private void grow(double largest) {
        if (limit == 0 && largest > 0) {
            // All that came before were zeros, which are in the first interval above 0 whatever its width.
            limit = Math.scalb(1.0, Math.getExponent(largest) + 1);
        }
        while (largest >= limit && largest > 0) {
            long[] wider = new long[counts.length];
            for (int i = 0; i < counts.length; i++) {
                wider[BINS + Math.floorDiv(i - BINS, 2)] += counts[i];
            }
            System.arraycopy(wider, 0, counts, 0, counts.length);
            limit *= 2;
        }
    }

    private int bin(double v) {
        return limit == 0 ? BINS : Math.clamp(BINS + (long) Math.floor(v / width()), 0, counts.length - 1);
    }

    /** Returns the width of an interval. */
    public double width() {
        return limit / BINS;
    }

    /** Returns how many values were counted. */
    public long total() {
        return total;
    }

    /** Returns the smallest value. */
    public float low() {
        return low;
    }

    /** Returns the largest value. */
    public float high() {
        return high;
    }

    /** Returns the value below which about {@code part} of all values are. */
    public double quantile(double part) {
        double wanted = part * total;
        long seen = 0;
        for (int i = 0; i < counts.length; i++) {
            seen += counts[i];
            if (seen >= wanted) {
                return Math.clamp((i + 1 - BINS) * width(), low, high);
            }
        }
        return high;
    }

    /** Returns how often |v| falls into each interval from 0 on. */
    public long[] sizes() {
        long[] sizes = Arrays.copyOfRange(counts, BINS, counts.length);
        for (int i = 0; i < BINS; i++) {
            sizes[i] += counts[BINS - 1 - i];
        }
        return sizes;
    }
}
