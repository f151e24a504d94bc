package dev.gatun.vector;

import dev.gatun.DType;
import dev.gatun.TensorType;
import dev.gatun.op.Pooling.MaxPool;
import java.util.List;
import java.util.Optional;

/** The largest element of each window, with the position of the first such; workers share the planes. See {@link PoolRows}, and {@link PoolKernel} without. */
final class MaxPoolIndexKernel implements FrameKernel {
    private final PoolGeometry geometry;
    private final int padded;
    private final int positions;
    private final Workers workers;

    private MaxPoolIndexKernel(PoolGeometry geometry, Workers workers) {
        this.geometry = geometry;
        this.padded = geometry.width().padded();
        this.positions = Math.ceilDiv(geometry.width().positions(), Simd.LANES) * Simd.LANES;
        this.workers = workers;
    }

    /** Returns a kernel, or empty if x is not of floats or has more than three spatial axes or more places than an int counts. */
    static Optional<MaxPoolIndexKernel> of(MaxPool op, TensorType x, List<TensorType> results, Workers workers) {
        if (x.dtype() != DType.F32 || op.window().spatialRank() > 3) {
            return Optional.empty();
        }
        PoolGeometry geometry = PoolGeometry.of(op.window(), x.shape().dims(), results.getFirst().shape().dims());
        return geometry.isCountable() ? Optional.of(new MaxPoolIndexKernel(geometry, workers)) : Optional.empty();
    }

    @Override
    public String name() {
        return "search of rows, then of neighbours";
    }

    @Override
    public int buffers() {
        return 3;
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

    /** A padded row, then the best of each place and its position. */
    private long workerBytes() {
        return Math.ceilDiv(4L * padded + 8L * positions, 64L) * 64;
    }

    @Override
    public void run(long frame, int worker, int of) {
        if (geometry.outputs() == 0) {
            return;
        }
        long row = scratch(frame) + workerBytes() * worker;
        long best = row + 4L * padded;
        long at = best + 4L * positions;
        PoolRows.fill(row, Float.NEGATIVE_INFINITY, padded);
        long to = Workers.share(geometry.planes(), worker + 1, of);
        for (long plane = Workers.share(geometry.planes(), worker, of); plane < to; plane++) {
            long x = address(frame, 0) + 4 * plane * geometry.inputs();
            for (int o = 0; o < geometry.outputRows(); o++) {
                long out = 4 * (plane * geometry.outputs() + (long) o * geometry.width().O());
                search(o, x, row, best, at);
                PoolRows.take(best, address(frame, 1) + out, geometry.width().S(), geometry.width().O());
                positions(o, at, address(frame, 2) + out);
            }
        }
    }

    /** Searches the rows one after the other, in row-major order, so that of equal elements the first stays. */
    private void search(int o, long x, long row, long best, long at) {
        PoolGeometry.Axis width = geometry.width();
        PoolRows.fill(best, Float.NEGATIVE_INFINITY, positions);
        for (int j = 0; j < positions; j++) {
            Native.putInt(at + 4L * j, -1);
        }
        for (int k = 0; k < geometry.rowTaps(); k++) {
            int r = geometry.row(o, k);
            if (r >= 0) {
                Native.copy(x + 4L * r * width.I(), row + 4L * width.P(), 4L * width.I());
                PoolRows.search(row, best, at, width.K(), width.D(), positions, r * width.I() - width.P());
            }
        }
    }

    /** Takes the positions of the windows; one in which nothing was larger than -∞ has the position of its first place. */
    private void positions(int o, long at, long y) {
        PoolGeometry.Axis width = geometry.width();
        for (int w = 0; w < width.O(); w++) {
            int position = Native.getInt(at + 4L * w * width.S());
            Native.putInt(y + 4L * w, position >= 0 ? position : firstPlace(o, w));
        }
    }

    private int firstPlace(int o, int w) {
        int k = geometry.width().firstTap(w);
        for (int r = 0; r < geometry.rowTaps() && k < geometry.width().K(); r++) {
            if (geometry.row(o, r) >= 0) {
                return geometry.row(o, r) * geometry.width().I() + geometry.width().place(w, k);
            }
        }
        return -1;
    }
}
