package dev.gatun.vector;

import static dev.gatun.vector.Native.FLOAT;
import static dev.gatun.vector.Native.getLong;
import static dev.gatun.vector.Native.putLong;

/**
 * The convolution of any geometry in plain NCHW, as a matrix product whose right side is never stored:
 *
 * <pre>y[n, oc, o] = act(bias[oc] + Σ x[n, ic, o·S + k·D - P] · w[oc, ic, k] + residual[n, oc, o])</pre>
 *
 * <p>For each image and group Y[OC/G, positions] = W[OC/G, K] · columns[K, positions] with K = IC/G · taps: {@link Im2col} writes a block of columns
 * straight into the panels that the micro-kernels read. Three cases have paths of their own: pointwise (a matrix product as it is), depthwise, and few channels
 * ({@link NarrowConv}).
 *
 * <p>Immutable; a call allocates nothing; the number of workers changes no bit.
 */
final class ConvForward {
    private static final int KC = Sgemm.KC;
    private static final int MC = Sgemm.MC;
    private static final int NC = Sgemm.NC;

    private static final long FRAME_BYTES = 64;

    private final ConvGeometry geometry;
    private final Epilogue epilogue;
    private final Sgemm pointwise;
    private final Depthwise depthwise;
    private final NarrowConv narrow;

    private final Im2col im2col;
    private final int M;
    private final int N;
    private final int K;
    private final long paddedBytes;
    private final long panelBytes;
    private final Workers.FrameTask task = this::part;

    /** Plans a convolution; the epilogue's bias, if there is one, must be {@link Epilogue.Bias#ROW}: one element an output channel. */
    ConvForward(ConvGeometry geometry, Epilogue epilogue) {
        this.geometry = geometry;
        this.epilogue = epilogue;
        M = geometry.OC() / geometry.G();
        N = geometry.outputs();
        K = geometry.terms();
        var shape = Sgemm.Shape.dense(M, N, K, false, false);
        var images = new Sgemm.Batch(geometry.N(), 0, (long) K * N * FLOAT, (long) M * N * FLOAT);
        pointwise = geometry.isPointwise() && geometry.G() == 1 ? new Sgemm(shape, images, false, epilogue, false) : null;
        depthwise = geometry.isDepthwise() ? new Depthwise(geometry, epilogue) : null;
        narrow = NarrowConv.suits(geometry) ? new NarrowConv(geometry, epilogue) : null;
        im2col = new Im2col(geometry);
        int channels = Math.min(geometry.IC() / geometry.G(), (KC - 1) / geometry.taps() + 2);
        paddedBytes = channels * im2col.rows(Math.min(N, NC)) * im2col.rowBytes() + Im2col.SLACK;
        panelBytes = Panels.bytes(Math.min(K, KC), Math.min(N, NC)) + Im2col.SLACK;
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
        return narrow != null ? narrow.name() : "conv im2col";
    }

    private long sliceBytes() {
        return (Tiles.SCRATCH_BYTES + tableBytes() + panelBytes + paddedBytes + 127) / 128 * 128;
    }

    private long tableBytes() {
        return (im2col.tableBytes(Tiles.COLUMNS) + 63) / 64 * 64;
    }

    /**
     * Computes y.
     *
     * @param x address of {@code [N, IC, ID, IH, IW]}
     * @param w address of {@code [OC, IC/G, KD, KH, KW]}
     * @param bias address of {@code [OC]}; ignored if the epilogue has none
     * @param residual address of a tensor like y; ignored if the epilogue has none
     * @param y address of {@code [N, OC, OD, OH, OW]}
     * @param workspace address of {@link #workspaceBytes} bytes, aligned to 64
     */
    void run(long x, long w, long bias, long residual, long y, long workspace, Workers workers) {
        if (geometry.N() == 0 || M == 0 || N == 0) {
            return;
        }
        if (pointwise != null) {
            pointwise.run(w, x, y, bias, residual, workspace, workers);
            return;
        }
        if (narrow != null) {
            narrow.run(x, w, bias, residual, y, workspace, workers);
            return;
        }
        if (depthwise != null) {
            depthwise.run(x, w, bias, residual, y, workspace, workers);
            return;
        }
        putLong(workspace, x);
        putLong(workspace + 8, w);
        putLong(workspace + 16, bias);
        putLong(workspace + 24, residual);
        putLong(workspace + 32, y);
        workers.run(task, workspace);
    }

    private void part(long frame, int worker, int workers) {
        int G = geometry.G();
        long slice = frame + FRAME_BYTES + worker * sliceBytes();
        long items = (long) geometry.N() * G;                      // cell = (image · G + group) · parts + part
        int parts = Grid.parts(items, workers);
        int gridColumns = Grid.columns(parts, M, N, false, true);
        int gridRows = parts / gridColumns;
        long last = Workers.share(items * parts, worker + 1, workers);
        for (long cell = Workers.share(items * parts, worker, workers); cell < last; cell++) {
            long item = cell / parts;
            int gridRow = (int) (cell % parts) / gridColumns;
            int gridColumn = (int) (cell % parts) % gridColumns;
            int m0 = Grid.start(M, Tiles.ROWS, gridRow, gridRows);
            int m1 = Grid.start(M, Tiles.ROWS, gridRow + 1, gridRows);
            int p0 = Grid.start(N, Tiles.COLUMNS, gridColumn, gridColumns);
            int p1 = Grid.start(N, Tiles.COLUMNS, gridColumn + 1, gridColumns);
            long group = item % G;
            long x = getLong(frame) + item * (geometry.IC() / G) * geometry.inputs() * FLOAT;
            long w = getLong(frame + 8) + group * M * K * FLOAT;
            long bias = epilogue.biasAt(getLong(frame + 16), group * M, 0);
            long residual = getLong(frame + 24) + item * M * N * FLOAT;
            long y = getLong(frame + 32) + item * M * N * FLOAT;
            for (int p = p0; p < p1 && m0 < m1; p += NC) {
                int nc = Math.min(NC, p1 - p);
                for (int k = 0; k < K; k += KC) {
                    block(m0, m1, p, nc, k, Math.min(KC, K - k), x, w, bias, residual, y, slice);
                }
            }
        }
    }

    /** Adds the terms k .. k + kc of outputs p0 .. p0 + nc of channels m0 .. m1. */
    private void block(int m0, int m1, int p0, int nc, int k, int kc, long x, long w, long bias, long residual, long y, long slice) {
        long scratch = slice;
        long panels = scratch + Tiles.SCRATCH_BYTES + tableBytes();
        columns(p0, nc, k, kc, x, scratch + Tiles.SCRATCH_BYTES, panels, panels + panelBytes);
        long rowOfY = N * FLOAT;
        for (int m = m0; m < m1; m += MC) {
            int mc = Math.min(MC, m1 - m);
            long a = w + (m * (long) K + k) * FLOAT;
            long rsA = K * FLOAT;
            for (int j = 0; j < nc; j += Tiles.COLUMNS) {
                int width = Math.min(Tiles.COLUMNS, nc - j);
                long offset = (m * (long) N + p0 + j) * FLOAT;
                Tiles.multiply(mc, width, kc, a, Tiles.ROWS * rsA, rsA, FLOAT, panels + j * (long) kc * FLOAT, Panels.width(width) * FLOAT,
                        y + offset, rowOfY, k > 0, scratch);
                if (k + kc == K) {
                    epilogue.apply(mc, width, y + offset, rowOfY, epilogue.biasAt(bias, m, 0), residual + offset);
                }
            }
        }
    }

    /** Writes rows k .. k + kc of the columns of positions p0 .. p0 + nc, as panels. */
    private void columns(int p0, int nc, int k, int kc, long x, long table, long panels, long padded) {
        int taps = geometry.taps();
        int channel = k / taps;
        int channels = (k + kc - 1) / taps + 1 - channel;
        int f0 = im2col.firstRow(p0);
        int f1 = im2col.endRow(p0 + nc - 1);
        im2col.pad(x + channel * (long) geometry.inputs() * FLOAT, channels, f0, f1, padded);
        for (int j = 0; j < nc; j += Tiles.COLUMNS) {
            int width = Math.min(Tiles.COLUMNS, nc - j);
            long end = im2col.runs(p0 + j, p0 + j + width, f0, table);
            int tap = k - channel * taps;
            im2col.unfold(padded, (f1 - f0) * im2col.rowBytes(), tap, tap + kc, table, end, panels, Panels.width(width) * FLOAT);
            panels += kc * FLOAT * Tiles.COLUMNS;
        }
    }
}
