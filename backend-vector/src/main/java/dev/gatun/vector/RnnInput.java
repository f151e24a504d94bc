package dev.gatun.vector;

import static dev.gatun.vector.Native.FLOAT;

import dev.gatun.spi.Layout;
import java.util.Optional;

/**
 * W x + b, what a recurrent layer adds to the products of its state. With few samples it is made before, for many steps at once, since it would read its
 * weights at every step for little work. With many samples it is part of the step: what a worker makes while it waits for the others, and keeps in its cache.
 *
 * <p>Read from the ends of samples of several lengths, a step is many times: their inputs do not lie together, and all are made before. So they are where a
 * library multiplies narrow inputs.
 */
final class RnnInput {
    /** Two tiles: from so many samples on a step multiplies its input itself, and weights are worth packing. */
    static final int MANY = 2 * Tiles.ROWS;
    /** Rows of the product that are made at once otherwise. */
    private static final int ROWS_AT_ONCE = 1024;

    private final RnnShape s;
    private final boolean inStep;
    private final boolean frozen;
    private final RnnPanels panels;
    private final int stepsAtOnce;
    private final Sgemm projection;
    private final Sgemm lastProjection;
    private final Optional<NarrowProduct> narrow;

    // Offsets in the scratch memory.
    private final long bias;
    private final long projected;
    private final long packed;
    private final long workspace;

    /** @param frozen whether the weights come in {@link #layout} @param library multiplies inputs and weights of bfloat16, if it lends products */
    RnnInput(RnnShape s, boolean frozen, NarrowProducts library, int threads, RnnMemory memory) {
        this.s = s;
        this.frozen = frozen;
        boolean manyTimes = s.cell().lengths() && s.reverse();
        int some = manyTimes ? s.T() : Math.min(s.T(), Math.ceilDiv(ROWS_AT_ONCE, Math.max(1, s.N())));
        narrow = library.of(NarrowProduct.Sizes.dense(some * s.N(), s.stacked(), s.I(), false, true));
        inStep = s.N() >= MANY && !manyTimes && narrow.isEmpty();
        panels = new RnnPanels(s.gates(), s.H(), s.I());
        stepsAtOnce = inStep ? s.T() : some;
        projection = projection(stepsAtOnce);
        lastProjection = projection(stepsAtOnce == 0 ? 0 : s.T() % stepsAtOnce);
        bias = memory.take(FLOAT * s.stacked() + Simd.BYTES);
        // The last vector of the last row may reach over its end.
        projected = memory.take(inStep ? s.gates() * s.blockedBytes() : FLOAT * stepsAtOnce * s.N() * s.stacked() + Simd.BYTES);
        packed = memory.take(isPackedInLaunch() ? panels.bytes() : 0);
        workspace = memory.take(inStep ? 0 : narrow.map(NarrowProduct::scratchBytes)
                .orElseGet(() -> Math.max(projection.workspaceBytes(threads), lastProjection.workspaceBytes(threads))));
    }

    private Sgemm projection(int steps) {
        return new Sgemm(Sgemm.Shape.dense(steps * s.N(), s.stacked(), s.I(), false, true), Sgemm.Batch.ONE, false,
                new Epilogue(Epilogue.Bias.COLUMN, false, false), frozen);
    }

    /** Returns the layout of frozen weights. */
    Layout layout() {
        return inStep ? panels : new PackedB(s.I(), s.stacked(), true);
    }

    /** Returns whether {@link #pack} is needed. */
    boolean isPackedInLaunch() {
        return inStep && !frozen;
    }

    /** Packs the weights of a block of units. */
    void pack(RnnKernel kernel, long frame, int block) {
        panels.pack(kernel.address(frame, 1), kernel.scratch(frame) + packed, block);
    }

    /** Returns for how many steps the product is made at once. */
    int stepsAtOnce() {
        return stepsAtOnce;
    }

    /** Returns the address of b, {@code [G·H]}, to be filled before anything else. */
    long bias(RnnKernel kernel, long frame) {
        return kernel.scratch(frame) + bias;
    }

    /** Returns whether a library multiplies, and x and its weights are of bfloat16. */
    boolean isNarrow() {
        return narrow.isPresent();
    }

    /** Makes the product for steps {@code from} to {@code to}, if it is not part of a step. */
    void project(RnnKernel kernel, long frame, int from, int to) {
        if (narrow.isPresent()) {
            long x = kernel.address(frame, 0) + BFloat16.SIZE * firstPlace(from) * s.I();
            narrow.get().run(x, kernel.address(frame, 1), kernel.scratch(frame) + projected, kernel.scratch(frame) + workspace);
        } else if (!inStep) {
            (to - from == stepsAtOnce ? projection : lastProjection).run(kernel.address(frame, 0) + FLOAT * firstPlace(from) * s.I(),
                    kernel.address(frame, 1), kernel.scratch(frame) + projected, bias(kernel, frame), 0, kernel.scratch(frame) + workspace,
                    kernel.workers());
        }
    }

    /** Makes W x of what a worker owns in one step, if it is part of the step. @param tile scratch memory of a product */
    void prepare(RnnKernel kernel, long frame, int step, long tile, RnnWalk.Share share) {
        if (!inStep) {
            return;
        }
        long weights = frozen ? kernel.address(frame, 1) : kernel.scratch(frame) + packed;
        long place = (long) (s.reverse() ? s.T() - 1 - step : step) * s.N() + share.n0();   // of samples that have ended the result is thrown away
        long rowBytes = FLOAT * s.I();
        for (int block = share.block0(); block < share.block1(); block++) {
            int width = s.width(block);
            for (int gate = 0; gate < s.gates(); gate++) {
                Tiles.multiply(share.n1() - share.n0(), width, s.I(), kernel.address(frame, 0) + place * rowBytes, Tiles.ROWS * rowBytes, rowBytes, FLOAT,
                        weights + panels.at(block, gate, width), FLOAT * width, prepared(kernel, frame, gate, block, share.n0()), FLOAT * width, false, tile);
            }
        }
    }

    private long prepared(RnnKernel kernel, long frame, int gate, int block, int n) {
        return kernel.scratch(frame) + projected + gate * s.blockedBytes() + s.blocked(block, n);
    }

    /** a += W x + b of one gate. */
    void add(RnnKernel kernel, long frame, int step, int gate, int block, int n, int rows, long a) {
        if (!inStep) {
            addProjected(kernel, frame, firstPlace(step / stepsAtOnce * stepsAtOnce), step, gate, block, n, rows, a);
            return;
        }
        int width = s.width(block);
        long bias = bias(kernel, frame) + FLOAT * (gate * s.H() + block * Tiles.COLUMNS);
        RnnGates.add(bias, prepared(kernel, frame, gate, block, n), FLOAT * width, a, rows, width);
    }

    /** The last vector of a row may take along what comes after its units: nobody reads those lanes. */
    private void addProjected(RnnKernel kernel, long frame, long firstPlace, int step, int gate, int block, int n, int rows, long a) {
        int width = s.width(block);
        int alike = s.alike(rows);
        for (int i = 0; i < rows; i += alike) {
            long place = s.place(kernel.lengths(frame), n + i, step);
            if (place >= 0) {
                long row = kernel.scratch(frame) + projected + FLOAT * ((place - firstPlace) * s.stacked() + gate * s.H() + block * Tiles.COLUMNS);
                long added = isNarrow() ? bias(kernel, frame) + FLOAT * (gate * s.H() + block * Tiles.COLUMNS) : Native.ZEROS;
                RnnGates.add(added, row, FLOAT * s.stacked(), a + FLOAT * i * width, alike, width);
            }
        }
    }

    /** Returns the first row of x that the steps read whose product is made together, from {@code from} on; narrow products are all of one size. */
    private long firstPlace(int from) {
        int first = isNarrow() ? Math.min(from, s.T() - stepsAtOnce) : from;
        return (long) (s.reverse() ? s.T() - Math.min(s.T(), first + stepsAtOnce) : first) * s.N();
    }
}
