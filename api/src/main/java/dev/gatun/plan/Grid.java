package dev.gatun.plan;

import dev.gatun.op.Elementwise.Dequantize;
import dev.gatun.op.Elementwise.Quantize;
import dev.gatun.quantization.Range;

/** The numbers for which the 256 bytes stand: (q - zero) · scale. 0 is always one of them. */
record Grid(boolean signed, float scale, int zero) {
    private static final float SMALLEST = 1e-30f;
    /** How many times larger one side of a range must be for a zero point to be worth its correction in each sum. */
    private static final float LOPSIDED = 3;

    /**
     * Returns the finest grid that covers a range: U8 from 0 for what is not negative, U8 with a zero point for what is so nearly, else I8 around 0.
     */
    static Grid of(Range range) {
        float below = Math.max(0, -range.low());
        float above = Math.max(0, range.high());
        if (below == 0) {
            return new Grid(false, step(above, 255), 0);
        }
        if (Math.min(below, above) * LOPSIDED < Math.max(below, above)) {
            float scale = step(below + above, 255);
            return new Grid(false, scale, Math.clamp(Math.round(below / scale), 0, 255));
        }
        return new Grid(true, step(Math.max(below, above), 127), 0);
    }

    private static float step(float length, int steps) {
        return Math.max(length, SMALLEST) / steps;
    }

    Quantize quantize() {
        return new Quantize(signed, scale, zero);
    }

    Dequantize dequantize() {
        return new Dequantize(scale, zero);
    }
}
