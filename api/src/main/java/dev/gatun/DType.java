package dev.gatun;

/**
 * The type of a tensor's elements. Storage is little-endian in the machine's native order, {@code BOOL} is one byte holding 0 or 1.
 *
 * <p>{@code BF16} and {@code F16} are storage types: arithmetic on them is done in float and rounded to nearest-even when stored.
 */
public enum DType {
    /** IEEE 754 binary32. */
    F32(4, Kind.FLOATING),
    /** IEEE 754 binary64. */
    F64(8, Kind.FLOATING),
    /** The upper half of a binary32: 8 exponent bits, 7 stored mantissa bits. */
    BF16(2, Kind.FLOATING),
    /** IEEE 754 binary16. */
    F16(2, Kind.FLOATING),
    /** Two's complement, 8 bits. */
    I8(1, Kind.SIGNED),
    /** Unsigned, 8 bits. */
    U8(1, Kind.UNSIGNED),
    /** Two's complement, 16 bits. */
    I16(2, Kind.SIGNED),
    /** Unsigned, 16 bits. */
    U16(2, Kind.UNSIGNED),
    /** Two's complement, 32 bits. */
    I32(4, Kind.SIGNED),
    /** Unsigned, 32 bits. */
    U32(4, Kind.UNSIGNED),
    /** Two's complement, 64 bits. */
    I64(8, Kind.SIGNED),
    /** Unsigned, 64 bits. */
    U64(8, Kind.UNSIGNED),
    /** One byte, 0 or 1. */
    BOOL(1, Kind.LOGICAL);

    /** What arithmetic an element type has. */
    public enum Kind {
        /** Binary floating point. */
        FLOATING,
        /** Two's complement integers. */
        SIGNED,
        /** Unsigned integers. */
        UNSIGNED,
        /** Truth values. */
        LOGICAL
    }

    private final int bytes;
    private final Kind kind;

    DType(int bytes, Kind kind) {
        this.bytes = bytes;
        this.kind = kind;
    }

    /** Returns the size of one element in bytes. */
    public int bytes() {
        return bytes;
    }

    /** Returns the kind of arithmetic of this type. */
    public Kind kind() {
        return kind;
    }

    /** Returns whether this is one of {@code F32, F64, BF16, F16}. */
    public boolean isFloating() {
        return kind == Kind.FLOATING;
    }

    /**
     * Returns the type that many elements are summed up and divided in: {@code F32} for 16-bit floating types, which end at 65504 or round coarsely,
     * {@code I64} for narrower integers.
     */
    public DType accumulator() {
        return switch (this) {
            case F16, BF16 -> F32;
            case I8, U8, I16, U16, I32, U32 -> I64;
            case F32, F64, I64, U64, BOOL -> this;
        };
    }

    /** Returns whether an element can be {@code value}: any number where they are floating, and round, else only what they can equal. */
    public boolean holds(double value) {
        return switch (kind) {
            case FLOATING -> true;
            case SIGNED, UNSIGNED -> value == Math.rint(value) && value >= lowest() && value < end();
            case LOGICAL -> value == 0 || value == 1;
        };
    }

    /** Returns the smallest value of an integer type. */
    double lowest() {
        return kind == Kind.SIGNED ? -end() : 0;
    }

    /** Returns the largest value of an integer type and 1, which a double can hold where it cannot hold the largest value. */
    double end() {
        return Math.scalb(1.0, 8 * bytes - (kind == Kind.SIGNED ? 1 : 0));
    }

    /** Returns whether this is a signed or unsigned integer type ({@code BOOL} is not). */
    public boolean isInteger() {
        return kind == Kind.SIGNED || kind == Kind.UNSIGNED;
    }

    /** Returns the name as error messages and plans print it, e.g. {@code f32}. */
    public String label() {
        return name().toLowerCase(java.util.Locale.ROOT);
    }
}
