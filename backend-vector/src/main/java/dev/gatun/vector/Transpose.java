package dev.gatun.vector;

import static dev.gatun.vector.Native.FLOAT;
import static dev.gatun.vector.Native.NOWHERE;
import static dev.gatun.vector.Native.getFloat;
import static dev.gatun.vector.Native.load;
import static dev.gatun.vector.Native.putFloat;
import static dev.gatun.vector.Native.store;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorShuffle;

/**
 * The transpose of a matrix of floats: dst[j, i] = src[i, j].
 *
 * <p>Square blocks as wide as a vector are transposed in log₂(width) passes. Pass s exchanges, in each pair of rows i and i + s, the upper lanes of
 * the first with the lower lanes of the second, lanes counted within groups of 2s. Two passes at a time, on the four rows that meet in them; the later ones
 * work in place, in the rows of dst.
 */
public final class Transpose {
    private static final VectorShuffle<Float> UP1 = shift(-1);
    private static final VectorShuffle<Float> UP2 = shift(-2);
    private static final VectorShuffle<Float> UP4 = shift(-4);
    private static final VectorShuffle<Float> UP8 = shift(-8);
    private static final VectorShuffle<Float> DOWN1 = shift(1);
    private static final VectorShuffle<Float> DOWN2 = shift(2);
    private static final VectorShuffle<Float> DOWN4 = shift(4);
    private static final VectorShuffle<Float> DOWN8 = shift(8);
    private static final VectorMask<Float> UPPER1 = upper(1);
    private static final VectorMask<Float> UPPER2 = upper(2);
    private static final VectorMask<Float> UPPER4 = upper(4);
    private static final VectorMask<Float> UPPER8 = upper(8);

    private Transpose() {
    }

    /** Lane i takes lane i + {@code lanes}; what would come from outside is not used. */
    private static VectorShuffle<Float> shift(int lanes) {
        return VectorShuffle.fromOp(Simd.F32, i -> Math.clamp(i + lanes, 0, Simd.LANES - 1));
    }

    /** The upper half of each group of {@code 2 * size} lanes. */
    private static VectorMask<Float> upper(int size) {
        boolean[] lanes = new boolean[Simd.LANES];
        for (int i = 0; i < lanes.length; i++) {
            lanes[i] = (i & size) != 0;
        }
        return VectorMask.fromArray(Simd.F32, lanes, 0);
    }

    /**
     * Transposes {@code rows} x {@code columns} floats.
     *
     * @param srcStride bytes between the rows of src
     * @param dstStride bytes between the rows of dst, which are the columns of src
     */
    public static void run(int rows, int columns, long src, long srcStride, long dst, long dstStride) {
        int fullColumns = columns - columns % Simd.LANES;
        int fullRows = rows - rows % Simd.LANES;
        for (int j = 0; j < fullColumns; j += Simd.LANES) {
            for (int i = 0; i < fullRows; i += Simd.LANES) {
                block(src + i * srcStride + j * FLOAT, srcStride, dst + j * dstStride + i * FLOAT, dstStride);
            }
            scalars(fullRows, rows, j, j + Simd.LANES, src, srcStride, dst, dstStride);
        }
        scalars(0, rows, fullColumns, columns, src, srcStride, dst, dstStride);
    }

    private static void scalars(int i0, int i1, int j0, int j1, long src, long srcStride, long dst, long dstStride) {
        for (int i = i0; i < i1; i++) {
            for (int j = j0; j < j1; j++) {
                putFloat(dst + j * dstStride + i * FLOAT, getFloat(src + i * srcStride + j * FLOAT));
            }
        }
    }

    static void block(long src, long srcStride, long dst, long dstStride) {
        if (dst == NOWHERE) {
            return;
        }
        for (int i = 0; i < Simd.LANES; i += 4) {
            pass1And2(src + i * srcStride, srcStride, dst + i * dstStride, dstStride);
        }
        if (Simd.LANES == 8) {
            for (int i = 0; i < 4; i++) {
                pass4(dst + i * dstStride, 4 * dstStride);
            }
        }
        if (Simd.LANES == 16) {
            for (int i = 0; i < 4; i++) {
                pass4And8(dst + i * dstStride, 4 * dstStride);
            }
        }
    }

    private static void pass1And2(long src, long srcStride, long dst, long dstStride) {
        FloatVector a = load(src);
        FloatVector b = load(src + srcStride);
        FloatVector c = load(src + 2 * srcStride);
        FloatVector d = load(src + 3 * srcStride);
        FloatVector ab0 = a.blend(b.rearrange(UP1), UPPER1);
        FloatVector ab1 = a.rearrange(DOWN1).blend(b, UPPER1);
        FloatVector cd0 = c.blend(d.rearrange(UP1), UPPER1);
        FloatVector cd1 = c.rearrange(DOWN1).blend(d, UPPER1);
        store(dst, ab0.blend(cd0.rearrange(UP2), UPPER2));
        store(dst + dstStride, ab1.blend(cd1.rearrange(UP2), UPPER2));
        store(dst + 2 * dstStride, ab0.rearrange(DOWN2).blend(cd0, UPPER2));
        store(dst + 3 * dstStride, ab1.rearrange(DOWN2).blend(cd1, UPPER2));
    }

    private static void pass4(long row, long step) {
        FloatVector a = load(row);
        FloatVector b = load(row + step);
        store(row, a.blend(b.rearrange(UP4), UPPER4));
        store(row + step, a.rearrange(DOWN4).blend(b, UPPER4));
    }

    private static void pass4And8(long row, long step) {
        FloatVector a = load(row);
        FloatVector b = load(row + step);
        FloatVector c = load(row + 2 * step);
        FloatVector d = load(row + 3 * step);
        FloatVector ab0 = a.blend(b.rearrange(UP4), UPPER4);
        FloatVector ab4 = a.rearrange(DOWN4).blend(b, UPPER4);
        FloatVector cd0 = c.blend(d.rearrange(UP4), UPPER4);
        FloatVector cd4 = c.rearrange(DOWN4).blend(d, UPPER4);
        store(row, ab0.blend(cd0.rearrange(UP8), UPPER8));
        store(row + step, ab4.blend(cd4.rearrange(UP8), UPPER8));
        store(row + 2 * step, ab0.rearrange(DOWN8).blend(cd0, UPPER8));
        store(row + 3 * step, ab4.rearrange(DOWN8).blend(cd4, UPPER8));
    }
}
