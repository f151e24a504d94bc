package dev.gatun.vector;

import static dev.gatun.vector.Native.ALL;
import static dev.gatun.vector.Native.ORDER;
import static dev.gatun.vector.Native.load;
import static dev.gatun.vector.Native.store;
import static dev.gatun.vector.Simd.LANES;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.I2F;
import static jdk.incubator.vector.VectorOperators.I2S;
import static jdk.incubator.vector.VectorOperators.IS_NAN;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LSHR;
import static jdk.incubator.vector.VectorOperators.ZERO_EXTEND_B2I;
import static jdk.incubator.vector.VectorOperators.ZERO_EXTEND_S2I;

import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * Blocks of BF16 and of bytes, and blocks of float: programs compute in float and store in the narrow type. A BF16 is the upper half of a float.
 *
 * <p>Vectors of 4 bytes do not exist: where a vector has 4 lanes, bytes are converted one by one.
 */
final class Narrow {
    private static final VectorSpecies<Integer> INTS = VectorSpecies.of(int.class, Simd.F32.vectorShape());
    private static final VectorSpecies<Short> SHORTS = VectorSpecies.of(short.class, VectorShape.forBitSize(Simd.F32.vectorBitSize() / 2));
    private static final VectorSpecies<Byte> BYTES = VectorSpecies.of(byte.class, VectorShape.forBitSize(Math.max(64, Simd.F32.vectorBitSize() / 4)));
    private static final boolean HAS_BYTES = LANES > 4;

    /** Added to a float between -2²² and 2²², it leaves the nearest integer, ties to even, in the lowest bits. */
    private static final float MAGIC = 0x1.8p23f;
    private static final int MAGIC_BITS = Float.floatToRawIntBits(MAGIC);
    /** Half of the lowest bit that a BF16 keeps, less one: with that bit added, ties go to even. */
    private static final int ALMOST_HALF = 0x7FFF;
    private static final int QUIET = 0x40;

    private Narrow() {
    }

    /** y = x, exactly. */
    static void fromBf16(long x, long y, int n) {
        for (int i = 0; i < n; i += LANES) {
            ShortVector halves = ShortVector.fromMemorySegment(SHORTS, ALL, x + 2L * i, ORDER);
            IntVector bits = (IntVector) halves.convertShape(ZERO_EXTEND_S2I, INTS, 0);
            store(y + 4L * i, bits.lanewise(LSHL, 16).reinterpretAsFloats());
        }
    }

    /** y = the BF16 nearest to x, ties to even; a NaN stays one. */
    static void toBf16(long x, long y, int n) {
        for (int i = 0; i < n; i += LANES) {
            FloatVector v = load(x + 4L * i);
            IntVector bits = v.reinterpretAsInts();
            IntVector upper = bits.lanewise(LSHR, 16);
            VectorMask<Integer> isNan = v.test(IS_NAN).cast(INTS);
            IntVector rounded = bits.add(ALMOST_HALF).add(upper.and(1)).lanewise(LSHR, 16).blend(upper.or(QUIET), isNan);
            ((ShortVector) rounded.convertShape(I2S, SHORTS, 0)).intoMemorySegment(ALL, y + 2L * i, ORDER);
        }
    }

    /** y = (x - zero) · scale for bytes, signed or not. */
    static void dequantize(boolean signed, float scale, int zero, long x, long y, int n) {
        if (HAS_BYTES) {
            dequantize(signed ? 24 : 0, scale, zero, x, y, n);
        } else {
            for (int i = 0; i < n; i++) {
                byte q = ALL.get(JAVA_BYTE, x + i);
                Native.putFloat(y + 4L * i, ((signed ? q : q & 0xFF) - zero) * scale);
            }
        }
    }

    /** @param up how far a byte is shifted up and down again so that its sign fills the integer */
    private static void dequantize(int up, float scale, int zero, long x, long y, int n) {
        for (int i = 0; i < n; i += LANES) {
            ByteVector bytes = ByteVector.fromMemorySegment(BYTES, ALL, x + i, ORDER);
            IntVector q = (IntVector) bytes.convertShape(ZERO_EXTEND_B2I, INTS, 0);
            store(y + 4L * i, ((FloatVector) q.lanewise(LSHL, up).lanewise(ASHR, up).sub(zero).convert(I2F, 0)).mul(scale));
        }
    }

    /** y = saturate(round(x / scale) + zero) as bytes, signed or not; NaN gives 0. */
    static void quantize(boolean signed, float scale, int zero, long x, long y, int n) {
        int least = signed ? Byte.MIN_VALUE : 0;
        int most = signed ? Byte.MAX_VALUE : 0xFF;
        if (HAS_BYTES) {
            quantize(least, most, scale, zero, x, y, n);
        } else {
            for (int i = 0; i < n; i++) {
                float value = Native.getFloat(x + 4L * i) / scale;
                int q = Float.isNaN(value) ? 0 : (int) Math.clamp(Math.rint(value) + zero, least, most);
                ALL.set(JAVA_BYTE, y + i, (byte) q);
            }
        }
    }

    private static void quantize(int least, int most, float scale, int zero, long x, long y, int n) {
        for (int i = 0; i < n; i += LANES) {
            FloatVector quotient = load(x + 4L * i).div(scale);
            FloatVector number = quotient.blend(-zero, quotient.test(IS_NAN));
            FloatVector inRange = number.max(least - zero).min(most - zero);
            IntVector q = inRange.add(MAGIC).reinterpretAsInts().sub(MAGIC_BITS - zero);
            ((ByteVector) q.convertShape(VectorOperators.I2B, BYTES, 0)).intoMemorySegment(ALL, y + i, ORDER);
        }
    }

    /** y = x towards 0, saturated, as bytes, signed or not; NaN gives 0. */
    static void truncate(boolean signed, long x, long y, int n) {
        for (int i = 0; i < n; i++) {
            int q = Math.clamp((int) Native.getFloat(x + 4L * i), signed ? Byte.MIN_VALUE : 0, signed ? Byte.MAX_VALUE : 0xFF);
            ALL.set(JAVA_BYTE, y + i, (byte) q);
        }
    }
}
