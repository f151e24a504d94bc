package dev.gatun;

import java.util.Objects;

/** The element type and shape of a tensor: all that shape rules, plans and kernels know of it before it has a value. */
public record TensorType(DType dtype, Shape shape) {
    /** Checks that neither part is null. */
    public TensorType {
        Objects.requireNonNull(dtype, "dtype");
        Objects.requireNonNull(shape, "shape");
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
        return Math.multiplyExact(shape.elements(), (long) dtype.bytes());
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
