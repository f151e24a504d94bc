package dev.gatun.vector;

import static dev.gatun.vector.Native.FLOAT;
import static dev.gatun.vector.Native.ZEROS;
import static dev.gatun.vector.Native.getFloat;
import static dev.gatun.vector.Native.load;
import static dev.gatun.vector.Native.putFloat;
import static dev.gatun.vector.Native.store;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/**
 * What happens to a product while it is still in the first-level cache: y = x + bias + residual, or the larger of that and 0.
 *
 * @param bias whether there is a bias, and along which side of the matrix it lies
 * @param residual whether a matrix that lies like the result is added
 * @param relu whether y is no less than 0; NaN stays NaN
 */
record Epilogue(Bias bias, boolean residual, boolean relu) {
    /** Leaves the product as it is. */
    static final Epilogue NONE = new Epilogue(Bias.NONE, false, false);

    /** Which elements of a matrix share an element of the bias. */
    enum Bias {
        NONE,
        /** bias[m]: one element a row (the channels of a convolution in NCHW). */
        ROW,
        /** bias[n]: one element a column (the units of a dense layer). */
        COLUMN
    }

    /** Returns whether there is nothing to do. */
    boolean isNone() {
        return bias == Bias.NONE && !residual && !relu;
    }

    /** Returns the address of the bias of the block that starts at row {@code m} and column {@code n}. */
    long biasAt(long bias, long m, long n) {
        return switch (this.bias) {
            case NONE -> 0;
            case ROW -> bias + m * FLOAT;
            case COLUMN -> bias + n * FLOAT;
        };
    }

    /**
     * Applies this to {@code rows} x {@code columns} floats.
     *
     * @param y address of the block, its rows {@code stride} bytes apart
     * @param biasBlock address of the block's first bias
     * @param residualBlock address of the block's residual, which has the same stride
     */
    void apply(int rows, int columns, long y, long stride, long biasBlock, long residualBlock) {
        if (isNone()) {
            return;
        }
        // An absent operand is a vector of zeros that is read again and again: one loop without branches serves all combinations.
        long columnBias = bias == Bias.COLUMN ? biasBlock : ZEROS;
        long columnStep = bias == Bias.COLUMN ? 1 : 0;
        long other = residual ? residualBlock : ZEROS;
        long otherStep = residual ? 1 : 0;
        for (int m = 0; m < rows; m++) {
            float rowBias = bias == Bias.ROW ? getFloat(biasBlock + m * FLOAT) : 0;
            if (relu) {
                rectify(columns, y, rowBias, columnBias, columnStep, other, otherStep);
            } else {
                add(columns, y, rowBias, columnBias, columnStep, other, otherStep);
            }
            y += stride;
            other += stride * otherStep;
        }
    }

    private static void add(int columns, long y, float rowBias, long columnBias, long columnStep, long other, long otherStep) {
        long bytes = columns * FLOAT;
        long i = 0;
        for (; i <= bytes - Simd.BYTES; i += Simd.BYTES) {
            store(y + i, load(y + i).add(rowBias).add(load(columnBias + i * columnStep)).add(load(other + i * otherStep)));
        }
        for (; i < bytes; i += FLOAT) {
            putFloat(y + i, getFloat(y + i) + rowBias + getFloat(columnBias + i * columnStep) + getFloat(other + i * otherStep));
        }
    }

    private static void rectify(int columns, long y, float rowBias, long columnBias, long columnStep, long other, long otherStep) {
        long bytes = columns * FLOAT;
        long i = 0;
        for (; i <= bytes - Simd.BYTES; i += Simd.BYTES) {
            FloatVector x = load(y + i).add(rowBias).add(load(columnBias + i * columnStep)).add(load(other + i * otherStep));
            VectorMask<Float> negative = x.compare(VectorOperators.LT, 0f);   // not max: that costs three instructions more for NaN and -0
            store(y + i, x.blend(0f, negative));
        }
        for (; i < bytes; i += FLOAT) {
            float x = getFloat(y + i) + rowBias + getFloat(columnBias + i * columnStep) + getFloat(other + i * otherStep);
            putFloat(y + i, x < 0 ? 0 : x);
        }
    }
}
