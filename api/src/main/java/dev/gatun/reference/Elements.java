package dev.gatun.reference;

import dev.gatun.DType;
import dev.gatun.Shape;
import dev.gatun.TensorType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * The elements of a tensor in row-major order, read and written as double or as long whatever their type. Every access is checked against the segment.
 *
 * <p>Loops over floating types use {@link #get} and {@link #set}, loops over integers and BOOL {@link #getLong} and {@link #setLong}, which are exact;
 * the other combinations convert as {@link dev.gatun.op.Elementwise.Cast} does.
 */
public final class Elements {
    // Unaligned: a user's segment may start anywhere, as tensors in a mapped file do.
    private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED;
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED;
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;
    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;
    private static final ValueLayout.OfDouble DOUBLE = ValueLayout.JAVA_DOUBLE_UNALIGNED;
    private static final ValueLayout.OfByte BYTE = ValueLayout.JAVA_BYTE;

    private final TensorType type;
    private final DType dtype;
    private final MemorySegment segment;

    private Elements(TensorType type, MemorySegment segment) {
        this.type = type;
        this.dtype = type.dtype();
        this.segment = segment;
    }

    /**
     * Returns the elements of a tensor of {@code type} at the start of {@code segment}.
     *
     * @throws IllegalArgumentException if the segment is too small
     */
    public static Elements of(TensorType type, MemorySegment segment) {
        if (segment.byteSize() < type.bytes()) {
            throw new IllegalArgumentException("elements: " + type + " needs " + type.bytes() + " bytes but the segment has " + segment.byteSize());
        }
        return new Elements(type, segment.asSlice(0, type.bytes()));
    }

    /** Returns the tensor's type. */
    public TensorType type() {
        return type;
    }

    /** Returns the type of each element. */
    public DType dtype() {
        return dtype;
    }

    /** Returns the tensor's shape. */
    public Shape shape() {
        return type.shape();
    }

    /** Returns the number of elements. */
    public long size() {
        return type.elements();
    }

    /** Returns element {@code index}; exact for all types but I64 and U64, which give the nearest double. BOOL gives 0 or 1. */
    public double get(long index) {
        return switch (dtype) {
            case F32 -> segment.getAtIndex(FLOAT, index);
            case F64 -> segment.getAtIndex(DOUBLE, index);
            case F16 -> Rounding.fromF16(segment.getAtIndex(SHORT, index));
            case BF16 -> Rounding.fromBf16(segment.getAtIndex(SHORT, index));
            case I8, U8, I16, U16, I32, U32, I64, BOOL -> getLong(index);
            case U64 -> Rounding.toDouble(getLong(index), true);
        };
    }

    /**
     * Writes element {@code index}: floating types round once, to nearest-even; integers truncate toward zero and saturate, NaN becomes 0; BOOL is
     * {@code value != 0}.
     */
    public void set(long index, double value) {
        switch (dtype) {
            case F32 -> segment.setAtIndex(FLOAT, index, (float) value);
            case F64 -> segment.setAtIndex(DOUBLE, index, value);
            case F16 -> segment.setAtIndex(SHORT, index, Rounding.toF16(value));
            case BF16 -> segment.setAtIndex(SHORT, index, Rounding.toBf16(value));
            case I8 -> setLong(index, Math.clamp((long) value, Byte.MIN_VALUE, Byte.MAX_VALUE));
            case U8 -> setLong(index, Math.clamp((long) value, 0, 0xFF));
            case I16 -> setLong(index, Math.clamp((long) value, Short.MIN_VALUE, Short.MAX_VALUE));
            case U16 -> setLong(index, Math.clamp((long) value, 0, 0xFFFF));
            case I32 -> setLong(index, (int) value);
            case U32 -> setLong(index, Math.clamp((long) value, 0L, 0xFFFFFFFFL));
            case I64 -> setLong(index, (long) value);
            case U64 -> setLong(index, Rounding.toUnsignedLong(value));
            case BOOL -> setLong(index, value != 0 ? 1 : 0);
        }
    }

    /** Returns element {@code index}: integers exactly (U64 as its 64 bits), BOOL as 0 or 1, floating types truncated toward zero and saturated. */
    public long getLong(long index) {
        return switch (dtype) {
            case F32, F64, F16, BF16 -> (long) get(index);
            case I8 -> segment.getAtIndex(BYTE, index);
            case U8 -> segment.getAtIndex(BYTE, index) & 0xFF;
            case I16 -> segment.getAtIndex(SHORT, index);
            case U16 -> segment.getAtIndex(SHORT, index) & 0xFFFF;
            case I32 -> segment.getAtIndex(INT, index);
            case U32 -> segment.getAtIndex(INT, index) & 0xFFFFFFFFL;
            case I64, U64 -> segment.getAtIndex(LONG, index);
            case BOOL -> segment.getAtIndex(BYTE, index) != 0 ? 1 : 0;
        };
    }

    /** Writes element {@code index}: integers wrap to their width, BOOL is {@code value != 0}, floating types round once, to nearest-even. */
    public void setLong(long index, long value) {
        switch (dtype) {
            case F32 -> segment.setAtIndex(FLOAT, index, (float) value);
            case F64 -> segment.setAtIndex(DOUBLE, index, (double) value);
            case F16, BF16 -> set(index, Rounding.toOddDouble(value, false));
            case I8, U8 -> segment.setAtIndex(BYTE, index, (byte) value);
            case I16, U16 -> segment.setAtIndex(SHORT, index, (short) value);
            case I32, U32 -> segment.setAtIndex(INT, index, (int) value);
            case I64, U64 -> segment.setAtIndex(LONG, index, value);
            case BOOL -> segment.setAtIndex(BYTE, index, (byte) (value != 0 ? 1 : 0));
        }
    }

    /** Copies element {@code from} of {@code source}, which has the same element type, to element {@code index}, bit by bit. */
    public void copy(long index, Elements source, long from) {
        switch (dtype.bytes()) {
            case 1 -> segment.setAtIndex(BYTE, index, source.segment.getAtIndex(BYTE, from));
            case 2 -> segment.setAtIndex(SHORT, index, source.segment.getAtIndex(SHORT, from));
            case 4 -> segment.setAtIndex(INT, index, source.segment.getAtIndex(INT, from));
            default -> segment.setAtIndex(LONG, index, source.segment.getAtIndex(LONG, from));
        }
    }

    /** Copies all elements of {@code source}, which has the same element type and as many elements, bit by bit. */
    public void copyAll(Elements source) {
        segment.copyFrom(source.segment);
    }

    /** Writes {@code value} to every element, as {@link #set} does. */
    public void fill(double value) {
        for (long i = 0; i < size(); i++) {
            set(i, value);
        }
    }
}
