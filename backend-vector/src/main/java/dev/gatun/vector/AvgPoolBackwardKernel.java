package dev.gatun.vector;

import static dev.gatun.vector.Native.getFloat;
import static dev.gatun.vector.Native.putFloat;

import dev.gatun.DType;
import dev.gatun.TensorType;
import dev.gatun.op.Pooling;
import dev.gatun.op.Pooling.Divisor;
import java.util.Optional;

/**
 * The gradient of the mean of each window; workers share the planes. See {@link PoolRows}. What a window's sum was divided by is the product of two counts: of
 * its rows and of its columns.
 */
final class AvgPoolBackwardKernel implements FrameKernel {
    private final PoolGeometry geometry;
    private final Divisor divisor;
    private final int[] columns;
    private final int padded;
    private final Workers workers;

    private AvgPoolBackwardKernel(PoolGeometry geometry, Divisor divisor, Workers workers) {
        PoolGeometry.Axis width = geometry.width();
        this.geometry = geometry;
        this.divisor = divisor;
        this.columns = new int[width.O()];
        for (int o = 0; o < columns.length; o++) {
            columns[o] = width.count(o, divisor);
        }
        this.padded = width.padded();
        this.workers = workers;
    }

    /** Returns a kernel, or empty if dy is not of floats or has more than three spatial axes or more places than an int counts. */
    static Optional<AvgPoolBackwardKernel> of(Pooling.AvgPoolBackward op, TensorType dy, TensorType dx, Workers workers) {
        if (dy.dtype() != DType.F32 || op.window().spatialRank() > 3) {
            return Optional.empty();
        }
        PoolGeometry geometry = PoolGeometry.of(op.window(), dx.shape().dims(), dy.shape().dims());
        return geometry.isCountable() ? Optional.of(new AvgPoolBackwardKernel(geometry, op.divisor(), workers)) : Optional.empty();
    }

    @Override
    public String name() {
        return "spread over neighbours, then rows";
    }

    @Override
    public int buffers() {
        return 2;
    }

    @Override
    public Workers workers() {
        return workers;
    }

    @Override
    public boolean isParallel() {
        return geometry.planes() > 1 && geometry.planes() * geometry.inputs() >= PARALLEL_ELEMENTS;
    }

    @Override
    public long scratchBytes() {
        return workerBytes() * workers.threads();
    }

    private long workerBytes() {
        return Math.ceilDiv(4L * padded, 64L) * 64;
    }

    @Override
    public void run(long frame, int worker, int of) {
        long row = scratch(frame) + workerBytes() * worker;
        PoolRows.fill(row, 0, padded);
        long to = Workers.share(geometry.planes(), worker + 1, of);
        for (long plane = Workers.share(geometry.planes(), worker, of); plane < to; plane++) {
            long inputs = 4 * plane * geometry.inputs();
            long outputs = 4 * plane * geometry.outputs();
            spread(address(frame, 0) + outputs, address(frame, 1) + inputs, row);
        }
    }

    private void spread(long dy, long dx, long row) {
        PoolGeometry.Axis width = geometry.width();
        long inner = row + 4L * width.P();
        Native.zero(dx, 4 * geometry.inputs());
        for (int o = 0; o < geometry.outputRows(); o++) {
            Native.zero(row, 4L * padded);
            int rows = geometry.rowCount(o, divisor);
            for (int w = 0; w < width.O(); w++) {
                float share = getFloat(dy + 4 * ((long) o * width.O() + w)) / Math.max(1, rows * columns[w]);
                for (int k = 0; k < width.K(); k++) {
                    long at = row + 4L * (w * width.S() + k * width.D());
                    putFloat(at, getFloat(at) + share);
                }
            }
            for (int k = 0; k < geometry.rowTaps(); k++) {
                int r = geometry.row(o, k);
                if (r >= 0) {
                    PoolRows.add(dx + 4L * r * width.I(), inner, width.I());
                }
            }
        }
    }
}
