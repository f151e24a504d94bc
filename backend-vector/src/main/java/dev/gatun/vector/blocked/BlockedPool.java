package dev.gatun.vector.blocked;

import static dev.gatun.vector.Native.ALL;
import static dev.gatun.vector.Native.ORDER;
import static dev.gatun.vector.Simd.F32;
import static jdk.incubator.vector.FloatVector.broadcast;
import static jdk.incubator.vector.FloatVector.fromMemorySegment;

import dev.gatun.Shape;
import dev.gatun.op.Ints;
import dev.gatun.op.Pooling;
import dev.gatun.spi.Kernel;
import dev.gatun.spi.KernelRequest;
import dev.gatun.spi.Layout;
import dev.gatun.vector.FrameKernel;
import dev.gatun.vector.Simd;
import dev.gatun.vector.Workers;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/**
 * The largest, perhaps with its position, or the mean, of each window over one or two axes, a block of channels at a time. Only places inside of the image
 * are read: which of the window's rows and columns those are is in a table.
 */
final class BlockedPool implements FrameKernel {
    private final Pooling op;
    private final PoolPlaces heights;
    private final PoolPlaces widths;
    private final long planes;
    private final boolean plainResult;
    private final boolean indices;
    private final Workers workers;

    private BlockedPool(Pooling op, Pooling.Divisor rule, Shape x, Workers workers) {
        this.op = op;
        this.workers = workers;
        int last = x.rank() - 3;
        heights = last == 0 ? PoolPlaces.NONE : PoolPlaces.of(op.window(), 0, x.dim(2), rule);
        widths = PoolPlaces.of(op.window(), last, x.dim(2 + last), rule);
        indices = op instanceof Pooling.MaxPool max && max.indices();
        planes = (long) x.dim(0) * Panel.blocks(x.dim(1));
        plainResult = heights.out() == 1 && widths.out() == 1 && x.dim(1) % Simd.LANES == 0;
    }

    /** Returns the kernel for a pool over a blocked image, or empty if it has more axes, or for a gradient. */
    static Optional<Kernel> of(Pooling op, KernelRequest.Single request, Workers workers) {
        Shape x = request.inputs().getFirst().shape();
        Ints kernel = op.window().kernel();
        if (!Blocked.suits(request.inputs().getFirst()) || kernel.size() > 2 || request.outputs().getFirst().elements() == 0) {
            return Optional.empty();
        }
        return switch (op) {
            case Pooling.MaxPool _ -> Optional.of(new BlockedPool(op, Pooling.Divisor.ONE, x, workers));
            case Pooling.AvgPool avg -> Optional.of(new BlockedPool(op, avg.divisor(), x, workers));
            case Pooling.MaxPoolBackward _, Pooling.AvgPoolBackward _ -> Optional.empty();
        };
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
        return Collections.nCopies(indices ? 2 : 1, plainResult ? Layout.PLAIN : Blocked.NATIVE);
    }

    @Override
    public int buffers() {
        return indices ? 3 : 2;
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
            long dst = address(frame, 1) + row * widths.out() * Simd.BYTES;
            int oh = (int) (row % heights.out());
            if (indices) {
                maxAt(src, dst, address(frame, 2) + row * widths.out() * Simd.BYTES, oh);
            } else if (op instanceof Pooling.MaxPool) {
                max(src, dst, oh);
            } else {
                mean(src, dst, oh);
            }
        }
    }

    private void max(long src, long dst, int oh) {
        long rowBytes = widths.in() * Simd.BYTES;
        for (int ow = 0; ow < widths.from().length; ow++) {
            FloatVector largest = broadcast(F32, Float.NEGATIVE_INFINITY);
            int end = widths.to()[ow];
            for (int ih = heights.from()[oh]; ih < heights.to()[oh]; ih += heights.step()) {
                for (int iw = widths.from()[ow]; iw < end; iw += widths.step()) {
                    largest = largest.max(fromMemorySegment(F32, ALL, src + ih * rowBytes + iw * Simd.BYTES, ORDER));
                }
            }
            largest.intoMemorySegment(ALL, dst + ow * Simd.BYTES, ORDER);
        }
    }

    /** The same with the position of the first largest element, or NaN; that of an empty window is -1. */
    private void maxAt(long src, long dst, long positions, int oh) {
        long rowBytes = widths.in() * Simd.BYTES;
        for (int ow = 0; ow < widths.from().length; ow++) {
            FloatVector largest = broadcast(F32, Float.NEGATIVE_INFINITY);
            int end = widths.to()[ow];
            boolean isEmpty = heights.from()[oh] >= heights.to()[oh] || widths.from()[ow] >= end;
            int first = isEmpty ? -1 : heights.from()[oh] * widths.in() + widths.from()[ow];
            FloatVector position = broadcast(F32, Float.intBitsToFloat(first));       // bits of integers: only moved
            for (int ih = heights.from()[oh]; ih < heights.to()[oh]; ih += heights.step()) {
                for (int iw = widths.from()[ow]; iw < end; iw += widths.step()) {
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

    private void mean(long src, long dst, int oh) {
        long rowBytes = widths.in() * Simd.BYTES;
        for (int ow = 0; ow < widths.from().length; ow++) {
            FloatVector sum = FloatVector.zero(F32);
            int end = widths.to()[ow];
            for (int ih = heights.from()[oh]; ih < heights.to()[oh]; ih += heights.step()) {
                for (int iw = widths.from()[ow]; iw < end; iw += widths.step()) {
                    sum = sum.add(fromMemorySegment(F32, ALL, src + ih * rowBytes + iw * Simd.BYTES, ORDER));
                }
            }
            sum.div((float) Math.max(1, heights.divisor()[oh] * widths.divisor()[ow])).intoMemorySegment(ALL, dst + ow * Simd.BYTES, ORDER);
        }
    }
}
