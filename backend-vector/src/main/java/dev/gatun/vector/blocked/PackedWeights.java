package dev.gatun.vector.blocked;

import dev.gatun.TensorType;
import dev.gatun.spi.Layout;
import dev.gatun.vector.Native;
import dev.gatun.vector.Simd;

/**
 * Weights w[oc, ic, kh, kw] in the order in which a convolution reads them: panel by panel of output channels, in each the terms one after the other, in
 * each term the panel's channels. Channels behind the last one weigh zero. Weights may be packed at each call, or once where they are frozen.
 */
record PackedWeights(Order order) implements Layout {
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
        DEPTHWISE("depthwise");

        private final String label;

        Order(String label) {
            this.label = label;
        }
    }

    @Override
    public long bytes(TensorType type) {
        long channels = type.shape().dim(1);
        long terms = switch (order) {
            case BLOCKS, CHANNELS, DEPTHWISE -> type.elements() / type.shape().dim(0);
            case WINOGRAD_2 -> 16 * channels;
            case WINOGRAD_4 -> 36 * channels;
        };
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
        for (int panel = from; panel < to; panel++) {
            int first = Panel.first(panel, blocks) * Simd.LANES;
            int width = Panel.first(panel + 1, blocks) * Simd.LANES - first;
            long src = w + (long) first * IC * KH * KW * Native.FLOAT;
            int inside = Math.min(width, OC - first);
            switch (order) {
                case BLOCKS -> packTerms(IC, KH, KW, Simd.LANES, inside, width, src, dst + (long) first * IC * KH * KW * Native.FLOAT);
                case CHANNELS -> packTerms(IC, KH, KW, 1, inside, width, src, dst + (long) first * IC * KH * KW * Native.FLOAT);
                case DEPTHWISE -> packDepthwise(KH * KW, inside, width, src, dst + (long) first * KH * KW * Native.FLOAT);
                case WINOGRAD_2 -> transform(Winograd2Tile.WEIGHTS, IC, inside, width, src, dst + 16L * first * IC * Native.FLOAT);
                case WINOGRAD_4 -> transform(Winograd4Tile.WEIGHTS, IC, inside, width, src, dst + 36L * first * IC * Native.FLOAT);
            }
        }
    }

    private static void packTerms(int IC, int KH, int KW, int block, int inside, int width, long src, long dst) {
        long channel = (long) IC * KH * KW * Native.FLOAT;
        Taps.visit(IC, KH, KW, block, (k, ic, kh, kw) -> {
            long from = src + ((ic * KH + kh) * (long) KW + kw) * Native.FLOAT;
            long to = dst + (long) k * width * Native.FLOAT;
            for (int o = 0; o < width; o++) {
                Native.putFloat(to + o * Native.FLOAT, o < inside ? Native.getFloat(from + o * channel) : 0);
            }
        });
    }

    /** Block by block: a panel of several blocks is of no use where channels do not share their input. */
    private static void packDepthwise(int K, int inside, int width, long src, long dst) {
        for (int o = 0; o < width; o++) {
            for (int k = 0; k < K; k++) {
                long to = dst + ((long) (o / Simd.LANES * K + k) * Simd.LANES + o % Simd.LANES) * Native.FLOAT;
                Native.putFloat(to, o < inside ? Native.getFloat(src + ((long) o * K + k) * Native.FLOAT) : 0);
            }
        }
    }

    /** Writes U = G g Gᵀ, made in double precision, of each pair of channels. */
    private static void transform(double[][] G, int IC, int inside, int width, long src, long dst) {
        int n = G.length;
        double[] half = new double[3 * n];
        long place = (long) IC * width * Native.FLOAT;
        for (int ic = 0; ic < IC; ic++) {
            for (int o = 0; o < width; o++) {
                long to = dst + ((long) ic * width + o) * Native.FLOAT;
                if (o >= inside) {
                    for (int xi = 0; xi < n * n; xi++) {
                        Native.putFloat(to + xi * place, 0);
                    }
                    continue;
                }
                long g = src + ((long) o * IC + ic) * 9 * Native.FLOAT;
                for (int j = 0; j < 3; j++) {
                    double g0 = Native.getFloat(g + j * Native.FLOAT);
                    double g1 = Native.getFloat(g + (3 + j) * Native.FLOAT);
                    double g2 = Native.getFloat(g + (6 + j) * Native.FLOAT);
                    for (int i = 0; i < n; i++) {
                        half[i * 3 + j] = G[i][0] * g0 + G[i][1] * g1 + G[i][2] * g2;      // half[i, j] = G[i, :] g[:, j]
                    }
                }
                for (int i = 0; i < n; i++) {
                    for (int j = 0; j < n; j++) {
                        double u = half[i * 3] * G[j][0] + half[i * 3 + 1] * G[j][1] + half[i * 3 + 2] * G[j][2];
                        Native.putFloat(to + (i * n + j) * place, (float) u);
                    }
                }
            }
        }
    }
}
