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
        /** The 25 places of a transformed phase, the four phases, the channels: for {@link WinogradConv} with stride 2. */
        WINOGRAD_PHASES("winograd phases"),
        /** The kernel's places; each channel has weights of its own: for {@link DepthwiseConv}. */
        DEPTHWISE("depthwise"),
        /** As BLOCKS for each phase of the places in turn, those with kh·DH mod SH and kw·DW mod SW in common: for {@link StridedGradient}. */
        GRADIENT_BLOCKS("gradient blocks"),
        /** WINOGRAD_2 of the gradient. */
        GRADIENT_WINOGRAD_2("gradient winograd 2x2"),
        /** WINOGRAD_4 of the gradient. */
        GRADIENT_WINOGRAD_4("gradient winograd 4x4"),
        /** The four phases, in each all panels, the 25 places of a transformed phase, the channels: for {@link PhaseGradient}. */
        GRADIENT_WINOGRAD_PHASES("gradient winograd phases");

        private final String label;

        Order(String label) {
            this.label = label;
        }

        private boolean isGradient() {
            return switch (this) {
                case BLOCKS, CHANNELS, WINOGRAD_2, WINOGRAD_4, WINOGRAD_PHASES, DEPTHWISE -> false;
                case GRADIENT_BLOCKS, GRADIENT_WINOGRAD_2, GRADIENT_WINOGRAD_4, GRADIENT_WINOGRAD_PHASES -> true;
            };
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
            case GRADIENT_BLOCKS, GRADIENT_WINOGRAD_2, GRADIENT_WINOGRAD_4, GRADIENT_WINOGRAD_PHASES -> this;
            case CHANNELS, DEPTHWISE, WINOGRAD_PHASES ->
                throw new IllegalArgumentException("the order " + order.label + " has none for the gradient");
        };
    }

    @Override
    public long bytes(TensorType type) {
        int OC = type.shape().dim(0);
        int IC = type.shape().dim(1);
        int taps = (int) (type.elements() / OC / IC);
        return Panel.blocks(outputs(OC, IC)) * Simd.BYTES * inputs(OC, IC) * places(taps);
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

    /** Returns into how many parts the packing can be cut: a part is a panel of output channels by a block of input channels. */
    int parts(int OC, int IC) {
        return Panel.count(Panel.blocks(outputs(OC, IC))) * Panel.blocks(inputs(OC, IC));
    }

    /** Returns the bytes of scratch memory that each {@link #pack} needs for kernels of {@code taps} places. */
    static long scratchBytes(int taps) {
        return Panel.BLOCKS * WeightBlock.bytes(taps) + Winograd4Tile.WEIGHT_SCRATCH;
    }

    /** Packs the parts {@code from} .. {@code to} of row-major weights {@code [OC, IC, KH, KW]}. */
    void pack(int OC, int IC, int KH, int KW, int from, int to, long w, long dst, long scratch) {
        int outputs = outputs(OC, IC);
        int inputs = inputs(OC, IC);
        int inputBlocks = Panel.blocks(inputs);
        int taps = KH * KW;
        for (int part = from; part < to; part++) {
            int first = Panel.first(part / inputBlocks, Panel.blocks(outputs));
            int vectors = Panel.first(part / inputBlocks + 1, Panel.blocks(outputs)) - first;
            int input = part % inputBlocks * Simd.LANES;
            int count = Math.min(Simd.LANES, inputs - input);
            for (int v = 0; v < vectors; v++) {
                int channel = (first + v) * Simd.LANES;
                gather(channel, Math.min(Simd.LANES, outputs - channel), input, count, IC, taps, w, scratch + v * WeightBlock.bytes(taps));
            }
            long panel = dst + (long) first * inputs * Simd.BYTES * places(taps);
            switch (order) {
                case BLOCKS, GRADIENT_BLOCKS -> placeTerms(inputs, KH, KW, input, count, vectors, panel, scratch);
                case CHANNELS -> place(count * taps, vectors, scratch, Simd.BYTES, WeightBlock.bytes(taps), panel + (long) input * taps * vectors * Simd.BYTES);
                case DEPTHWISE -> {
                    for (int v = 0; v < vectors; v++) {
                        place(taps, 1, scratch + v * WeightBlock.bytes(taps), Simd.BYTES, 0, panel + (long) v * taps * Simd.BYTES);
                    }
                }
                case WINOGRAD_2, WINOGRAD_4, GRADIENT_WINOGRAD_2, GRADIENT_WINOGRAD_4 -> transform(inputs, input, count, vectors, panel, scratch);
                case WINOGRAD_PHASES -> {
                    for (int p = 0; p < 4; p++) {
                        long phase = (p / 2 * 4 + p % 2) * Simd.BYTES;
                        transformPhase(phase, 2 * Simd.BYTES, count, vectors, panel + ((long) p * inputs + input) * vectors * Simd.BYTES,
                                4L * inputs * vectors * Simd.BYTES, scratch);
                    }
                }
                case GRADIENT_WINOGRAD_PHASES -> {
                    long inPhase = dst + ((long) first * 25 * inputs + (long) input * vectors) * Simd.BYTES;
                    long phaseBytes = 25L * Panel.blocks(outputs) * inputs * Simd.BYTES;
                    for (int p = 0; p < 4; p++) {
                        long phase = ((2 + p / 2) * 4 + 2 + p % 2) * Simd.BYTES;       // the kernel is turned around
                        transformPhase(phase, -2 * Simd.BYTES, count, vectors, inPhase + p * phaseBytes, (long) inputs * vectors * Simd.BYTES, scratch);
                    }
                }
            }
        }
    }

    private int places(int taps) {
        return switch (order) {
            case BLOCKS, CHANNELS, DEPTHWISE, GRADIENT_BLOCKS -> taps;
            case WINOGRAD_2, GRADIENT_WINOGRAD_2 -> 16;
            case WINOGRAD_4, GRADIENT_WINOGRAD_4 -> 36;
            case WINOGRAD_PHASES, GRADIENT_WINOGRAD_PHASES -> 4 * 25;
        };
    }

    private void gather(int channel, int inside, int input, int count, int IC, int taps, long w, long dst) {
        long row = (long) IC * taps * Native.FLOAT;
        if (order.isGradient()) {
            WeightBlock.gatherExchanged(inside, count, taps, w + input * row + (long) channel * taps * Native.FLOAT, row, dst);
        } else {
            WeightBlock.gather(inside, count, taps, w + channel * row + (long) input * taps * Native.FLOAT, row, dst);
        }
    }

    /** Writes a block of input channels phase by phase, place by place. */
    private void placeTerms(int inputs, int KH, int KW, int input, int count, int vectors, long panel, long scratch) {
        int taps = KH * KW;
        long step = vectors * Simd.BYTES;
        for (int r = 0; r < SH * SW; r++) {
            int places = 0;
            for (int tap = 0; tap < taps; tap++) {
                places += isOfPhase(tap, KW, r) ? 1 : 0;
            }
            long to = panel + (long) input * places * step;
            for (int i = 0; i < taps; i++) {
                int tap = order.isGradient() ? taps - 1 - i : i;
                if (isOfPhase(tap, KW, r)) {
                    place(count, vectors, scratch + tap * Simd.BYTES, taps * Simd.BYTES, WeightBlock.bytes(taps), to);
                    to += count * step;
                }
            }
            panel += (long) inputs * places * step;
        }
    }

    private boolean isOfPhase(int tap, int KW, int phase) {
        return tap / KW * DH % SH == phase / SW && tap % KW * DW % SW == phase % SW;
    }

    /** Copies {@code count} times {@code vectors} vectors together. */
    static void place(int count, int vectors, long src, long step, long block, long dst) {
        for (int i = 0; i < count; i++) {
            for (int v = 0; v < vectors; v++) {
                Native.store(dst, Native.load(src + v * block));
                dst += Simd.BYTES;
            }
            src += step;
        }
    }

    /** Writes U = G g Gᵀ of each pair of channels. */
    private void transform(int inputs, int input, int count, int vectors, long panel, long scratch) {
        long xi = (long) inputs * vectors * Simd.BYTES;
        long half = scratch + Panel.BLOCKS * WeightBlock.bytes(9);
        long to = panel + (long) input * vectors * Simd.BYTES;
        for (int i = 0; i < count; i++) {
            for (int v = 0; v < vectors; v++) {
                long g = scratch + v * WeightBlock.bytes(9) + i * 9 * Simd.BYTES;
                switch (order) {
                    case WINOGRAD_2 -> Winograd2Tile.weights(g, Simd.BYTES, to, xi, half);
                    case WINOGRAD_4 -> Winograd4Tile.weights(g, Simd.BYTES, to, xi, half);
                    case GRADIENT_WINOGRAD_2 -> Winograd2Tile.weights(g + 8 * Simd.BYTES, -Simd.BYTES, to, xi, half);
                    case GRADIENT_WINOGRAD_4 -> Winograd4Tile.weights(g + 8 * Simd.BYTES, -Simd.BYTES, to, xi, half);
                    case BLOCKS, CHANNELS, DEPTHWISE, GRADIENT_BLOCKS, WINOGRAD_PHASES, GRADIENT_WINOGRAD_PHASES -> throw new AssertionError(order);
                }
                to += Simd.BYTES;
            }
        }
    }

    /**
     * Writes U = G g Gᵀ of a phase of each pair of channels, whose kernel has 4 x 4 places.
     *
     * @param phase offset of the phase's first place
     * @param column bytes from there to the place beside it, of four in a row of the kernel
     */
    private static void transformPhase(long phase, long column, int count, int vectors, long dst, long xi, long scratch) {
        long half = scratch + Panel.BLOCKS * WeightBlock.bytes(16);
        for (int i = 0; i < count; i++) {
            for (int v = 0; v < vectors; v++) {
                WinogradPhaseTile.weights(scratch + v * WeightBlock.bytes(16) + i * 16 * Simd.BYTES + phase, 4 * column, column, dst, xi, half);
                dst += Simd.BYTES;
            }
        }
    }
}
