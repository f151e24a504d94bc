package dev.gatun.vector.blocked;

import dev.gatun.TensorType;
import dev.gatun.spi.Layout;
import dev.gatun.vector.Native;
import dev.gatun.vector.Simd;

/**
 * Weights w[oc, ic, kh, kw] in the order in which a convolution reads them: panel by panel of output channels, in each the terms one after the other, in
 * each term the panel's channels. Channels behind the last one weigh zero. Weights may be packed at each call, or once where they are frozen.
 */
public record PackedWeights(Order order) implements Layout {
    /** The order of the terms. */
    public enum Order {
        /** A block of channels, the kernel's places, the block's channels: for blocked images. */
        BLOCKS("blocks"),
        /** A channel, the kernel's places: for row-major images. */
        CHANNELS("channels");

        private final String label;

        Order(String label) {
            this.label = label;
        }
    }

    @Override
    public long bytes(TensorType type) {
        long terms = type.elements() / type.shape().dim(0);
        return Panel.blocks(type.shape().dim(0)) * Simd.BYTES * terms;
    }

    @Override
    public String label() {
        return "packed " + order.label;
    }

    @Override
    public String toString() {
        return label();
    }

    /** Returns into how many parts the packing of {@code OC} channels can be cut. */
    int parts(int OC) {
        return Panel.count(Panel.blocks(OC));
    }

    /** Packs the panels {@code from} .. {@code to} of row-major weights {@code [OC, IC, KH, KW]}. */
    void pack(int OC, int IC, int KH, int KW, int from, int to, long w, long dst) {
        int blocks = Panel.blocks(OC);
        long terms = (long) IC * KH * KW;
        for (int panel = from; panel < to; panel++) {
            int first = Panel.first(panel, blocks) * Simd.LANES;
            int width = Panel.first(panel + 1, blocks) * Simd.LANES - first;
            long to0 = dst + first * terms * Native.FLOAT;
            Taps.visit(IC, KH, KW, order == Order.BLOCKS ? Simd.LANES : 1, (k, ic, kh, kw) -> {
                long from0 = w + (((long) first * IC + ic) * KH * KW + kh * KW + kw) * Native.FLOAT;
                long at = to0 + (long) k * width * Native.FLOAT;
                for (int o = 0; o < width; o++) {
                    Native.putFloat(at + o * Native.FLOAT, first + o < OC ? Native.getFloat(from0 + o * terms * Native.FLOAT) : 0);
                }
            });
        }
    }
}
