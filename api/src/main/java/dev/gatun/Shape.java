package dev.gatun;

import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * The sizes of a tensor's axes, outermost first; data is row-major. A rank-0 shape is a scalar with one element; an axis may have size 0.
 *
 * <p>Each axis holds at most 2<sup>31</sup> - 1 positions, the whole tensor at most 2<sup>62</sup> elements; sizes of 0 are left out of that count, so
 * that no stride overflows either. Axes may be counted from the end: {@code dim(-1)} is the innermost.
 */
public final class Shape {
    /** The shape of a scalar. */
    public static final Shape SCALAR = new Shape(new int[0]);
    private static final long MOST_ELEMENTS = 1L << 62;

    private final int[] dims;
    private final long elements;

    private Shape(int[] dims) {
        this.dims = dims;
        long n = 1;
        boolean isEmpty = false;
        for (int d : dims) {
            if (d < 0) {
                throw new IllegalArgumentException("shape: sizes must not be negative, got " + Arrays.toString(dims));
            }
            if (d > MOST_ELEMENTS / n) {
                throw new IllegalArgumentException("shape: " + Arrays.toString(dims) + " has more than 2^62 elements, which no memory holds"
                        + (Arrays.stream(dims).anyMatch(size -> size == 0) ? " (the sizes of 0 left out)" : ""));
            }
            isEmpty |= d == 0;
            n *= Math.max(1, d);
        }
        this.elements = isEmpty ? 0 : n;
    }

    /**
     * Returns the shape with the given sizes.
     *
     * @throws IllegalArgumentException if a size is negative, or there are more than 2<sup>62</sup> elements
     */
    public static Shape of(int... dims) {
        return dims.length == 0 ? SCALAR : new Shape(dims.clone());
    }

    /** Returns the number of axes. */
    public int rank() {
        return dims.length;
    }

    /**
     * Returns the size of an axis.
     *
     * @param axis from {@code -rank} to {@code rank - 1}
     * @throws IllegalArgumentException if there is no such axis
     */
    public int dim(int axis) {
        return dims[axis(axis)];
    }

    /** Returns {@code axis} counted from the start. @throws IllegalArgumentException if there is no such axis */
    public int axis(int axis) {
        if (axis < -dims.length || axis >= dims.length) {
            throw new IllegalArgumentException("axis " + axis + " is outside of shape " + this + " with " + dims.length + " axes");
        }
        return axis < 0 ? axis + dims.length : axis;
    }

    /** Returns the product of all sizes, 1 for a scalar. */
    public long elements() {
        return elements;
    }

    /** Returns the product of the sizes of axes {@code from} (inclusive) to {@code to} (exclusive). */
    public long elements(int from, int to) {
        long n = 1;
        for (int i = from; i < to; i++) {
            n *= dims[i];
        }
        return n;
    }

    /** Returns a copy of the sizes. */
    public int[] dims() {
        return dims.clone();
    }

    /** Returns the sizes as a stream. */
    public IntStream stream() {
        return Arrays.stream(dims);
    }

    /** Returns the row-major strides in elements: the innermost is 1. */
    public long[] strides() {
        long[] strides = new long[dims.length];
        long n = 1;
        for (int i = dims.length - 1; i >= 0; i--) {
            strides[i] = n;
            n *= dims[i];
        }
        return strides;
    }

    /** Returns this shape with axis {@code axis} resized. */
    public Shape with(int axis, int size) {
        int[] d = dims.clone();
        d[axis(axis)] = size;
        return new Shape(d);
    }

    /** Returns this shape without axis {@code axis}. */
    public Shape without(int axis) {
        int drop = axis(axis);
        return Shape.of(IntStream.range(0, dims.length).filter(i -> i != drop).map(i -> dims[i]).toArray());
    }

    /** Returns this shape with an axis of {@code size} inserted before {@code axis} (0 to rank). @throws IllegalArgumentException if it is another */
    public Shape insert(int axis, int size) {
        if (axis < 0 || axis > dims.length) {
            throw new IllegalArgumentException("a new axis " + axis + " is outside of shape " + this + ", which can get one at 0 to " + dims.length);
        }
        int[] d = new int[dims.length + 1];
        System.arraycopy(dims, 0, d, 0, axis);
        d[axis] = size;
        System.arraycopy(dims, axis, d, axis + 1, dims.length - axis);
        return new Shape(d);
    }

    /** Returns axes {@code from} (inclusive) to {@code to} (exclusive) as a shape. */
    public Shape slice(int from, int to) {
        return Shape.of(Arrays.copyOfRange(dims, from, to));
    }

    /** Returns these axes followed by those of {@code inner}. */
    public Shape concat(Shape inner) {
        int[] d = Arrays.copyOf(dims, dims.length + inner.dims.length);
        System.arraycopy(inner.dims, 0, d, dims.length, inner.dims.length);
        return Shape.of(d);
    }

    /** Returns whether a tensor of this shape can be expanded to {@code target} by NumPy's rule: right-aligned, sizes equal or 1. */
    public boolean expandsTo(Shape target) {
        int lead = target.dims.length - dims.length;
        if (lead < 0) {
            return false;
        }
        for (int i = 0; i < dims.length; i++) {
            if (dims[i] != 1 && dims[i] != target.dims[lead + i]) {
                return false;
            }
        }
        return true;
    }

    /**
     * Returns the shape that {@code a} and {@code b} broadcast to (NumPy: right-aligned, each pair equal or one of them 1).
     *
     * @param op the op's name, for the message
     * @throws IllegalArgumentException if two sizes differ and neither is 1
     */
    public static Shape broadcast(String op, Shape a, Shape b) {
        if (a.equals(b)) {
            return a;
        }
        int rank = Math.max(a.rank(), b.rank());
        int[] d = new int[rank];
        for (int i = 1; i <= rank; i++) {
            int p = i <= a.rank() ? a.dims[a.rank() - i] : 1;
            int q = i <= b.rank() ? b.dims[b.rank() - i] : 1;
            if (p != q && p != 1 && q != 1) {
                throw new IllegalArgumentException(op + ": shapes " + a + " and " + b + " do not broadcast: axis " + -i + " has " + p + " and " + q
                        + " (sizes must be equal or 1)");
            }
            d[rank - i] = p == 1 ? q : p;
        }
        return new Shape(d);
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof Shape s && Arrays.equals(dims, s.dims);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(dims);
    }

    /** Returns the sizes in brackets, e.g. {@code [2, 3]}. */
    @Override
    public String toString() {
        return Arrays.toString(dims);
    }
}
