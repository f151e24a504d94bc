package dev.gatun.vector;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;

import dev.gatun.DType;
import dev.gatun.TensorType;
import dev.gatun.spi.HostBuffer;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.SplittableRandom;
import java.util.function.IntToDoubleFunction;

/**
 * A tensor of a test in native memory, between two guards that {@link #check} finds damaged if anybody wrote outside. It starts where only its own elements
 * are aligned. The collector frees it: keep the object, not its address.
 */
final class Operand {
    private static final int GUARD = 128 + 24;
    private static final byte CANARY = 0x5A;
    /** Numbers that break careless code; the others of a float tensor are between -4 and 4. */
    private static final float[] EXTREMES = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, 0f, -0f, Float.MIN_VALUE, -Float.MIN_VALUE, 1e-40f,
        Float.MIN_NORMAL, Float.MAX_VALUE, -Float.MAX_VALUE, 1, -1, 88.8f, -88.8f, -103f, 1e10f, -1e10f, 0.5f, 2.5f, -3.5f, 8388609f};

    private final TensorType type;
    private final MemorySegment all;

    /** Makes a tensor full of garbage. */
    Operand(TensorType type) {
        this.type = type;
        this.all = Arena.ofAuto().allocate(type.bytes() + 2 * GUARD, 64).fill(CANARY);
    }

    static Operand of(TensorType type, IntToDoubleFunction element) {
        Operand operand = new Operand(type);
        for (int i = 0; i < type.elements(); i++) {
            operand.set(i, element.applyAsDouble(i));
        }
        return operand;
    }

    static Operand floats(int[] dims, double... elements) {
        return of(TensorType.of(DType.F32, dims), i -> elements[i]);
    }

    /** Returns numbers between -4 and 4: floats, integers, or truth values. */
    static Operand random(TensorType type, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        return of(type, i -> type.dtype() == DType.BOOL ? random.nextInt(2) : type.dtype().isFloating() ? random.nextDouble(-4, 4) : random.nextInt(-4, 5));
    }

    static Operand random(long seed, int... dims) {
        return random(TensorType.of(DType.F32, dims), seed);
    }

    /** Returns floats of which every third is an extreme one. */
    static Operand extreme(long seed, int... dims) {
        SplittableRandom random = new SplittableRandom(seed);
        return of(TensorType.of(DType.F32, dims),
                i -> random.nextInt(3) == 0 ? EXTREMES[random.nextInt(EXTREMES.length)] : random.nextDouble(-4, 4));
    }

    TensorType type() {
        return type;
    }

    int size() {
        return Math.toIntExact(type.elements());
    }

    HostBuffer buffer() {
        return HostBuffer.of(all.asSlice(GUARD, type.bytes()));
    }

    Operand copy() {
        Operand copy = new Operand(type);
        copy.all.copyFrom(all);
        return copy;
    }

    double get(int i) {
        MemorySegment data = buffer().segment();
        return switch (type.dtype()) {
            case F32 -> data.getAtIndex(ValueLayout.JAVA_FLOAT_UNALIGNED, i);
            case F64 -> data.getAtIndex(ValueLayout.JAVA_DOUBLE_UNALIGNED, i);
            case I32, U32 -> data.getAtIndex(ValueLayout.JAVA_INT_UNALIGNED, i);
            case I64, U64 -> data.getAtIndex(ValueLayout.JAVA_LONG_UNALIGNED, i);
            case I16, U16, F16, BF16 -> data.getAtIndex(ValueLayout.JAVA_SHORT_UNALIGNED, i);
            case I8, U8, BOOL -> data.getAtIndex(ValueLayout.JAVA_BYTE, i);
        };
    }

    void set(int i, double value) {
        MemorySegment data = buffer().segment();
        switch (type.dtype()) {
            case F32 -> data.setAtIndex(ValueLayout.JAVA_FLOAT_UNALIGNED, i, (float) value);
            case F64 -> data.setAtIndex(ValueLayout.JAVA_DOUBLE_UNALIGNED, i, value);
            case I32, U32 -> data.setAtIndex(ValueLayout.JAVA_INT_UNALIGNED, i, (int) value);
            case I64, U64 -> data.setAtIndex(ValueLayout.JAVA_LONG_UNALIGNED, i, (long) value);
            case I16, U16, F16, BF16 -> data.setAtIndex(ValueLayout.JAVA_SHORT_UNALIGNED, i, (short) value);
            case I8, U8, BOOL -> data.setAtIndex(ValueLayout.JAVA_BYTE, i, (byte) value);
        }
    }

    /** Fails if a guard was written. */
    void check(String what) {
        for (int i = 0; i < GUARD; i++) {
            if (all.get(ValueLayout.JAVA_BYTE, i) != CANARY || all.get(ValueLayout.JAVA_BYTE, all.byteSize() - 1 - i) != CANARY) {
                fail(what + ": wrote outside of " + type + ", within " + GUARD + " bytes of it");
            }
        }
    }

    /** Fails unless each element is within {@code relative}·|expected| + {@code absolute} of {@code expected}'s, NaN where that is NaN. */
    void assertNear(Operand expected, double relative, double absolute, String what) {
        assertEquals(expected.type, type, what);
        for (int i = 0; i < size(); i++) {
            double e = expected.get(i);
            double a = get(i);
            if (!(a == e || Double.isNaN(e) && Double.isNaN(a) || Math.abs(a - e) <= relative * Math.abs(e) + absolute)) {
                fail(what + ": element " + i + " of " + type + " is " + a + ", expected " + e);
            }
        }
    }

    /** Fails unless all bits are those of {@code expected}; one NaN is as good as another. */
    void assertSameBits(Operand expected, String what) {
        if (buffer().segment().mismatch(expected.buffer().segment()) >= 0) {
            for (int i = 0; i < size(); i++) {
                if (Double.compare(get(i), expected.get(i)) != 0) {
                    fail(what + ": element " + i + " of " + type + " is " + get(i) + ", expected " + expected.get(i));
                }
            }
        }
    }
}
