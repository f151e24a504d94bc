package dev.gatun.vector;

import static dev.gatun.vector.Native.getFloat;
import static dev.gatun.vector.Native.load;
import static dev.gatun.vector.Native.putFloat;
import static dev.gatun.vector.Native.store;
import static dev.gatun.vector.Simd.F32;
import static dev.gatun.vector.Simd.LANES;
import static jdk.incubator.vector.VectorOperators.MAX;

import dev.gatun.DType;
import dev.gatun.TensorType;
import java.lang.invoke.MethodHandles;
import java.util.Optional;
import jdk.incubator.vector.FloatVector;

/**
 * Softmax and its logarithm along an axis: y = exp(x - max) / Σ exp(x - max), or x - max - ln Σ exp(x - max). A line of the innermost axis is walked along
 * chunk by chunk, and the loop of its exponentials finds the largest element of the next line too: so the processor waits for memory while it computes. Of
 * another axis some hundred neighbouring lines go together, row by row. Each pass is a loop over a block in the first-level cache.
 */
final class SoftmaxKernel implements FrameKernel {
    /** Elements of a block. */
    private static final int BLOCK = 512;
    /** Time of an element in additions. */
    private static final int COST = 8;

    private static final Loop EXPONENTIALS = Loop.withArea(MethodHandles.lookup(), "exponentialsLoop");
    // The area of that loop: the line's maximum, how far away the next line is, then the sum and the next maximum, lane by lane.
    private static final long NEXT = 8;
    private static final long SUM = 64;
    private static final long LARGEST = 128;
    private static final long AREA = 192;

    private final Axis axis;
    private final boolean log;
    private final long groups;
    private final Workers workers;

    private SoftmaxKernel(Axis axis, boolean log, Workers workers) {
        this.axis = axis;
        this.log = log;
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

    /** Of a worker: three blocks, then the area of the loop of exponentials. */
    private static long workerBytes() {
        return 3 * 4L * BLOCK + AREA;
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
            lines(address(frame, 0), address(frame, 1), from, to, scratch);
            return;
        }
        for (long unit = from; unit < to; unit++) {
            long first = unit % groups * BLOCK;
            long at = 4 * (unit / groups * axis.size() * axis.inner() + first);
            rows(address(frame, 0) + at, address(frame, 1) + at, (int) Math.min(BLOCK, axis.inner() - first), scratch);
        }
    }

    private void lines(long x, long y, long from, long to, long block) {
        int n = axis.size();
        float max = from < to ? Fold.max(x + 4L * n * from, n) : 0;
        for (long line = from; line < to; line++) {
            max = line(x + 4L * n * line, y + 4L * n * line, max, line + 1 < to ? 4L * n : 0, block);
        }
    }

    /**
     * Computes one line, block by block; what is less than a vector at its end goes through the worker's scratch memory.
     *
     * @param next how far away the next line is
     * @return the next line's largest element
     */
    private float line(long x, long y, float max, long next, long block) {
        int n = axis.size();
        int whole = n & -LANES;
        long area = block + 3 * 4L * BLOCK;
        putFloat(area, max);
        Native.putLong(area + NEXT, next);
        store(area + LARGEST, FloatVector.broadcast(F32, Float.NEGATIVE_INFINITY));
        double sum = 0;
        for (int from = 0; from < whole; from += BLOCK) {
            int count = Math.min(BLOCK, whole - from);
            EXPONENTIALS.run(x + 4L * from, log ? block : y + 4L * from, count, area);
            sum += FloatMath.sum(load(area + SUM));
        }
        float largest = load(area + LARGEST).reduceLanes(MAX);
        if (whole < n) {
            for (int i = whole; i < n; i++) {
                largest = Math.max(largest, getFloat(x + next + 4L * i));
            }
            subtract(x + 4L * whole, max, 0, block, n - whole);
            FloatUnary.exp(block, block, LANES);
            sum += Fold.sum(block, n - whole);
            if (!log) {
                Native.copy(block, y + 4L * whole, 4L * (n - whole));
            }
        }
        if (log) {
            subtract(x, max, (float) Math.log(sum), y, n);
        } else {
            multiply(y, (float) (1 / sum), n);
        }
        return largest;
    }

    /** y = exp(x - max), with the sum of y and the largest elements of the next line, lane by lane. */
    private static void exponentialsLoop(long x, long y, int n, long area) {
        FloatVector max = Native.broadcast(area);
        FloatVector sum = FloatVector.zero(F32);
        FloatVector largest = load(area + LARGEST);
        long next = x + Native.getLong(area + NEXT);
        for (int i = 0; i < n; i += LANES) {
            FloatVector v = FloatMath.expOfNegative(load(x + 4L * i).sub(max));
            largest = largest.max(load(next + 4L * i));
            sum = sum.add(v);
            store(y + 4L * i, v);
        }
        store(area + SUM, sum);
        store(area + LARGEST, largest);
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

    /** y = (x - a) - b. */
    private static void subtract(long x, float a, float b, long y, int n) {
        int i = 0;
        for (; i <= n - LANES; i += LANES) {
            store(y + 4L * i, load(x + 4L * i).sub(a).sub(b));
        }
        for (; i < n; i++) {
            putFloat(y + 4L * i, getFloat(x + 4L * i) - a - b);
        }
    }

    /** y = y · a. */
    private static void multiply(long y, float a, int n) {
        int i = 0;
        for (; i <= n - LANES; i += LANES) {
            store(y + 4L * i, load(y + 4L * i).mul(a));
        }
        for (; i < n; i++) {
            putFloat(y + 4L * i, getFloat(y + 4L * i) * a);
        }
    }
}
