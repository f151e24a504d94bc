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

/**
 * A recurrent layer. Workers go through the steps together, in one fork. A step, for each block of units and chunk of samples that a worker owns: the
 * products of the state before with the recurrent weights, gate by gate; the gates' functions on the result, which is still in the first-level cache; the
 * new state, twice: to y, and to padded rows that the next step reads.
 *
 * <p>With few samples the product of the input with its weights, bias included, is made before, for many steps at once, since it would read its
 * weights at every step for little work. With many samples it is part of the step, and goes through no memory.
 *
 * <p>The state's rows are there twice, for even and odd steps, so that one meeting of the workers a step suffices; a reset before the product takes a
 * second one.
 */
final class RnnKernel implements FrameKernel {
    /** Two tiles: from so many samples on a step multiplies its input itself, and weights are worth packing. */
    private static final int MANY = 2 * Tiles.ROWS;
    /** Rows of the input's product that are made at once otherwise. */
    private static final int ROWS_AT_ONCE = 1024;
    /** Scratch memory of a product. */
    private static final long TILE_BYTES = Math.max(Tiles.SCRATCH_BYTES, Gemv.SCRATCH_BYTES);
    /** One gate of a chunk. */
    private static final long SLOT_BYTES = FLOAT * RnnShape.ROWS * Tiles.COLUMNS;

    private final Recurrent.Kind kind;
    private final RnnShape s;
    private final boolean reserve;
    private final boolean projectsInStep;
    private final boolean frozenInput;
    private final boolean frozenState;
    private final boolean packsState;
    private final boolean pairsState;
    private final RnnPanels inputPanels;
    private final RnnPanels statePanels;
    private final RnnPairs statePairs;
    private final int stepsAtOnce;
    private final Sgemm projection;
    private final Sgemm lastProjection;
    private final RnnGrid grid;
    private final Workers workers;
    private final Workers.FrameTask packing = this::pack;

    // Offsets in the scratch memory.
    private final long fromStep;
    private final long toStep;
    private final long barriers;
    private final long inputBias;
    private final long resetBias;
    private final long peephole;
    private final long projected;
    private final long states;
    private final long resets;
    private final long cells;
    private final long sharedSlots;
    private final long packedInput;
    private final long packedState;
    private final long productWorkspace;
    private final long slices;
    private final long scratchBytes;

    private RnnKernel(RnnShape s, boolean reserve, boolean frozenInput, boolean frozenState, boolean pairsState, Workers workers) {
        this.kind = s.cell().kind();
        this.s = s;
        this.reserve = reserve;
        this.frozenInput = frozenInput;
        this.frozenState = frozenState;
        this.pairsState = pairsState;
        this.workers = workers;
        // Read from the ends of samples of several lengths, a step is many times: their inputs do not lie together.
        boolean manyTimes = s.cell().lengths() && s.reverse();
        projectsInStep = s.N() >= MANY && !manyTimes;
        packsState = !frozenState && (long) s.T() * s.N() >= MANY;
        inputPanels = new RnnPanels(s.gates(), s.H(), s.I());
        statePanels = new RnnPanels(s.gates(), s.H(), s.H());
        statePairs = new RnnPairs(s.gates(), s.H(), s.H());
        grid = RnnGrid.of(s, workers.threads(), isResetBefore() ? 2 : 1);
        stepsAtOnce = projectsInStep || manyTimes ? s.T() : Math.min(s.T(), Math.ceilDiv(ROWS_AT_ONCE, Math.max(1, s.N())));
        projection = projection(stepsAtOnce);
        lastProjection = projection(stepsAtOnce == 0 ? 0 : s.T() % stepsAtOnce);

        long rowBytes = RnnShape.rowBytes(s.H());
        long padded = FLOAT * Panels.width(s.H());
        var memory = new RnnMemory();
        fromStep = memory.take(8);
        toStep = memory.take(8);
        barriers = memory.take(RnnBarrier.BYTES * grid.sampleParts());
        inputBias = memory.take(FLOAT * s.stacked() + Simd.BYTES);
        resetBias = memory.take(padded);
        peephole = memory.take(s.cell().peephole() ? 3 * padded : 0);
        // The last vector of the last row may reach over its end.
        projected = memory.take(projectsInStep ? 0 : FLOAT * stepsAtOnce * s.N() * s.stacked() + Simd.BYTES);
        states = memory.take(2 * s.N() * rowBytes);
        resets = memory.take(isResetBefore() ? s.N() * rowBytes : 0);
        cells = memory.take(s.cell().isLstm() ? s.blockedBytes() : 0);
        sharedSlots = memory.take(isResetBefore() ? slotCount() * s.blockedBytes() : 0);
        packedInput = memory.take(packsInput() ? inputPanels.bytes() : 0);
        packedState = memory.take(packsState ? statePanels.bytes() : 0);
        int threads = workers.threads();
        productWorkspace = memory.take(projectsInStep ? 0 : Math.max(projection.workspaceBytes(threads), lastProjection.workspaceBytes(threads)));
        slices = memory.take(grid.cells() * sliceBytes());
        scratchBytes = memory.taken();
    }

    private Sgemm projection(int steps) {
        return new Sgemm(Sgemm.Shape.dense(steps * s.N(), s.stacked(), s.I(), false, true), Sgemm.Batch.ONE, false,
                new Epilogue(Epilogue.Bias.COLUMN, false, 1), frozenInput);
    }

    /** Returns a kernel, or empty if the operands are not floats. */
    static Optional<Kernel> of(Recurrent.Rnn op, List<TensorType> inputs, List<TensorType> outputs, List<Boolean> frozen, Workers workers) {
        return switch (inputs.getFirst().dtype()) {
            case F32 -> Optional.of(of(op, inputs, frozen, false, workers));
            case BF16 -> Optional.of(new WidenedKernel(of(op, WidenedKernel.wide(inputs), frozen, true, workers), inputs, outputs, workers));
            case F64, F16, I8, U8, I16, U16, I32, U32, I64, U64, BOOL -> Optional.empty();
        };
    }

    private static RnnKernel of(Recurrent.Rnn op, List<TensorType> inputs, List<Boolean> frozen, boolean narrow, Workers workers) {
        RnnShape shape = RnnShape.of(op, op.reverse(), inputs);
        boolean empty = shape.stacked() == 0 || shape.I() == 0;
        boolean frozenState = frozen.get(2) && !empty;
        // A single sample takes the time that the weights take to arrive; for more of them, widening the weights at each turn costs what narrow ones save.
        boolean pairsState = narrow && frozenState && shape.N() == 1;
        return new RnnKernel(shape, op.reserve(), frozen.get(1) && !empty, frozenState, pairsState, workers);
    }

    @Override
    public String name() {
        String weights = pairsState ? "pairs" : frozenState ? "packed" : packsState ? "packing" : "dots";
        return kind.label() + " " + s.T() + "x" + s.N() + "x" + s.I() + "->" + s.H() + ", " + weights + ", " + grid.sampleParts() + "x" + grid.unitParts();
    }

    @Override
    public List<Layout> inputLayouts() {
        List<Layout> layouts = new ArrayList<>(Collections.nCopies(s.cell().operands(), Layout.PLAIN));
        if (frozenInput) {
            layouts.set(1, projectsInStep ? inputPanels : new PackedB(s.I(), s.stacked(), true));
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
    public Workers workers() {
        return workers;
    }

    @Override
    public boolean isParallel() {
        return grid.cells() > 1;
    }

    @Override
    public long scratchBytes() {
        return scratchBytes;
    }

    private boolean packsInput() {
        return projectsInStep && !frozenInput;
    }

    private boolean isResetBefore() {
        return kind == Recurrent.Kind.GRU_RESET_BEFORE;
    }

    /** What is in the reserve, in its order, then the new state: a slot each. */
    private int slotCount() {
        return kind.reserve() + 1;
    }

    /** Returns where a worker keeps its gates: behind the scratch of the products and a product with the input. */
    private static long slotsInSlice() {
        return TILE_BYTES + SLOT_BYTES;
    }

    private long sliceBytes() {
        return slotsInSlice() + (isResetBefore() ? 0 : slotCount() * SLOT_BYTES);
    }

    /** @throws IndexOutOfBoundsException if a length is negative or above T */
    @Override
    public void start(long frame) {
        if (s.cell().lengths()) {
            s.checkLengths(lengths(frame));
        }
        begin(frame);
        if (packsInput() || packsState) {
            fork(packing, frame);
        }
        for (int from = 0; from < s.T(); from += stepsAtOnce) {
            int to = Math.min(s.T(), from + stepsAtOnce);
            putLong(scratch(frame) + fromStep, from);
            putLong(scratch(frame) + toStep, to);
            for (int part = 0; part < grid.sampleParts(); part++) {
                putLong(scratch(frame) + barriers + part * RnnBarrier.BYTES, 0);
            }
            if (!projectsInStep) {
                (to - from == stepsAtOnce ? projection : lastProjection).run(address(frame, 0) + FLOAT * firstPlace(from, to) * s.I(), address(frame, 1),
                        scratch(frame) + projected, scratch(frame) + inputBias, 0, scratch(frame) + productWorkspace, workers);
            }
            fork(this, frame);
        }
        end(frame);
    }

    private void fork(Workers.FrameTask task, long frame) {
        if (isParallel()) {
            workers.run(task, frame);
        } else {
            task.run(frame, 0, 1);
        }
    }

    /** Adds up the biases and copies what is read in whole vectors, or written. */
    private void begin(long frame) {
        int H = s.H();
        // The n gate of a GRU multiplies its product, bias included, before it adds the input's.
        int common = kind.gates() == 3 ? 2 * H : s.stacked();
        long bias = scratch(frame) + inputBias;
        Tiles.copy(1, s.stacked(), address(frame, 3), 0, bias, 0);
        Tiles.add(1, common, address(frame, 4), 0, bias, 0);
        if (common < s.stacked()) {
            Panels.widenRows(1, H, address(frame, 4) + FLOAT * common, scratch(frame) + resetBias);
        }
        if (s.cell().peephole()) {
            Panels.widenRows(3, H, address(frame, 7), scratch(frame) + peephole);
        }
        Tiles.copy(s.N(), H, address(frame, 5), FLOAT * H, states(frame, 0), RnnShape.rowBytes(H));
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
            if (packsInput()) {
                inputPanels.pack(address(frame, 1), scratch(frame) + packedInput, (int) block);
            }
            if (packsState) {
                statePanels.pack(address(frame, 2), scratch(frame) + packedState, (int) block);
            }
        }
    }

    @Override
    public void run(long frame, int worker, int of) {
        RnnGrid shares = of == 1 ? RnnGrid.ALONE : grid;
        if (worker >= shares.cells()) {
            return;
        }
        int samplePart = worker / shares.unitParts();
        int unitPart = worker % shares.unitParts();
        int n0 = shares.firstSample(samplePart, s.N());
        int n1 = shares.firstSample(samplePart + 1, s.N());
        int block0 = shares.firstBlock(unitPart, s.blocks());
        int block1 = shares.firstBlock(unitPart + 1, s.blocks());
        long barrier = scratch(frame) + barriers + samplePart * RnnBarrier.BYTES;
        long slice = scratch(frame) + slices + worker * sliceBytes();
        long arrivals = 0;
        try {
            for (int step = (int) getLong(scratch(frame) + fromStep); step < getLong(scratch(frame) + toStep); step++) {
                sweep(frame, slice, step, false, n0, n1, block0, block1);
                if (isResetBefore()) {
                    arrivals += shares.unitParts();
                    RnnBarrier.await(barrier, arrivals);
                    sweep(frame, slice, step, true, n0, n1, block0, block1);
                }
                arrivals += shares.unitParts();
                RnnBarrier.await(barrier, arrivals);
            }
        } catch (Throwable e) {
            RnnBarrier.abandon(barrier);
            throw e;
        }
    }

    /** One step of some samples and blocks; in two parts, before and after all have met, if the reset comes before the product. */
    private void sweep(long frame, long slice, int step, boolean met, int n0, int n1, int block0, int block1) {
        for (int i = block0; i < block1; i++) {
            int block = isForth(step) ? i : block0 + block1 - 1 - i;
            for (int n = n0; n < n1; n += RnnShape.ROWS) {
                int rows = Math.min(RnnShape.ROWS, n1 - n);
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
        commit(frame, h, step, block, n, rows);
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
        long before = cells(frame, block, n);
        for (int k = 0; k < 4; k++) {
            int gate = isForth(step) ? k : 3 - k;
            gate(frame, slice, step, gate, block, n, rows, i + FLOAT * gate * count);
        }
        if (s.cell().peephole()) {
            RnnGates.peep(peephole(frame, 0, block), before, i, rows, width);
            RnnGates.peep(peephole(frame, 1, block), before, f, rows, width);
        }
        FloatUnary.sigmoid(i, i, 2 * count);
        FloatUnary.tanh(g, g, count);
        RnnGates.cell(i, f, g, before, cell, count);
        if (s.cell().peephole()) {
            RnnGates.peep(peephole(frame, 2, block), cell, o, rows, width);
        }
        FloatUnary.sigmoid(o, o, count);
        FloatUnary.tanh(cell, h, count);
        RnnGates.multiply(o, h, h, count);
        commit(frame, i, step, block, n, rows);
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
        addInput(frame, slice, step, 2, block, n, rows, m);
        FloatUnary.tanh(m, m, count);
        copyState(frame, step, block, n, rows, h);
        RnnGates.mix(z, m, h, h, count);
        commit(frame, r, step, block, n, rows);
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
        addInput(frame, slice, step, 2, block, n, rows, m);
        FloatUnary.tanh(m, m, count);
        RnnGates.mix(z, m, h, h, count);
        commit(frame, r, step, block, n, rows);
    }

    /** a = U h + c + W x + b of one gate. */
    private void gate(long frame, long slice, int step, int gate, int block, int n, int rows, long a) {
        product(frame, slice, states(frame, step), gate, block, n, rows, a);
        addInput(frame, slice, step, gate, block, n, rows, a);
    }

    /** y = U v of one gate, where v are rows that all workers see. */
    private void product(long frame, long slice, long v, int gate, int block, int n, int rows, long y) {
        int H = s.H();
        int width = s.width(block);
        long rowBytes = RnnShape.rowBytes(H);
        if (pairsState) {
            long panel = address(frame, 2) + statePairs.at(block, gate, width);
            statePairs.multiply(v, panel, width, y);
        } else if (frozenState || packsState) {
            long panel = (frozenState ? address(frame, 2) : scratch(frame) + packedState) + statePanels.at(block, gate, width);
            multiply(rows, H, v + n * rowBytes, rowBytes, panel, width, y, slice);
        } else {
            long weights = address(frame, 2) + FLOAT * H * ((long) gate * H + block * Tiles.COLUMNS);
            Gemv.dots(rows, H, v + n * rowBytes, rowBytes, weights, FLOAT * H, 0, s.units(block), y, FLOAT * width, FLOAT, false, slice);
        }
    }

    private static void multiply(int rows, int K, long v, long rowBytes, long panel, int width, long y, long slice) {
        Tiles.multiply(rows, width, K, v, Tiles.ROWS * rowBytes, rowBytes, FLOAT, panel, FLOAT * width, y, FLOAT * width, false, slice);
    }

    /** a += W x + b of one gate. */
    private void addInput(long frame, long slice, int step, int gate, int block, int n, int rows, long a) {
        int width = s.width(block);
        if (!projectsInStep) {
            addProjected(frame, step, gate, block, n, rows, a);
            return;
        }
        long place = (long) (s.reverse() ? s.T() - 1 - step : step) * s.N() + n;      // of samples that have ended the result is thrown away
        long panel = (frozenInput ? address(frame, 1) : scratch(frame) + packedInput) + inputPanels.at(block, gate, width);
        long product = slice + TILE_BYTES;
        multiply(rows, s.I(), address(frame, 0) + FLOAT * place * s.I(), FLOAT * s.I(), panel, width, product, slice);
        RnnGates.add(scratch(frame) + inputBias + FLOAT * (gate * s.H() + block * Tiles.COLUMNS), product, FLOAT * width, a, rows, width);
    }

    /** The last vector of a row may take along what comes after its units: nobody reads those lanes. */
    private void addProjected(long frame, int step, int gate, int block, int n, int rows, long a) {
        int width = s.width(block);
        int alike = s.alike(rows);
        long first = firstPlace((int) getLong(scratch(frame) + fromStep), (int) getLong(scratch(frame) + toStep));
        for (int i = 0; i < rows; i += alike) {
            long place = s.place(lengths(frame), n + i, step);
            if (place >= 0) {
                long row = scratch(frame) + projected + FLOAT * ((place - first) * s.stacked() + gate * s.H() + block * Tiles.COLUMNS);
                RnnGates.add(Native.ZEROS, row, FLOAT * s.stacked(), a + FLOAT * i * width, alike, width);
            }
        }
    }

    private void copyState(long frame, int step, int block, int n, int rows, long h) {
        long rowBytes = RnnShape.rowBytes(s.H());
        int width = s.width(block);
        Tiles.copy(rows, width, states(frame, step) + n * rowBytes + FLOAT * block * Tiles.COLUMNS, rowBytes, h, FLOAT * width);
    }

    /** Stores what the slots from {@code slots} on hold: the new state, y, the reserve; of samples that have ended, the old state and zeros. */
    private void commit(long frame, long slots, int step, int block, int n, int rows) {
        int width = s.width(block);
        int alike = s.alike(rows);
        long slotBytes = FLOAT * rows * width;
        for (int i = 0; i < rows; i += alike) {
            long place = s.place(lengths(frame), n + i, step);
            if (place >= 0) {
                commitRows(frame, slots + FLOAT * i * width, slotBytes, step, place, block, n + i, alike);
            } else {
                rest(frame, step, block, n + i);
            }
        }
    }

    private void commitRows(long frame, long slots, long slotBytes, int step, long place, int block, int n, int rows) {
        int H = s.H();
        int R = kind.reserve();
        int width = s.width(block);
        int units = s.units(block);
        long stride = FLOAT * width;
        long first = FLOAT * block * Tiles.COLUMNS;
        long rowBytes = RnnShape.rowBytes(H);
        long h = slots + R * slotBytes;
        Tiles.copy(rows, width, h, stride, states(frame, step + 1) + n * rowBytes + first, rowBytes);
        Tiles.copy(rows, units, h, stride, y(frame) + FLOAT * place * H + first, FLOAT * H);
        if (s.cell().isLstm()) {
            Tiles.copy(1, rows * width, slots + 4 * slotBytes, 0, cells(frame, block, n), 0);
        }
        for (int slot = 0; slot < R && reserve; slot++) {
            Tiles.copy(rows, units, slots + slot * slotBytes, stride, reserve(frame) + FLOAT * (place * R + slot) * H + first, FLOAT * R * H);
        }
    }

    private void rest(long frame, int step, int block, int n) {
        int H = s.H();
        int R = kind.reserve();
        long bytes = FLOAT * s.units(block);
        long first = FLOAT * block * Tiles.COLUMNS;
        long row = n * RnnShape.rowBytes(H) + first;
        long place = (long) step * s.N() + n;               // a time beyond the length, in both directions
        Tiles.copy(1, s.width(block), states(frame, step) + row, 0, states(frame, step + 1) + row, 0);
        Native.zero(y(frame) + FLOAT * place * H + first, bytes);
        for (int slot = 0; slot < R && reserve; slot++) {
            Native.zero(reserve(frame) + FLOAT * (place * R + slot) * H + first, bytes);
        }
    }

    /** Returns the first row of x that steps {@code from} to {@code to} read. */
    private long firstPlace(int from, int to) {
        return (long) (s.reverse() ? s.T() - to : from) * s.N();
    }

    private long lengths(long frame) {
        return s.cell().lengths() ? address(frame, s.lengthsOperand()) : 0;
    }

    private long y(long frame) {
        return address(frame, s.cell().operands());
    }

    private long reserve(long frame) {
        return address(frame, buffers() - 1);
    }

    /** Returns the rows of h as step {@code step} finds them. */
    private long states(long frame, int step) {
        return scratch(frame) + states + (step & 1) * s.N() * RnnShape.rowBytes(s.H());
    }

    private long cells(long frame, int block, int n) {
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
