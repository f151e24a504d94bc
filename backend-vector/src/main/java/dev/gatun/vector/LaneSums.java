package dev.gatun.vector;

import static dev.gatun.vector.Native.load;
import static dev.gatun.vector.Native.store;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorShuffle;

/**
 * The sums of the lanes of many vectors: dst[i] = Σₗ src[i][l], always in the same order. {@code reduceLanes} may differ between interpreter and compiled code,
 * and one vector at a time it takes twice the additions and shuffles.
 *
 * <p>Two vectors are folded to one that has the sums of their neighbouring lanes in turns; folding those by lanes twice as far apart, in log₂(lanes) passes,
 * leaves the sum of vector l in lane l. Two passes at a time, on four vectors.
 */
final class LaneSums {
    private static final VectorShuffle<Float> OTHER1 = other(1);
    private static final VectorShuffle<Float> OTHER2 = other(2);
    private static final VectorShuffle<Float> OTHER4 = other(4);
    private static final VectorShuffle<Float> OTHER8 = other(8);
    private static final VectorMask<Float> UPPER1 = upper(1);
    private static final VectorMask<Float> UPPER2 = upper(2);
    private static final VectorMask<Float> UPPER4 = upper(4);
    private static final VectorMask<Float> UPPER8 = upper(8);

    private LaneSums() {
    }

    /** Exchanges the halves of each group of {@code 2 * size} lanes. */
    private static VectorShuffle<Float> other(int size) {
        return VectorShuffle.fromOp(Simd.F32, i -> (i ^ size) % Simd.LANES);
    }

    /** The upper half of each group of {@code 2 * size} lanes. */
    private static VectorMask<Float> upper(int size) {
        boolean[] lanes = new boolean[Simd.LANES];
        for (int i = 0; i < lanes.length; i++) {
            lanes[i] = (i & size) != 0;
        }
        return VectorMask.fromArray(Simd.F32, lanes, 0);
    }

    /** Returns the bytes of scratch for {@code count} vectors. */
    static long scratchBytes(int count) {
        return Math.ceilDiv(count, 16) * 4 * Simd.BYTES;
    }

    /**
     * Adds up.
     *
     * @param src {@code count} vectors, and what may be read behind them up to a multiple of 16 of them
     * @param scratch address of {@link #scratchBytes} bytes
     * @param dst {@code count} floats, and what is written behind them up to a multiple of 16 of them
     */
    static void run(int count, long src, long scratch, long dst) {
        switch (Simd.LANES) {
            case 4 -> passes1And2(Math.ceilDiv(count, 4), src, dst);
            case 8 -> {
                passes1And2(Math.ceilDiv(count, 4), src, scratch);
                pass4(Math.ceilDiv(count, 8), scratch, dst);
            }
            default -> {
                passes1And2(Math.ceilDiv(count, 4), src, scratch);
                passes4And8(Math.ceilDiv(count, 16), scratch, dst);
            }
        }
    }

    private static void passes1And2(int groups, long src, long dst) {
        for (int i = 0; i < groups; i++) {
            FloatVector ab = fold(load(src), load(src + Simd.BYTES), OTHER1, UPPER1);
            FloatVector cd = fold(load(src + 2 * Simd.BYTES), load(src + 3 * Simd.BYTES), OTHER1, UPPER1);
            store(dst, fold(ab, cd, OTHER2, UPPER2));
            src += 4 * Simd.BYTES;
            dst += Simd.BYTES;
        }
    }

    private static void pass4(int groups, long src, long dst) {
        for (int i = 0; i < groups; i++) {
            store(dst, fold(load(src), load(src + Simd.BYTES), OTHER4, UPPER4));
            src += 2 * Simd.BYTES;
            dst += Simd.BYTES;
        }
    }

    private static void passes4And8(int groups, long src, long dst) {
        for (int i = 0; i < groups; i++) {
            FloatVector ab = fold(load(src), load(src + Simd.BYTES), OTHER4, UPPER4);
            FloatVector cd = fold(load(src + 2 * Simd.BYTES), load(src + 3 * Simd.BYTES), OTHER4, UPPER4);
            store(dst, fold(ab, cd, OTHER8, UPPER8));
            src += 4 * Simd.BYTES;
            dst += Simd.BYTES;
        }
    }

    /** Returns a + a' in the lower lanes and b + b' in the upper ones, where ' exchanges lower and upper. */
    private static FloatVector fold(FloatVector a, FloatVector b, VectorShuffle<Float> other, VectorMask<Float> upper) {
        return a.blend(b, upper).add(b.blend(a, upper).rearrange(other));
    }
}
