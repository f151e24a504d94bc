package dev.gatun.vector;

import dev.gatun.Shape;

/**
 * One axis of a row-major tensor between the others: element (o, i, j) lies at (o·size + i)·inner + j.
 *
 * @param outer the product of the sizes before it
 * @param size its size
 * @param inner the product of the sizes behind it
 */
record Axis(long outer, int size, long inner) {
    static Axis of(Shape shape, int axis) {
        return new Axis(shape.elements(0, axis), shape.dim(axis), shape.elements(axis + 1, shape.rank()));
    }

    /** Returns the number of elements. */
    long elements() {
        return outer * size * inner;
    }
}
