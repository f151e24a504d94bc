package dev.gatun.vector;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;

/**
 * Native memory by raw address. Kernels take addresses, not segments: one constant segment that spans the address space lets the
 * JIT compiler drop liveness and bounds checks, which makes native memory as fast as {@code float[]}. Nothing here checks anything.
 */
public final class Native {
    /** All of memory: the offset of an access is its address. */
    @SuppressWarnings("restricted")
    public static final MemorySegment ALL = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);

    /**
     * The bits of an address. Addresses that are cut to them, and counted on by offsets that are no less than zero, are numbers of which the JIT compiler
     * knows that they lie inside of {@link #ALL}: a loop then needs no bounds checks, which otherwise stay where an address is no multiple of the loop's index.
     */
    public static final long ADDRESS = (1L << 56) - 1;

    /** The bits of a distance between addresses that is no less than zero, for the same end: some dozens of them can be added to an address. */
    public static final long STRIDE = (1L << 40) - 1;

    /** The bits of a distance that a loop multiplies by its index, for the same end. */
    public static final long STEP = (1L << 31) - 1;

    /**
     * The bits of a number of terms that a loop adds up. The product of an index below it with the bytes of some vectors fits 31 bits: the JIT compiler then
     * knows that what is added to an address does, and makes it a part of the load. Else it is an instruction of its own, and each of those now and then takes
     * the turn of a multiply-add.
     */
    public static final int TERMS = (1 << 22) - 1;

    public static final ByteOrder ORDER = ByteOrder.nativeOrder();

    /** Size of a float, as a stride. */
    public static final long FLOAT = Float.BYTES;

    /** Four vectors of zeros at any width, for ever: what an accumulator starts from, or what an absent operand adds. */
    public static final long ZEROS = Arena.global().allocate(4 * 64, 64).address();

    /** The address of nothing: a kernel whose result would go there returns at once. @see ColdLoop */
    public static final long NOWHERE = 0;

    private Native() {
    }

    public static FloatVector load(long address) {
        return FloatVector.fromMemorySegment(Simd.F32, ALL, address, ORDER);
    }

    /**
     * Writes a vector of the shape of {@link Simd#F32}, which alone may be stored. The JDK's method asks its receiver for the shape, and the JIT compiler
     * looks into the profile that all callers share for what it will be: having seen two shapes there, it compiles loops that keep their vectors on the heap,
     * 20 times slower and for ever.
     */
    public static void store(long address, FloatVector v) {
        v.intoMemorySegment(ALL, address, ORDER);
    }

    /** Returns a vector with the float at {@code address} in every lane. */
    public static FloatVector broadcast(long address) {
        return FloatVector.broadcast(Simd.F32, ALL.get(JAVA_FLOAT_UNALIGNED, address));
    }

    public static float getFloat(long address) {
        return ALL.get(JAVA_FLOAT_UNALIGNED, address);
    }

    public static void putFloat(long address, float value) {
        ALL.set(JAVA_FLOAT_UNALIGNED, address, value);
    }

    public static int getInt(long address) {
        return ALL.get(JAVA_INT_UNALIGNED, address);
    }

    public static void putInt(long address, int value) {
        ALL.set(JAVA_INT_UNALIGNED, address, value);
    }

    public static long getLong(long address) {
        return ALL.get(JAVA_LONG_UNALIGNED, address);
    }

    public static void putLong(long address, long value) {
        ALL.set(JAVA_LONG_UNALIGNED, address, value);
    }

    /** Copies {@code bytes} bytes; the ranges must not overlap. */
    public static void copy(long src, long dst, long bytes) {
        MemorySegment.copy(ALL, src, ALL, dst, bytes);
    }

    /** Clears {@code bytes} bytes. */
    public static void zero(long dst, long bytes) {
        ALL.asSlice(dst, bytes).fill((byte) 0);       // a loop that stores a zero vector makes an object of the vector
    }
}
