package dev.gatun.vector;

import static dev.gatun.vector.Native.FLOAT;
import static dev.gatun.vector.Native.broadcast;
import static dev.gatun.vector.Native.getLong;
import static dev.gatun.vector.Native.load;
import static dev.gatun.vector.Native.putLong;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/**
 * The convolution in which every output channel sees one input channel: {@link ConvForward} with G = IC. Too few terms for a matrix product: each
 * channel is padded once, then four rows of outputs at a time are summed tap by tap in registers.
 *
 * <p>Immutable; a call allocates nothing; the number of workers changes no bit.
 */
final class Depthwise {
    private static final long FRAME_BYTES = 64;

    private final ConvGeometry geometry;
    private final Epilogue epilogue;
    private final Im2col im2col;
    private final int taps;
    private final int multiplier;
    private final int OW;
    private final int outputRows;
    private final long tableBytes;
    private final Workers.FrameTask task = this::part;

    Depthwise(ConvGeometry geometry, Epilogue epilogue) {
        this.geometry = geometry;
        this.epilogue = epilogue;
        im2col = new Im2col(geometry);
        taps = geometry.taps();
        multiplier = geometry.OC() / geometry.G();
        OW = geometry.width().O();
        outputRows = geometry.depth().O() * geometry.height().O();
        tableBytes = (taps * 8L + 63) / 64 * 64;
    }

    /** Returns the bytes of workspace that {@link #run} needs with a pool of {@code threads}. */
    long workspaceBytes(int threads) {
        return FRAME_BYTES + tableBytes + threads * sliceBytes();
    }

    private long sliceBytes() {
        return (im2col.rows() * im2col.rowBytes() + Im2col.SLACK + 127) / 128 * 128;
    }

    /** Computes y; operands as {@link ConvForward#run} has them. */
    void run(long x, long w, long bias, long residual, long y, long workspace, Workers workers) {
        putLong(workspace, x);
        putLong(workspace + 8, w);
        putLong(workspace + 16, bias);
        putLong(workspace + 24, residual);
        putLong(workspace + 32, y);
        for (int tap = 0; tap < taps; tap++) {
            putLong(workspace + FRAME_BYTES + tap * 8L, im2col.offset(tap));
        }
        workers.run(task, workspace);
    }

    private void part(long frame, int worker, int workers) {
        long offsets = frame + FRAME_BYTES;
        long padded = offsets + tableBytes + worker * sliceBytes();
        long outputs = geometry.outputs();
        long channels = (long) geometry.N() * geometry.IC();
        long last = Workers.share(channels, worker + 1, workers);
        for (long channel = Workers.share(channels, worker, workers); channel < last; channel++) {
            im2col.pad(getLong(frame) + channel * geometry.inputs() * FLOAT, 1, 0, im2col.rows(), padded);
            for (int m = 0; m < multiplier; m++) {
                long oc = channel % geometry.IC() * multiplier + m;
                long image = (channel * multiplier + m) * outputs * FLOAT;
                long y = getLong(frame + 32) + image;
                plane(padded, getLong(frame + 8) + oc * taps * FLOAT, offsets, y);
                epilogue.apply(1, (int) outputs, y, 0, epilogue.biasAt(getLong(frame + 16), oc, 0), getLong(frame + 24) + image);
            }
        }
    }

    private void plane(long padded, long w, long offsets, long y) {
        for (int r = 0; r < outputRows; r += 4) {
            // Four rows share each weight; where fewer are left, the last is computed again.
            int r1 = Math.min(r + 1, outputRows - 1);
            int r2 = Math.min(r + 2, outputRows - 1);
            int r3 = Math.min(r + 3, outputRows - 1);
            rows4(OW, taps, w, offsets, row(padded, r), row(padded, r1), row(padded, r2), row(padded, r3),
                    out(y, r), out(y, r1), out(y, r2), out(y, r3));
        }
    }

    private long row(long padded, int r) {
        return padded + im2col.firstRow(r * OW) * im2col.rowBytes();
    }

    private long out(long y, int r) {
        return y + r * (long) OW * FLOAT;
    }

    private static void rows4(int columns, int taps, long w, long offsets, long x0, long x1, long x2, long x3, long y0, long y1, long y2, long y3) {
        for (int i = 0; i < columns; i += Simd.LANES) {
            VectorMask<Float> inside = Simd.F32.indexInRange(i, columns);
            long column = i * FLOAT;
            FloatVector s0 = FloatVector.zero(Simd.F32);
            FloatVector s1 = s0;
            FloatVector s2 = s0;
            FloatVector s3 = s0;
            for (int tap = 0; tap < taps; tap++) {
                FloatVector weight = broadcast(w + tap * FLOAT);
                long at = getLong(offsets + tap * 8L) + column;
                s0 = weight.fma(load(x0 + at), s0);
                s1 = weight.fma(load(x1 + at), s1);
                s2 = weight.fma(load(x2 + at), s2);
                s3 = weight.fma(load(x3 + at), s3);
            }
            s0.intoMemorySegment(Native.ALL, y0 + column, Native.ORDER, inside);
            s1.intoMemorySegment(Native.ALL, y1 + column, Native.ORDER, inside);
            s2.intoMemorySegment(Native.ALL, y2 + column, Native.ORDER, inside);
            s3.intoMemorySegment(Native.ALL, y3 + column, Native.ORDER, inside);
        }
    }
}
