package dev.gatun.vector;

import static dev.gatun.vector.Native.FLOAT;

import dev.gatun.DType;
import dev.gatun.TensorType;
import dev.gatun.op.Recurrent;
import dev.gatun.spi.Kernel;
import dev.gatun.spi.Layout;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/**
 * An LSTM of bfloat16 with frozen weights, whose products a library makes for each worker alone. Workers go through the steps in one fork; each owns some
 * units, and of their gates the columns of both products:
 *
 * <pre>
 * sums = x·wIhᵀ + b     of some steps at once, [steps·N, G·units], before the others are waited for
 * sums += h·wHhᵀ        of one step, [N, G·units]; h is what the step before has written to y
 * c, h                  by {@link LstmNarrowGates}, row by row: of a row the gates lie one behind the other
 * </pre>
 *
 * <p>Sums and cells are of float32, and a worker's sums stay in its second-level cache.
 */
final class LstmNarrowKernel implements FrameKernel {
    /** Products of numbers in a step. With so many this takes .7 to .97 of the time of oneDNN's primitive; fewer were not measured. */
    private static final long LEAST_PRODUCTS = 1 << 21;
    /** Rows of the input's product that are made at once: more of them push the weights out of the second-level cache. */
    private static final int ROWS_AT_ONCE = 32;

    private final RnnShape s;
    private final Workers workers;
    private final int stepsAtOnce;
    private final LstmNarrowWeights input;
    private final LstmNarrowWeights state;
    private final List<Part> parts;
    private final long barrier;
    private final long scratchBytes;

    /**
     * What one worker owns.
     *
     * @param input the weights of x, whose product makes sums @param state those of h, whose product adds to them
     * @param bias offset of the sum of both biases in the scratch memory @param sums offset of the sums @param cells of c, {@code [N, width]}
     * @param area of {@link LstmNarrowGates} @param tile of what a product needs
     */
    private record Part(LstmNarrowWeights.Piece input, LstmNarrowWeights.Piece state, long bias, long sums, long cells, long area, long tile) {
        int first() {
            return input.first();
        }

        int units() {
            return input.units();
        }

        int width() {
            return input.width();
        }
    }

    private LstmNarrowKernel(RnnShape s, LstmNarrowWeights input, LstmNarrowWeights state, int stepsAtOnce, Workers workers) {
        this.s = s;
        this.workers = workers;
        this.stepsAtOnce = stepsAtOnce;
        this.input = input;
        this.state = state;
        var memory = new RnnMemory();
        barrier = memory.take(RnnBarrier.BYTES);
        parts = new ArrayList<>();
        for (int i = 0; i < input.pieces().size(); i++) {
            LstmNarrowWeights.Piece ofInput = input.pieces().get(i);
            LstmNarrowWeights.Piece ofState = state.pieces().get(i);
            long row = FLOAT * ofInput.width();
            long tile = Math.max(ofInput.product().scratchBytes(), ofState.product().scratchBytes());
            parts.add(new Part(ofInput, ofState, memory.take(4 * row), memory.take(4 * row * stepsAtOnce * s.N()), memory.take(row * s.N()),
                    memory.take(LstmNarrowGates.areaBytes(ofInput.width())), memory.take(tile)));
        }
        scratchBytes = memory.taken();
    }

    /** Returns a kernel, or empty if this is another layer, or a small one, or the library has no such products. */
    static Optional<Kernel> of(Recurrent.Rnn op, List<TensorType> inputs, List<Boolean> frozen, NarrowProducts library, Workers workers) {
        RnnShape s = RnnShape.of(op, op.reverse(), inputs);
        boolean suits = inputs.getFirst().dtype() == DType.BF16 && op.cell().isLstm() && !op.cell().peephole() && !op.cell().lengths() && !op.reserve()
                && frozen.get(1) && frozen.get(2) && s.T() > 0 && s.I() > 0 && s.N() > 1 && (long) s.N() * s.stacked() * s.H() >= LEAST_PRODUCTS;
        if (!suits) {
            return Optional.empty();
        }
        int steps = Math.clamp(ROWS_AT_ONCE / s.N(), 1, s.T());
        return LstmNarrowWeights.of(s.H(), s.I(), steps * s.N(), workers.threads(), false, library).flatMap(input ->
                LstmNarrowWeights.of(s.H(), s.H(), s.N(), workers.threads(), true, library).map(state ->
                        new LstmNarrowKernel(s, input, state, steps, workers)));
    }

    @Override
    public String name() {
        return s.cell().kind().label() + " " + s.T() + "x" + s.N() + "x" + s.I() + "->" + s.H() + ", " + RnnNarrowState.LABEL + ", " + parts.size();
    }

    @Override
    public List<Layout> inputLayouts() {
        List<Layout> layouts = new ArrayList<>(Collections.nCopies(s.cell().operands(), Layout.PLAIN));
        layouts.set(1, input);
        layouts.set(2, state);
        return layouts;
    }

    @Override
    public int buffers() {
        return s.cell().operands() + 3;
    }

    @Override
    public Workers workers() {
        return workers;
    }

    @Override
    public boolean isParallel() {
        return parts.size() > 1;
    }

    @Override
    public long scratchBytes() {
        return scratchBytes;
    }

    @Override
    public void start(long frame) {
        Native.putLong(scratch(frame) + barrier, 0);
        FrameKernel.super.start(frame);
    }

    @Override
    public void run(long frame, int worker, int of) {
        int from = (int) Workers.share(parts.size(), worker, of);
        int to = (int) Workers.share(parts.size(), worker + 1, of);
        if (from == to) {
            return;
        }
        try {
            walk(frame, parts.subList(from, to), Math.min(of, parts.size()));
        } catch (Throwable e) {
            RnnBarrier.abandon(scratch(frame) + barrier);
            throw e;
        }
    }

    /** All steps of some parts. @param meeting how many workers there are */
    private void walk(long frame, List<Part> own, int meeting) {
        for (int i = 0; i < own.size(); i++) {
            begin(frame, own.get(i));
        }
        for (int step = 0; step < s.T(); step++) {
            for (int i = 0; i < own.size() && step % stepsAtOnce == 0; i++) {
                project(frame, own.get(i), step);
            }
            RnnBarrier.await(scratch(frame) + barrier, (long) meeting * step);
            for (int i = 0; i < own.size(); i++) {
                multiply(frame, own.get(i), step);
                gates(frame, own.get(i), step);
            }
            RnnBarrier.arrive(scratch(frame) + barrier);
        }
        for (int i = 0; i < own.size(); i++) {
            end(frame, own.get(i));
        }
    }

    /** Adds up the biases and widens the cells. */
    private void begin(long frame, Part part) {
        long scratch = scratch(frame);
        Native.zero(scratch + part.bias, 4 * FLOAT * part.width());
        for (int gate = 0; gate < 4; gate++) {
            long first = BFloat16.SIZE * (gate * s.H() + part.first());
            long bias = scratch + part.bias + FLOAT * LstmNarrowWeights.slot(gate) * part.width();
            for (int j = 0; j < part.units(); j++) {
                long at = first + BFloat16.SIZE * j;
                Native.putFloat(bias + FLOAT * j, BFloat16.get(address(frame, 3) + at) + BFloat16.get(address(frame, 4) + at));
            }
        }
        // Units that round a part up to whole vectors have weights and cells of 0.
        Native.zero(scratch + part.cells, FLOAT * s.N() * part.width());
        BFloat16.widenRows(s.N(), part.units(), address(frame, 6) + BFloat16.SIZE * part.first(), BFloat16.SIZE * s.H(), scratch + part.cells,
                FLOAT * part.width());
    }

    /** Returns the first of the steps whose sums are made together with those of {@code step}: always as many, some of them twice near the end. */
    private int first(int step) {
        return Math.min(step / stepsAtOnce * stepsAtOnce, s.T() - stepsAtOnce);
    }

    private long place(int step) {
        return (long) (s.reverse() ? s.T() - 1 - step : step) * s.N();
    }

    /** Makes W x + b of some steps. */
    private void project(long frame, Part part, int step) {
        int first = first(step);
        long place = place(s.reverse() ? first + stepsAtOnce - 1 : first);
        long scratch = scratch(frame);
        part.input.product().run(address(frame, 0) + BFloat16.SIZE * place * s.I(), address(frame, 1) + part.input.at(), scratch + part.bias,
                scratch + part.sums, scratch + part.tile);
    }

    /** Returns the address of the sums of a step. */
    private long sums(long frame, Part part, int step) {
        int behind = step - first(step);
        int rows = s.N() * (s.reverse() ? stepsAtOnce - 1 - behind : behind);
        return scratch(frame) + part.sums + 4 * FLOAT * rows * part.width();
    }

    /** Adds U h. */
    private void multiply(long frame, Part part, int step) {
        long h = step == 0 ? address(frame, 5) : address(frame, s.cell().operands()) + BFloat16.SIZE * place(step - 1) * s.H();
        part.state.product().run(h, address(frame, 2) + part.state.at(), sums(frame, part, step), scratch(frame) + part.tile);
    }

    private void gates(long frame, Part part, int step) {
        long a = sums(frame, part, step);
        long c = scratch(frame) + part.cells;
        long y = address(frame, s.cell().operands()) + BFloat16.SIZE * (place(step) * s.H() + part.first());
        for (int n = 0; n < s.N(); n++) {
            LstmNarrowGates.row(a, c, part.width(), part.units(), y, scratch(frame) + part.area);
            a += 4 * FLOAT * part.width();
            c += FLOAT * part.width();
            y += BFloat16.SIZE * s.H();
        }
    }

    /** Copies the last state to the results. */
    private void end(long frame, Part part) {
        int y = s.cell().operands();
        long first = BFloat16.SIZE * part.first();
        long row = BFloat16.SIZE * s.H();
        for (int n = 0; n < s.N(); n++) {
            Native.copy(address(frame, y) + BFloat16.SIZE * place(s.T() - 1) * s.H() + n * row + first, address(frame, y + 1) + n * row + first,
                    BFloat16.SIZE * part.units());
        }
        BFloat16.roundRows(s.N(), part.units(), scratch(frame) + part.cells, FLOAT * part.width(), address(frame, y + 2) + first, row);
    }
}
