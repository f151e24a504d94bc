package dev.gatun.vector.blocked;

import static dev.gatun.vector.Native.ALL;
import static dev.gatun.vector.Native.ORDER;
import static dev.gatun.vector.Simd.F32;
import static jdk.incubator.vector.FloatVector.broadcast;
import static jdk.incubator.vector.FloatVector.fromMemorySegment;

import dev.gatun.Shape;
import dev.gatun.op.Pooling;
import dev.gatun.spi.Kernel;
import dev.gatun.spi.KernelRequest;
import dev.gatun.spi.Layout;
import dev.gatun.vector.FrameKernel;
import dev.gatun.vector.Simd;
import dev.gatun.vector.WindowFold;
import dev.gatun.vector.Workers;
import java.util.List;
import java.util.Optional;

/**
 * The largest element, or the mean, of each window over one or two axes, a block of channels at a time: rows are folded, then the neighbours in a row with
 * neutral elements around it ({@link WindowFold}).
 */
final class BlockedPool implements FrameKernel {
    private final Pooling op;
    private final WindowFold fold;
    private final PoolPlaces heights;
    private final PoolPlaces widths;
    private final int[] rows;
    private final long rowBytes;
    private final long planes;
    private final boolean plainResult;
    private final Workers workers;

    private BlockedPool(Pooling op, WindowFold fold, Pooling.Divisor rule, Shape x, Workers workers) {
        this.op = op;
        this.fold = fold;
        this.workers = workers;
        int last = x.rank() - 3;
        heights = last == 0 ? PoolPlaces.NONE : PoolPlaces.of(op.window(), 0, x.dim(2), rule);
        widths = PoolPlaces.of(op.window(), last, x.dim(2 + last), rule);
        rows = heights.table();
        rowBytes = Math.max(widths.P() + widths.in(), (widths.out() - 1) * widths.S() + (widths.K() - 1) * widths.D() + 1) * Simd.BYTES;
        planes = (long) x.dim(0) * Panel.blocks(x.dim(1));
        plainResult = heights.out() == 1 && widths.out() == 1 && x.dim(1) % Simd.LANES == 0;
    }

    /** Returns the kernel for a pool over a blocked image, or empty if it has more axes, or for a gradient. */
    static Optional<Kernel> of(Pooling op, KernelRequest.Single request, Workers workers) {
        Shape x = request.inputs().getFirst().shape();
        if (!Blocked.suits(request.inputs().getFirst()) || op.window().spatialRank() > 2 || request.outputs().getFirst().elements() == 0) {
            return Optional.empty();
        }
        return switch (op) {
            case Pooling.MaxPool max when max.indices() -> Optional.of(new BlockedPoolIndex(max, x, workers));
            case Pooling.MaxPool _ -> Optional.of(new BlockedPool(op, WindowFold.LARGEST, Pooling.Divisor.ONE, x, workers));
            case Pooling.AvgPool avg -> Optional.of(new BlockedPool(op, WindowFold.SUM, avg.divisor(), x, workers));
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
        return List.of(plainResult ? Layout.PLAIN : Blocked.NATIVE);
    }

    @Override
    public int buffers() {
        return 2;
    }

    @Override
    public Workers workers() {
        return workers;
    }

    @Override
    public boolean isParallel() {
        return planes * heights.in() * widths.in() * Simd.LANES >= PARALLEL_ELEMENTS;
    }

    /** Of a worker: a row of neutral elements, and a folded row. */
    @Override
    public long scratchBytes() {
        return 2 * rowBytes * (isParallel() ? workers.threads() : 1);
    }

    @Override
    public void run(long frame, int worker, int of) {
        long nothing = scratch(frame) + 2 * rowBytes * worker;
        long folded = nothing + rowBytes;
        fold.clear(nothing, 2 * rowBytes);
        long imageRow = widths.in() * Simd.BYTES;
        long resultRow = widths.out() * Simd.BYTES;
        int taps = heights.K();
        long last = Workers.share(planes * heights.out(), worker + 1, of);
        for (long row = Workers.share(planes * heights.out(), worker, of); row < last; row++) {
            int oh = (int) (row % heights.out());
            long x = address(frame, 0) + row / heights.out() * heights.in() * imageRow;
            long y = address(frame, 1) + row * resultRow;
            fold.rows(rows, oh * taps, taps, x, imageRow, nothing, folded + widths.P() * Simd.BYTES, imageRow);
            fold.neighbours(folded, widths.K(), widths.D() * Simd.BYTES, widths.S() * Simd.BYTES, nothing, y, resultRow);
            if (fold == WindowFold.SUM) {
                divide(y, heights.divisor()[oh], widths.divisor());
            }
        }
    }

    private static void divide(long y, int rows, int[] columns) {
        for (int ow = 0; ow < columns.length; ow++) {
            long at = y + ow * Simd.BYTES;
            fromMemorySegment(F32, ALL, at, ORDER).div(broadcast(F32, (float) Math.max(1, rows * columns[ow]))).intoMemorySegment(ALL, at, ORDER);
        }
    }
}
