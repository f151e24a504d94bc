package dev.gatun.vector;

import dev.gatun.Shape;
import dev.gatun.TensorType;
import dev.gatun.op.Indexing.GatherNd;
import java.util.List;

/** Slices at index tuples, of any element type: y[b, j, :] = x[b, i[b, j, 0], i[b, j, 1], ..., :], one copy a slice. */
final class GatherNdKernel implements FrameKernel {
    private final Tuples tuples;
    private final long tuplesInBatch;
    private final long batch;
    private final int bytes;
    private final Workers workers;

    GatherNdKernel(GatherNd op, List<TensorType> inputs, Workers workers) {
        Shape x = inputs.get(0).shape();
        Shape i = inputs.get(1).shape();
        this.tuples = Tuples.of(op.name(), inputs.get(1), x, op.batchDims());
        this.tuplesInBatch = i.elements(op.batchDims(), i.rank() - 1);
        this.batch = x.elements(op.batchDims(), x.rank());
        this.bytes = inputs.get(0).dtype().bytes();
        this.workers = workers;
    }

    @Override
    public String name() {
        return "copy, slices of " + tuples.slice() * bytes + " bytes at tuples";
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
        return tuples.count() * tuples.slice() >= PARALLEL_ELEMENTS;
    }

    @Override
    public void start(long frame) {
        tuples.check(address(frame, 1));
        FrameKernel.super.start(frame);
    }

    @Override
    public void run(long frame, int worker, int of) {
        long slice = tuples.slice() * bytes;
        long to = Workers.share(tuples.count(), worker + 1, of);
        for (long j = Workers.share(tuples.count(), worker, of); j < to; j++) {
            long start = j / tuplesInBatch * batch + tuples.start(address(frame, 1), j);
            StridedCopy.copy(address(frame, 0) + start * bytes, address(frame, 2) + j * slice, slice);
        }
    }
}
