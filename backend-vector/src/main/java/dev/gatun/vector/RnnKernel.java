package dev.gatun.vector;

import static dev.gatun.vector.Native.FLOAT;
import static dev.gatun.vector.Native.getLong;
import static dev.gatun.vector.Native.putLong;

import dev.gatun.TensorType;
import dev.gatun.op.Recurrent;
import dev.gatun.spi.Kernel;
import dev.gatun.spi.Layout;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A recurrent layer. Workers go through the steps together, in one fork. A step, for each block of units and chunk of samples that a worker owns: the
 * products of the state before with the recurrent weights, gate by gate; the gates' functions on the result, which is still in the first-level cache; the
 * new state, twice: to y, and to padded rows that the next step reads.
 *
 * <p>What the input adds is {@link RnnInput}. Where a library multiplies narrow states, {@link RnnNarrowState}, each step is a product and a fork of its own.
 *
 * <p>The state's rows are there twice, for even and odd steps, so that one meeting of the workers a step suffices; a reset before the product takes a
 * second one.
 */
final class RnnKernel implements RnnWalk {
    /** Scratch memory of a product. */
    private static final long TILE_BYTES = Math.max(Tiles.SCRATCH_BYTES, Gemv.SCRATCH_BYTES);
    /** One gate of a chunk. */
    private static final long SLOT_BYTES = FLOAT * RnnShape.ROWS * Tiles.COLUMNS;

    private final Recurrent.Kind kind;
    private final RnnShape s;
    private final boolean reserve;
    private final boolean frozenInput;
    private final boolean frozenState;
    private final boolean packsState;
    private final boolean pairsState;
    private final RnnInput input;
    private final Optional<RnnNarrowState> narrow;
    private final RnnPanels statePanels;
    private final RnnPairs statePairs;
    private final Sharing sharing;
    private final Workers.FrameTask packing = this::pack;

    // Offsets in the scratch memory.
    private final long fromStep;
    private final long toStep;
    private final long resetBias;
    private final long peephole;
    private final long states;
    private final long resets;
    private final long cells;
    private final long sharedSlots;
    private final long packedState;

    private RnnKernel(RnnShape s, boolean reserve, boolean frozenInput, boolean frozenState, boolean pairsState, NarrowProducts library, Workers workers) {
        this.kind = s.cell().kind();
        this.s = s;
        this.reserve = reserve;
        this.frozenInput = frozenInput;
        this.frozenState = frozenState;
        this.pairsState = pairsState;
        statePanels = new RnnPanels(s.gates(), s.H(), s.H());
        statePairs = new RnnPairs(s.gates(), s.H(), s.H());
        RnnGrid grid = RnnGrid.of(s, workers.threads(), isResetBefore() ? 2 : 1);

        long rowBytes = RnnShape.rowBytes(s.H());
        long padded = FLOAT * Panels.width(s.H());
        var memory = new RnnMemory();
        fromStep = memory.take(8);
        toStep = memory.take(8);
        long barriers = memory.take(RnnWalk.barrierBytes(grid));
        narrow = RnnNarrowState.of(s, false, library, memory);
        packsState = narrow.isEmpty() && !frozenState && (long) s.T() * s.N() >= RnnInput.MANY;
        input = new RnnInput(s, frozenInput, narrow.isPresent() ? library : NarrowProducts.NONE, workers.threads(), memory);
        resetBias = memory.take(padded);
        peephole = memory.take(s.cell().peephole() ? 3 * padded : 0);
        states = memory.take(2 * s.N() * rowBytes);
        resets = memory.take(isResetBefore() ? s.N() * rowBytes : 0);
        cells = memory.take(s.cell().isLstm() ? s.blockedBytes() : 0);
        sharedSlots = memory.take(isResetBefore() ? slotCount() * s.blockedBytes() : 0);
        packedState = memory.take(packsState ? statePanels.bytes() : 0);
        long slices = memory.take(grid.cells() * sliceBytes());
        sharing = new Sharing(s, grid, workers, barriers, slices, memory.taken());
    }

    /** Returns a kernel, or empty if the operands are not floats. @param library multiplies in trainings of bfloat16, where it can */
    static Optional<Kernel> of(Recurrent.Rnn op, List<TensorType> inputs, List<TensorType> outputs, List<Boolean> frozen, NarrowProducts library,
            Workers workers) {
        return switch (inputs.getFirst().dtype()) {
            case F32 -> Optional.of(of(op, inputs, frozen, false, workers));
            case BF16 -> Optional.of(byLibrary(op, inputs, library, workers).map(k -> new WidenedKernel(k, inputs, outputs, k.narrowBuffers(), workers))
                    .orElseGet(() -> new WidenedKernel(of(op, WidenedKernel.wide(inputs), frozen, true, workers), inputs, outputs, Set.of(), workers)));
            case F64, F16, I8, U8, I16, U16, I32, U32, I64, U64, BOOL -> Optional.empty();
        };
    }

    private static RnnKernel of(Recurrent.Rnn op, List<TensorType> inputs, List<Boolean> frozen, boolean narrow, Workers workers) {
        RnnShape shape = RnnShape.of(op, op.reverse(), inputs);
        boolean empty = shape.stacked() == 0 || shape.I() == 0;
        boolean frozenState = frozen.get(2) && !empty;
        // A single sample takes the time that the weights take to arrive; for more of them, widening the weights at each turn costs what narrow ones save.
        boolean pairsState = narrow && frozenState && shape.N() == 1;
        return new RnnKernel(shape, op.reserve(), frozen.get(1) && !empty, frozenState, pairsState, NarrowProducts.NONE, workers);
    }

    private static Optional<RnnKernel> byLibrary(Recurrent.Rnn op, List<TensorType> inputs, NarrowProducts library, Workers workers) {
        RnnShape shape = RnnShape.of(op, op.reverse(), inputs);
        return op.reserve() && RnnNarrowState.suits(shape)
                ? Optional.of(new RnnKernel(shape, true, false, false, false, library, workers)).filter(k -> k.narrow.isPresent() && k.input.isNarrow())
                : Optional.empty();
    }

    @Override
    public String name() {
        String weights = narrow.isPresent() ? RnnNarrowState.LABEL : pairsState ? "pairs" : frozenState ? "packed" : packsState ? "packing" : "dots";
        return kind.label() + " " + s.T() + "x" + s.N() + "x" + s.I() + "->" + s.H() + ", " + weights + ", " + grid().sampleParts() + "x" + grid().unitParts();
    }

    @Override
    public List<Layout> inputLayouts() {
        List<Layout> layouts = new ArrayList<>(Collections.nCopies(s.cell().operands(), Layout.PLAIN));
        if (frozenInput) {
            layouts.set(1, input.layout());
        }
        if (frozenState) {
            layouts.set(2, pairsState ? statePairs : statePanels);
        }
        return layouts;
    }

    @Override
    public int buffers() {
        return s.cell().operands() + 2 + (s.cell().isLstm() ? 1 : 0) + (reserve ? 1 : 0);
    }

    @Override
    public Sharing sharing() {
        return sharing;
    }

    @Override
    public long sliceBytes() {
        return slotsInSlice() + (isResetBefore() ? 0 : (slotCount() + (s.cell().isLstm() ? 2 : 0)) * SLOT_BYTES);
    }

    private boolean isResetBefore() {
        return kind == Recurrent.Kind.GRU_RESET_BEFORE;
    }

    /** What is in the reserve, in its order, then the new state: a slot each. */
    private int slotCount() {
        return kind.reserve() + 1;
    }

    /** Returns where a worker keeps its gates: behind the scratch of the products. */
    private static long slotsInSlice() {
        return TILE_BYTES;
    }

    /** @throws IndexOutOfBoundsException if a length is negative or above T */
    @Override
    public void start(long frame) {
        if (s.cell().lengths()) {
            s.checkLengths(lengths(frame));
        }
        begin(frame);
        if (input.isPackedInLaunch() || packsState) {
            fork(packing, frame);
        }
        for (int from = 0; from < s.T(); from += input.stepsAtOnce()) {
            int to = Math.min(s.T(), from + input.stepsAtOnce());
            input.project(this, frame, from, to);
            if (narrow.isPresent()) {
                for (int step = from; step < to; step++) {
                    narrow.get().multiply(scratch(frame));
                    walk(frame, step, step + 1);
                }
            } else {
                walk(frame, from, to);
            }
        }
        end(frame);
    }

    private void walk(long frame, int from, int to) {
        putLong(scratch(frame) + fromStep, from);
        putLong(scratch(frame) + toStep, to);
        resetBarriers(frame);
        fork(this, frame);
    }

    /** Adds up the biases and copies what is read in whole vectors, or written. */
    private void begin(long frame) {
        int H = s.H();
        // The n gate of a GRU multiplies its product, bias included, before it adds the input's.
        int common = kind.gates() == 3 ? 2 * H : s.stacked();
        long bias = input.bias(this, frame);
        Tiles.copy(1, s.stacked(), address(frame, 3), 0, bias, 0);
        Tiles.add(1, common, address(frame, 4), 0, bias, 0);
        if (common < s.stacked()) {
            Panels.widenRows(1, H, address(frame, 4) + FLOAT * common, scratch(frame) + resetBias);
        }
        if (s.cell().peephole()) {
            Panels.widenRows(3, H, address(frame, 7), scratch(frame) + peephole);
        }
        if (narrow.isPresent()) {
            BFloat16.widenRows(s.N(), H, address(frame, 5), BFloat16.SIZE * H, states(frame, 0), RnnShape.rowBytes(H));
            keepState(frame, 0, 0, H, s.N(), states(frame, 0), RnnShape.rowBytes(H));
            narrow.get().pack(address(frame, 2), scratch(frame));
        } else {
            Tiles.copy(s.N(), H, address(frame, 5), FLOAT * H, states(frame, 0), RnnShape.rowBytes(H));
        }
        for (int block = 0; block < s.blocks() && s.cell().isLstm(); block++) {
            Tiles.copy(s.N(), s.units(block), address(frame, 6) + FLOAT * block * Tiles.COLUMNS, FLOAT * H, cells(frame, block, 0), FLOAT * s.width(block));
        }
    }

    /** Copies the last state to the results. */
    private void end(long frame) {
        int H = s.H();
        int y = s.cell().operands();
        Tiles.copy(s.N(), H, states(frame, s.T()), RnnShape.rowBytes(H), address(frame, y + 1), FLOAT * H);
        for (int block = 0; block < s.blocks() && s.cell().isLstm(); block++) {
            Tiles.copy(s.N(), s.units(block), cells(frame, block, 0), FLOAT * s.width(block), address(frame, y + 2) + FLOAT * block * Tiles.COLUMNS, FLOAT * H);
        }
    }

    private void pack(long frame, int worker, int of) {
        long to = Workers.share(s.blocks(), worker + 1, of);
        for (long block = Workers.share(s.blocks(), worker, of); block < to; block++) {
            if (input.isPackedInLaunch()) {
                input.pack(this, frame, (int) block);
            }
            if (packsState) {
                statePanels.pack(address(frame, 2), scratch(frame) + packedState, (int) block);
            }
        }
    }

    @Override
    public void walk(long frame, long slice, Share share) {
        long arrivals = 0;
        long to = getLong(scratch(frame) + toStep);
        for (int step = (int) getLong(scratch(frame) + fromStep); step < to; step++) {
            // What the input adds needs nothing of the others: it is made before they are waited for, who may be late.
            input.prepare(this, frame, step, slice, share);
            share.await(arrivals);
            sweep(frame, slice, step, false, share);
            if (narrow.isPresent()) {
                continue;                       // a fork of its own
            }
            arrivals = share.arrive(arrivals);
            if (isResetBefore()) {
                share.await(arrivals);
                sweep(frame, slice, step, true, share);
                arrivals = share.arrive(arrivals);
            }
        }
    }

    /** One step of some samples and blocks; in two parts, before and after all have met, if the reset comes before the product. */
    private void sweep(long frame, long slice, int step, boolean met, Share share) {
        for (int i = share.block0(); i < share.block1(); i++) {
            int block = isForth(step) ? i : share.block0() + share.block1() - 1 - i;
            for (int n = share.n0(); n < share.n1(); n += RnnShape.ROWS) {
                int rows = Math.min(RnnShape.ROWS, share.n1() - n);
                switch (kind) {
                    case RNN_TANH, RNN_RELU -> vanilla(frame, slice, step, block, n, rows);
                    case LSTM -> lstm(frame, slice, step, block, n, rows);
                    case GRU -> gru(frame, slice, step, block, n, rows);
                    case GRU_RESET_BEFORE -> {
                        if (met) {
                            gruAfterReset(frame, slice, step, block, n, rows);
                        } else {
                            gruReset(frame, slice, step, block, n, rows);
                        }
                    }
                }
            }
        }
    }

    /** Steps go through the weights back and forth: what a cache still holds of them comes first. */
    private static boolean isForth(int step) {
        return (step & 1) == 0;
    }

    /** h' = f(a). */
    private void vanilla(long frame, long slice, int step, int block, int n, int rows) {
        long h = slice + slotsInSlice();
        int count = rows * s.width(block);
        gate(frame, slice, step, 0, block, n, rows, h);
        if (kind == Recurrent.Kind.RNN_TANH) {
            FloatUnary.tanh(h, h, count);
        } else {
            FloatUnary.relu(h, h, count);
        }
        RnnResults.commit(this, frame, h, step, block, n, rows);
    }

    /** i, f = σ(a), g = tanh(a), c' = f·c + i·g, o = σ(a), h' = o·tanh(c'). */
    private void lstm(long frame, long slice, int step, int block, int n, int rows) {
        int width = s.width(block);
        int count = rows * width;
        long i = slice + slotsInSlice();
        long f = i + FLOAT * count;
        long g = f + FLOAT * count;
        long o = g + FLOAT * count;
        long cell = o + FLOAT * count;
        long h = cell + FLOAT * count;
        long e = h + FLOAT * count;
        long before = cells(frame, block, n);
        for (int k = 0; k < 4; k++) {
            int gate = isForth(step) ? k : 3 - k;
            gate(frame, slice, step, gate, block, n, rows, i + FLOAT * gate * count);
        }
        if (s.cell().peephole()) {
            RnnGates.peep(peephole(frame, 0, block), before, i, rows, width);
            RnnGates.peep(peephole(frame, 1, block), before, f, rows, width);
        }
        LstmGates.fall(i, e, 2 * count);
        LstmGates.rise(g, h, count);
        if (reserve) {
            LstmGates.keepCell(i, e, h, before, cell, count);
        } else {
            LstmGates.cell(i, e, h, before, cell, count);
        }
        if (s.cell().peephole()) {
            RnnGates.peep(peephole(frame, 2, block), cell, o, rows, width);
        }
        LstmGates.fall(o, e, count);
        LstmGates.rise(cell, h, count);
        if (reserve) {
            LstmGates.keepState(o, e, h, cell, h, count);
        } else {
            LstmGates.state(o, e, h, cell, h, count);
        }
        RnnResults.commit(this, frame, i, step, block, n, rows);
    }

    /** r, z = σ(a), q = U h + c, n = tanh(r·q + W x + b), h' = (1 - z)·n + z·h. */
    private void gru(long frame, long slice, int step, int block, int n, int rows) {
        int width = s.width(block);
        int count = rows * width;
        long r = slice + slotsInSlice();
        long z = r + FLOAT * count;
        long m = z + FLOAT * count;
        long q = m + FLOAT * count;
        long h = q + FLOAT * count;
        gate(frame, slice, step, 0, block, n, rows, r);
        gate(frame, slice, step, 1, block, n, rows, z);
        FloatUnary.sigmoid(r, r, 2 * count);
        product(frame, slice, states(frame, step), 2, block, n, rows, q);
        RnnGates.add(resetBias(frame, block), Native.ZEROS, 0, q, rows, width);
        RnnGates.multiply(r, q, m, count);
        addInput(frame, step, 2, block, n, rows, m);
        FloatUnary.tanh(m, m, count);
        copyState(frame, step, block, n, rows, h);
        RnnGates.mix(z, m, h, h, count);
        RnnResults.commit(this, frame, r, step, block, n, rows);
    }

    /** r, z = σ(a), and r·h where all workers see it. */
    private void gruReset(long frame, long slice, int step, int block, int n, int rows) {
        int width = s.width(block);
        int count = rows * width;
        long r = sharedSlots(frame, block, n);
        long z = r + FLOAT * count;
        long q = z + 2 * FLOAT * count;
        long h = q + FLOAT * count;
        gate(frame, slice, step, 0, block, n, rows, r);
        gate(frame, slice, step, 1, block, n, rows, z);
        FloatUnary.sigmoid(r, r, 2 * count);
        copyState(frame, step, block, n, rows, h);
        RnnGates.multiply(r, h, q, count);
        long rowBytes = RnnShape.rowBytes(s.H());
        Tiles.copy(rows, width, q, FLOAT * width, scratch(frame) + resets + n * rowBytes + FLOAT * block * Tiles.COLUMNS, rowBytes);
    }

    /** q = U (r·h) + c, n = tanh(q + W x + b), h' = (1 - z)·n + z·h. */
    private void gruAfterReset(long frame, long slice, int step, int block, int n, int rows) {
        int width = s.width(block);
        int count = rows * width;
        long r = sharedSlots(frame, block, n);
        long z = r + FLOAT * count;
        long m = z + FLOAT * count;
        long q = m + FLOAT * count;
        long h = q + FLOAT * count;
        product(frame, slice, scratch(frame) + resets, 2, block, n, rows, q);
        RnnGates.add(resetBias(frame, block), Native.ZEROS, 0, q, rows, width);
        Tiles.copy(1, count, q, 0, m, 0);
        addInput(frame, step, 2, block, n, rows, m);
        FloatUnary.tanh(m, m, count);
        RnnGates.mix(z, m, h, h, count);
        RnnResults.commit(this, frame, r, step, block, n, rows);
    }

    /** a = U h + c + W x + b of one gate. */
    private void gate(long frame, long slice, int step, int gate, int block, int n, int rows, long a) {
        product(frame, slice, states(frame, step), gate, block, n, rows, a);
        addInput(frame, step, gate, block, n, rows, a);
    }

    /** y = U v of one gate, where v are rows that all workers see. */
    private void product(long frame, long slice, long v, int gate, int block, int n, int rows, long y) {
        int H = s.H();
        int width = s.width(block);
        long rowBytes = RnnShape.rowBytes(H);
        if (narrow.isPresent()) {
            long sums = narrow.get().sums(scratch(frame), n, gate * H + block * Tiles.COLUMNS);
            Tiles.copy(rows, width, sums, narrow.get().sumStride(), y, FLOAT * width);
        } else if (pairsState) {
            long panel = address(frame, 2) + statePairs.at(block, gate, width);
            statePairs.multiply(v, panel, width, y);
        } else if (frozenState || packsState) {
            long panel = (frozenState ? address(frame, 2) : scratch(frame) + packedState) + statePanels.at(block, gate, width);
            Tiles.multiply(rows, width, H, v + n * rowBytes, Tiles.ROWS * rowBytes, rowBytes, FLOAT, panel, FLOAT * width, y, FLOAT * width, false, slice);
        } else {
            long weights = address(frame, 2) + FLOAT * H * ((long) gate * H + block * Tiles.COLUMNS);
            Gemv.dots(rows, H, v + n * rowBytes, rowBytes, weights, FLOAT * H, 0, s.units(block), y, FLOAT * width, FLOAT, false, slice);
        }
    }

    /** a += W x + b of one gate. */
    private void addInput(long frame, int step, int gate, int block, int n, int rows, long a) {
        input.add(this, frame, step, gate, block, n, rows, a);
    }

    private void copyState(long frame, int step, int block, int n, int rows, long h) {
        long rowBytes = RnnShape.rowBytes(s.H());
        int width = s.width(block);
        Tiles.copy(rows, width, states(frame, step) + n * rowBytes + FLOAT * block * Tiles.COLUMNS, rowBytes, h, FLOAT * width);
    }

    /** Returns which operands and results a library's products, and what goes with them, read and write in bfloat16: x, wIh, wHh, h0, y, reserve. */
    private Set<Integer> narrowBuffers() {
        return Set.of(0, 1, 2, 5, s.cell().operands(), buffers() - 1);
    }

    /** Returns the bytes of an element of y and of the reserve. */
    long elementBytes() {
        return narrow.isPresent() ? BFloat16.SIZE : FLOAT;
    }

    /** Writes rows of floats to y or the reserve. */
    void write(int rows, int columns, long floats, long stride, long to, long rowBytes) {
        if (narrow.isPresent()) {
            BFloat16.roundRows(rows, columns, floats, stride, to, rowBytes);
        } else {
            Tiles.copy(rows, columns, floats, stride, to, rowBytes);
        }
    }

    /** Keeps rows of the state where a library's product reads them, if it does: {@code count} units from {@code first} on, of samples from {@code n} on. */
    void keepState(long frame, int n, int first, int count, int rows, long h, long stride) {
        for (int row = 0; row < rows && narrow.isPresent(); row++) {
            narrow.get().put(scratch(frame), n + row, first, count, h + row * stride);
        }
    }

    /** Returns how many slots of a step go to the reserve. */
    int kept() {
        return reserve ? kind.reserve() : 0;
    }

    /** Returns the address of y. */
    long y(long frame) {
        return address(frame, s.cell().operands());
    }

    /** Returns the address of the reserve, if there is one. */
    long reserve(long frame) {
        return address(frame, buffers() - 1);
    }

    /** Returns the rows of h as step {@code step} finds them. */
    long states(long frame, int step) {
        return scratch(frame) + states + (step & 1) * s.N() * RnnShape.rowBytes(s.H());
    }

    /** Returns the cells of a block from sample {@code n} on. */
    long cells(long frame, int block, int n) {
        return scratch(frame) + cells + s.blocked(block, n);
    }

    private long sharedSlots(long frame, int block, int n) {
        return scratch(frame) + sharedSlots + slotCount() * s.blocked(block, n);
    }

    private long peephole(long frame, int gate, int block) {
        return scratch(frame) + peephole + FLOAT * (gate * Panels.width(s.H()) + block * Tiles.COLUMNS);
    }

    private long resetBias(long frame, int block) {
        return scratch(frame) + resetBias + FLOAT * block * Tiles.COLUMNS;
    }
}
