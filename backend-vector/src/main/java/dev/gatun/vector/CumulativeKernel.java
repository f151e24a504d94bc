package dev.gatun.vector;

import dev.gatun.DType;
import dev.gatun.TensorType;
import dev.gatun.op.Reduction.Cumulative;
import java.util.Optional;

/**
 * Running sums and products along an axis, in double: a tile of neighbouring lines at a time, so that memory is read in order whichever axis it is.
 */
final class CumulativeKernel implements FrameKernel {
    /** Lines that go together: their doubles take 2 KiB. */
    private static final int TILE = 256;

    private final Cumulative op;
    private final Axis axis;
    private final long tiles;
    private final Workers workers;

    private CumulativeKernel(Cumulative op, Axis axis, Workers workers) {
        this.op = op;
        this.axis = axis;
        this.tiles = Math.ceilDiv(axis.inner(), (long) TILE);
        this.workers = workers;
    }

    /** Returns a kernel, or empty if {@code x} is not of floats. */
    static Optional<CumulativeKernel> of(Cumulative op, TensorType x, Workers workers) {
        return x.dtype() == DType.F32 ? Optional.of(new CumulativeKernel(op, Axis.of(x.shape(), op.axis()), workers)) : Optional.empty();
    }

    @Override
    public String name() {
        return "running fold of rows";
    }

    @Override
    public boolean inPlace(int operand, int result) {
        return true;
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
        return axis.elements() >= PARALLEL_ELEMENTS && axis.outer() * tiles > 1;
    }

    @Override
    public long scratchBytes() {
        return 8L * TILE * workers.threads();
    }

    @Override
    public void run(long frame, int worker, int of) {
        long units = axis.outer() * tiles;
        long to = Workers.share(units, worker + 1, of);
        for (long unit = Workers.share(units, worker, of); unit < to; unit++) {
            long from = unit % tiles * TILE;
            long at = 4 * (unit / tiles * axis.size() * axis.inner() + from);
            int n = (int) Math.min(TILE, axis.inner() - from);
            tile(address(frame, 0) + at, address(frame, 1) + at, scratch(frame) + 8L * TILE * worker, n);
        }
    }

    private void tile(long x, long y, long acc, int n) {
        for (int j = 0; j < n; j++) {
            Fold.putDouble(acc + 8L * j, Fold.identity(op.function()));
        }
        for (int i = 0; i < axis.size(); i++) {
            long row = 4 * axis.inner() * (op.reverse() ? axis.size() - 1 - i : i);
            for (int j = 0; j < n; j++) {
                double before = Fold.getDouble(acc + 8L * j);
                double after = Fold.of(op.function(), before, Native.getFloat(x + row + 4L * j));
                Native.putFloat(y + row + 4L * j, (float) (op.exclusive() ? before : after));
                Fold.putDouble(acc + 8L * j, after);
            }
        }
    }
}
