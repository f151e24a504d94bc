package dev.gatun.testkit;

import dev.gatun.DType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Elements of row-major data as numbers. Written independently of the library's own conversions, which it tests. */
final class Numbers {
    private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED;
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED;
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;
    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;
    private static final ValueLayout.OfDouble DOUBLE = ValueLayout.JAVA_DOUBLE_UNALIGNED;

    private Numbers() {
    }

    /** Writes the element of a floating type that is nearest to {@code value}. */
    static void write(DType dtype, MemorySegment data, long index, double value) {
        switch (dtype) {
            case F32 -> data.setAtIndex(FLOAT, index, (float) value);
            case F64 -> data.setAtIndex(DOUBLE, index, value);
            case F16 -> data.setAtIndex(SHORT, index, Float.floatToFloat16((float) value));
            case BF16 -> data.setAtIndex(SHORT, index, toBf16((float) value));
            case I8, U8, I16, U16, I32, U32, I64, U64, BOOL -> throw new IllegalArgumentException(dtype + " is not floating");
        }
    }

    /** Writes the low bits of {@code value} as an integer or truth value. */
    static void writeBits(DType dtype, MemorySegment data, long index, long value) {
        switch (dtype.bytes()) {
            case 1 -> data.set(ValueLayout.JAVA_BYTE, index, (byte) (dtype == DType.BOOL ? value & 1 : value));
            case 2 -> data.setAtIndex(SHORT, index, (short) value);
            case 4 -> data.setAtIndex(INT, index, (int) value);
            default -> data.setAtIndex(LONG, index, value);
        }
    }

    /** Returns an element of a floating type. */
    static double read(DType dtype, MemorySegment data, long index) {
        return switch (dtype) {
            case F32 -> data.getAtIndex(FLOAT, index);
            case F64 -> data.getAtIndex(DOUBLE, index);
            case F16 -> Float.float16ToFloat(data.getAtIndex(SHORT, index));
            case BF16 -> Float.intBitsToFloat(data.getAtIndex(SHORT, index) << 16);
            case I8, U8, I16, U16, I32, U32, I64, U64, BOOL -> throw new IllegalArgumentException(dtype + " is not floating");
        };
    }

    /** Returns the bits of an element, without sign. */
    static long bits(DType dtype, MemorySegment data, long index) {
        return switch (dtype.bytes()) {
            case 1 -> data.get(ValueLayout.JAVA_BYTE, index) & 0xFF;
            case 2 -> data.getAtIndex(SHORT, index) & 0xFFFF;
            case 4 -> data.getAtIndex(INT, index) & 0xFFFF_FFFFL;
            default -> data.getAtIndex(LONG, index);
        };
    }

    /** Returns an element as people write it. */
    static String text(DType dtype, MemorySegment data, long index) {
        if (dtype.isFloating()) {
            return Double.toString(read(dtype, data, index));
        }
        long bits = bits(dtype, data, index);
        int unused = 64 - 8 * dtype.bytes();
        return dtype.kind() == DType.Kind.SIGNED ? Long.toString(bits << unused >> unused) : Long.toUnsignedString(bits);
    }

    /** Rounds a double once to {@code dtype}: what the nearest element is, an infinity beyond the largest. */
    static double round(DType dtype, double value) {
        return switch (dtype) {
            case F64 -> value;
            case F32 -> (float) value;
            case F16 -> Float.float16ToFloat(Float.floatToFloat16((float) value));
            case BF16 -> Float.intBitsToFloat(toBf16((float) value) << 16);
            case I8, U8, I16, U16, I32, U32, I64, U64, BOOL -> throw new IllegalArgumentException(dtype + " is not floating");
        };
    }

    /** Returns the distance from 1 to the next larger element. */
    static double epsilon(DType dtype) {
        return switch (dtype) {
            case F64 -> 0x1p-52;
            case F32 -> 0x1p-23;
            case F16 -> 0x1p-10;
            case BF16 -> 0x1p-7;
            case I8, U8, I16, U16, I32, U32, I64, U64, BOOL -> throw new IllegalArgumentException(dtype + " is not floating");
        };
    }

    /** Returns whether results of this type are computed in F32 and rounded when they are stored. */
    static boolean isNarrow(DType dtype) {
        return dtype == DType.BF16 || dtype == DType.F16;
    }

    /** Returns the distance of {@code value} to the next number, that of the smallest normal number for smaller ones; up to twice that at most. */
    static double unit(DType dtype, double value) {
        return epsilon(dtype) * Math.max(Math.abs(value), minNormal(dtype));
    }

    /** Returns the smallest normal number. */
    static double minNormal(DType dtype) {
        return switch (dtype) {
            case F64 -> Double.MIN_NORMAL;
            case F32, BF16 -> Float.MIN_NORMAL;
            case F16 -> 0x1p-14;
            case I8, U8, I16, U16, I32, U32, I64, U64, BOOL -> throw new IllegalArgumentException(dtype + " is not floating");
        };
    }

    /** Returns the largest finite number. */
    static double max(DType dtype) {
        return switch (dtype) {
            case F64 -> Double.MAX_VALUE;
            case F32 -> Float.MAX_VALUE;
            case F16 -> 65504;
            case BF16 -> 0x1.FEp127;
            case I8, U8, I16, U16, I32, U32, I64, U64, BOOL -> throw new IllegalArgumentException(dtype + " is not floating");
        };
    }

    /** To nearest, ties to even: adds half of the last kept digit, less one where that digit is even. */
    private static short toBf16(float value) {
        int bits = Float.floatToRawIntBits(value);
        if (Float.isNaN(value)) {
            return (short) (bits >>> 16 | 0x40);
        }
        return (short) (bits + 0x7FFF + (bits >>> 16 & 1) >>> 16);
    }
}
