package dev.gatun.models.data;

import dev.gatun.Tensor;

/**
 * Some examples, as a network takes them. Closing gives the memory of both tensors back.
 *
 * @param x inputs {@code [n, ...]}
 * @param labels the class of each, {@code [n]} I64
 */
public record Batch(Tensor x, Tensor labels) implements AutoCloseable {
    /** Returns n. */
    public int size() {
        return labels.dim(0);
    }

    @Override
    public void close() {
        x.close();
        labels.close();
    }
}
