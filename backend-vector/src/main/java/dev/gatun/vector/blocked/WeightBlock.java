package dev.gatun.vector.blocked;

import dev.gatun.vector.Native;
import dev.gatun.vector.Simd;
import dev.gatun.vector.Transpose;

/**
 * A part of the weights as vectors of output channels, which is what packing is made of: the weights between a block of output channels and a block of input
 * channels lie at [input channel, place of the kernel, output channel]. Output channels behind the last one weigh zero.
 */
final class WeightBlock {
    private WeightBlock() {
    }

    /** Returns the bytes of a block for kernels of {@code taps} places. */
    static long bytes(int taps) {
        return Simd.LANES * taps * Simd.BYTES;
    }

    /**
     * Gathers a block of w[oc, ic, tap] as it is.
     *
     * @param src address of the block's first weight, whose rows are {@code row} bytes apart
     */
    static void gather(int outputs, int inputs, int taps, long src, long row, long dst) {
        if (outputs < Simd.LANES) {
            Native.zero(dst, inputs * taps * Simd.BYTES);
        }
        Transpose.run(outputs, inputs * taps, src, row, dst, Simd.BYTES);
    }

    /** The same for the gradient in x, which reads w with the roles of the channels exchanged: {@code inputs} counts rows. */
    static void gatherExchanged(int outputs, int inputs, int taps, long src, long row, long dst) {
        if (outputs < Simd.LANES) {
            Native.zero(dst, inputs * taps * Simd.BYTES);
        }
        for (int i = 0; i < inputs; i++) {
            if (taps == 1 && outputs == Simd.LANES) {
                Native.store(dst, Native.load(src));
            } else {
                exchange(outputs, taps, src, dst);
            }
            src += row;
            dst += taps * Simd.BYTES;
        }
    }

    /** Transposes [output, tap]: a few floats a row, for which blocks of vectors are too large. */
    private static void exchange(int outputs, int taps, long src, long dst) {
        for (int tap = 0; tap < taps; tap++) {
            long from = src + tap * Native.FLOAT;
            for (long o = 0; o < outputs * Native.FLOAT; o += Native.FLOAT) {
                Native.putFloat(dst + o, Native.getFloat(from));
                from += taps * Native.FLOAT;
            }
            dst += Simd.BYTES;
        }
    }
}
