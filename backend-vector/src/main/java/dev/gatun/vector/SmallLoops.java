package dev.gatun.vector;

import java.util.ArrayList;
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
        var loops = new ArrayList<ColdLoop>(List.of(
            idle -> WindowFold.LARGEST.neighbours(zeros, 3, Simd.BYTES, Simd.BYTES, zeros, result, idle ? 0 : BYTES),
            idle -> Gemv.addFours(BYTES, zeros, zeros, zeros, idle ? Native.NOWHERE : result),
            idle -> bias.apply(1, idle ? 0 : UNEVEN, result, 0, zeros, 0),
            idle -> relu.apply(1, idle ? 0 : UNEVEN, result, 0, zeros, 0),
            idle -> WindowFold.SUM.neighbours(zeros, 3, Simd.BYTES, Simd.BYTES, zeros, result, idle ? 0 : BYTES)));
        if (Gemv.READS_FOUR) {
            loops.add(1, idle -> Gemv.addTwos(BYTES, zeros, zeros, zeros, zeros, zeros, idle ? Native.NOWHERE : result));
        }
        return loops;
    }

    /** Returns the methods that these calls are there for. */
    public static List<String> methods() {
        return List.of("FloatBinary.mul", "Transpose.block", "Transpose.pass*", "WindowFold.largest", "WindowFold.sum", "Gemv.addTwos", "Gemv.addFours",
                "Epilogue.add", "Epilogue.rectify");
    }
}
