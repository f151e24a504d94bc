package dev.gatun.onednn;

import dev.gatun.TensorType;
import dev.gatun.spi.Layout;

/**
 * How the positions of maxima lie that {@link Bf16MaxPool} has written: so that its gradient knows that each lies in its window.
 *
 * @param layout how they lie
 */
record WindowPositions(PixelRuns runs, Layout layout) implements Layout {
    @Override
    public long bytes(TensorType type) {
        return layout.bytes(type);
    }

    @Override
    public String label() {
        return layout.label();
    }

    @Override
    public String toString() {
        return label();
    }
}
