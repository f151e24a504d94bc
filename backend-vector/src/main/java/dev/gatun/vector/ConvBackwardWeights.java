package dev.gatun.vector;

import static dev.gatun.vector.Native.FLOAT;
import static dev.gatun.vector.Native.getLong;
import static dev.gatun.vector.Native.putLong;

/**
 * The gradient of a convolution in its weights, in plain NCHW: dw[oc, ic, k] = Σ dy[n, oc, o] · x[n, ic, o·S + k·D - P] over n and o.
 *
 * <p>For each group dWᵀ[K, OC/G] = Σ columns[K, positions] · dYᵀ[positions, OC/G], a block of positions at a time, which may span images: so the sum
 * is long enough for the micro-kernels even where images are small. {@link Im2col} writes the columns as rows of the left side; dWᵀ is kept in the
 * workspace and transposed at the end. Workers share elements of dw. Of few channels {@link NarrowBackwardWeights} does without columns.
 *
 * <p>Immutable; a call allocates nothing; the number of workers changes no bit.
 */
final class ConvBackwardWeights {
    /** Positions a block. */
    private static final int KC = 512;
    private static final int MC = Sgemm.MC;

    private static final long FRAME_BYTES = 64;

    private final ConvGeometry geometry;
    private final DepthwiseBackwardWeights depthwise;
    private final NarrowBackwardWeights narrow;

    private final Im2col im2col;
    private final int taps;
    private final int positions;
    private final int M;
    private final int N;
    private final int kc;
    private final long sumStride;
    private final long columnStride;
    private final Workers.FrameTask task = this::part;

    /** Plans the gradient of the convolution {@code geometry}. */
    ConvBackwardWeights(ConvGeometry geometry) {
        this.geometry = geometry;
        taps = geometry.taps();
        positions = geometry.outputs();
        M = geometry.terms();
        N = geometry.OC() / geometry.G();
        depthwise = geometry.isDepthwise() ? new DepthwiseBackwardWeights(geometry) : null;
        narrow = depthwise == null && NarrowBackwardWeights.suits(geometry) ? new NarrowBackwardWeights(geometry) : null;
        im2col = new Im2col(geometry);
        kc = (int) Math.min((long) geometry.N() * positions, KC);
        sumStride = Panels.width(N) * FLOAT;
        columnStride = (kc + Simd.LANES) * FLOAT;
    }

    /** Returns the bytes of workspace that {@link #run} needs with a pool of {@code threads}. */
    long workspaceBytes(int threads) {
        if (depthwise != null) {
            return depthwise.workspaceBytes(threads);
        }
        long columns = FRAME_BYTES + sumBytes() + threads * sliceBytes();
        return narrow != null ? Math.max(columns, narrow.workspaceBytes(threads)) : columns;
    }

    String name() {
        return narrow != null ? narrow.name() : "conv backward weights im2col";
    }

    private long sumBytes() {
        return (geometry.G() * M * sumStride + 127) / 128 * 128;
    }

    private long sliceBytes() {
        return (Tiles.SCRATCH_BYTES + tableBytes() + panelBytes() + columnBytes() + paddedBytes() + 127) / 128 * 128;
    }

    private long tableBytes() {
        return (im2col.tableBytes(Math.min(positions, kc)) + 63) / 64 * 64;
    }

    private long panelBytes() {
        return Panels.bytes(kc, N);
    }

    private long columnBytes() {
        return Math.min(M, MC) * columnStride + Im2col.SLACK;
    }

    private long paddedBytes() {
        int channels = Math.min(geometry.IC() / geometry.G(), (MC - 1) / taps + 2);
        return channels * im2col.rows(Math.min(positions, kc)) * im2col.rowBytes() + Im2col.SLACK;
    }

    /**
     * Computes dw.
     *
     * @param x address of {@code [N, IC, ID, IH, IW]}
     * @param dy address of {@code [N, OC, OD, OH, OW]}
     * @param dw address of {@code [OC, IC/G, KD, KH, KW]}
     * @param workspace address of {@link #workspaceBytes} bytes, aligned to 64
     */
    void run(long x, long dy, long dw, long workspace, Workers workers) {
        if (M == 0 || N == 0) {
            return;
        }
        if (kc == 0) {
            Native.zero(dw, (long) geometry.OC() * M * FLOAT);
            return;
        }
        if (depthwise != null) {
            depthwise.run(x, dy, dw, workspace, workers);
            return;
        }
        if (narrow != null && narrow.run(x, dy, dw, workspace, workers)) {
            return;
        }
        putLong(workspace, x);
        putLong(workspace + 8, dy);
        putLong(workspace + 16, dw);
        workers.run(task, workspace);
    }

    private void part(long frame, int worker, int workers) {
        int G = geometry.G();
        long sums = frame + FRAME_BYTES;
        long slice = sums + sumBytes() + worker * sliceBytes();
        int parts = Grid.parts(G, workers);
        int gridColumns = Grid.columns(parts, M, N, true, true);
        int gridRows = parts / gridColumns;
        long last = Workers.share((long) G * parts, worker + 1, workers);
        for (long cell = Workers.share((long) G * parts, worker, workers); cell < last; cell++) {
            int group = (int) (cell / parts);
            int gridRow = (int) (cell % parts) / gridColumns;
            int gridColumn = (int) (cell % parts) % gridColumns;
            int m0 = Grid.start(M, Tiles.ROWS, gridRow, gridRows);
            int m1 = Grid.start(M, Tiles.ROWS, gridRow + 1, gridRows);
            int n0 = Grid.start(N, Tiles.COLUMNS, gridColumn, gridColumns);
            int n1 = Grid.start(N, Tiles.COLUMNS, gridColumn + 1, gridColumns);
            if (m0 < m1 && n0 < n1) {
                long sum = sums + group * M * sumStride;
                cell(group, m0, m1, n0, n1, getLong(frame), getLong(frame + 8), sum, slice);
                long dw = getLong(frame + 16) + (long) group * N * M * FLOAT;
                Transpose.run(m1 - m0, n1 - n0, sum + m0 * sumStride + n0 * FLOAT, sumStride, dw + ((long) n0 * M + m0) * FLOAT, M * FLOAT);
            }
        }
    }

    private void cell(int group, int m0, int m1, int n0, int n1, long x, long dy, long sum, long slice) {
        long scratch = slice;
        long table = scratch + Tiles.SCRATCH_BYTES;
        long panels = table + tableBytes();
        long columns = panels + panelBytes();
        long padded = columns + columnBytes();
        long all = (long) geometry.N() * positions;
        for (long t = 0; t < all; t += kc) {
            int count = (int) Math.min(kc, all - t);
            packGradients(group, n0, n1, t, count, dy, panels);
            for (int m = m0; m < m1; m += MC) {
                int mc = Math.min(MC, m1 - m);
                unfold(group, m, mc, t, count, x, table, columns, padded);
                for (int n = n0; n < n1; n += Tiles.COLUMNS) {
                    int width = Panels.width(Math.min(Tiles.COLUMNS, n1 - n));       // whole vectors: there is room behind each row
                    Tiles.multiply(mc, width, count, columns, Tiles.ROWS * columnStride, columnStride, FLOAT,
                            panels + (n - n0) * (long) count * FLOAT, width * FLOAT, sum + m * sumStride + n * FLOAT, sumStride, t > 0, scratch);
                }
            }
        }
    }

    /** Packs positions t .. t + count of all images, of channels n0 .. n1 of dy: one panel for each few channels, one row for each position. */
    private void packGradients(int group, int n0, int n1, long t, int count, long dy, long panels) {
        for (int n = n0; n < n1; n += Tiles.COLUMNS) {
            int width = Math.min(Tiles.COLUMNS, n1 - n);
            for (int done = 0; done < count;) {
                long image = (t + done) / positions;
                int p = (int) ((t + done) % positions);
                int run = Math.min(positions - p, count - done);
                long src = dy + ((image * geometry.OC() + (long) group * N + n) * positions + p) * FLOAT;
                Panels.packB(true, run, width, src, positions * FLOAT, panels + done * (long) Panels.width(width) * FLOAT);
                done += run;
            }
            panels += (long) count * Tiles.COLUMNS * FLOAT;
        }
    }

    /** Writes rows m .. m + mc of the columns of positions t .. t + count of all images. */
    private void unfold(int group, int m, int mc, long t, int count, long x, long table, long columns, long padded) {
        int channels = geometry.IC() / geometry.G();
        int channel = m / taps;
        int tap = m - channel * taps;
        for (int done = 0; done < count;) {
            long image = (t + done) / positions;
            int p = (int) ((t + done) % positions);
            int run = Math.min(positions - p, count - done);
            int f0 = im2col.firstRow(p);
            int f1 = im2col.endRow(p + run - 1);
            long src = x + (image * geometry.IC() + (long) group * channels + channel) * geometry.inputs() * FLOAT;
            im2col.pad(src, (m + mc - 1) / taps + 1 - channel, f0, f1, padded);
            long end = im2col.runs(p, p + run, f0, table);
            im2col.unfold(padded, (f1 - f0) * im2col.rowBytes(), tap, tap + mc, table, end, columns + done * FLOAT, columnStride);
            done += run;
        }
    }
}
