package dev.gatun.vector.blocked;

import dev.gatun.TensorType;
import dev.gatun.spi.Layout;
import dev.gatun.vector.Native;
import dev.gatun.vector.Simd;

/**
 * Weights w[oc, ic, kh, kw] in the order in which a convolution reads them: panel by panel of output channels, in each the terms one after the other, in
 * each term the panel's channels. Channels behind the last one weigh zero. Weights may be packed at each call, or once where they are frozen.
 *
 * <p>The gradient in x is a convolution too, of dy, with w[ic, oc, KH-1-kh, KW-1-kw]: its orders exchange the channels and turn the kernel around.
 *
 * @param SH with SW, DH, DW the steps of the convolution: what {@link Order#GRADIENT_BLOCKS} is sorted by; 1 for the others
 */
record PackedWeights(Order order, int SH, int SW, int DH, int DW) implements Layout {
    /** The order of the terms. */
    enum Order {
        /** A block of channels, the kernel's places, the block's channels: for blocked images. */
        BLOCKS("blocks"),
        /** A channel, the kernel's places: for row-major images. */
        CHANNELS("channels"),
        /** The 16 places of a transformed kernel, the channels: for {@link WinogradConv} with m = 2. */
        WINOGRAD_2("winograd 2x2"),
        /** The 36 places of a transformed kernel, the channels: for {@link WinogradConv} with m = 4. */
        WINOGRAD_4("winograd 4x4"),
        /** The kernel's places; each channel has weights of its own: for {@link DepthwiseConv}. */
        DEPTHWISE("depthwise"),
        /** As BLOCKS for each phase of the places in turn, those with kh·DH mod SH and kw·DW mod SW in common: for {@link StridedGradient}. */
        GRADIENT_BLOCKS("gradient blocks"),
        /** WINOGRAD_2 of the gradient. */
        GRADIENT_WINOGRAD_2("gradient winograd 2x2"),
        /** WINOGRAD_4 of the gradient. */
        GRADIENT_WINOGRAD_4("gradient winograd 4x4");

        private final String label;

        Order(String label) {
            this.label = label;
        }

        private boolean isGradient() {
            return this == GRADIENT_BLOCKS || this == GRADIENT_WINOGRAD_2 || this == GRADIENT_WINOGRAD_4;
        }
    }

    /** Weights in an order that knows no steps. */
    PackedWeights(Order order) {
        this(order, 1, 1, 1, 1);
    }

    /** Returns the same order for the gradient in x of a convolution of stride 1, or itself if it is for a gradient. */
    PackedWeights forGradient() {
        return switch (order) {
            case BLOCKS -> new PackedWeights(Order.GRADIENT_BLOCKS);
            case WINOGRAD_2 -> new PackedWeights(Order.GRADIENT_WINOGRAD_2);
            case WINOGRAD_4 -> new PackedWeights(Order.GRADIENT_WINOGRAD_4);
            case GRADIENT_BLOCKS, GRADIENT_WINOGRAD_2, GRADIENT_WINOGRAD_4 -> this;
            case CHANNELS, DEPTHWISE ->
                throw new IllegalArgumentException("the order " + order.label + " has none for the gradient");
        };
    }

    @Override
    public long bytes(TensorType type) {
        int OC = type.shape().dim(0);
        int IC = type.shape().dim(1);
        long taps = type.elements() / OC / IC;
        long places = switch (order) {
            case BLOCKS, CHANNELS, DEPTHWISE, GRADIENT_BLOCKS -> taps;
            case WINOGRAD_2, GRADIENT_WINOGRAD_2 -> 16;
            case WINOGRAD_4, GRADIENT_WINOGRAD_4 -> 36;
        };
        return Panel.blocks(outputs(OC, IC)) * Simd.BYTES * inputs(OC, IC) * places;
    }

    private int outputs(int OC, int IC) {
        return order.isGradient() ? IC : OC;
    }

    private int inputs(int OC, int IC) {
        return order.isGradient() ? OC : IC;
    }

    @Override
    public String label() {
        return "packed " + order.label;
    }

    @Override
    public String toString() {
        return label();
    }

    /** Returns into how many parts the packing can be cut. */
    int parts(int OC, int IC) {
        return Panel.blocks(outputs(OC, IC));
    }

    /** Returns the bytes of scratch memory that each {@link #pack} needs for kernels of {@code taps} places. */
    static long scratchBytes(int taps) {
        return WeightBlock.bytes(taps) + Winograd4Tile.WEIGHT_SCRATCH;
    }

    /** Packs the parts {@code from} .. {@code to} of row-major weights {@code [OC, IC, KH, KW]}. */
    void pack(int OC, int IC, int KH, int KW, int from, int to, long w, long dst, long scratch) {
        int outputs = outputs(OC, IC);
        int inputs = inputs(OC, IC);
        int blocks = Panel.blocks(outputs);
        int taps = KH * KW;
        for (int block = from; block < to; block++) {
            int panel = Panel.of(block, blocks);
            int first = Panel.first(panel, blocks);
            int vectors = Panel.first(panel + 1, blocks) - first;
            int channel = block * Simd.LANES;
            int inside = Math.min(Simd.LANES, outputs - channel);
            switch (order) {
                case BLOCKS, CHANNELS, GRADIENT_BLOCKS -> packTerms(inputs, KH, KW, channel, inside, IC, vectors, w,
                        dst + (first * (long) inputs * taps + (block - first)) * Simd.BYTES, scratch);
                case DEPTHWISE -> WeightBlock.gather(inside, 1, taps, w + (long) channel * taps * Native.FLOAT, taps * Native.FLOAT,
                        dst + (long) block * taps * Simd.BYTES);
                case WINOGRAD_2, GRADIENT_WINOGRAD_2 -> transform(inputs, channel, inside, IC, vectors, w,
                        dst + (first * 16L * inputs + (block - first)) * Simd.BYTES, scratch);
                case WINOGRAD_4, GRADIENT_WINOGRAD_4 -> transform(inputs, channel, inside, IC, vectors, w,
                        dst + (first * 36L * inputs + (block - first)) * Simd.BYTES, scratch);
            }
        }
    }

    private void gather(int channel, int inside, int input, int count, int IC, int taps, long w, long scratch) {
        long row = (long) IC * taps * Native.FLOAT;
        if (order.isGradient()) {
            WeightBlock.gatherExchanged(inside, count, taps, w + input * row + (long) channel * taps * Native.FLOAT, row, scratch);
        } else {
            WeightBlock.gather(inside, count, taps, w + channel * row + (long) input * taps * Native.FLOAT, row, scratch);
        }
    }

    private void packTerms(int inputs, int KH, int KW, int channel, int inside, int IC, int vectors, long w, long dst, long scratch) {
        int taps = KH * KW;
        long step = vectors * Simd.BYTES;
        for (int input = 0; input < inputs; input += Simd.LANES) {
            int count = Math.min(Simd.LANES, inputs - input);
            gather(channel, inside, input, count, IC, taps, w, scratch);
            if (order == Order.CHANNELS) {
                scatter(count * taps, scratch, Simd.BYTES, dst + input * taps * step, step);
                continue;
            }
            long phase = dst;
            for (int r = 0; r < SH * SW; r++) {
                int places = 0;
                long to = phase;
                for (int i = 0; i < taps; i++) {
                    if (i / KW * DH % SH == r / SW && i % KW * DW % SW == r % SW) {
                        places++;
                    }
                }
                to += input * places * step;
                for (int i = 0; i < taps; i++) {
                    int tap = order.isGradient() ? taps - 1 - i : i;
                    if (tap / KW * DH % SH == r / SW && tap % KW * DW % SW == r % SW) {
                        scatter(count, scratch + tap * Simd.BYTES, taps * Simd.BYTES, to, step);
                        to += count * step;
                    }
                }
                phase += (long) inputs * places * step;
            }
        }
    }

    private static void scatter(int count, long src, long srcStep, long dst, long dstStep) {
        for (int i = 0; i < count; i++) {
            Native.store(dst, Native.load(src));
            src += srcStep;
            dst += dstStep;
        }
    }

    /** Writes U = G g Gᵀ of each pair of channels. */
    private void transform(int inputs, int channel, int inside, int IC, int vectors, long w, long dst, long scratch) {
        long place = (long) inputs * vectors * Simd.BYTES;
        long half = scratch + WeightBlock.bytes(9);
        for (int input = 0; input < inputs; input += Simd.LANES) {
            int count = Math.min(Simd.LANES, inputs - input);
            gather(channel, inside, input, count, IC, 9, w, scratch);
            for (int i = 0; i < count; i++) {
                long g = scratch + i * 9 * Simd.BYTES;
                long to = dst + (input + i) * vectors * Simd.BYTES;
                switch (order) {
                    case WINOGRAD_2 -> Winograd2Tile.weights(g, Simd.BYTES, to, place, half);
                    case WINOGRAD_4 -> Winograd4Tile.weights(g, Simd.BYTES, to, place, half);
                    case GRADIENT_WINOGRAD_2 -> Winograd2Tile.weights(g + 8 * Simd.BYTES, -Simd.BYTES, to, place, half);
                    case GRADIENT_WINOGRAD_4 -> Winograd4Tile.weights(g + 8 * Simd.BYTES, -Simd.BYTES, to, place, half);
                    case BLOCKS, CHANNELS, DEPTHWISE, GRADIENT_BLOCKS -> throw new AssertionError(order);
                }
            }
        }
    }
}
