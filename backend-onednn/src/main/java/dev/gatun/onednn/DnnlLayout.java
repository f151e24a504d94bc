package dev.gatun.onednn;

import dev.gatun.TensorType;
import dev.gatun.spi.Layout;
import dev.gatun.vector.Simd;
import dev.gatun.vector.blocked.Blocked;

/**
 * A layout of oneDNN's that is neither row-major nor the vector backend's blocks of channels.
 *
 * @param descriptor how the elements lie
 * @param plain how the same elements, under the same axes, lie row-major: the axes of a primitive need not be those of the tensor (weights in groups have one
 *         more, those of a transposed convolution are swapped)
 */
record DnnlLayout(Descriptor descriptor, Descriptor plain) implements Layout {
    private static final int NARROW_BLOCK = 16;

    /**
     * Returns the layout of {@code tensor} that lies as {@code actual} says: row-major and the vector backend's blocks under their own names, so that kernels
     * of both backends read each other's results as they are.
     */
    static Layout of(TensorType tensor, Descriptor actual, Descriptor plain) {
        if (actual.equals(plain)) {
            return Layout.PLAIN;
        }
        boolean vectorBlocks = Blocked.canHold(tensor) && Descriptor.of(tensor, Layout.PLAIN).filter(plain::equals).isPresent()
                && Descriptor.of(tensor, Blocked.NATIVE).filter(actual::equals).isPresent();
        return vectorBlocks ? Blocked.NATIVE : new DnnlLayout(actual, plain);
    }

    /** Returns the block of channels that both backends read. */
    static int block() {
        return Simd.LANES;
    }

    /** Returns the block of channels for images of a type. */
    static int block(DataType type) {
        return type == DataType.F32 ? block() : NARROW_BLOCK;
    }

    @Override
    public long bytes(TensorType type) {
        return descriptor.bytes();
    }

    @Override
    public String label() {
        return descriptor.toString();
    }

    @Override
    public String toString() {
        return label();
    }
}
