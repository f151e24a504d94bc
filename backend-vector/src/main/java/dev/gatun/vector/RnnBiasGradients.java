package dev.gatun.vector;

import static dev.gatun.vector.Native.FLOAT;

import dev.gatun.op.Recurrent;

/** The sums over all steps and samples that end back-propagation through time: the gradients of the biases, and of peepholes. */
final class RnnBiasGradients {
    private final RnnShape s;
    private final int columns;

    // Offsets in the scratch memory.
    private final long one;
    private final long sums;

    /** @param columns of da */
    RnnBiasGradients(RnnShape s, int columns, RnnMemory memory) {
        this.s = s;
        this.columns = columns;
        one = memory.take(FLOAT);
        sums = memory.take(FLOAT * columns);
    }

    /** Computes them from the memory of a launch of {@code kernel}. @param summing calls {@link #sum} */
    void run(RnnBackwardKernel kernel, Workers.FrameTask summing, long frame) {
        Native.putFloat(kernel.scratch(frame) + one, 1);
        if ((long) s.T() * s.N() * columns >= FrameKernel.PARALLEL_ELEMENTS) {
            kernel.workers().run(summing, frame);
        } else {
            summing.run(frame, 0, 1);
        }
        copy(kernel, frame);
    }

    /** The sums of some columns: of da, and with peepholes of its products with the cells. */
    void sum(RnnBackwardKernel kernel, long frame, int worker, int of) {
        int j0 = Grid.start(columns, 16, worker, of);
        int j1 = Grid.start(columns, 16, worker + 1, of);
        long scratch = kernel.scratch(frame);
        Gemv.sumsOfRows(1, s.T() * s.N(), scratch + one, 0, 0, kernel.gradients(frame), kernel.gradientBytes(), j0, j1, scratch + sums, 0, false);
        if (s.cell().peephole()) {
            sumPeepholes(kernel, frame, Grid.start(s.H(), 16, worker, of), Grid.start(s.H(), 16, worker + 1, of));
        }
    }

    /** dpᵢ = Σ di·c, dp_f = Σ df·c, dpₒ = Σ do·c' of units {@code j0} to {@code j1}. */
    private void sumPeepholes(RnnBackwardKernel kernel, long frame, int j0, int j1) {
        int H = s.H();
        int count = j1 - j0;
        long first = FLOAT * j0;
        long to = kernel.address(frame, kernel.result(7)) + first;
        long cellsAfter = kernel.address(frame, kernel.saved(1)) + 4 * FLOAT * H + first;
        for (int gate = 0; gate < 3; gate++) {
            Native.zero(to + FLOAT * gate * H, FLOAT * count);
        }
        for (int step = 0; step < s.T(); step++) {
            for (int n = 0; n < s.N(); n++) {
                long place = s.place(kernel.lengths(frame), n, step);
                if (place >= 0) {
                    long da = kernel.gradients(frame, place) + first;
                    long cell = step == 0 ? kernel.address(frame, 6) + FLOAT * n * H + first
                            : cellsAfter + FLOAT * 5 * H * s.place(kernel.lengths(frame), n, step - 1);
                    RnnGateGradients.addProduct(da, cell, to, count);
                    RnnGateGradients.addProduct(da + FLOAT * H, cell, to + FLOAT * H, count);
                    RnnGateGradients.addProduct(da + 3 * FLOAT * H, cellsAfter + FLOAT * 5 * H * place, to + 2 * FLOAT * H, count);
                }
            }
        }
    }

    /** Copies the sums: those of dn of a GRU belong to the input, those of dq to the state. */
    private void copy(RnnBackwardKernel kernel, long frame) {
        long bytes = FLOAT * s.stacked();
        long from = kernel.scratch(frame) + sums;
        Native.copy(from, kernel.address(frame, kernel.result(3)), bytes);
        Native.copy(from, kernel.address(frame, kernel.result(4)), bytes);
        if (s.cell().kind() == Recurrent.Kind.GRU) {
            Native.copy(from + bytes, kernel.address(frame, kernel.result(3)) + 2 * FLOAT * s.H(), FLOAT * s.H());
        }
    }
}
