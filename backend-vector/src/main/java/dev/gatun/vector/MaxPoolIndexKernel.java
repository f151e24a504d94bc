package dev.gatun.vector;

import dev.gatun.DType;
import dev.gatun.TensorType;
import dev.gatun.op.Pooling.MaxPool;
import java.util.List;
import java.util.Optional;

/** The largest element of each window, with the position of the first such; workers share the planes. See {@link PoolRows}, and {@link PoolKernel} without. */
final class MaxPoolIndexKernel implements FrameKernel {
    /** The bits of position -1: only moved. */
    private static final float NO_POSITION = Float.intBitsToFloat(-1);

    /** Places of a plane whose best and positions the first-level cache holds. */
    private static final int MOST_PLACES = 4096;

    private final PoolGeometry geometry;
    private final int padded;
    private final int positions;
    private final int places;
    private final Workers workers;

    private MaxPoolIndexKernel(PoolGeometry geometry, Workers workers) {
        this.geometry = geometry;
        this.padded = geometry.width().padded();
        this.positions = whole(geometry.width().positions());
        this.places = isSmall(geometry) ? whole((geometry.height().positions() - 1) * geometry.width().I() + geometry.width().positions()) : 0;
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

    /** Returns whether windows lie inside of planes so small that searching where no window begins costs less than going row by row. */
    private static boolean isSmall(PoolGeometry g) {
        return g.inputs() <= MOST_PLACES && g.depth().equals(PoolGeometry.Axis.NONE) && g.height().S() <= 2
                && g.height().border().length + g.width().border().length == 0;
    }

    private static int whole(int floats) {
        return Math.ceilDiv(floats, Simd.LANES) * Simd.LANES;
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

    /** A padded row, or the results of a plane; then the best of each place and its position; and what {@link PoolRows#takeRows} reads behind. */
    private long workerBytes() {
        return Math.ceilDiv(rowBytes() + 8L * Math.max(positions, places) + 2 * Simd.BYTES, 128L) * 128;
    }

    private long rowBytes() {
        return Math.max(4L * padded, places == 0 ? 0 : 4L * whole((int) geometry.outputs()) + Simd.BYTES);
    }

    @Override
    public void run(long frame, int worker, int of) {
        if (geometry.outputs() == 0) {
            return;
        }
        long row = scratch(frame) + workerBytes() * worker;
        long best = row + rowBytes();
        long at = best + 4L * Math.max(positions, places);
        PoolRows.fill(row, Float.NEGATIVE_INFINITY, padded);
        long to = Workers.share(geometry.planes(), worker + 1, of);
        for (long plane = Workers.share(geometry.planes(), worker, of); plane < to; plane++) {
            long x = address(frame, 0) + 4 * plane * geometry.inputs();
            long out = plane * geometry.outputs();
            if (places > 0 && (geometry.planes() - 1 - plane) * geometry.inputs() >= Simd.LANES) {
                searchPlane(x, row, best, at, address(frame, 1) + 4 * out, address(frame, 2) + 4 * out);
                continue;
            }
            for (int o = 0; o < geometry.outputRows(); o++) {
                search(o, x, row, best, at);
                PoolRows.take(best, address(frame, 1) + 4 * out, geometry.width().S(), geometry.width().O());
                positions(o, at, address(frame, 2) + 4 * out);
                out += geometry.width().O();
            }
        }
    }

    /**
     * Searches at every place of a plane, as if it were one row: its last vector reads what is behind the plane, and there is something. The padded row
     * holds the results for a while: no window sees padding.
     */
    private void searchPlane(long x, long row, long best, long at, long y, long place) {
        PoolGeometry.Axis height = geometry.height();
        PoolGeometry.Axis width = geometry.width();
        PoolRows.begin(x, best, at, places);
        for (int k = 0; k < height.K(); k++) {
            int first = k * height.D() * width.I();
            PoolRows.search(x + 4L * first, best, at, width.K(), width.D(), places, first);
        }
        long step = 4L * height.S() * width.I();
        PoolRows.takeRows(best, step, height.O(), width.S(), width.O(), row);
        Native.copy(row, y, 4 * geometry.outputs());
        PoolRows.takeRows(at, step, height.O(), width.S(), width.O(), row);
        Native.copy(row, place, 4 * geometry.outputs());
    }

    /** Searches the rows one after the other, in row-major order, so that of equal elements the first stays. */
    private void search(int o, long x, long row, long best, long at) {
        PoolGeometry.Axis width = geometry.width();
        PoolRows.fill(best, Float.NEGATIVE_INFINITY, positions);
        PoolRows.fill(at, NO_POSITION, positions);
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
