package dev.gatun.vector;

import static dev.gatun.vector.Native.load;
import static dev.gatun.vector.Native.store;
import static dev.gatun.vector.Simd.F32;
import static dev.gatun.vector.Simd.LANES;

import dev.gatun.DType;
import dev.gatun.TensorType;
import java.util.Optional;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/**
 * Softmax and its logarithm along an axis: y = exp(x - max) / Σ exp(x - max), or x - max - ln Σ exp(x - max). A line of the innermost axis is walked along,
 * in three passes that find it in the cache; lines of another axis are walked a vector of neighbours at a time.
 */
final class SoftmaxKernel implements FrameKernel {
    /** Elements whose exponentials are added in float before they join the double sum. */
    private static final int CHUNK = 512;
    /** Time of an element in additions. */
    private static final int COST = 8;

    private final Axis axis;
    private final boolean log;
    private final long groups;
    private final Workers workers;

    private SoftmaxKernel(Axis axis, boolean log, Workers workers) {
        this.axis = axis;
        this.log = log;
        this.groups = axis.inner() == 1 ? 1 : Math.ceilDiv(axis.inner(), (long) LANES);
        this.workers = workers;
    }

    /** Returns a kernel, or empty if {@code x} is not of floats. */
    static Optional<SoftmaxKernel> of(int axis, boolean log, TensorType x, Workers workers) {
        return x.dtype() == DType.F32 ? Optional.of(new SoftmaxKernel(Axis.of(x.shape(), axis), log, workers)) : Optional.empty();
    }

    @Override
    public String name() {
        return axis.inner() == 1 ? "softmax of lines" : "softmax of " + LANES + " neighbours";
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

    @Override
    public void run(long frame, int worker, int of) {
        if (axis.size() == 0) {
            return;
        }
        long units = axis.outer() * groups;
        long to = Workers.share(units, worker + 1, of);
        for (long unit = Workers.share(units, worker, of); unit < to; unit++) {
            long from = unit % groups * LANES;
            long at = 4 * (unit / groups * axis.size() * axis.inner() + from);
            if (axis.inner() == 1) {
                line(address(frame, 0) + at, address(frame, 1) + at, axis.size());
            } else if (log) {
                logNeighbours(address(frame, 0) + at, address(frame, 1) + at, 4 * axis.inner(), axis.size(), axis.inner() - from);
            } else {
                neighbours(address(frame, 0) + at, address(frame, 1) + at, 4 * axis.inner(), axis.size(), axis.inner() - from);
            }
        }
    }

    private void line(long x, long y, int n) {
        float max = Fold.max(x, n);
        double sum = 0;
        for (int from = 0; from < n; from += CHUNK) {
            int length = Math.min(CHUNK, n - from);
            sum += log ? sumExp(x + 4L * from, max, length) : exp(x + 4L * from, y + 4L * from, max, length);
        }
        if (log) {
            subtract(x, y, max, (float) Math.log(sum), n);
        } else {
            multiply(y, (float) (1 / sum), n);
        }
    }

    /** y = exp(x - max). @return Σ y */
    private static float exp(long x, long y, float max, int n) {
        FloatVector sum = FloatVector.zero(F32);
        int i = 0;
        for (; i <= n - LANES; i += LANES) {
            FloatVector e = FloatMath.exp(load(x + 4L * i).sub(max));
            store(y + 4L * i, e);
            sum = sum.add(e);
        }
        float total = FloatMath.sum(sum);
        if (i < n) {
            VectorMask<Float> mask = Tails.mask(n - i);
            FloatVector e = FloatMath.exp(Tails.load(x + 4L * i, mask).sub(max));
            Tails.store(y + 4L * i, e, mask);
            total += FloatMath.sum(FloatVector.zero(F32).blend(e, mask));
        }
        return total;
    }

    /** Returns Σ exp(x - max). */
    private static float sumExp(long x, float max, int n) {
        FloatVector sum = FloatVector.zero(F32);
        int i = 0;
        for (; i <= n - LANES; i += LANES) {
            sum = sum.add(FloatMath.exp(load(x + 4L * i).sub(max)));
        }
        float total = FloatMath.sum(sum);
        if (i < n) {
            VectorMask<Float> mask = Tails.mask(n - i);
            total += FloatMath.sum(FloatVector.zero(F32).blend(FloatMath.exp(Tails.load(x + 4L * i, mask).sub(max)), mask));
        }
        return total;
    }

    private static void multiply(long y, float factor, int n) {
        int i = 0;
        for (; i <= n - LANES; i += LANES) {
            store(y + 4L * i, load(y + 4L * i).mul(factor));
        }
        if (i < n) {
            VectorMask<Float> mask = Tails.mask(n - i);
            Tails.store(y + 4L * i, Tails.load(y + 4L * i, mask).mul(factor), mask);
        }
    }

    /** y = (x - a) - b. */
    private static void subtract(long x, long y, float a, float b, int n) {
        int i = 0;
        for (; i <= n - LANES; i += LANES) {
            store(y + 4L * i, load(x + 4L * i).sub(a).sub(b));
        }
        if (i < n) {
            VectorMask<Float> mask = Tails.mask(n - i);
            Tails.store(y + 4L * i, Tails.load(x + 4L * i, mask).sub(a).sub(b), mask);
        }
    }

    /** Lines in the lanes of a vector: {@code size} vectors, {@code step} bytes apart, of which the first {@code rest} lanes count. */
    private static void neighbours(long x, long y, long step, int size, long rest) {
        VectorMask<Float> mask = Tails.mask(rest);
        FloatVector max = Tails.load(x, mask);
        for (int i = 1; i < size; i++) {
            max = max.max(Tails.load(x + step * i, mask));
        }
        FloatVector sum = FloatVector.zero(F32);
        for (int i = 0; i < size; i++) {
            FloatVector e = FloatMath.exp(Tails.load(x + step * i, mask).sub(max));
            sum = sum.add(e);
            Tails.store(y + step * i, e, mask);
        }
        FloatVector factor = FloatVector.broadcast(F32, 1f).div(sum);
        for (int i = 0; i < size; i++) {
            Tails.store(y + step * i, Tails.load(y + step * i, mask).mul(factor), mask);
        }
    }

    private static void logNeighbours(long x, long y, long step, int size, long rest) {
        VectorMask<Float> mask = Tails.mask(rest);
        FloatVector max = Tails.load(x, mask);
        for (int i = 1; i < size; i++) {
            max = max.max(Tails.load(x + step * i, mask));
        }
        FloatVector sum = FloatVector.zero(F32);
        for (int i = 0; i < size; i++) {
            sum = sum.add(FloatMath.exp(Tails.load(x + step * i, mask).sub(max)));
        }
        FloatVector logSum = FloatMath.log(sum);
        for (int i = 0; i < size; i++) {
            Tails.store(y + step * i, Tails.load(x + step * i, mask).sub(max).sub(logSum), mask);
        }
    }
}
