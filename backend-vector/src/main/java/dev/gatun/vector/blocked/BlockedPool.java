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
import java.util.List;
import java.util.Optional;
import jdk.incubator.vector.FloatVector;

/**
 * The largest, or the mean, of each window over one or two axes, a block of channels at a time. Only places inside of the image are read: which of the
 * window's rows and columns those are is in a table.
 */
final class BlockedPool implements FrameKernel {
    private final Pooling op;
    private final Places heights;
    private final Places widths;
    private final long planes;
    private final boolean plainResult;
    private final Workers workers;

    /**
     * The windows along one axis.
     *
     * @param in size of the image
     * @param from for each window the first place that is inside
     * @param to for each window where those inside end
     * @param step D, from place to place
     * @param divisor for each window the number of places that count
     */
    private record Places(int in, int[] from, int[] to, int step, int[] divisor) {
        static final Places NONE = new Places(1, new int[] {0}, new int[] {1}, 1, new int[] {1});

        static Places of(Pooling.Window w, int axis, int in, Pooling.Divisor rule) {
            int out = w.out(axis, in);
            int D = w.dilations().get(axis);
            int[] from = new int[out];
            int[] to = new int[out];
            int[] divisor = new int[out];
            for (int o = 0; o < out; o++) {
                int start = o * w.strides().get(axis) - w.padBefore().get(axis);
                int end = start + D * (w.kernel().get(axis) - 1) + 1;
                from[o] = start >= 0 ? start : Math.ceilDiv(-start, D) * D + start;
                to[o] = Math.min(end, in);
                divisor[o] = switch (rule) {
                    case VALID -> count(from[o], to[o], D);
                    case PADDED -> count(start, Math.min(end, in + w.padAfter().get(axis)), D);
                    case ONE -> 1;
                };
            }
            return new Places(in, from, to, D, divisor);
        }

        private static int count(int from, int to, int step) {
            return Math.max(0, Math.ceilDiv(to - from, step));
        }

        int out() {
            return from.length;
        }
    }

    private BlockedPool(Pooling op, Pooling.Divisor rule, Shape x, Workers workers) {
        this.op = op;
        this.workers = workers;
        int last = x.rank() - 3;
        heights = last == 0 ? Places.NONE : Places.of(op.window(), 0, x.dim(2), rule);
        widths = Places.of(op.window(), last, x.dim(2 + last), rule);
        planes = (long) x.dim(0) * Panel.blocks(x.dim(1));
        plainResult = heights.out() == 1 && widths.out() == 1 && x.dim(1) % Simd.LANES == 0;
    }

    /** Returns the kernel for a pool over a blocked image, or empty if it has more axes or wants indices. */
    static Optional<Kernel> of(Pooling op, KernelRequest.Single request, Workers workers) {
        Shape x = request.inputs().getFirst().shape();
        Ints kernel = op.window().kernel();
        if (!Blocked.suits(request.inputs().getFirst()) || kernel.size() > 2 || request.outputs().getFirst().elements() == 0) {
            return Optional.empty();
        }
        return switch (op) {
            case Pooling.MaxPool max when !max.indices() -> Optional.of(new BlockedPool(op, Pooling.Divisor.ONE, x, workers));
            case Pooling.AvgPool avg -> Optional.of(new BlockedPool(op, avg.divisor(), x, workers));
            case Pooling.MaxPool _, Pooling.MaxPoolBackward _, Pooling.AvgPoolBackward _ -> Optional.empty();
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
        return planes * heights.in * widths.in * Simd.LANES >= PARALLEL_ELEMENTS;
    }

    @Override
    public void run(long frame, int worker, int of) {
        long rows = planes * heights.out();
        long last = Workers.share(rows, worker + 1, of);
        for (long row = Workers.share(rows, worker, of); row < last; row++) {
            long src = address(frame, 0) + row / heights.out() * heights.in * (widths.in * Simd.BYTES);
            long dst = address(frame, 1) + row * widths.out() * Simd.BYTES;
            int oh = (int) (row % heights.out());
            if (op instanceof Pooling.MaxPool) {
                max(src, dst, oh);
            } else {
                mean(src, dst, oh);
            }
        }
    }

    private void max(long src, long dst, int oh) {
        long rowBytes = widths.in * Simd.BYTES;
        for (int ow = 0; ow < widths.from.length; ow++) {
            FloatVector largest = broadcast(F32, Float.NEGATIVE_INFINITY);
            int end = widths.to[ow];
            for (int ih = heights.from[oh]; ih < heights.to[oh]; ih += heights.step) {
                for (int iw = widths.from[ow]; iw < end; iw += widths.step) {
                    largest = largest.max(fromMemorySegment(F32, ALL, src + ih * rowBytes + iw * Simd.BYTES, ORDER));
                }
            }
            largest.intoMemorySegment(ALL, dst + ow * Simd.BYTES, ORDER);
        }
    }

    private void mean(long src, long dst, int oh) {
        long rowBytes = widths.in * Simd.BYTES;
        for (int ow = 0; ow < widths.from.length; ow++) {
            FloatVector sum = FloatVector.zero(F32);
            int end = widths.to[ow];
            for (int ih = heights.from[oh]; ih < heights.to[oh]; ih += heights.step) {
                for (int iw = widths.from[ow]; iw < end; iw += widths.step) {
                    sum = sum.add(fromMemorySegment(F32, ALL, src + ih * rowBytes + iw * Simd.BYTES, ORDER));
                }
            }
            sum.div((float) Math.max(1, heights.divisor[oh] * widths.divisor[ow])).intoMemorySegment(ALL, dst + ow * Simd.BYTES, ORDER);
        }
    }
}
