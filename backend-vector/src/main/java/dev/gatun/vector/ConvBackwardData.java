package dev.gatun.vector;

import static dev.gatun.vector.Native.FLOAT;
import static dev.gatun.vector.Native.getLong;
import static dev.gatun.vector.Native.putLong;

/**
 * The gradient of a convolution in its input, which is also the transposed convolution, in plain NCHW: dx is the sum over all outputs that saw it,
 *
 * <pre>dx[n, ic, i] = act(bias[ic] + Σ dy[n, oc, o] · w[oc, ic, k] over oc, o, k with i = o·S + k·D - P, + residual[n, ic, i])</pre>
 *
 * <p>For each image and group columns[K, positions] = Wᵀ[K, OC/G] · dY[OC/G, positions], a few channels and some positions at a time; {@link Im2col}
 * adds them onto padded rows while they are in the cache. Workers share input channels, so nobody adds to what another adds to. With stride 1 and few channels
 * of x it is the convolution of dy with the kernel turned around, which {@link NarrowConv} computes.
 *
 * <p>Immutable; a call allocates nothing; the number of workers changes no bit.
 */
final class ConvBackwardData {
    private static final int KC = Sgemm.KC;
    private static final int MC = Sgemm.MC;
    /** Positions a block: with ROWS rows of columns, half of a second-level cache of 1 MiB. */
    private static final int NC = 256;
    private static final int ROWS = 288;

    private static final long FRAME_BYTES = 64;

    private final ConvGeometry geometry;
    private final Epilogue epilogue;
    private final Sgemm pointwise;
    private final DepthwiseBackwardData depthwise;
    private final NarrowConv narrow;

    private final Im2col im2col;
    private final int taps;
    private final int inner;
    private final int positions;
    private final int K;
    /** Channels a block. */
    private final int block;
    private final long columnStride;
    private final Workers.FrameTask task = this::part;

    /** Plans the gradient of the convolution {@code geometry}; the epilogue's bias, if there is one, is one element a channel of x. */
    ConvBackwardData(ConvGeometry geometry, Epilogue epilogue) {
        this.geometry = geometry;
        this.epilogue = epilogue;
        taps = geometry.taps();
        inner = geometry.OC() / geometry.G();
        positions = geometry.outputs();
        K = geometry.terms();
        var shape = Sgemm.Shape.dense(K, positions, inner, true, false);
        var images = new Sgemm.Batch(geometry.N(), 0, (long) inner * positions * FLOAT, (long) K * positions * FLOAT);
        pointwise = geometry.isPointwise() && geometry.G() == 1 ? new Sgemm(shape, images, false, epilogue, false) : null;
        depthwise = geometry.isDepthwise() ? new DepthwiseBackwardData(geometry, epilogue) : null;
        narrow = depthwise == null && NarrowConv.suitsGradient(geometry) ? NarrowConv.gradient(geometry, epilogue) : null;
        im2col = new Im2col(geometry);
        block = Math.clamp(ROWS / taps, 1, geometry.IC() / geometry.G());
        columnStride = (Panels.width(Math.min(positions, NC)) + Simd.LANES) * FLOAT;
    }

    /** Returns the bytes of workspace that {@link #run} needs with a pool of {@code threads}. */
    long workspaceBytes(int threads) {
        if (pointwise != null) {
            return pointwise.workspaceBytes(threads);
        }
        if (narrow != null) {
            return narrow.workspaceBytes(threads);
        }
        return depthwise != null ? depthwise.workspaceBytes(threads) : FRAME_BYTES + threads * sliceBytes();
    }

    String name() {
        return narrow != null ? "conv backward data: " + narrow.name() : "conv backward data col2im";
    }

    private long sliceBytes() {
        long bytes = Tiles.SCRATCH_BYTES + tableBytes() + weightBytes() + panelBytes() + columnBytes() + paddedBytes();
        return (bytes + 127) / 128 * 128;
    }

    private long tableBytes() {
        return (im2col.tableBytes(Math.min(positions, NC)) + 63) / 64 * 64;
    }

    private long weightBytes() {
        return Panels.bytes(inner, block * taps);
    }

    private long panelBytes() {
        return Panels.bytes(Math.min(inner, KC), Math.min(positions, NC));
    }

    private long columnBytes() {
        return block * taps * columnStride;
    }

    private long paddedBytes() {
        return block * im2col.rows() * im2col.rowBytes() + Im2col.SLACK;
    }

    /**
     * Computes dx.
     *
     * @param dy address of {@code [N, OC, OD, OH, OW]}
     * @param w address of {@code [OC, IC/G, KD, KH, KW]}
     * @param bias address of {@code [IC]}; ignored if the epilogue has none
     * @param residual address of a tensor like dx; ignored if the epilogue has none
     * @param dx address of {@code [N, IC, ID, IH, IW]}
     * @param workspace address of {@link #workspaceBytes} bytes, aligned to 64
     */
    void run(long dy, long w, long bias, long residual, long dx, long workspace, Workers workers) {
        if (geometry.N() == 0 || K == 0 || geometry.inputs() == 0) {
            return;
        }
        if (pointwise != null) {
            pointwise.run(w, dy, dx, bias, residual, workspace, workers);
            return;
        }
        if (narrow != null) {
            narrow.run(dy, w, bias, residual, dx, workspace, workers);
            return;
        }
        if (depthwise != null) {
            depthwise.run(dy, w, bias, residual, dx, workspace, workers);
            return;
        }
        putLong(workspace, dy);
        putLong(workspace + 8, w);
        putLong(workspace + 16, bias);
        putLong(workspace + 24, residual);
        putLong(workspace + 32, dx);
        workers.run(task, workspace);
    }

    private void part(long frame, int worker, int workers) {
        int imageParts = imageParts(workers);
        int channelParts = workers / imageParts;
        int n0 = Grid.start(geometry.N(), 1, worker / channelParts, imageParts);
        int n1 = Grid.start(geometry.N(), 1, worker / channelParts + 1, imageParts);
        int c0 = Grid.start(geometry.IC(), 1, worker % channelParts, channelParts);
        int c1 = Grid.start(geometry.IC(), 1, worker % channelParts + 1, channelParts);
        int channels = geometry.IC() / geometry.G();
        long inputBytes = geometry.inputs() * FLOAT;
        long slice = frame + FRAME_BYTES + worker * sliceBytes();
        for (int c = c0, count; c < c1 && n0 < n1; c += count) {
            int group = c / channels;
            int channel = c % channels;
            count = Math.min(block, Math.min(channels - channel, c1 - c));
            packWeights(count * taps, getLong(frame + 8) + ((long) group * inner * K + (long) channel * taps) * FLOAT, slice);
            for (int n = n0; n < n1; n++) {
                long dy = getLong(frame) + ((long) n * geometry.G() + group) * inner * positions * FLOAT;
                long image = ((long) n * geometry.IC() + c) * inputBytes;
                long dx = getLong(frame + 32) + image;
                channels(count, dy, dx, slice);
                epilogue.apply(count, geometry.inputs(), dx, inputBytes, epilogue.biasAt(getLong(frame + 16), c, 0), getLong(frame + 24) + image);
            }
        }
    }

    /** Returns into how many parts the images are cut; the channels are cut into {@code workers} / parts, so that the largest cell is smallest. */
    private int imageParts(int workers) {
        long best = Long.MAX_VALUE;
        int parts = 1;
        for (int candidate = 1; candidate <= workers; candidate++) {
            if (workers % candidate == 0) {
                long cell = (long) Math.ceilDiv(geometry.N(), candidate) * Math.ceilDiv(geometry.IC(), workers / candidate);
                if (cell <= best) {
                    best = cell;
                    parts = candidate;
                }
            }
        }
        return parts;
    }

    private void packWeights(int rows, long w, long slice) {
        long weights = slice + Tiles.SCRATCH_BYTES + tableBytes();
        for (int k = 0; k < inner; k += KC) {
            int kc = Math.min(KC, inner - k);
            Panels.packRows(MC, kc, 0, kc, rows, w + k * (long) K * FLOAT, K * FLOAT, weights + Panels.bytes(k, rows));
        }
    }

    /** Writes {@code count} channels of dx whose weights are packed. */
    private void channels(int count, long dy, long dx, long slice) {
        int rows = count * taps;
        long table = slice + Tiles.SCRATCH_BYTES;
        long weights = table + tableBytes();
        long panels = weights + weightBytes();
        long columns = panels + panelBytes();
        long padded = columns + columnBytes();
        Native.zero(padded, count * im2col.rows() * im2col.rowBytes() + Im2col.SLACK);
        for (int p = 0; p < positions; p += NC) {
            int nc = Math.min(NC, positions - p);
            columns(rows, p, nc, dy, weights, panels, columns, slice);
            long end = im2col.runs(p, p + nc, 0, table);
            im2col.fold(padded, im2col.rows() * im2col.rowBytes(), 0, rows, table, end, columns, columnStride);
        }
        im2col.unpad(padded, count, dx);
    }

    /** Writes {@code rows} rows of the columns of positions p .. p + nc. */
    private void columns(int rows, int p, int nc, long dy, long weights, long panels, long columns, long scratch) {
        for (int k = 0; k < inner; k += KC) {
            int kc = Math.min(KC, inner - k);
            Panels.packB(false, kc, nc, dy + (k * (long) positions + p) * FLOAT, positions * FLOAT, panels);
            for (int m = 0; m < rows; m += MC) {
                int mc = Math.min(MC, rows - m);
                long a = weights + Panels.bytes(k, rows) + m * (long) kc * FLOAT;
                for (int j = 0; j < nc; j += Tiles.COLUMNS) {
                    int width = Panels.width(Math.min(Tiles.COLUMNS, nc - j));     // whole vectors: there is room behind each row
                    Tiles.multiply(mc, width, kc, a, Tiles.ROWS * FLOAT, FLOAT, Panels.width(mc) * FLOAT,
                            panels + j * (long) kc * FLOAT, width * FLOAT, columns + m * columnStride + j * FLOAT, columnStride, k > 0, scratch);
                }
            }
        }
    }
}
