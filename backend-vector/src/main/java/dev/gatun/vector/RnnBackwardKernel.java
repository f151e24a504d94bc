package dev.gatun.vector;

import static dev.gatun.vector.Native.FLOAT;

import dev.gatun.TensorType;
import dev.gatun.op.Recurrent;
import dev.gatun.spi.Kernel;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Back-propagation through time. Workers go through the steps from the last to the first in one fork, as {@link RnnKernel} does from the first to the last. A
 * step, for each block of units and chunk of samples: from dh and dc, the gradients of the state after the step, those of the sums inside of the gates, da,
 * in the first-level cache; when all have met, the product of da with the recurrent weights, which is dh before the step.
 *
 * <p>Then da of all steps is one matrix, and what is left are products of it: dx = da·wIh, dwIh = daᵀ·x, dwHh = daᵀ·h with the states before each step,
 * and the sums of its columns.
 *
 * <p>The gate n of a GRU has two sums, inside and outside of the reset: a row of da is dr, dz, dq, dn there, so that the recurrent weights see the first
 * three in one piece.
 */
final class RnnBackwardKernel implements RnnWalk {
    /** Scratch memory of a product. */
    private static final long TILE_BYTES = Tiles.SCRATCH_BYTES;

    private final Recurrent.Kind kind;
    private final RnnShape s;
    private final int columns;
    private final Sharing sharing;
    private final RnnWeightGradients products;
    private final RnnBiasGradients biases;
    private final Optional<RnnNarrowState> narrow;
    private final Optional<RnnNarrowGradients> narrowProducts;
    private final Workers.FrameTask packing = this::pack;
    private final Workers.FrameTask summing = this::sum;

    // Offsets in the scratch memory.
    private final long stepAt;
    private final long peephole;
    private final long gradients;
    private final long before;
    private final long resets;
    private final long rows;
    private final long states;
    private final long cells;
    private final long sharedSlots;
    private final long packed;

    private RnnBackwardKernel(RnnShape s, NarrowProducts library, Workers workers) {
        this.kind = s.cell().kind();
        this.s = s;
        columns = kind == Recurrent.Kind.GRU ? 4 * s.H() : s.stacked();
        RnnGrid grid = RnnGrid.of(s, workers.threads(), isResetBefore() ? 2 : 1);

        long places = (long) s.T() * s.N();
        var memory = new RnnMemory();
        stepAt = memory.take(Long.BYTES);
        long barriers = memory.take(RnnWalk.barrierBytes(grid));
        peephole = memory.take(s.cell().peephole() ? FLOAT * 3 * Panels.width(s.H()) : 0);
        gradients = memory.take(places * gradientBytes());
        narrow = RnnNarrowState.of(s, true, library, memory);
        narrowProducts = narrow.flatMap(_ -> RnnNarrowGradients.of(s, columns, library, memory));
        boolean isNarrow = narrowProducts.isPresent();
        before = memory.take(isNarrow ? 0 : places * beforeBytes());
        resets = memory.take(isResetBefore() ? FLOAT * places * s.H() : 0);
        rows = memory.take(hasRows() ? 2 * s.N() * RnnShape.rowBytes(s.stacked()) : 0);
        states = memory.take(s.blockedBytes());
        cells = memory.take(s.cell().isLstm() ? s.blockedBytes() : 0);
        sharedSlots = memory.take(isResetBefore() ? slotCount() * s.blockedBytes() : 0);
        packed = memory.take(isNarrow ? 0 : Panels.bytes(s.stacked(), s.H()));
        products = new RnnWeightGradients(s, columns, workers.threads(), memory);
        biases = new RnnBiasGradients(s, columns, memory);
        long slices = memory.take(grid.cells() * sliceBytes());
        sharing = new Sharing(s, grid, workers, barriers, slices, memory.taken());
    }

    /** Returns a kernel, or empty if the operands are not floats. @param library multiplies in bfloat16, where it can */
    static Optional<Kernel> of(Recurrent.RnnBackward op, List<TensorType> inputs, List<TensorType> outputs, NarrowProducts library, Workers workers) {
        RnnShape shape = RnnShape.of(op, op.reverse(), inputs);
        return switch (inputs.getFirst().dtype()) {
            case F32 -> Optional.of(new RnnBackwardKernel(shape, NarrowProducts.NONE, workers));
            case BF16 -> Optional.of(byLibrary(shape, library, workers).map(k -> new WidenedKernel(k, inputs, outputs, k.narrowBuffers(), workers))
                    .orElseGet(() -> new WidenedKernel(new RnnBackwardKernel(shape, NarrowProducts.NONE, workers), inputs, outputs, Set.of(), workers)));
            case F64, F16, I8, U8, I16, U16, I32, U32, I64, U64, BOOL -> Optional.empty();
        };
    }

    private static Optional<RnnBackwardKernel> byLibrary(RnnShape shape, NarrowProducts library, Workers workers) {
        return RnnNarrowState.suits(shape) ? Optional.of(new RnnBackwardKernel(shape, library, workers)).filter(RnnBackwardKernel::isNarrow) : Optional.empty();
    }

    /** Whether rows of one step do not lie together in the matrix of all steps, as each sample has its own length, and are kept apart for the product. */
    private boolean hasRows() {
        return s.cell().lengths() && !isNarrow();
    }

    private boolean isNarrow() {
        return narrowProducts.isPresent();
    }

    @Override
    public String name() {
        return kind.label() + " backward " + s.T() + "x" + s.N() + "x" + s.I() + "->" + s.H() + ", " + grid().sampleParts() + "x" + grid().unitParts()
                + (isNarrow() ? ", " + RnnNarrowState.LABEL : "");
    }

    @Override
    public int buffers() {
        return result(0) + 6 + (s.cell().isLstm() ? 1 : 0) + (s.cell().peephole() ? 1 : 0);
    }

    @Override
    public Sharing sharing() {
        return sharing;
    }

    @Override
    public long sliceBytes() {
        return TILE_BYTES + FLOAT * (isResetBefore() ? 1 : slotCount()) * RnnShape.ROWS * Tiles.COLUMNS;
    }

    private boolean isResetBefore() {
        return kind == Recurrent.Kind.GRU_RESET_BEFORE;
    }

    private int slotCount() {
        return switch (kind) {
            case RNN_TANH, RNN_RELU -> 2;
            case LSTM -> 9;
            case GRU -> 6;
            case GRU_RESET_BEFORE -> 7;
        };
    }

    /** @throws IndexOutOfBoundsException if a length is negative or above T */
    @Override
    public void start(long frame) {
        if (s.cell().lengths()) {
            s.checkLengths(lengths(frame));
        }
        begin(frame);
        if (isNarrow()) {
            narrow.get().pack(address(frame, 2), scratch(frame));
            for (int step = s.T() - 1; step >= 0; step--) {
                walk(frame, step);
                narrow.get().multiply(scratch(frame));
            }
            walk(frame, -1);
            narrowProducts.get().run(this, frame);
        } else {
            fork(packing, frame);
            fork(this, frame);
            products.run(this, frame);
        }
        end(frame);
        biases.run(this, summing, frame);
    }

    private void walk(long frame, int step) {
        Native.putLong(scratch(frame) + stepAt, step);
        fork(this, frame);
    }

    private void begin(long frame) {
        resetBarriers(frame);
        if (s.cell().peephole()) {
            Panels.widenRows(3, s.H(), address(frame, 7), scratch(frame) + peephole);
        }
        for (int block = 0; block < s.blocks(); block++) {
            toBlock(address(frame, saved(3)), states(frame, block, 0), block);
            if (s.cell().isLstm()) {
                toBlock(address(frame, saved(4)), cells(frame, block, 0), block);
            }
        }
    }

    private void toBlock(long rows, long state, int block) {
        Tiles.copy(s.N(), s.units(block), rows + FLOAT * block * Tiles.COLUMNS, FLOAT * s.H(), state, FLOAT * s.width(block));
    }

    /** Copies what is left of the gradients of the state. */
    private void end(long frame) {
        for (int block = 0; block < s.blocks(); block++) {
            fromBlock(states(frame, block, 0), address(frame, result(5)), block);
            if (s.cell().isLstm()) {
                fromBlock(cells(frame, block, 0), address(frame, result(6)), block);
            }
        }
    }

    private void fromBlock(long state, long rows, int block) {
        Tiles.copy(s.N(), s.units(block), state, FLOAT * s.width(block), rows + FLOAT * block * Tiles.COLUMNS, FLOAT * s.H());
    }

    private void pack(long frame, int worker, int of) {
        products.join(this, frame, worker, of);
        long to = Workers.share(s.blocks(), worker + 1, of);
        for (long block = Workers.share(s.blocks(), worker, of); block < to; block++) {
            int units = s.units((int) block);
            Panels.packB(false, s.stacked(), units, address(frame, 2) + FLOAT * block * Tiles.COLUMNS, FLOAT * s.H(), panel(frame, (int) block));
        }
    }

    @Override
    public void walk(long frame, long slice, Share share) {
        if (isNarrow()) {
            // The product of the step behind is made: what it adds to dh, then the gates.
            int step = (int) Native.getLong(scratch(frame) + stepAt);
            if (step < s.T() - 1) {
                sweep(frame, slice, step + 1, Part.STATE, share);
            }
            if (step >= 0) {
                sweep(frame, slice, step, Part.GATES, share);
            }
            return;
        }
        long arrivals = 0;
        // Rows that all workers read are those of the step, or there twice: one may go on to the next step while another still reads.
        for (int step = s.T() - 1; step >= 0; step--) {
            sweep(frame, slice, step, Part.GATES, share);
            arrivals = share.meet(arrivals);
            if (isResetBefore()) {
                sweep(frame, slice, step, Part.RESET, share);
                arrivals = share.meet(arrivals);
            }
            sweep(frame, slice, step, Part.STATE, share);
        }
    }

    /** The parts of a step, between which workers meet. */
    private enum Part {
        GATES,
        /** Through the product inside of n to r, if the reset comes before it. */
        RESET,
        STATE
    }

    private void sweep(long frame, long slice, int step, Part part, Share share) {
        for (int block = share.block0(); block < share.block1(); block++) {
            for (int n = share.n0(); n < share.n1(); n += RnnShape.ROWS) {
                int count = Math.min(RnnShape.ROWS, share.n1() - n);
                switch (part) {
                    case GATES -> gates(frame, slice, step, block, n, count);
                    case RESET -> reset(frame, slice, step, block, n, count);
                    case STATE -> state(frame, slice, step, block, n, count);
                }
            }
        }
    }

    private void gates(long frame, long slice, int step, int block, int n, int rows) {
        long slots = isResetBefore() ? sharedSlots(frame, block, n) : slice + TILE_BYTES;
        RnnSaved.stage(this, frame, slots, step, block, n, rows);
        switch (kind) {
            case RNN_TANH, RNN_RELU -> vanilla(frame, slots, block, n, rows);
            case LSTM -> lstm(frame, slots, block, n, rows);
            case GRU -> gru(frame, slots, block, n, rows);
            case GRU_RESET_BEFORE -> gruBeforeReset(frame, slots, block, n, rows);
        }
        commit(frame, slots, step, block, n, rows);
    }

    /** da = dh·f'. */
    private void vanilla(long frame, long slots, int block, int n, int rows) {
        int count = rows * s.width(block);
        long dh = slots + FLOAT * count;
        Tiles.add(1, count, states(frame, block, n), 0, dh, 0);
        if (kind == Recurrent.Kind.RNN_TANH) {
            RnnGateGradients.tanh(slots, dh, count);
        } else {
            RnnGateGradients.relu(slots, dh, count);
        }
    }

    /** Through o and tanh c' to dc', through i, f, g to dc; with peepholes also from o to c', and from i and f to c. */
    private void lstm(long frame, long slots, int block, int n, int rows) {
        int width = s.width(block);
        int count = rows * width;
        long f = slots + FLOAT * count;
        long g = f + FLOAT * count;
        long o = g + FLOAT * count;
        long cell = o + FLOAT * count;
        long cellBefore = cell + FLOAT * count;
        long dh = cellBefore + FLOAT * count;
        long dc = dh + FLOAT * count;
        long tanh = dc + FLOAT * count;
        Tiles.add(1, count, states(frame, block, n), 0, dh, 0);
        LstmGates.tanh(cell, tanh, count);
        RnnGateGradients.lstmOutput(o, tanh, dh, cells(frame, block, n), dc, count);
        if (s.cell().peephole()) {
            RnnGates.peep(peephole(frame, 2, block), o, dc, rows, width);
        }
        RnnGateGradients.lstmInput(slots, f, g, cellBefore, dc, count);
        if (s.cell().peephole()) {
            RnnGates.peep(peephole(frame, 0, block), slots, dc, rows, width);
            RnnGates.peep(peephole(frame, 1, block), f, dc, rows, width);
        }
    }

    private void gru(long frame, long slots, int block, int n, int rows) {
        int count = rows * s.width(block);
        long slot = FLOAT * count;
        Tiles.add(1, count, states(frame, block, n), 0, slots + 5 * slot, 0);
        RnnGateGradients.gru(slots, slots + slot, slots + 2 * slot, slots + 3 * slot, slots + 4 * slot, slots + 5 * slot, count);
    }

    private void gruBeforeReset(long frame, long slots, int block, int n, int rows) {
        int count = rows * s.width(block);
        long slot = FLOAT * count;
        Tiles.add(1, count, states(frame, block, n), 0, slots + 5 * slot, 0);
        RnnGateGradients.gruBeforeReset(slots, slots + slot, slots + 2 * slot, slots + 3 * slot, slots + 4 * slot, slots + 5 * slot, count);
    }

    /** Stores da, and what is known of the gradients of the state before; of samples that have ended, zeros: their state is the same before. */
    private void commit(long frame, long slots, int step, int block, int n, int rows) {
        int width = s.width(block);
        int alike = s.alike(rows);
        long slotBytes = FLOAT * rows * width;
        for (int i = 0; i < rows; i += alike) {
            long place = s.place(lengths(frame), n + i, step);
            if (place < 0) {
                rest(frame, step, block, n + i);
                continue;
            }
            long row = slots + FLOAT * i * width;
            long stateBytes = FLOAT * alike * width;
            switch (kind) {
                case RNN_TANH, RNN_RELU -> {
                    store(frame, row, slotBytes, 0, 1, step, place, block, n + i, alike);
                    Native.zero(states(frame, block, n + i), stateBytes);
                }
                case LSTM -> {
                    store(frame, row, slotBytes, 0, 4, step, place, block, n + i, alike);
                    Native.zero(states(frame, block, n + i), stateBytes);
                    Native.copy(row + 7 * slotBytes, cells(frame, block, n + i), stateBytes);
                }
                case GRU -> {
                    store(frame, row, slotBytes, 0, 4, step, place, block, n + i, alike);
                    Native.copy(row + 5 * slotBytes, states(frame, block, n + i), stateBytes);
                }
                case GRU_RESET_BEFORE -> {
                    store(frame, row, slotBytes, 2, 3, step, place, block, n + i, alike);
                    long to = scratch(frame) + resets + FLOAT * (place * s.H() + block * Tiles.COLUMNS);
                    Tiles.copy(alike, s.units(block), row + 3 * slotBytes, FLOAT * width, to, FLOAT * s.H());
                }
            }
        }
    }

    /** Stores some slots as gates of da: in its matrix, and in the rows that the recurrent weights multiply, which have no place for dn of a GRU. */
    private void store(long frame, long slots, long slotBytes, int fromGate, int toGate, int step, long place, int block, int n, int rows) {
        int H = s.H();
        int units = s.units(block);
        long stride = FLOAT * s.width(block);
        long rowBytes = RnnShape.rowBytes(s.stacked());
        long first = FLOAT * block * Tiles.COLUMNS;
        for (int gate = fromGate; gate < toGate; gate++) {
            long slot = slots + gate * slotBytes;
            Tiles.copy(rows, units, slot, stride, gradients(frame, place) + FLOAT * gate * H + first, gradientBytes());
            if (isNarrow()) {
                keep(frame, slot, stride, gate, place, block, n, rows);
            } else if (hasRows() && gate < kind.gates()) {
                Tiles.copy(rows, units, slot, stride, rows(frame, step, n) + FLOAT * gate * H + first, rowBytes);
            }
        }
    }

    private void keep(long frame, long slot, long stride, int gate, long place, int block, int n, int rows) {
        int column = gate * s.H() + block * Tiles.COLUMNS;
        for (int row = 0; row < rows; row++) {
            narrowProducts.get().put(scratch(frame), place + row, column, s.units(block), slot + row * stride);
            if (gate < kind.gates()) {
                narrow.get().put(scratch(frame), n + row, column, s.units(block), slot + row * stride);
            }
        }
    }

    /** Returns which operands a library's products, and what goes with them, read in bfloat16: x, wIh, wHh, h0, y, reserve, dy. */
    private Set<Integer> narrowBuffers() {
        return Set.of(0, 1, 2, 5, saved(0), saved(1), saved(2));
    }

    /** Returns the bytes of an element of h0, y, the reserve and dy. */
    long elementBytes() {
        return isNarrow() ? BFloat16.SIZE : FLOAT;
    }

    /** Reads rows of them as floats. */
    void read(int rows, int columns, long from, long rowBytes, long floats, long stride) {
        if (isNarrow()) {
            BFloat16.widenRows(rows, columns, from, rowBytes, floats, stride);
        } else {
            Tiles.copy(rows, columns, from, rowBytes, floats, stride);
        }
    }

    /** Keeps the states before some samples' places for the gradient of the recurrent weights. @param h rows of states, from the block's first unit on */
    void keepBefore(long frame, long place, int block, int units, int rows, long h) {
        int H = s.H();
        if (isNarrow()) {
            for (int row = 0; row < rows; row++) {
                narrowProducts.get().putBefore(scratch(frame), place + row, block * Tiles.COLUMNS, units, h + BFloat16.SIZE * row * H);
            }
        } else {
            Tiles.copy(rows, units, h, FLOAT * H, before(frame) + place * beforeBytes() + FLOAT * block * Tiles.COLUMNS, beforeBytes());
        }
    }

    private void rest(long frame, int step, int block, int n) {
        int H = s.H();
        long first = FLOAT * block * Tiles.COLUMNS;
        long bytes = FLOAT * s.units(block);
        long place = (long) step * s.N() + n;               // a time beyond the length, in both directions
        for (int gate = 0; gate < columns / H; gate++) {
            Native.zero(gradients(frame, place) + FLOAT * gate * H + first, bytes);
        }
        if (isNarrow()) {
            narrowProducts.get().clear(scratch(frame), place, block * Tiles.COLUMNS, s.units(block));
            for (int gate = 0; gate < kind.gates(); gate++) {
                narrow.get().clear(scratch(frame), n, gate * H + block * Tiles.COLUMNS, s.units(block));
            }
            return;
        }
        for (int gate = 0; hasRows() && gate < kind.gates(); gate++) {
            Native.zero(rows(frame, step, n) + FLOAT * gate * H + first, bytes);
        }
        Native.zero(before(frame) + place * beforeBytes() + first, bytes);
        if (isResetBefore()) {
            Native.zero(scratch(frame) + resets + FLOAT * place * H + first, bytes);
        }
    }

    /** Through n's product with r·h: d(r·h) = Uᵀ dn. */
    private void reset(long frame, long slice, int step, int block, int n, int rows) {
        int H = s.H();
        int width = s.width(block);
        int count = rows * width;
        int alike = s.alike(rows);
        long slot = FLOAT * count;
        long slots = sharedSlots(frame, block, n);
        multiply(rows, H, rows(frame, step, n) + 2 * FLOAT * H, panel(frame, block) + 2 * FLOAT * H * width, width, slots + 6 * slot, false, slice);
        RnnGateGradients.gruReset(slots, slots + 4 * slot, slots + 6 * slot, slots + 5 * slot, count);
        for (int i = 0; i < rows; i += alike) {
            long place = s.place(lengths(frame), n + i, step);
            if (place >= 0) {
                long row = slots + FLOAT * i * width;
                store(frame, row, slot, 0, 2, step, place, block, n + i, alike);
                Native.copy(row + 5 * slot, states(frame, block, n + i), FLOAT * alike * width);
            }
        }
    }

    /** dh += Uᵀ da; dh of a sample that has ended stays, even if U is infinite. */
    private void state(long frame, long slice, int step, int block, int n, int rows) {
        int width = s.width(block);
        int K = isResetBefore() ? 2 * s.H() : s.stacked();
        if (isNarrow()) {
            narrowState(frame, step, block, n, rows);
            return;
        }
        if (!s.cell().lengths()) {
            multiply(rows, K, rows(frame, step, n), panel(frame, block), width, states(frame, block, n), true, slice);
            return;
        }
        long product = slice + TILE_BYTES;
        multiply(rows, K, rows(frame, step, n), panel(frame, block), width, product, false, slice);
        for (int i = 0; i < rows; i++) {
            if (s.place(lengths(frame), n + i, step) >= 0) {
                Tiles.add(1, width, product + FLOAT * i * width, 0, states(frame, block, n + i), 0);
            }
        }
    }

    private void narrowState(long frame, int step, int block, int n, int rows) {
        int width = s.width(block);
        int alike = s.alike(rows);
        for (int i = 0; i < rows; i += alike) {
            if (s.place(lengths(frame), n + i, step) >= 0) {
                long sums = narrow.get().sums(scratch(frame), n + i, block * Tiles.COLUMNS);
                RnnGates.add(Native.ZEROS, sums, narrow.get().sumStride(), states(frame, block, n + i), alike, width);
            }
        }
    }

    private void multiply(int rows, int K, long da, long panel, int width, long dh, boolean accumulate, long slice) {
        long rowBytes = hasRows() ? RnnShape.rowBytes(s.stacked()) : gradientBytes();
        Tiles.multiply(rows, width, K, da, Tiles.ROWS * rowBytes, rowBytes, FLOAT, panel, FLOAT * width, dh, FLOAT * width, accumulate, slice);
    }

    private void sum(long frame, int worker, int of) {
        biases.sum(this, frame, worker, of);
        if (!isNarrow()) {
            products.part(this, frame, worker, of);
        }
    }

    /** Returns which operand is y, the reserve, dy, dhn, dcn. */
    int saved(int i) {
        return s.cell().operands() + i;
    }

    /** Returns which buffer is dx, dwIh, dwHh, dbIh, dbHh, dh0, dc0, dpeephole. */
    int result(int i) {
        return saved(4) + (s.cell().isLstm() ? 1 : 0) + i;
    }

    /** Returns the bytes between rows of da. */
    long gradientBytes() {
        return RnnShape.rowBytes(columns);
    }

    /** Returns da, {@code [T·N, columns]}. */
    long gradients(long frame) {
        return scratch(frame) + gradients;
    }

    /** Returns the bytes between rows of the states before each step: each may be followed by its input. */
    long beforeBytes() {
        return FLOAT * (s.H() + (RnnWeightGradients.isJoined(s) ? s.I() : 0));
    }

    /** Returns the states before each step, {@code [T·N, H]}. */
    long before(long frame) {
        return scratch(frame) + before;
    }

    /** Returns what n multiplied, r·h, {@code [T·N, H]}, if the reset came before the product. */
    long resets(long frame) {
        return scratch(frame) + resets;
    }

    /** Returns the row of da of a place. */
    long gradients(long frame, long place) {
        return gradients(frame) + place * gradientBytes();
    }

    private long rows(long frame, int step, int n) {
        if (!hasRows()) {
            return gradients(frame, s.place(0, n, step));
        }
        return scratch(frame) + rows + ((step & 1) * (long) s.N() + n) * RnnShape.rowBytes(s.stacked());
    }

    private long panel(long frame, int block) {
        return scratch(frame) + packed + FLOAT * s.stacked() * block * Tiles.COLUMNS;
    }

    private long states(long frame, int block, int n) {
        return scratch(frame) + states + s.blocked(block, n);
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
}
