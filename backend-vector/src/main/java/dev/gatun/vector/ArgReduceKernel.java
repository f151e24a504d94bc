package dev.gatun.vector;

import static dev.gatun.vector.Native.getFloat;
import static dev.gatun.vector.Simd.LANES;
import static jdk.incubator.vector.VectorOperators.EQ;
import static jdk.incubator.vector.VectorOperators.IS_NAN;

import dev.gatun.DType;
import dev.gatun.TensorType;
import dev.gatun.op.Reduction.ArgReduce;
import java.util.Optional;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/**
 * The position of the largest or smallest element along an axis. Along the innermost axis the extremum is found first, then looked for; along another one
 * a tile of neighbouring lines is searched together.
 */
final class ArgReduceKernel implements FrameKernel {
    private static final int TILE = 256;

    private final ArgReduce op;
    private final Axis axis;
    private final long tiles;
    private final Workers workers;

    private ArgReduceKernel(ArgReduce op, Axis axis, Workers workers) {
        this.op = op;
        this.axis = axis;
        this.tiles = Math.ceilDiv(axis.inner(), (long) TILE);
        this.workers = workers;
    }

    /** Returns a kernel, or empty if {@code x} is not of floats. */
    static Optional<ArgReduceKernel> of(ArgReduce op, TensorType x, Workers workers) {
        return x.dtype() == DType.F32 ? Optional.of(new ArgReduceKernel(op, Axis.of(x.shape(), op.axis()), workers)) : Optional.empty();
    }

    @Override
    public String name() {
        return axis.inner() == 1 ? "extremum, then search" : "search of rows";
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
        return 4L * TILE * workers.threads();
    }

    @Override
    public void run(long frame, int worker, int of) {
        long units = axis.outer() * tiles;
        long to = Workers.share(units, worker + 1, of);
        for (long unit = Workers.share(units, worker, of); unit < to; unit++) {
            long from = unit % tiles * TILE;
            long outer = unit / tiles;
            long x = address(frame, 0) + 4 * (outer * axis.size() * axis.inner() + from);
            long y = address(frame, 1) + 8 * (outer * axis.inner() + from);
            if (axis.inner() == 1) {
                Native.putLong(y, op.lastIndex() ? last(x, extremum(x)) : first(x, extremum(x)));
            } else {
                tile(x, y, scratch(frame) + 4L * TILE * worker, (int) Math.min(TILE, axis.inner() - from));
            }
        }
    }

    /** The largest or smallest element; NaN if there is one. */
    private float extremum(long x) {
        return op.largest() ? Fold.max(x, axis.size()) : Fold.min(x, axis.size());
    }

    /** The first position of {@code value}, which is there. */
    private int first(long x, float value) {
        int i = 0;
        for (; i <= axis.size() - LANES; i += LANES) {
            VectorMask<Float> found = equal(Native.load(x + 4L * i), value);
            if (found.anyTrue()) {
                return i + found.firstTrue();
            }
        }
        while (!isEqual(getFloat(x + 4L * i), value)) {
            i++;
        }
        return i;
    }

    /** The last position of {@code value}, which is there. */
    private int last(long x, float value) {
        int i = axis.size();
        for (; i >= LANES; i -= LANES) {
            VectorMask<Float> found = equal(Native.load(x + 4L * (i - LANES)), value);
            if (found.anyTrue()) {
                return i - LANES + found.lastTrue();
            }
        }
        while (!isEqual(getFloat(x + 4L * (i - 1)), value)) {
            i--;
        }
        return i - 1;
    }

    /** Where {@code v} is the extremum: if that is NaN any NaN is it, if it is not there is none. */
    private static VectorMask<Float> equal(FloatVector v, float extremum) {
        return v.compare(EQ, extremum).or(v.test(IS_NAN));
    }

    private static boolean isEqual(float a, float b) {
        return a == b || Float.isNaN(a) && Float.isNaN(b);
    }

    /** Searches {@code n} neighbouring lines; {@code best} holds their extrema so far, {@code y} the positions. */
    private void tile(long x, long y, long best, int n) {
        Native.copy(x, best, 4L * n);
        Native.zero(y, 8L * n);
        for (int i = 1; i < axis.size(); i++) {
            long row = x + 4 * axis.inner() * i;
            for (int j = 0; j < n; j++) {
                float held = getFloat(best + 4L * j);
                float value = getFloat(row + 4L * j);
                boolean beats = Float.isNaN(value) ? !Float.isNaN(held) : op.largest() ? value > held : value < held;
                if (beats || op.lastIndex() && isEqual(value, held)) {
                    Native.putFloat(best + 4L * j, value);
                    Native.putLong(y + 8L * j, i);
                }
            }
        }
    }
}
