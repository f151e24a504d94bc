package dev.gatun.nn;

import dev.gatun.Tensor;
import dev.gatun.TensorType;
import dev.gatun.random.RandomStream;

/** Draws the first value of a parameter. It must depend on nothing but its arguments, so that a seed gives the same network everywhere. */
@FunctionalInterface
public interface Initializer {
    /** Returns a value of {@code type}. @param random the parameter's own random numbers */
    Tensor draw(TensorType type, RandomStream random);
}
