package dev.gatun.reference;

/**
 * Correctly rounded conversions between double, long and the narrow floating types.
 *
 * <p>Rounding twice to nearest can miss the nearest: 1 + 2⁻¹¹ + 2⁻³⁰ is nearer to 1 + 2⁻¹⁰ than to 1 in F16, but as a float it is 1 + 2⁻¹¹, whose tie goes to
 * 1. So the first of two steps rounds <em>to odd</em>: what does not fit exactly goes to the neighbour whose last bit is 1, which no narrower type (by two
 * bits or more) takes for a number of its own or for a tie.
 */
public final class Rounding {
    private Rounding() {
    }

    /** Returns the F16 nearest to {@code value}, ties to even. */
    public static short toF16(double value) {
        return Float.floatToFloat16(toOdd(value));
    }

    /** Returns the value of an F16, exactly. */
    public static float fromF16(short bits) {
        return Float.float16ToFloat(bits);
    }

    /** Returns the BF16 nearest to {@code value}, ties to even; a NaN stays one. */
    public static short toBf16(double value) {
        int bits = Float.floatToRawIntBits(toOdd(value));
        if (Double.isNaN(value)) {
            return (short) (bits >>> 16 | 0x40);
        }
        int lastKept = bits >>> 16 & 1;
        return (short) (bits + 0x7FFF + lastKept >>> 16);
    }

    /** Returns the value of a BF16, exactly. */
    public static float fromBf16(short bits) {
        return Float.intBitsToFloat(bits << 16);
    }

    /** Returns the float next to {@code value} with the last bit 1, or {@code value} itself if it is a float. */
    static float toOdd(double value) {
        float nearest = (float) value;
        int bits = Float.floatToRawIntBits(nearest);
        boolean exact = nearest == value || Double.isNaN(value);
        if (exact || (bits & 1) == 1) {
            return nearest;
        }
        return Float.intBitsToFloat(Math.abs(nearest) < Math.abs(value) ? bits + 1 : bits - 1);
    }

    /** Returns the double nearest to {@code value}, read as an unsigned integer if {@code unsigned}. */
    static double toDouble(long value, boolean unsigned) {
        return unsigned && value < 0 ? 2.0 * (double) (value >>> 1 | value & 1) : (double) value;
    }

    /** Returns {@code value} as a double if it is one, else the double next to it with the last bit 1: what to round to F32, F16 or BF16. */
    static double toOddDouble(long value, boolean unsigned) {
        if (unsigned && value < 0) {
            return 2.0 * toOddDouble(value >>> 1 | value & 1, false);
        }
        boolean exact = Math.abs(value) <= 1L << 53; // Math.abs(MIN_VALUE) is negative: it is a power of two, hence exact as well
        return (double) (exact ? value : value & ~0xFFFL | ((value & 0xFFF) == 0 ? 0 : 0x1000));
    }

    /** Returns {@code value} truncated toward zero to an unsigned 64-bit integer, saturated; NaN becomes 0. */
    static long toUnsignedLong(double value) {
        if (value < 0x1p63) {
            return Math.max(0, (long) value);
        }
        return value < 0x1p64 ? (long) (value - 0x1p63) | Long.MIN_VALUE : Double.isNaN(value) ? 0 : -1L;
    }
}
