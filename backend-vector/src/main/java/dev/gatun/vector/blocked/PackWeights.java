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
    public long scratchBytes() {
        return areaBytes() * (isParallel() ? workers.threads() : 1);
    }

    /** What a worker needs; workers do not share lines of the cache. */
    private long areaBytes() {
        return Math.ceilDiv(PackedWeights.scratchBytes(KH() * KW()), 128L) * 128;
    }

    private int KH() {
        return shape.rank() == 4 ? shape.dim(2) : 1;
    }

    private int KW() {
        return shape.dim(shape.rank() - 1);
    }

    @Override
    public void start(long frame) {
        if (isParallel()) {
            WarmUp.awaitWeights();
        }
        FrameKernel.super.start(frame);
    }

    @Override
    public void run(long frame, int worker, int of) {
        int OC = shape.dim(0);
        int IC = shape.dim(1);
        int parts = layout.parts(OC, IC);
        layout.pack(OC, IC, KH(), KW(), (int) Workers.share(parts, worker, of), (int) Workers.share(parts, worker + 1, of), address(frame, 0),
                address(frame, 1), scratch(frame) + worker * areaBytes());
    }
}
