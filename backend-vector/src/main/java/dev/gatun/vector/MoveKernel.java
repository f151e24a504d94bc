package dev.gatun.vector;

import dev.gatun.Shape;
import dev.gatun.TensorType;
import dev.gatun.op.Movement;
import dev.gatun.spi.Kernel;
import java.util.ArrayList;
import java.util.List;

/** The ops that only move elements, of any type: one strided copy an operand, into a result that a padding fills first. */
final class MoveKernel implements FrameKernel {
    private final List<StridedCopy> copies;
    private final boolean filled;
    private final int bytes;
    private final long elements;
    private final int buffers;
    private final Workers workers;
    private final Workers.FrameTask fill = this::fill;

    /** @param filled whether the last operand is the value of the places that no copy reaches */
    private MoveKernel(List<StridedCopy> copies, boolean filled, TensorType result, Workers workers) {
        this.copies = copies;
        this.filled = filled;
        this.bytes = result.dtype().bytes();
        this.elements = result.elements();
        this.buffers = copies.size() + (filled ? 1 : 0) + 1;
        this.workers = workers;
    }

    static Kernel of(Movement op, List<TensorType> inputs, TensorType result, Workers workers) {
        TensorType x = inputs.getFirst();
        Shape from = x.shape();
        Shape to = result.shape();
        int bytes = result.dtype().bytes();
        int rank = to.rank();
        return switch (op) {
            case Movement.Reshape reshape -> single(new StridedCopy(bytes, sizes(to), 0, to.strides(), 0, to.strides()), result, workers);
            case Movement.Detach detach -> single(new StridedCopy(bytes, sizes(to), 0, to.strides(), 0, to.strides()), result, workers);
            case Movement.Permute permute -> {
                long[] strides = new long[rank];
                for (int i = 0; i < rank; i++) {
                    strides[i] = from.strides()[permute.axes().get(i)];
                }
                yield single(new StridedCopy(bytes, sizes(to), 0, strides, 0, to.strides()), result, workers);
            }
            case Movement.Expand expand -> single(new StridedCopy(bytes, sizes(to), 0, Expansion.strides(from, to), 0, to.strides()), result, workers);
            case Movement.Slice slice -> {
                long start = 0;
                long[] strides = from.strides();
                for (int i = 0; i < rank; i++) {
                    start += slice.starts().get(i) * strides[i];
                    strides[i] *= slice.steps().get(i);
                }
                yield single(new StridedCopy(bytes, sizes(to), start, strides, 0, to.strides()), result, workers);
            }
            case Movement.Pad pad -> {
                long start = 0;
                long[] strides = to.strides();
                for (int i = 0; i < rank; i++) {
                    start += pad.before().get(i) * strides[i];
                    strides[i] *= pad.interior().get(i) + 1L;
                }
                yield new MoveKernel(List.of(new StridedCopy(bytes, sizes(from), 0, from.strides(), start, strides)), true, result, workers);
            }
            case Movement.Concat concat -> {
                List<StridedCopy> copies = new ArrayList<>();
                long start = 0;
                for (TensorType part : inputs) {
                    copies.add(new StridedCopy(bytes, sizes(part.shape()), 0, part.shape().strides(), start, to.strides()));
                    start += part.shape().dim(concat.axis()) * to.strides()[concat.axis()];
                }
                yield new MoveKernel(copies, false, result, workers);
            }
        };
    }

    private static Kernel single(StridedCopy copy, TensorType result, Workers workers) {
        return new MoveKernel(List.of(copy), false, result, workers);
    }

    private static long[] sizes(Shape shape) {
        return shape.stream().asLongStream().toArray();
    }

    @Override
    public String name() {
        return "copy, " + copies.getFirst().label() + (filled ? ", padded" : "");
    }

    @Override
    public boolean inPlace(int operand, int result) {
        return copies.size() == 1 && !filled && copies.getFirst().isIdentity();
    }

    @Override
    public int buffers() {
        return buffers;
    }

    @Override
    public Workers workers() {
        return workers;
    }

    @Override
    public boolean isParallel() {
        return elements >= PARALLEL_ELEMENTS;
    }

    @Override
    public void start(long frame) {
        if (filled) {
            if (isParallel()) {
                workers.run(fill, frame);
            } else {
                fill(frame, 0, 1);
            }
        }
        FrameKernel.super.start(frame);
    }

    @Override
    public void run(long frame, int worker, int of) {
        long dst = address(frame, buffers - 1);
        for (int i = 0; i < copies.size(); i++) {
            copies.get(i).run(address(frame, i), dst, worker, of);
        }
    }

    private void fill(long frame, int worker, int of) {
        long from = Workers.share(elements, worker, of);
        StridedCopy.fill(address(frame, buffers - 2), address(frame, buffers - 1) + from * bytes, bytes, Workers.share(elements, worker + 1, of) - from);
    }
}
