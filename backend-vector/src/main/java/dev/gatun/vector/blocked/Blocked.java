package dev.gatun.vector.blocked;

import dev.gatun.DType;
import dev.gatun.Shape;
import dev.gatun.TensorType;
import dev.gatun.spi.Layout;
import dev.gatun.vector.Simd;

/**
 * Activations as the convolutions like them, {@code nChw16c}: x[n, c, spatial...] lies at [n, c / block, spatial..., c % block], so that a pixel's block of
 * channels is one vector. The channels are rounded up; what lies in the lanes behind the last channel is nobody's business.
 *
 * @param block channels of a block: the lanes of a vector
 */
public record Blocked(int block) implements Layout {
    /** The layout of the vectors that all kernels are compiled for. */
    public static final Blocked NATIVE = new Blocked(Simd.LANES);

    /** Returns whether a tensor can lie so: float32, with batch, channels and at least one spatial axis. */
    static boolean suits(TensorType type) {
        return type.dtype() == DType.F32 && type.shape().rank() >= 3 && type.shape().rank() <= 5;
    }

    /** Returns whether a tensor can lie so, or what belongs to the elements of such a tensor could: positions, truth values. */
    public static boolean canHold(TensorType type) {
        return (type.dtype().bytes() == Float.BYTES || type.dtype() == DType.BOOL) && type.shape().rank() >= 3 && type.shape().rank() <= 5;
    }

    /** Returns the pixels of one channel. */
    static int pixels(Shape shape) {
        int pixels = 1;
        for (int i = 2; i < shape.rank(); i++) {
            pixels = Math.multiplyExact(pixels, shape.dim(i));
        }
        return pixels;
    }

    @Override
    public long bytes(TensorType type) {
        long channels = (long) Math.ceilDiv(type.shape().dim(1), block) * block;
        return type.shape().dim(0) * channels * pixels(type.shape()) * type.dtype().bytes();
    }

    @Override
    public String label() {
        return "nChw" + block + "c";
    }

    @Override
    public String toString() {
        return label();
    }
}
