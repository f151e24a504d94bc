package dev.gatun.bench;

import dev.gatun.TensorType;
import java.util.Arrays;
import java.util.SplittableRandom;

/** Numbers that operands are filled with, the same at each run, and what is said about results. */
final class Numbers {
    private Numbers() {
    }

    /** Returns elements from -1 to 1. @param seed another for each operand */
    static float[] of(TensorType type, long seed) {
        return between(-1, 1, Math.toIntExact(type.elements()), seed);
    }

    /** Returns {@code size} numbers from {@code low} to {@code high}. */
    static float[] between(double low, double high, int size, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        float[] numbers = new float[size];
        for (int i = 0; i < size; i++) {
            numbers[i] = (float) random.nextDouble(low, high);
        }
        return numbers;
    }

    /** Returns the number with the largest absolute value, or NaN if one of them is not finite. */
    static double largest(float[] numbers) {
        double largest = 0;
        for (float f : numbers) {
            if (!Float.isFinite(f)) {
                return Double.NaN;
            }
            largest = Math.max(largest, Math.abs(f));
        }
        return largest;
    }

    /** Returns the largest difference between two arrays of the same length. */
    static double largestDifference(float[] a, float[] b) {
        double largest = 0;
        for (int i = 0; i < a.length; i++) {
            largest = Math.max(largest, Math.abs((double) a[i] - b[i]));
        }
        return largest;
    }

    /** Returns the median of some numbers. */
    static double median(double[] numbers) {
        double[] sorted = numbers.clone();
        Arrays.sort(sorted);
        int n = sorted.length;
        return (sorted[(n - 1) / 2] + sorted[n / 2]) / 2;
    }
}
