package dev.gatun.nn;

import dev.gatun.Tensor;

/** A module that maps one tensor to one tensor. */
public abstract class Layer extends Module {
    /** For subclasses. */
    protected Layer() {
    }

    /**
     * Records this layer's computation.
     *
     * @param pass what parameters stand for, and whether this is training
     * @throws IllegalArgumentException if {@code x} does not fit
     */
    public abstract Tensor forward(Tensor x, Pass pass);
}
