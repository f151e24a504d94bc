package dev.gatun.vector;

import static dev.gatun.vector.Native.ALL;
import static dev.gatun.vector.Native.FLOAT;
import static dev.gatun.vector.Native.ORDER;
import static dev.gatun.vector.Native.getFloat;
import static dev.gatun.vector.Native.putFloat;
import static dev.gatun.vector.Native.store;
import static dev.gatun.vector.Simd.F32;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;
import static jdk.incubator.vector.VectorOperators.IS_NAN;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LSHR;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/**
 * Numbers of bfloat16, the upper half of a float. A vector of ints holds two a lane: those at even places in the lower halves, those at odd places in the upper
 * ones; so a shift and a mask make floats of them, and vectors of no other shape are needed.
 */
final class BFloat16 {
    /** Size of an element, as a stride. */
    static final long SIZE = Short.BYTES;

    /** Keeps the upper half of a lane. */
    static final int UPPER = 0xFFFF0000;

    private static final VectorSpecies<Integer> I32 = VectorSpecies.of(int.class, F32.vectorShape());
    private static final VectorShuffle<Float> FIRST_HALF = VectorShuffle.makeZip(F32, 0);
    private static final VectorShuffle<Float> SECOND_HALF = VectorShuffle.makeZip(F32, 1);
    private static final VectorShuffle<Integer> EVEN = VectorShuffle.makeUnzip(I32, 0);
    private static final VectorShuffle<Integer> ODD = VectorShuffle.makeUnzip(I32, 1);

    private BFloat16() {
    }

    /** Writes {@code n} elements from {@code src} to {@code dst} as floats. */
    static void widen(long n, long src, long dst) {
        long i = 0;
        for (; i <= n - 2 * Simd.LANES; i += 2 * Simd.LANES) {
            IntVector pairs = IntVector.fromMemorySegment(I32, ALL, src + SIZE * i, ORDER);
            FloatVector even = pairs.lanewise(LSHL, 16).reinterpretAsFloats();
            FloatVector odd = pairs.and(UPPER).reinterpretAsFloats();
            store(dst + FLOAT * i, even.rearrange(FIRST_HALF, odd));
            store(dst + FLOAT * i + Simd.BYTES, even.rearrange(SECOND_HALF, odd));
        }
        for (; i < n; i++) {
            putFloat(dst + FLOAT * i, get(src + SIZE * i));
        }
    }

    /** Writes {@code n} floats from {@code src} to {@code dst}, rounded to the nearest, ties to even; a NaN stays one. */
    static void round(long n, long src, long dst) {
        long i = 0;
        for (; i <= n - 2 * Simd.LANES; i += 2 * Simd.LANES) {
            IntVector first = rounded(Native.load(src + FLOAT * i));
            IntVector second = rounded(Native.load(src + FLOAT * i + Simd.BYTES));
            IntVector even = first.rearrange(EVEN, second);
            IntVector odd = first.rearrange(ODD, second);
            store(dst + SIZE * i, even.lanewise(LSHR, 16).or(odd.and(UPPER)).reinterpretAsFloats());
        }
        for (; i < n; i++) {
            ALL.set(JAVA_SHORT_UNALIGNED, dst + SIZE * i, of(getFloat(src + FLOAT * i)));
        }
    }

    /** dst[i, j] = src[i, j], widened. @param srcStride bytes between rows @param dstStride likewise */
    static void widenRows(int rows, int columns, long src, long srcStride, long dst, long dstStride) {
        for (int row = 0; row < rows; row++) {
            widen(columns, src + row * srcStride, dst + row * dstStride);
        }
    }

    /** dst[i, j] = src[i, j], rounded. @param srcStride bytes between rows @param dstStride likewise */
    static void roundRows(int rows, int columns, long src, long srcStride, long dst, long dstStride) {
        for (int row = 0; row < rows; row++) {
            round(columns, src + row * srcStride, dst + row * dstStride);
        }
    }

    /** Returns floats whose upper halves are the rounded numbers. */
    private static IntVector rounded(FloatVector x) {
        IntVector bits = x.reinterpretAsInts();
        IntVector nearest = bits.add(bits.lanewise(LSHR, 16).and(1)).add(0x7FFF);
        return nearest.blend(bits.or(0x400000), x.test(IS_NAN).cast(I32));
    }

    /** Returns the element at {@code address} as a float. */
    static float get(long address) {
        return Float.intBitsToFloat(ALL.get(JAVA_SHORT_UNALIGNED, address) << 16);
    }

    /** Returns the nearest element to {@code x}. */
    static short of(float x) {
        int bits = Float.floatToRawIntBits(x);
        return (short) ((Float.isNaN(x) ? bits | 0x400000 : bits + 0x7FFF + (bits >>> 16 & 1)) >>> 16);
    }
}
