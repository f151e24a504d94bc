package dev.gatun.vector;

import static dev.gatun.vector.Native.getFloat;
import static dev.gatun.vector.Native.load;
import static dev.gatun.vector.Native.putFloat;
import static dev.gatun.vector.Native.store;
import static dev.gatun.vector.Simd.LANES;

import dev.gatun.DType;
import dev.gatun.TensorType;
import dev.gatun.op.Indexing.Scatter;
import dev.gatun.op.Indexing.ScatterFunction;
import java.util.List;
import java.util.Optional;

/**
 * Slices written back along an axis: y = x, then y[o, i[j], :] = u[o, j, :] or += u[o, j, :], in the order of j. Workers share the other axes, so that two
 * updates of one place never meet.
 */
final class ScatterKernel implements FrameKernel {
    /** Elements of a slice that a worker takes at once. */
    private static final int TILE = 1024;

    private final boolean add;
    private final Axis axis;
    private final Indices indices;
    private final int bytes;
    private final long tiles;
    private final Workers workers;
    private final Workers.FrameTask copy = this::copy;

    private ScatterKernel(Scatter op, List<TensorType> inputs, Workers workers) {
        TensorType x = inputs.get(0);
        this.add = op.function() == ScatterFunction.ADD;
        this.axis = Axis.of(x.shape(), op.axis());
        this.indices = Indices.of(op.name(), inputs.get(1), x.shape(), op.axis());
        this.bytes = x.dtype().bytes();
        this.tiles = Math.ceilDiv(axis.inner(), (long) TILE);
        this.workers = workers;
    }

    /** Returns a kernel, or empty if the function is neither SET nor a sum of floats. */
    static Optional<ScatterKernel> of(Scatter op, List<TensorType> inputs, Workers workers) {
        return switch (op.function()) {
            case SET -> Optional.of(new ScatterKernel(op, inputs, workers));
            case ADD -> inputs.getFirst().dtype() == DType.F32 ? Optional.of(new ScatterKernel(op, inputs, workers)) : Optional.empty();
            case MUL, MIN, MAX -> Optional.empty();
        };
    }

    @Override
    public String name() {
        return (add ? "add" : "copy") + ", slices of " + axis.inner() * bytes + " bytes";
    }

    @Override
    public boolean inPlace(int operand, int result) {
        return operand == 0;
    }

    @Override
    public int buffers() {
        return 4;
    }

    @Override
    public Workers workers() {
        return workers;
    }

    @Override
    public boolean isParallel() {
        return axis.elements() + axis.outer() * indices.count() * axis.inner() >= PARALLEL_ELEMENTS;
    }

    @Override
    public void start(long frame) {
        indices.check(address(frame, 1));
        if (address(frame, 0) != address(frame, 3)) {
            if (isParallel()) {
                workers.run(copy, frame);
            } else {
                copy(frame, 0, 1);
            }
        }
        FrameKernel.super.start(frame);
    }

    private void copy(long frame, int worker, int of) {
        long from = Workers.share(axis.elements(), worker, of);
        long n = Workers.share(axis.elements(), worker + 1, of) - from;
        Native.copy(address(frame, 0) + from * bytes, address(frame, 3) + from * bytes, n * bytes);
    }

    @Override
    public void run(long frame, int worker, int of) {
        long i = address(frame, 1);
        long u = address(frame, 2);
        long y = address(frame, 3);
        long to = Workers.share(axis.outer() * tiles, worker + 1, of);
        for (long unit = Workers.share(axis.outer() * tiles, worker, of); unit < to; unit++) {
            long outer = unit / tiles;
            long from = unit % tiles * TILE;
            int n = (int) Math.min(TILE, axis.inner() - from);
            for (long j = 0; j < indices.count(); j++) {
                long src = u + bytes * ((outer * indices.count() + j) * axis.inner() + from);
                long dst = y + bytes * ((outer * axis.size() + indices.get(i, j)) * axis.inner() + from);
                if (add) {
                    add(src, dst, n);
                } else {
                    StridedCopy.copy(src, dst, (long) n * bytes);
                }
            }
        }
    }

    private static void add(long x, long y, int n) {
        int i = 0;
        for (; i <= n - LANES; i += LANES) {
            store(y + 4L * i, load(y + 4L * i).add(load(x + 4L * i)));
        }
        for (; i < n; i++) {
            putFloat(y + 4L * i, getFloat(y + 4L * i) + getFloat(x + 4L * i));
        }
    }
}
