package dev.gatun.onednn;

import dev.gatun.TensorType;
import dev.gatun.op.Pooling;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;

/** The windows of a pool x -> y, one entry a spatial axis. */
record PoolShape(Pooling.Window window, TensorType x, TensorType y) {
    private static final int SPATIAL = 2;

    int in(int axis) {
        return x.shape().dim(SPATIAL + axis);
    }

    int out(int axis) {
        return y.shape().dim(SPATIAL + axis);
    }

    /** Returns where window {@code o} starts. */
    int start(int axis, int o) {
        return o * window.strides().get(axis) - window.padBefore().get(axis);
    }

    /** Returns the places behind x that the last window reaches; negative if it ends within x. */
    private int after(int axis) {
        return start(axis, out(axis) - 1) + window.kernel().get(axis) - in(axis);
    }

    /** Returns whether oneDNN has these windows: images, no dilation, and a place of x in each, else what it gives is undefined. */
    boolean isUsual() {
        return ImageFormat.isImage(x) && IntStream.range(0, window.spatialRank()).allMatch(i -> window.dilations().get(i) == 1
                && window.padBefore().get(i) < window.kernel().get(i) && start(i, out(i) - 1) < in(i));
    }

    /** Returns whether no window goes beyond the declared padding, as it does in ceil mode: there a mean divides by fewer places than oneDNN's. */
    boolean staysWithinPadding() {
        return IntStream.range(0, window.spatialRank()).allMatch(i -> after(i) <= window.padAfter().get(i));
    }

    /** The windows as arrays of native memory. @param dilates D - 1 */
    record Arrays(MemorySegment kernel, MemorySegment strides, MemorySegment dilates, MemorySegment before, MemorySegment after) { }

    Arrays arrays(Arena arena) {
        return new Arrays(array(arena, i -> window.kernel().get(i)), array(arena, i -> window.strides().get(i)), array(arena, _ -> 0),
                array(arena, i -> window.padBefore().get(i)), array(arena, this::after));
    }

    private MemorySegment array(Arena arena, IntUnaryOperator of) {
        return arena.allocateFrom(ValueLayout.JAVA_LONG, IntStream.range(0, window.spatialRank()).map(of).asLongStream().toArray());
    }
}
