package dev.gatun.vector;

import dev.gatun.TensorType;
import dev.gatun.op.Indexing.Gather;
import java.util.List;

/** Whole slices along an axis, of any element type: y[o, j, :] = x[o, i[j], :], one copy a slice. */
final class GatherKernel implements FrameKernel {
    private final Axis axis;
    private final Indices indices;
    private final long slice;
    private final Workers workers;

    GatherKernel(Gather op, List<TensorType> inputs, Workers workers) {
        TensorType x = inputs.get(0);
        this.axis = Axis.of(x.shape(), op.axis());
        this.indices = Indices.of(op.name(), inputs.get(1), x.shape(), op.axis(), op.fromEnd());
        this.slice = axis.inner() * x.dtype().bytes();
        this.workers = workers;
    }

    @Override
    public String name() {
        return "copy, slices of " + slice + " bytes";
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
        return axis.outer() * indices.count() * axis.inner() >= PARALLEL_ELEMENTS;
    }

    @Override
    public void start(long frame) {
        indices.check(address(frame, 1));
        FrameKernel.super.start(frame);
    }

    @Override
    public void run(long frame, int worker, int of) {
        long x = address(frame, 0);
        long i = address(frame, 1);
        long y = address(frame, 2);
        long units = axis.outer() * indices.count();
        long to = Workers.share(units, worker + 1, of);
        for (long unit = Workers.share(units, worker, of); unit < to; unit++) {
            long place = unit / indices.count() * axis.size() + indices.get(i, unit % indices.count());
            StridedCopy.copy(x + place * slice, y + unit * slice, slice);
        }
    }
}
