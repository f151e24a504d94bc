package dev.gatun.vector;

import java.util.List;

/**
 * The loops outside of convolutions that a network's weights and its last layers go through, each of which one network calls too rarely for the JIT compiler
 * to come round to it soon.
 */
public final class SmallLoops {
    /** Vectors of a call: so many that one by the first compiler takes far longer than a compiled one. */
    private static final int VECTORS = 16;
    private static final long BYTES = VECTORS * Simd.BYTES;

    /** Floats of a call that ends with less than a vector: where those are met only later, the compiled loop is thrown away, and cold for long again. */
    private static final int UNEVEN = VECTORS * Simd.LANES - Simd.LANES / 2;

    private SmallLoops() {
    }

    /** Returns short calls of what weights are folded and packed by. @param zeros 1 KiB of zeros @param result 1 KiB that they write */
    public static List<ColdLoop> ofWeights(long zeros, long result) {
        return List.of(
            idle -> FloatBinary.mul(zeros, zeros, result, idle ? 0 : VECTORS * Simd.LANES),
            idle -> Transpose.block(zeros, Simd.BYTES, idle ? Native.NOWHERE : result, Simd.BYTES));
    }

    /** Returns short calls of what pools and the last layers run. @param zeros 4 KiB of zeros @param result 1 KiB that they write */
    public static List<ColdLoop> ofLayers(long zeros, long result) {
        Epilogue bias = new Epilogue(Epilogue.Bias.COLUMN, false, false);
        Epilogue relu = new Epilogue(Epilogue.Bias.COLUMN, false, true);
        return List.of(
            idle -> WindowFold.LARGEST.neighbours(zeros, 3, Simd.BYTES, Simd.BYTES, zeros, result, idle ? 0 : BYTES),
            idle -> addProducts(zeros, idle ? Native.NOWHERE : result),
            idle -> bias.apply(1, idle ? 0 : UNEVEN, result, 0, zeros, 0),
            idle -> relu.apply(1, idle ? 0 : UNEVEN, result, 0, zeros, 0),
            idle -> WindowFold.SUM.neighbours(zeros, 3, Simd.BYTES, Simd.BYTES, zeros, result, idle ? 0 : BYTES));
    }

    /** The loop of dense layers with long rows. */
    private static void addProducts(long zeros, long result) {
        if (Gemv.READS_FOUR) {
            Gemv.addTwos(BYTES, zeros, zeros, zeros, zeros, zeros, result);
        } else {
            Gemv.addFours(BYTES, zeros, zeros, zeros, result);
        }
    }

    /** Returns the methods that these calls are there for. */
    public static List<String> methods() {
        return List.of("FloatBinary.mul", "Transpose.block", "WindowFold.largest", "WindowFold.sum", Gemv.READS_FOUR ? "Gemv.addTwos" : "Gemv.addFours",
                "Epilogue.add", "Epilogue.rectify");
    }
}
