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
record ArgReduceKernel(ArgReduce op, Axis axis, Workers workers) implements LineKernel {
    /** Returns a kernel, or empty if {@code x} is not of floats. */
    static Optional<ArgReduceKernel> of(ArgReduce op, TensorType x, Workers workers) {
        return x.dtype() == DType.F32 ? Optional.of(new ArgReduceKernel(op, Axis.of(x.shape(), op.axis()), workers)) : Optional.empty();
    }

    @Override
    public String name() {
        return axis.inner() == 1 ? "extremum, then search" : "search of rows";
    }

    @Override
    public int scratchBytesOfLine() {
        return Float.BYTES;
    }

    @Override
    public void walk(long frame, long from, long line, int lines, long scratch) {
        long x = address(frame, 0) + 4 * from;
        long y = address(frame, 1) + 8 * line;
        if (axis.inner() == 1) {
            Native.putLong(y, op.lastIndex() ? last(x, extremum(x)) : first(x, extremum(x)));
        } else {
            search(x, y, scratch, lines);
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
    private void search(long x, long y, long best, int n) {
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
