package dev.gatun.testkit;

import dev.gatun.Shape;
import dev.gatun.TensorType;
import dev.gatun.spi.Layout;
import java.lang.foreign.MemorySegment;

/** The layout of the double: channels innermost, {@code [N, spatial..., C]}. */
record ChannelsLast() implements Layout {
    @Override
    public long bytes(TensorType type) {
        return type.bytes();
    }

    @Override
    public String label() {
        return "nhwc";
    }

    /** Copies a tensor between this layout and the row-major one. @param toPlain the direction */
    static void reorder(TensorType type, MemorySegment from, MemorySegment to, boolean toPlain) {
        Shape s = type.shape();
        int c = s.dim(1);
        long spatial = s.elements(2, s.rank());
        int size = type.dtype().bytes();
        for (long n = 0; n < s.dim(0); n++) {
            for (long k = 0; k < c; k++) {
                for (long p = 0; p < spatial; p++) {
                    long plain = ((n * c + k) * spatial + p) * size;
                    long last = ((n * spatial + p) * c + k) * size;
                    MemorySegment.copy(from, toPlain ? last : plain, to, toPlain ? plain : last, size);
                }
            }
        }
    }
}
