package dev.gatun.nn;

import dev.gatun.Tensor;

/** Joins all axes but the first to one: {@code [N, ...]} to {@code [N, ·]}. */
public final class Flatten extends Layer {
    /** Makes a layer. */
    public Flatten() {
    }

    @Override
    public Tensor forward(Tensor x, Pass pass) {
        return x.flatten(1);
    }
}
