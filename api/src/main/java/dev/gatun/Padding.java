package dev.gatun;

import dev.gatun.op.Ints;
import dev.gatun.op.Movement;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Frames around a tensor. {@code before} and {@code after} give the width of the frame at each axis; a negative width cuts off. Any element type.
 * Source: ONNX Pad-21, NumPy's pad.
 */
public final class Padding {
    private Padding() {
    }

    /** What a frame repeats of the tensor, shown for [a, b, c, d] with a frame of 3. */
    public enum Mode {
        /** {@code d c b | a b c d | c b a}: mirrored at the outer elements, which are not repeated. */
        REFLECT,
        /** {@code c b a | a b c d | d c b}: mirrored at the border. */
        SYMMETRIC,
        /** {@code a a a | a b c d | d d d}: the outer elements. */
        EDGE,
        /** {@code b c d | a b c d | a b c}: as if laid side by side. */
        WRAP;

        /** Returns which of n elements stands at place {@code i}, which may be outside of 0 ... n - 1; a frame wider than n goes on the same way. */
        private int source(int i, int n) {
            return switch (this) {
                case EDGE -> Math.clamp(i, 0, n - 1);
                case WRAP -> Math.floorMod(i, n);
                case SYMMETRIC -> {
                    int at = (int) Math.floorMod((long) i, 2L * n);
                    yield Math.min(at, (int) (2L * n - 1 - at));
                }
                case REFLECT -> {
                    long period = Math.max(1, 2L * (n - 1));
                    long at = Math.floorMod((long) i, period);
                    yield (int) Math.min(at, period - at);
                }
            };
        }
    }

    /**
     * Returns x in a frame of {@code value}.
     *
     * @param before one width an axis
     * @param after one width an axis
     * @throws IllegalArgumentException if there is not one width an axis, or more is cut off than there is
     */
    public static Tensor constant(Tensor x, int[] before, int[] after, double value) {
        return constant(x, before, after, Tensor.scalar(x.dtype(), value));
    }

    /** Returns x in a frame of {@code value}, a scalar of x's type; see {@link #constant(Tensor, int[], int[], double)}. */
    public static Tensor constant(Tensor x, int[] before, int[] after, Tensor value) {
        check(x, before, after);
        Tensor inner = cut(x, before, after);
        int[] front = Arrays.stream(before).map(w -> Math.max(0, w)).toArray();
        int[] back = Arrays.stream(after).map(w -> Math.max(0, w)).toArray();
        return Tensor.record(new Movement.Pad(Ints.of(front), Ints.of(back), Ints.filled(x.rank(), 0)), inner, value).getFirst();
    }

    /**
     * Returns x in a frame that repeats x.
     *
     * @param before one width an axis
     * @param after one width an axis
     * @throws IllegalArgumentException if there is not one width an axis, more is cut off than there is, or an axis of size 0 has nothing to repeat
     */
    public static Tensor repeat(Tensor x, Mode mode, int[] before, int[] after) {
        check(x, before, after);
        Tensor y = cut(x, before, after);
        for (int axis = 0; axis < x.rank(); axis++) {
            int front = Math.max(0, before[axis]);
            int back = Math.max(0, after[axis]);
            if (front + back > 0) {
                y = repeat(y, mode, axis, front, back);
            }
        }
        return y;
    }

    private static Tensor repeat(Tensor x, Mode mode, int axis, int before, int after) {
        int n = x.dim(axis);
        if (n == 0) {
            throw new IllegalArgumentException("pad: axis " + axis + " of x" + x.shape() + " has no elements that a frame could repeat");
        }
        int[] source = IntStream.range(-before, n + after).map(i -> mode.source(i, n)).toArray();
        return x.gather(axis, Tensor.of(source));
    }

    /** Returns x without what negative widths cut off. */
    private static Tensor cut(Tensor x, int[] before, int[] after) {
        Tensor y = x;
        for (int axis = 0; axis < x.rank(); axis++) {
            int from = Math.max(0, -before[axis]);
            int to = x.dim(axis) - Math.max(0, -after[axis]);
            if (from > to) {
                throw new IllegalArgumentException("pad: widths " + before[axis] + " and " + after[axis] + " cut more off axis " + axis + " of x"
                        + x.shape() + " than there is");
            }
            if (from > 0 || to < x.dim(axis)) {
                y = y.slice(axis, from, to);
            }
        }
        return y;
    }

    private static void check(Tensor x, int[] before, int[] after) {
        if (before.length != x.rank() || after.length != x.rank()) {
            throw new IllegalArgumentException("pad: x" + x.shape() + " has " + x.rank() + " axes but there are " + before.length
                    + " widths before and " + after.length + " after");
        }
        for (int axis = 0; axis < x.rank(); axis++) {
            long size = (long) x.dim(axis) + before[axis] + after[axis];
            if (size > Integer.MAX_VALUE) {
                throw new IllegalArgumentException("pad: axis " + axis + " of the result would have " + size + " positions, more than an axis holds");
            }
        }
    }
}
