package dev.gatun.vector;

import dev.gatun.Shape;
import dev.gatun.TensorType;
import dev.gatun.op.Indexing.Scatter;
import dev.gatun.op.Indexing.ScatterElements;
import dev.gatun.op.Indexing.ScatterFunction;
import dev.gatun.op.Indexing.ScatterNd;
import java.util.List;
import java.util.Optional;

/** Updates written to places that are data: y = x, then y[places] = f(y[places], u), in the order of the indices. */
final class ScatterKernel implements FrameKernel {
    private final ScatterPlaces places;
    private final ScatterUpdate update;
    private final long elements;
    private final Workers workers;
    private final Workers.FrameTask copy = this::copy;

    private ScatterKernel(ScatterPlaces places, ScatterUpdate update, long elements, Workers workers) {
        this.places = places;
        this.update = update;
        this.elements = elements;
        this.workers = workers;
    }

    /** Returns a kernel, or empty if it would combine others than floats. */
    static Optional<ScatterKernel> of(Scatter op, List<TensorType> inputs, Workers workers) {
        return of(ScatterPlaces.Slices.of(op, inputs.get(1), y(inputs)), op.function(), inputs, workers);
    }

    /** Returns a kernel, or empty if it would combine others than floats. */
    static Optional<ScatterKernel> of(ScatterElements op, List<TensorType> inputs, Workers workers) {
        return of(ScatterPlaces.Elements.of(op, inputs.get(1), y(inputs)), op.function(), inputs, workers);
    }

    /** Returns a kernel, or empty if it would combine others than floats. */
    static Optional<ScatterKernel> of(ScatterNd op, List<TensorType> inputs, Workers workers) {
        return of(ScatterPlaces.AtTuples.of(op, inputs.get(1), y(inputs)), op.function(), inputs, workers);
    }

    private static Optional<ScatterKernel> of(ScatterPlaces places, ScatterFunction function, List<TensorType> inputs, Workers workers) {
        return ScatterUpdate.of(function, inputs.getFirst().dtype()).map(update -> new ScatterKernel(places, update, inputs.getFirst().elements(), workers));
    }

    private static Shape y(List<TensorType> inputs) {
        return inputs.getFirst().shape();
    }

    @Override
    public String name() {
        return update.function().label() + ", " + switch (places) {
            case ScatterPlaces.Slices s -> "slices of " + s.axis().inner() * update.bytes() + " bytes";
            case ScatterPlaces.Elements _ -> "single elements";
            case ScatterPlaces.AtTuples t -> "slices of " + t.tuples().slice() * update.bytes() + " bytes at tuples";
        };
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
        return elements + places.updates() >= PARALLEL_ELEMENTS;
    }

    @Override
    public void start(long frame) {
        places.check(address(frame, 1));
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
        long from = Workers.share(elements, worker, of);
        long n = Workers.share(elements, worker + 1, of) - from;
        int bytes = update.bytes();
        Native.copy(address(frame, 0) + from * bytes, address(frame, 3) + from * bytes, n * bytes);
    }

    @Override
    public void run(long frame, int worker, int of) {
        places.update(update, address(frame, 1), address(frame, 2), address(frame, 3), worker, of);
    }
}
