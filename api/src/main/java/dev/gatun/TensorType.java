package dev.gatun;

import java.util.Objects;

/** The element type and shape of a tensor: all that shape rules, plans and kernels know of it before it has a value. */
public record TensorType(DType dtype, Shape shape) {
    /** Twice what a process addresses. So sums over a plan's tensors, and layouts that fill up blocks of channels, are far from overflowing a long. */
    private static final long MOST_BYTES = 1L << 48;

    /** Checks the size. @throws IllegalArgumentException if the data would have more than 2<sup>48</sup> bytes */
    public TensorType {
        Objects.requireNonNull(dtype, "dtype");
        Objects.requireNonNull(shape, "shape");
        if (shape.elements() > MOST_BYTES / dtype.bytes()) {
            throw new IllegalArgumentException("tensor " + dtype.label() + shape + " has " + shape.elements() + " elements of " + dtype.bytes()
                    + " bytes, which no memory holds");
        }
    }

    /** Returns the type with the given element type and sizes. */
    public static TensorType of(DType dtype, int... dims) {
        return new TensorType(dtype, Shape.of(dims));
    }

    /** Returns the number of elements. */
    public long elements() {
        return shape.elements();
    }

    /** Returns the size in bytes of the row-major data. */
    public long bytes() {
        return shape.elements() * dtype.bytes();
    }

    /** Returns this type with another shape. */
    public TensorType with(Shape other) {
        return new TensorType(dtype, other);
    }

    /** Returns this type with another element type. */
    public TensorType with(DType other) {
        return new TensorType(other, shape);
    }

    /** Returns e.g. {@code f32[2, 3]}. */
    @Override
    public String toString() {
        return dtype.label() + shape;
    }
}
