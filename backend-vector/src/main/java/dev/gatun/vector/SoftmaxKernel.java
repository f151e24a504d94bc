package dev.gatun.vector;

import static dev.gatun.vector.Simd.LANES;

import dev.gatun.DType;
import dev.gatun.TensorType;
import java.util.Optional;

/**
 * Softmax and its logarithm along an axis: y = exp(x - max) / Σ exp(x - max), or x - max - ln Σ exp(x - max). Along the innermost axis {@link SoftmaxLines}
 * does it. Of another axis some hundred neighbouring lines go together, row by row: each pass is a loop over a block in the first-level cache.
 */
final class SoftmaxKernel implements FrameKernel {
    /** Elements of a block. */
    private static final int BLOCK = 512;
    /** Time of an element in additions. */
    private static final int COST = 8;

    private final Axis axis;
    private final boolean log;
    private final SoftmaxLines lines;
    private final long groups;
    private final Workers workers;

    private SoftmaxKernel(Axis axis, boolean log, Workers workers) {
        this.axis = axis;
        this.log = log;
        this.lines = new SoftmaxLines(axis.size(), log);
        this.groups = Math.ceilDiv(axis.inner(), (long) BLOCK);
        this.workers = workers;
    }

    /** Returns a kernel, or empty if {@code x} is not of floats. */
    static Optional<SoftmaxKernel> of(int axis, boolean log, TensorType x, Workers workers) {
        return x.dtype() == DType.F32 ? Optional.of(new SoftmaxKernel(Axis.of(x.shape(), axis), log, workers)) : Optional.empty();
    }

    @Override
    public String name() {
        return axis.inner() == 1 ? "softmax of lines" : "softmax of neighbouring lines";
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
        return COST * axis.elements() >= PARALLEL_ELEMENTS && axis.outer() * groups > 1;
    }

    /** Of a worker: what lines need, or three blocks. */
    private long workerBytes() {
        return axis.inner() == 1 ? lines.scratchBytes() : 3 * 4L * BLOCK;
    }

    @Override
    public long scratchBytes() {
        return workerBytes() * workers.threads();
    }

    @Override
    public void run(long frame, int worker, int of) {
        if (axis.size() == 0) {
            return;
        }
        long scratch = scratch(frame) + workerBytes() * worker;
        long units = axis.outer() * groups;
        long from = Workers.share(units, worker, of);
        long to = Workers.share(units, worker + 1, of);
        if (axis.inner() == 1) {
            long at = 4L * from * axis.size();
            lines.run(address(frame, 0) + at, address(frame, 1) + at, to - from, scratch);
            return;
        }
        for (long unit = from; unit < to; unit++) {
            long first = unit % groups * BLOCK;
            long at = 4 * (unit / groups * axis.size() * axis.inner() + first);
            rows(address(frame, 0) + at, address(frame, 1) + at, (int) Math.min(BLOCK, axis.inner() - first), scratch);
        }
    }

    /** {@code n} neighbouring lines: of each row the exponentials are taken in a block, beside those of the maxima and the sums. */
    private void rows(long x, long y, int n, long block) {
        long step = 4 * axis.inner();
        long max = block + 4L * BLOCK;
        long sum = max + 4L * BLOCK;
        Native.copy(x, max, 4L * n);
        for (int i = 1; i < axis.size(); i++) {
            PoolRows.max(max, x + step * i, n);
        }
        PoolRows.fill(sum, 0, lanes(n));
        for (int i = 0; i < axis.size(); i++) {
            Native.copy(x + step * i, block, 4L * n);
            FloatBinary.sub(block, max, block, lanes(n));
            FloatUnary.exp(block, block, lanes(n));
            PoolRows.add(sum, block, n);
            if (!log) {
                Native.copy(block, y + step * i, 4L * n);
            }
        }
        if (log) {
            FloatUnary.log(sum, sum, lanes(n));
        }
        for (int i = 0; i < axis.size(); i++) {
            Native.copy((log ? x : y) + step * i, block, 4L * n);
            if (log) {
                FloatBinary.sub(block, max, block, lanes(n));
                FloatBinary.sub(block, sum, block, lanes(n));
            } else {
                FloatBinary.div(block, sum, block, lanes(n));
            }
            Native.copy(block, y + step * i, 4L * n);
        }
    }

    /** Rounds up to whole vectors. */
    private static int lanes(int n) {
        return n + LANES - 1 & -LANES;
    }
}
