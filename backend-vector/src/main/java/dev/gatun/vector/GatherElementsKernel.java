package dev.gatun.vector;

import static dev.gatun.vector.Native.ALL;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import dev.gatun.Shape;
import dev.gatun.TensorType;
import dev.gatun.op.Indexing.GatherElements;
import java.util.Arrays;
import java.util.List;

/** Single elements, of any type: y[p] = x[p with p[axis] = i[p]], row by row of i's innermost axis. */
final class GatherElementsKernel implements FrameKernel {
    private final Indices indices;
    private final Places rows;
    private final long length;
    private final long step;
    private final long stride;
    private final int bytes;
    private final Workers workers;

    GatherElementsKernel(GatherElements op, List<TensorType> inputs, Workers workers) {
        Shape x = inputs.get(0).shape();
        Shape i = inputs.get(1).shape();
        int last = x.rank() - 1;
        long[] strides = x.strides();
        this.indices = Indices.of(op.name(), inputs.get(1), x, op.axis(), op.fromEnd());
        this.stride = strides[op.axis()];
        this.length = i.dim(last);
        this.step = op.axis() == last ? 0 : 1;
        strides[op.axis()] = 0;                       // the place along it is the index
        this.rows = Places.of(i.slice(0, last).stream().asLongStream().toArray(), Arrays.copyOf(strides, last));
        this.bytes = inputs.get(0).dtype().bytes();
        this.workers = workers;
    }

    @Override
    public String name() {
        return "copy, single elements";
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
        return indices.count() >= PARALLEL_ELEMENTS;
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
        long to = Workers.share(rows.count(), worker + 1, of);
        for (long row = Workers.share(rows.count(), worker, of); row < to; row++) {
            long first = rows.offset(row);
            for (long j = 0; j < length; j++) {
                long at = row * length + j;
                copy(x + bytes * (first + step * j + stride * indices.get(i, at)), y + bytes * at);
            }
        }
    }

    private void copy(long src, long dst) {
        switch (bytes) {
            case 1 -> ALL.set(JAVA_BYTE, dst, ALL.get(JAVA_BYTE, src));
            case 2 -> ALL.set(JAVA_SHORT_UNALIGNED, dst, ALL.get(JAVA_SHORT_UNALIGNED, src));
            case 4 -> Native.putInt(dst, Native.getInt(src));
            default -> Native.putLong(dst, Native.getLong(src));
        }
    }
}
