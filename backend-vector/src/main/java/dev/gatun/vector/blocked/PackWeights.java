package dev.gatun.vector.blocked;

import dev.gatun.Shape;
import dev.gatun.TensorType;
import dev.gatun.spi.Layout;
import dev.gatun.vector.FrameKernel;
import dev.gatun.vector.Workers;
import java.util.List;

/** Copies row-major weights into {@link PackedWeights}. */
final class PackWeights implements FrameKernel {
    private final PackedWeights layout;
    private final Shape shape;
    private final Workers workers;

    PackWeights(TensorType type, PackedWeights layout, Workers workers) {
        this.layout = layout;
        this.shape = type.shape();
        this.workers = workers;
    }

    @Override
    public String name() {
        return "pack weights, " + layout.label();
    }

    @Override
    public List<Layout> outputLayouts() {
        return List.of(layout);
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
        return shape.elements() >= PARALLEL_ELEMENTS / 8;
    }

    @Override
    public void run(long frame, int worker, int of) {
        int OC = shape.dim(0);
        int parts = layout.parts(OC);
        int KH = shape.rank() == 4 ? shape.dim(2) : 1;
        layout.pack(OC, shape.dim(1), KH, shape.dim(shape.rank() - 1), (int) Workers.share(parts, worker, of), (int) Workers.share(parts, worker + 1, of),
                address(frame, 0), address(frame, 1));
    }
}
