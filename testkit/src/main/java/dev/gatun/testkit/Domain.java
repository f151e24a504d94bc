package dev.gatun.testkit;

import dev.gatun.DType;
import java.util.SplittableRandom;

/**
 * The interval from which the elements of an operand are drawn: where its op is defined, and neither overflows nor loses all digits.
 *
 * @param low the smallest element
 * @param high the largest, reached by integers only
 */
public record Domain(double low, double high) {
    /** What most ops take. */
    public static final Domain SIGNED = new Domain(-2, 2);

    /** For logarithms, roots and divisors. */
    public static final Domain POSITIVE = new Domain(0.1, 3);

    /** For inverse functions that end at ±1. */
    public static final Domain INSIDE_ONE = new Domain(-0.95, 0.95);

    /** Around 1: factors of a product that neither overflows nor vanishes. */
    public static final Domain NEAR_ONE = new Domain(0.8, 1.25);

    /** Returns a number of this interval. */
    double real(SplittableRandom random) {
        return low + (high - low) * random.nextDouble();
    }

    /** Returns an integer of this interval. */
    long integer(SplittableRandom random) {
        return random.nextLong((long) low, (long) high + 1);
    }

    /** Returns an integer as an operand of any integer type may be: small, where results meet and divisors are zero, or any bits at all. */
    static long anyInteger(SplittableRandom random, DType dtype) {
        long value = random.nextInt(3) == 0 ? random.nextLong() : random.nextLong(-6, 7);
        return dtype.kind() == DType.Kind.UNSIGNED && dtype != DType.U64 && value < 0 ? -value : value;
    }
}
