package dev.gatun.vector.blocked;

import dev.gatun.TensorType;
import dev.gatun.op.Movement;
import dev.gatun.spi.Kernel;
import dev.gatun.spi.KernelRequest;
import dev.gatun.spi.Layout;
import dev.gatun.vector.FrameKernel;
import dev.gatun.vector.Native;
import dev.gatun.vector.Simd;
import dev.gatun.vector.Workers;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/** Blocked images joined, or joined along their channels: where every one but the last fills its blocks, whole blocks are copied. */
final class BlockedConcat implements FrameKernel {
    /** How often each operand's blocks are asked for: images, but 1 where these are what is joined. */
    private final int images;
    private final int[] blocks;
    private final int allBlocks;
    private final long plane;
    private final Workers workers;

    private BlockedConcat(boolean joinsImages, List<TensorType> inputs, Workers workers) {
        this.workers = workers;
        images = joinsImages ? 1 : inputs.getFirst().shape().dim(0);
        blocks = inputs.stream().mapToInt(type -> Panel.blocks(type.shape().dim(1)) * (joinsImages ? type.shape().dim(0) : 1)).toArray();
        allBlocks = Arrays.stream(blocks).sum();
        plane = Blocked.pixels(inputs.getFirst().shape()) * Simd.BYTES;
    }

    /** Returns the kernel, or empty if another axis is meant or a block would be cut. */
    static Optional<Kernel> of(Movement.Concat op, KernelRequest.Single request, Workers workers) {
        List<TensorType> inputs = request.inputs();
        boolean whole = inputs.subList(0, inputs.size() - 1).stream().allMatch(type -> type.shape().rank() > 1 && type.shape().dim(1) % Simd.LANES == 0);
        return (op.axis() == 0 || op.axis() == 1 && whole) && inputs.stream().allMatch(Blocked::suits)
                ? Optional.of(new BlockedConcat(op.axis() == 0, inputs, workers)) : Optional.empty();
    }

    @Override
    public String name() {
        return "concat, blocks of " + Simd.LANES;
    }

    @Override
    public List<Layout> inputLayouts() {
        return Collections.nCopies(blocks.length, Blocked.NATIVE);
    }

    @Override
    public List<Layout> outputLayouts() {
        return List.of(Blocked.NATIVE);
    }

    /** Images, and the blocks of channels of a single one, lie one behind the other. */
    @Override
    public boolean joins() {
        return images == 1;
    }

    @Override
    public int buffers() {
        return blocks.length + 1;
    }

    @Override
    public Workers workers() {
        return workers;
    }

    @Override
    public boolean isParallel() {
        return images * allBlocks * plane / Native.FLOAT >= PARALLEL_ELEMENTS;
    }

    @Override
    public void run(long frame, int worker, int of) {
        long from = Workers.share((long) images * allBlocks, worker, of);
        long to = Workers.share((long) images * allBlocks, worker + 1, of);
        for (int image = 0; image < images; image++) {
            long first = (long) image * allBlocks;                 // where this operand's blocks go
            for (int operand = 0; operand < blocks.length; operand++) {
                long begin = Math.max(from, first);
                long end = Math.min(to, first + blocks[operand]);
                if (begin < end) {
                    long src = address(frame, operand) + ((long) image * blocks[operand] + begin - first) * plane;
                    Native.copy(src, address(frame, blocks.length) + begin * plane, (end - begin) * plane);
                }
                first += blocks[operand];
            }
        }
    }
}
