package dev.gatun.vector;

import static dev.gatun.vector.Native.FLOAT;
import static dev.gatun.vector.Native.getLong;
import static dev.gatun.vector.Native.load;
import static dev.gatun.vector.Native.putFloat;
import static dev.gatun.vector.Native.putLong;
import static dev.gatun.vector.Native.store;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/**
 * {@link ConvBackwardWeights} for G = IC: each weight is the dot product of a channel of dy with the padded rows of its input channel, as its tap
 * sees them. One vector of partial sums a weight is kept over all images.
 *
 * <p>Immutable; a call allocates nothing; the number of workers changes no bit.
 */
final class DepthwiseBackwardWeights {
    private static final long FRAME_BYTES = 64;

    private final ConvGeometry geometry;
    private final Im2col im2col;
    private final int taps;
    private final int multiplier;
    private final int OW;
    private final int outputRows;
    /** Bytes of a row of dy, rounded up to vectors: behind its end it is zero. */
    private final long rowBytes;
    private final Workers.FrameTask task = this::part;

    DepthwiseBackwardWeights(ConvGeometry geometry) {
        this.geometry = geometry;
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
        return (sumBytes() + outputRows * rowBytes + im2col.rows() * im2col.rowBytes() + Im2col.SLACK + 127) / 128 * 128;
    }

    private long sumBytes() {
        return (long) multiplier * taps * Simd.BYTES;
    }

    /** Computes dw; operands as {@link ConvBackwardWeights#run} has them. */
    void run(long x, long dy, long dw, long workspace, Workers workers) {
        putLong(workspace, x);
        putLong(workspace + 8, dy);
        putLong(workspace + 16, dw);
        workers.run(task, workspace);
    }

    private void part(long frame, int worker, int workers) {
        long sums = frame + FRAME_BYTES + worker * sliceBytes();
        long rows = sums + sumBytes();
        long padded = rows + outputRows * rowBytes;
        int IC = geometry.IC();
        long last = Workers.share(IC, worker + 1, workers);
        for (long ic = Workers.share(IC, worker, workers); ic < last; ic++) {
            Native.zero(sums, sumBytes());
            for (int n = 0; n < geometry.N(); n++) {
                im2col.pad(getLong(frame) + (n * (long) IC + ic) * geometry.inputs() * FLOAT, 1, 0, im2col.rows(), padded);
                for (int m = 0; m < multiplier; m++) {
                    long dy = getLong(frame + 8) + ((n * (long) IC + ic) * multiplier + m) * geometry.outputs() * FLOAT;
                    Panels.widenRows(outputRows, OW, dy, rows);
                    plane(rows, padded, sums + (long) m * taps * Simd.BYTES);
                }
            }
            long dw = getLong(frame + 16) + ic * multiplier * taps * FLOAT;
            for (int i = 0; i < multiplier * taps; i++) {
                putFloat(dw + i * FLOAT, Gemv.sum(sums + i * Simd.BYTES));
            }
        }
    }

    private void plane(long rows, long padded, long sums) {
        for (int tap = 0; tap < taps; tap++) {
            for (int r = 0; r < outputRows; r++) {
                addDot(OW, rows + r * rowBytes, padded + im2col.offset(tap) + im2col.firstRow(r * OW) * im2col.rowBytes(), sums);
            }
            sums += Simd.BYTES;
        }
    }

    private static void addDot(int columns, long dy, long padded, long sum) {
        FloatVector s = load(sum);
        int i = 0;
        for (; i <= columns - Simd.LANES; i += Simd.LANES) {
            s = load(dy + i * FLOAT).fma(load(padded + i * FLOAT), s);
        }
        if (i < columns) {                                     // what follows the row must not count, not even if it is NaN
            VectorMask<Float> inside = Simd.F32.indexInRange(i, columns);
            s = load(dy + i * FLOAT).fma(FloatVector.zero(Simd.F32).blend(load(padded + i * FLOAT), inside), s);
        }
        store(sum, s);
    }
}
