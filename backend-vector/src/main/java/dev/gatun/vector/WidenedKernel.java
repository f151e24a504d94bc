package dev.gatun.vector;

import static dev.gatun.vector.Native.FLOAT;
import static dev.gatun.vector.Native.putLong;

import dev.gatun.DType;
import dev.gatun.TensorType;
import dev.gatun.spi.Arguments;
import dev.gatun.spi.Buffer;
import dev.gatun.spi.HostBuffer;
import dev.gatun.spi.Kernel;
import dev.gatun.spi.Layout;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * A kernel of floats for operands and results of bfloat16: copies of the operands in floats, the kernel, its results rounded. For computations that are long
 * beside a pass over their operands. Frozen weights are widened once, when they are packed.
 */
final class WidenedKernel implements FrameKernel {
    private static final long NONE = -1;

    private final FrameKernel wide;
    private final List<TensorType> types;
    private final int operands;
    private final long elements;
    private final Workers workers;
    private final Workers.FrameTask rounding = this::round;

    // Offsets in the scratch memory.
    private final long[] copies;
    private final long wideFrame;
    private final long scratchBytes;

    /**
     * Makes the kernel of bfloat16.
     *
     * @param wide the kernel of floats; a layout of its operands that is not row-major is one for frozen operands
     * @param narrow which operands and results it reads and writes as they are
     */
    WidenedKernel(FrameKernel wide, List<TensorType> inputs, List<TensorType> outputs, Set<Integer> narrow, Workers workers) {
        this.wide = wide;
        this.operands = inputs.size();
        this.workers = workers;
        this.types = new ArrayList<>(inputs);
        types.addAll(outputs);
        this.copies = new long[types.size()];
        long sum = 0;
        var memory = new RnnMemory();
        for (int i = 0; i < copies.length; i++) {
            boolean copied = !narrow.contains(i) && types.get(i).dtype() == DType.BF16 && (i >= operands || wideLayout(i).equals(Layout.PLAIN));
            copies[i] = copied ? memory.take(FLOAT * types.get(i).elements()) : NONE;
            sum += copied ? types.get(i).elements() : 0;
        }
        this.elements = sum;
        this.wideFrame = memory.take(wide.workspaceBytes());
        this.scratchBytes = memory.taken();
    }

    /** Returns the types of the same tensors in floats. */
    static List<TensorType> wide(List<TensorType> types) {
        return types.stream().map(t -> t.dtype() == DType.BF16 ? t.with(DType.F32) : t).toList();
    }

    private Layout wideLayout(int operand) {
        return wide.inputLayouts().isEmpty() ? Layout.PLAIN : wide.inputLayouts().get(operand);
    }

    @Override
    public String name() {
        return wide.name() + ", widened";
    }

    @Override
    public List<Layout> inputLayouts() {
        return IntStream.range(0, operands).<Layout>mapToObj(i -> switch (wideLayout(i)) {
            case Layout.Plain plain -> plain;
            case RnnPairs pairs -> pairs;
            case Layout packed -> new Widened(packed);
        }).toList();
    }

    @Override
    public int buffers() {
        return types.size();
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
    public long scratchBytes() {
        return scratchBytes;
    }

    @Override
    public void start(long frame) {
        long inner = scratch(frame) + wideFrame;
        for (int i = 0; i < copies.length; i++) {
            putLong(inner + 8L * i, copies[i] == NONE ? address(frame, i) : scratch(frame) + copies[i]);
        }
        fork(this, frame);
        wide.start(inner);
        fork(rounding, frame);
    }

    private void fork(Workers.FrameTask task, long frame) {
        if (isParallel()) {
            workers.run(task, frame);
        } else {
            task.run(frame, 0, 1);
        }
    }

    /** Widens a share of each operand. */
    @Override
    public void run(long frame, int worker, int of) {
        for (int i = 0; i < operands; i++) {
            if (copies[i] != NONE) {
                long from = from(i, worker, of);
                BFloat16.widen(from(i, worker + 1, of) - from, address(frame, i) + BFloat16.SIZE * from, scratch(frame) + copies[i] + FLOAT * from);
            }
        }
    }

    private void round(long frame, int worker, int of) {
        for (int i = operands; i < copies.length; i++) {
            if (copies[i] != NONE) {
                long from = from(i, worker, of);
                BFloat16.round(from(i, worker + 1, of) - from, scratch(frame) + copies[i] + FLOAT * from, address(frame, i) + BFloat16.SIZE * from);
            }
        }
    }

    /** Returns where a worker's share begins: at whole vectors, so that who does what changes no bit. */
    private long from(int i, int worker, int of) {
        long chunk = 2L * Simd.LANES;
        return Math.min(types.get(i).elements(), chunk * Workers.share(Math.ceilDiv(types.get(i).elements(), chunk), worker, of));
    }

    /** Frozen weights of bfloat16 that lie as a kernel of floats reads them. */
    record Widened(Layout wide) implements Layout {
        @Override
        public long bytes(TensorType type) {
            return wide.bytes(type.with(DType.F32));
        }

        @Override
        public String label() {
            return wide.label() + ", widened";
        }
    }

    /** Widens, in the workspace, and packs. @param second packs floats */
    record Pack(Widened to, Kernel second, TensorType type) implements Kernel {
        @Override
        public String name() {
            return "widen, " + second.name();
        }

        @Override
        public List<Layout> outputLayouts() {
            return List.of(to);
        }

        @Override
        public long workspaceBytes() {
            return FLOAT * type.elements();
        }

        @Override
        public void launch(Arguments arguments) {
            Buffer floats = ((HostBuffer) arguments.buffer(2)).slice(0, workspaceBytes());
            BFloat16.widen(type.elements(), arguments.address(0), floats.address());
            second.launch(new Arguments(new Buffer[] {floats, arguments.buffer(1)}, 0, 1));
        }
    }
}
