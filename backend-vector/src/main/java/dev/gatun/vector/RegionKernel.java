package dev.gatun.vector;

import dev.gatun.DType;
import dev.gatun.TensorType;
import dev.gatun.op.Fused;
import dev.gatun.spi.Kernel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * A fused elementwise program over one shape, run block by block: of each block that fits the first-level cache all instructions are computed, one small
 * vector loop each, before the next block is read. The first reads the operands where they lie, the last writes the results where they belong, what is
 * between stays in the cache. So a program costs one pass over memory, and needs no code of its own: a new program runs the loops that are already compiled.
 *
 * <p>Loops know whole vectors only. What is left at the end goes through blocks of one vector, which are copied in and out.
 */
public final class RegionKernel implements FrameKernel {
    /** Bytes of a worker's blocks: half of a common first-level cache. */
    private static final int CACHE = 16 * 1024;

    private final long elements;
    private final int inputs;
    private final int buffers;
    private final int block;
    private final long areaBytes;
    private final Value[] values;
    private final BlockStep[] steps;
    private final Copy[] copies;
    private final boolean[][] inPlace;
    private final boolean parallel;
    private final Workers workers;

    /**
     * Where a value of the program lies: in order in a buffer, or in a block of each worker's scratch memory.
     *
     * @param buffer the operand or result that holds it, or -1
     * @param expansion how an operand is read into the block if it is not in order, else null
     * @param bytes the size of an element
     * @param slot the offset of the value's block in the worker's area; one vector long for a value in a buffer, for the last elements
     */
    private record Value(int buffer, Expansion expansion, int bytes, int slot) {
        boolean isInOrder() {
            return buffer >= 0 && expansion == null;
        }
    }

    /** A result that has the value of an operand or of another result. */
    private record Copy(int value, int buffer) { }

    private RegionKernel(Fused.Region region, List<TensorType> operands, List<DType> types, List<BlockStep> steps, Workers workers) {
        this.elements = region.shape().elements();
        this.inputs = region.inputs();
        this.buffers = inputs + region.results().size();
        this.steps = steps.toArray(BlockStep[]::new);
        this.workers = workers;
        this.parallel = elements * (1 + steps.stream().mapToLong(BlockStep::cost).sum()) >= PARALLEL_ELEMENTS;
        this.inPlace = new boolean[inputs][buffers - inputs];
        for (int v = 0; v < inputs; v++) {
            for (int r = 0; r < buffers - inputs; r++) {
                inPlace[v][r] = operands.get(v).shape().equals(region.shape())
                        && operands.get(v).dtype().bytes() == types.get(region.results().get(r)).bytes() && inPlace(region, steps, v, r);
            }
        }

        int[] home = new int[types.size()];
        Arrays.fill(home, -1);
        List<Copy> twins = new ArrayList<>();
        for (int r = 0; r < region.results().size(); r++) {
            int v = region.results().get(r);
            if (v >= inputs && home[v] < 0) {
                home[v] = inputs + r;
            } else {
                twins.add(new Copy(v, inputs + r));
            }
        }
        this.copies = twins.toArray(Copy[]::new);

        Expansion[] expansions = new Expansion[types.size()];
        int bytesPerElement = 1;
        for (int v = 0; v < types.size(); v++) {
            if (v < inputs) {
                home[v] = v;
                Expansion expansion = Expansion.of(operands.get(v).shape(), region.shape());
                expansions[v] = expansion.isInOrder() ? null : expansion;
            }
            bytesPerElement += home[v] < 0 || expansions[v] != null ? types.get(v).bytes() : 0;
        }
        this.block = Math.clamp(CACHE / bytesPerElement / 64 * 64, 256, 1024);
        this.values = new Value[types.size()];
        int end = Math.ceilDiv(2 * 8 * types.size(), 64) * 64;       // behind the table of addresses and that of rows
        for (int v = 0; v < values.length; v++) {
            int bytes = types.get(v).bytes();
            values[v] = new Value(home[v], expansions[v], bytes, end);
            end += ((values[v].isInOrder() ? 0 : block) + Simd.LANES) * bytes;
            end = Math.ceilDiv(end, 64) * 64;
        }
        this.areaBytes = end;
    }

    /** Returns a kernel for {@code region}, or empty if there are no loops for one of its types. */
    static Optional<RegionKernel> of(Fused.Region region, List<TensorType> operands, Workers workers) {
        List<DType> types = new ArrayList<>(operands.stream().map(TensorType::dtype).toList());
        List<BlockStep> steps = new ArrayList<>();
        for (Fused.Instruction i : region.code()) {
            Optional<BlockStep> step = BlockStep.of(i.op(), i.arguments().stream().map(types::get).toList(), i.arguments(), types.size());
            if (step.isEmpty()) {
                return Optional.empty();
            }
            steps.add(step.get());
            types.add(i.dtype());
        }
        // What several steps compute lies in the first cache between them.
        if (steps.size() == 1 && bytes(region, operands, types) >= StreamedLoops.BYTES) {
            steps.set(0, steps.getFirst().streamed());
        }
        boolean supported = types.stream().allMatch(BlockStep::isSupported);
        return supported ? Optional.of(new RegionKernel(region, operands, types, steps, workers)) : Optional.empty();
    }

    private static long bytes(Fused.Region region, List<TensorType> operands, List<DType> types) {
        return operands.stream().mapToLong(TensorType::bytes).sum()
                + region.results().stream().mapToLong(r -> region.shape().elements() * types.get(r).bytes()).sum();
    }

    /** Returns the kernel of {@code region}: a loop made for it, if there is one, else this one, or empty. */
    public static Optional<Kernel> best(Fused.Region region, List<TensorType> operands, Workers workers) {
        Optional<Kernel> gate = GateKernel.of(region, operands, workers).map(k -> k);
        return gate.or(() -> of(region, operands, workers));
    }

    /** A result may be written over an operand that no instruction reads after the one that makes the result, and that is no result itself. */
    private static boolean inPlace(Fused.Region region, List<BlockStep> steps, int operand, int result) {
        int made = region.results().get(result) - region.inputs();
        return made >= 0 && !region.results().contains(operand)
                && region.code().stream().skip(made + 1).noneMatch(later -> later.arguments().contains(operand))
                && (steps.get(made).isInPlace() || !region.code().get(made).arguments().contains(operand));
    }

    @Override
    public String name() {
        return "blocks of " + block + ", " + Simd.LANES + " lanes";
    }

    @Override
    public boolean inPlace(int operand, int result) {
        return inPlace[operand][result];
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
        return parallel;
    }

    @Override
    public long scratchBytes() {
        return areaBytes * (parallel ? workers.threads() : 1);
    }

    @Override
    public void run(long frame, int worker, int of) {
        long area = scratch(frame) + areaBytes * worker;
        for (int v = 0; v < values.length; v++) {
            Native.putLong(area + 8L * v, area + values[v].slot);
            Native.putLong(held(area, v), -1);
        }
        long blocks = Math.ceilDiv(elements, (long) block);
        long to = Math.min(elements, Workers.share(blocks, worker + 1, of) * block);
        for (long i = Workers.share(blocks, worker, of) * block; i < to; i += block) {
            int n = (int) Math.min(block, to - i);
            int whole = n & -Simd.LANES;
            if (whole > 0) {
                inBuffers(frame, area, i, whole);
            }
            if (whole < n) {
                inVectors(frame, area, i + whole, n - whole);
            }
        }
    }

    /** Computes elements {@code i} to {@code i + n}, whole vectors, between the buffers. */
    private void inBuffers(long frame, long area, long i, int n) {
        for (int v = 0; v < values.length; v++) {
            Value value = values[v];
            if (value.isInOrder()) {
                Native.putLong(area + 8L * v, address(frame, value.buffer) + value.bytes * i);
            } else if (value.expansion != null) {
                long at = value.expansion.read(address(frame, v), value.bytes, i, n, area + value.slot, block, held(area, v), false);
                Native.putLong(area + 8L * v, at);
            }
        }
        for (BlockStep step : steps) {
            step.run(area, n);
        }
        copyTwins(frame, area, i, n);
    }

    /** Computes elements {@code i} to {@code i + n}, less than a vector, between copies of them. */
    private void inVectors(long frame, long area, long i, int n) {
        for (int v = 0; v < values.length; v++) {
            Value value = values[v];
            long slot = area + value.slot;
            Native.putLong(area + 8L * v, slot);
            if (value.expansion != null) {
                value.expansion.read(address(frame, v), value.bytes, i, n, slot, block, held(area, v), true);
            } else if (v < inputs) {
                Native.copy(address(frame, v) + value.bytes * i, slot, (long) value.bytes * n);
            }
        }
        for (BlockStep step : steps) {
            step.run(area, Simd.LANES);
        }
        for (int v = inputs; v < values.length; v++) {
            if (values[v].buffer >= 0) {
                Native.copy(area + values[v].slot, address(frame, values[v].buffer) + values[v].bytes * i, (long) values[v].bytes * n);
            }
        }
        copyTwins(frame, area, i, n);
    }

    private void copyTwins(long frame, long area, long i, int n) {
        for (Copy copy : copies) {
            int bytes = values[copy.value].bytes;
            Native.copy(Native.getLong(area + 8L * copy.value), address(frame, copy.buffer) + bytes * i, (long) bytes * n);
        }
    }

    /** Where a worker's area says which row of an expanded operand its block holds. */
    private long held(long area, int v) {
        return area + 8L * (values.length + v);
    }
}
