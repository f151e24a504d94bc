package dev.gatun.vector;

import dev.gatun.DType;
import dev.gatun.TensorType;
import java.util.List;
import java.util.Optional;

/** dx[i[o]] += dy[o], plane by plane: what the windows of a maximum pooling send back; the position -1 of an empty window receives nothing. */
final class MaxPoolBackwardKernel implements FrameKernel {
    private final long planes;
    private final long inputs;
    private final long outputs;
    private final Workers workers;

    private MaxPoolBackwardKernel(TensorType dy, TensorType dx, Workers workers) {
        this.planes = dx.shape().elements(0, 2);
        this.inputs = dx.shape().elements(2, dx.shape().rank());
        this.outputs = dy.shape().elements(2, dy.shape().rank());
        this.workers = workers;
    }

    /** Returns a kernel, or empty if dy is not of floats. */
    static Optional<MaxPoolBackwardKernel> of(List<TensorType> in, TensorType dx, Workers workers) {
        return in.getFirst().dtype() == DType.F32 ? Optional.of(new MaxPoolBackwardKernel(in.getFirst(), dx, workers)) : Optional.empty();
    }

    @Override
    public String name() {
        return "add at positions";
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
        return planes > 1 && planes * inputs >= PARALLEL_ELEMENTS;
    }

    @Override
    public void run(long frame, int worker, int of) {
        long to = Workers.share(planes, worker + 1, of);
        for (long plane = Workers.share(planes, worker, of); plane < to; plane++) {
            long dx = address(frame, 2) + 4 * plane * inputs;
            Native.zero(dx, 4 * inputs);
            add(address(frame, 0) + 4 * plane * outputs, address(frame, 1) + 4 * plane * outputs, dx);
        }
    }

    private void add(long dy, long positions, long dx) {
        for (long o = 0; o < outputs; o++) {
            int i = Native.getInt(positions + 4 * o);
            if (i >= 0 && i < inputs) {
                Native.putFloat(dx + 4L * i, Native.getFloat(dx + 4L * i) + Native.getFloat(dy + 4 * o));
            } else if (i != -1) {
                throw new IndexOutOfBoundsException("max_pool_backward: index " + i + " is outside of an image of " + inputs + " places");
            }
        }
    }
}
