package dev.gatun.vector;

import java.util.List;

/**
 * The loops outside of convolutions that a network's weights and its last layers go through, each of which one network calls too rarely for the JIT compiler
 * to come round to it soon.
 */
public final class SmallLoops {
    /** Vectors of a call: so many that one by the first compiler takes far longer than a compiled one. */
    private static final int VECTORS = 64;
    private static final long BYTES = VECTORS * Simd.BYTES;

    private SmallLoops() {
    }

    /** Returns short calls of the loops. @param zeros 5 KiB of zeros @param result 4 KiB that they write */
    public static List<Runnable> of(long zeros, long result) {
        Epilogue bias = new Epilogue(Epilogue.Bias.COLUMN, false, 1);
        Epilogue relu = new Epilogue(Epilogue.Bias.COLUMN, false, 0);
        int floats = VECTORS * Simd.LANES;
        return List.of(
            () -> FloatBinary.mul(zeros, zeros, result, floats),
            () -> Gemv.addFours(BYTES, zeros, zeros, zeros, result),
            () -> bias.apply(1, floats, result, 0, zeros, 0),
            () -> relu.apply(1, floats, result, 0, zeros, 0),
            () -> WindowFold.LARGEST.neighbours(zeros, 3, Simd.BYTES, Simd.BYTES, zeros, result, BYTES),
            () -> WindowFold.SUM.neighbours(zeros, 3, Simd.BYTES, Simd.BYTES, zeros, result, BYTES));
    }
}
