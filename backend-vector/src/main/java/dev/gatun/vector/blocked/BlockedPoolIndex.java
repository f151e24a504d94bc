package dev.gatun.vector.blocked;

import static dev.gatun.vector.Native.ALL;
import static dev.gatun.vector.Native.ORDER;
import static dev.gatun.vector.Simd.F32;
import static jdk.incubator.vector.FloatVector.broadcast;
import static jdk.incubator.vector.FloatVector.fromMemorySegment;

import dev.gatun.Shape;
import dev.gatun.op.Pooling;
import dev.gatun.spi.Layout;
import dev.gatun.vector.FrameKernel;
import dev.gatun.vector.Simd;
import dev.gatun.vector.Workers;
import java.util.List;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/**
 * The largest element of each window with its position, over one or two axes, a block of channels at a time. Only places inside of the image are read: which
 * of the window's rows and columns those are is in a table.
 */
final class BlockedPoolIndex implements FrameKernel {
    private final Pooling.MaxPool op;
    private final PoolPlaces heights;
    private final PoolPlaces widths;
    private final long planes;
    private final boolean plainResult;
    private final Workers workers;

    BlockedPoolIndex(Pooling.MaxPool op, Shape x, Workers workers) {
        this.op = op;
        this.workers = workers;
        int last = x.rank() - 3;
        heights = last == 0 ? PoolPlaces.NONE : PoolPlaces.of(op.window(), 0, x.dim(2), Pooling.Divisor.ONE);
        widths = PoolPlaces.of(op.window(), last, x.dim(2 + last), Pooling.Divisor.ONE);
        planes = (long) x.dim(0) * Panel.blocks(x.dim(1));
        plainResult = heights.out() == 1 && widths.out() == 1 && x.dim(1) % Simd.LANES == 0;
    }

    @Override
    public String name() {
        return op.name().replace('_', ' ') + ", blocks of " + Simd.LANES;
    }

    @Override
    public List<Layout> inputLayouts() {
        return List.of(Blocked.NATIVE);
    }

    /** The two layouts of one pixel are the same, if all blocks are full: then no reorder need follow. */
    @Override
    public List<Layout> outputLayouts() {
        Layout layout = plainResult ? Layout.PLAIN : Blocked.NATIVE;
        return List.of(layout, layout);
    }

    @Override
    public int buffers() {
        return 3;
    }

    @Override
    public Workers workers() {
        return workers;
    }

    @Override
    public boolean isParallel() {
        return planes * heights.in() * widths.in() * Simd.LANES >= PARALLEL_ELEMENTS;
    }

    @Override
    public void run(long frame, int worker, int of) {
        long rows = planes * heights.out();
        long last = Workers.share(rows, worker + 1, of);
        for (long row = Workers.share(rows, worker, of); row < last; row++) {
            long src = address(frame, 0) + row / heights.out() * heights.in() * (widths.in() * Simd.BYTES);
            long to = row * widths.out() * Simd.BYTES;
            maxAt(src, address(frame, 1) + to, address(frame, 2) + to, (int) (row % heights.out()));
        }
    }

    /** Positions are those of the first largest element, or NaN; that of an empty window is -1. */
    private void maxAt(long src, long dst, long positions, int oh) {
        long rowBytes = widths.in() * Simd.BYTES;
        for (int ow = 0; ow < widths.from().length; ow++) {
            FloatVector largest = broadcast(F32, Float.NEGATIVE_INFINITY);
            int end = widths.to()[ow];
            boolean isEmpty = heights.from()[oh] >= heights.to()[oh] || widths.from()[ow] >= end;
            int first = isEmpty ? -1 : heights.from()[oh] * widths.in() + widths.from()[ow];
            FloatVector position = broadcast(F32, Float.intBitsToFloat(first));       // bits of integers: only moved
            for (int ih = heights.from()[oh]; ih < heights.to()[oh]; ih += heights.D()) {
                for (int iw = widths.from()[ow]; iw < end; iw += widths.D()) {
                    FloatVector x = fromMemorySegment(F32, ALL, src + ih * rowBytes + iw * Simd.BYTES, ORDER);
                    FloatVector here = broadcast(F32, Float.intBitsToFloat(ih * widths.in() + iw));
                    // The largest so far is a number, but not at least as large: x is larger, or NaN.
                    VectorMask<Float> larger = largest.compare(VectorOperators.GE, x).not().and(largest.compare(VectorOperators.EQ, largest));
                    largest = largest.blend(x, larger);
                    position = position.blend(here, larger);
                }
            }
            largest.intoMemorySegment(ALL, dst + ow * Simd.BYTES, ORDER);
            position.intoMemorySegment(ALL, positions + ow * Simd.BYTES, ORDER);
        }
    }
}
