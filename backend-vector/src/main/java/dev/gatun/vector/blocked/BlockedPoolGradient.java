package dev.gatun.vector.blocked;

import static dev.gatun.vector.Native.ALL;
import static dev.gatun.vector.Native.ORDER;
import static dev.gatun.vector.Simd.F32;
import static jdk.incubator.vector.FloatVector.fromMemorySegment;

import dev.gatun.Shape;
import dev.gatun.TensorType;
import dev.gatun.op.Pooling;
import dev.gatun.spi.Kernel;
import dev.gatun.spi.KernelRequest;
import dev.gatun.spi.Layout;
import dev.gatun.vector.FrameKernel;
import dev.gatun.vector.Native;
import dev.gatun.vector.Simd;
import dev.gatun.vector.Workers;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import jdk.incubator.vector.FloatVector;

/** The gradients of pools in blocks of channels: dx[i[o]] += dy[o] at the position i[o] of a maximum, or dx[i] += dy[o] / divisor for all i of a window. */
final class BlockedPoolGradient implements FrameKernel {
    private final Pooling op;
    private final PoolPlaces heights;
    private final PoolPlaces widths;
    private final boolean positions;
    private final boolean plainOperand;
    private final int C;
    private final int inputs;
    private final int outputs;
    private final long planes;
    private final Workers workers;

    private BlockedPoolGradient(Pooling op, Pooling.Divisor rule, TensorType dy, Shape dx, Workers workers) {
        this.op = op;
        this.workers = workers;
        int last = dx.rank() - 3;
        heights = last == 0 ? PoolPlaces.NONE : PoolPlaces.of(op.window(), 0, dx.dim(2), rule);
        widths = PoolPlaces.of(op.window(), last, dx.dim(2 + last), rule);
        positions = op instanceof Pooling.MaxPoolBackward;
        plainOperand = isRowMajor(dy);
        C = dx.dim(1);
        inputs = Blocked.pixels(dx);
        outputs = Blocked.pixels(dy.shape());
        planes = (long) dx.dim(0) * Panel.blocks(C);
    }

    /** Returns whether the blocked layout of {@code dy} is the row-major one: one pixel, and no block has a gap. */
    static boolean isRowMajor(TensorType dy) {
        return Blocked.suits(dy) && Blocked.pixels(dy.shape()) == 1 && dy.shape().dim(1) % Simd.LANES == 0;
    }

    /** Returns the kernel for a gradient over one or two axes, or empty. */
    static Optional<Kernel> of(Pooling op, KernelRequest.Single request, Workers workers) {
        TensorType dy = request.inputs().getFirst();
        Shape dx = request.outputs().getFirst().shape();
        if (!Blocked.suits(dy) || op.window().spatialRank() > 2 || dx.elements() == 0 || dy.elements() == 0) {
            return Optional.empty();
        }
        return switch (op) {
            case Pooling.MaxPoolBackward _ -> request.inputs().get(1).dtype().bytes() != Integer.BYTES ? Optional.empty()
                    : Optional.of(new BlockedPoolGradient(op, Pooling.Divisor.ONE, dy, dx, workers));
            case Pooling.AvgPoolBackward avg -> Optional.of(new BlockedPoolGradient(op, avg.divisor(), dy, dx, workers));
            case Pooling.MaxPool _, Pooling.AvgPool _ -> Optional.empty();
        };
    }

    @Override
    public String name() {
        return op.name().replace('_', ' ') + ", blocks of " + Simd.LANES;
    }

    @Override
    public List<Layout> inputLayouts() {
        return Collections.nCopies(positions ? 2 : 1, plainOperand ? Layout.PLAIN : Blocked.NATIVE);
    }

    @Override
    public List<Layout> outputLayouts() {
        return List.of(Blocked.NATIVE);
    }

    @Override
    public int buffers() {
        return positions ? 3 : 2;
    }

    @Override
    public Workers workers() {
        return workers;
    }

    @Override
    public boolean isParallel() {
        return planes > 1 && planes * inputs * Simd.LANES >= PARALLEL_ELEMENTS;
    }

    @Override
    public void run(long frame, int worker, int of) {
        long last = Workers.share(planes, worker + 1, of);
        for (long plane = Workers.share(planes, worker, of); plane < last; plane++) {
            long dy = address(frame, 0) + plane * outputs * Simd.BYTES;
            long dx = address(frame, positions ? 2 : 1) + plane * inputs * Simd.BYTES;
            Native.zero(dx, inputs * Simd.BYTES);
            if (positions) {
                int channel = (int) (plane % Panel.blocks(C)) * Simd.LANES;
                add(Math.min(Simd.LANES, C - channel), dy, address(frame, 1) + plane * outputs * Simd.BYTES, dx);
            } else {
                spread(dy, dx);
            }
        }
    }

    private void add(int channels, long dy, long position, long dx) {
        for (int o = 0; o < outputs; o++) {
            for (long c = 0; c < channels * Native.FLOAT; c += Native.FLOAT) {
                int i = Native.getInt(position + c);
                if (i >= 0 && i < inputs) {
                    long to = dx + i * Simd.BYTES + c;
                    Native.putFloat(to, Native.getFloat(to) + Native.getFloat(dy + c));
                } else if (i != -1) {
                    throw new IndexOutOfBoundsException("max_pool_backward: index " + i + " is outside of an image of " + inputs + " places");
                }
            }
            dy += Simd.BYTES;
            position += Simd.BYTES;
        }
    }

    private void spread(long dy, long dx) {
        for (int oh = 0; oh < heights.out(); oh++) {
            for (int ow = 0; ow < widths.out(); ow++) {
                FloatVector share = fromMemorySegment(F32, ALL, dy, ORDER).div((float) Math.max(1, heights.divisor()[oh] * widths.divisor()[ow]));
                int end = widths.to()[ow];
                for (int ih = heights.from()[oh]; ih < heights.to()[oh]; ih += heights.D()) {
                    for (int iw = widths.from()[ow]; iw < end; iw += widths.D()) {
                        long to = dx + ((long) ih * widths.in() + iw) * Simd.BYTES;
                        fromMemorySegment(F32, ALL, to, ORDER).add(share).intoMemorySegment(ALL, to, ORDER);
                    }
                }
                dy += Simd.BYTES;
            }
        }
    }
}
