package dev.gatun.vector;

import static dev.gatun.vector.Native.FLOAT;
import static dev.gatun.vector.Native.broadcast;
import static dev.gatun.vector.Native.getLong;
import static dev.gatun.vector.Native.load;
import static dev.gatun.vector.Native.putLong;
import static dev.gatun.vector.Native.store;

import jdk.incubator.vector.FloatVector;

/**
 * {@link ConvBackwardData} for G = IC: each channel of dy is added onto the padded rows of its input channel, tap by tap.
 *
 * <p>Immutable; a call allocates nothing; the number of workers changes no bit.
 */
final class DepthwiseBackwardData {
    private static final long FRAME_BYTES = 64;

    private final ConvGeometry geometry;
    private final Epilogue epilogue;
    private final Im2col im2col;
    private final int taps;
    private final int multiplier;
    private final int OW;
    private final int outputRows;
    /** Bytes of a row of dy, rounded up to vectors: behind its end it is zero. */
    private final long rowBytes;
    private final Workers.FrameTask task = this::part;

    DepthwiseBackwardData(ConvGeometry geometry, Epilogue epilogue) {
        this.geometry = geometry;
        this.epilogue = epilogue;
        im2col = new Im2col(geometry);
        taps = geometry.taps();
        multiplier = geometry.OC() / geometry.G();
        OW = geometry.width().O();
        outputRows = geometry.depth().O() * geometry.height().O();
        rowBytes = Panels.width(OW) * FLOAT;
    }

    /** Returns the bytes of workspace that {@link #run} needs with a pool of {@code threads}. */
    long workspaceBytes(int threads) {
        return FRAME_BYTES + threads * sliceBytes();
    }

    private long sliceBytes() {
        return (outputRows * rowBytes + paddedBytes() + 127) / 128 * 128;
    }

    private long paddedBytes() {
        return im2col.rows() * im2col.rowBytes() + Im2col.SLACK;
    }

    /** Computes dx; operands as {@link ConvBackwardData#run} has them. */
    void run(long dy, long w, long bias, long residual, long dx, long workspace, Workers workers) {
        putLong(workspace, dy);
        putLong(workspace + 8, w);
        putLong(workspace + 16, bias);
        putLong(workspace + 24, residual);
        putLong(workspace + 32, dx);
        workers.run(task, workspace);
    }

    private void part(long frame, int worker, int workers) {
        long rows = frame + FRAME_BYTES + worker * sliceBytes();
        long padded = rows + outputRows * rowBytes;
        long outputs = geometry.outputs();
        long channels = (long) geometry.N() * geometry.IC();
        long last = Workers.share(channels, worker + 1, workers);
        for (long channel = Workers.share(channels, worker, workers); channel < last; channel++) {
            long ic = channel % geometry.IC();
            Native.zero(padded, paddedBytes());
            for (int m = 0; m < multiplier; m++) {
                Panels.widenRows(outputRows, OW, getLong(frame) + (channel * multiplier + m) * outputs * FLOAT, rows);
                plane(getLong(frame + 8) + (ic * multiplier + m) * taps * FLOAT, rows, padded);
            }
            long image = channel * geometry.inputs() * FLOAT;
            long dx = getLong(frame + 32) + image;
            im2col.unpad(padded, 1, dx);
            epilogue.apply(1, geometry.inputs(), dx, 0, epilogue.biasAt(getLong(frame + 16), ic, 0), getLong(frame + 24) + image);
        }
    }

    private void plane(long w, long rows, long padded) {
        for (int tap = 0; tap < taps; tap++) {          // tap by tap: the next addition to an element comes long after this one
            long to = padded + im2col.offset(tap);
            for (int r = 0; r < outputRows; r++) {
                add(rowBytes, w + tap * FLOAT, rows + r * rowBytes, to + im2col.firstRow(r * OW) * im2col.rowBytes());
            }
        }
    }

    private static void add(long bytes, long w, long dy, long padded) {
        FloatVector weight = broadcast(w);
        for (long i = 0; i < bytes; i += Simd.BYTES) {
            store(padded + i, weight.fma(load(dy + i), load(padded + i)));
        }
    }
}
