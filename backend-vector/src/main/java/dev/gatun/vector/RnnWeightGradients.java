package dev.gatun.vector;

import static dev.gatun.vector.Native.FLOAT;

import dev.gatun.op.Recurrent;

/**
 * The products that end back-propagation through time: dx = da·wIh, dwIh = daᵀ·x, dwHh = daᵀ·h, over the rows of all steps. The gates of a GRU go into
 * them in two groups: what the input sees as n is not what the state sees, or n did not see h. Other cells see the same da in both, which is then packed
 * once, for h and x side by side: [dwHh dwIh] = daᵀ·[h x].
 */
final class RnnWeightGradients {
    private final RnnShape s;
    private final boolean inputInGroups;
    private final boolean stateInGroups;
    private final boolean joined;
    private final Sgemm dx;
    private final Sgemm dxRest;
    private final Sgemm dwIh;
    private final Sgemm dwIhRest;
    private final Sgemm dwHh;
    private final Sgemm dwHhRest;
    private final Sgemm dwBoth;

    // Offsets in the scratch memory.
    private final long input;
    private final long both;
    private final long workspace;

    /** @param columns of da */
    RnnWeightGradients(RnnShape s, int columns, int threads, RnnMemory memory) {
        this.s = s;
        Recurrent.Kind kind = s.cell().kind();
        inputInGroups = kind == Recurrent.Kind.GRU;
        stateInGroups = kind == Recurrent.Kind.GRU_RESET_BEFORE;
        joined = isJoined(s);
        int H = s.H();
        int I = s.I();
        int places = s.T() * s.N();
        int common = inputInGroups ? 2 * H : s.stacked();
        int seen = stateInGroups ? 2 * H : s.stacked();
        long row = RnnShape.rowBytes(columns);
        dx = product(new Sgemm.Shape(places, I, common, false, false, row, FLOAT * I, FLOAT * I), false);
        dxRest = product(new Sgemm.Shape(places, I, H, false, false, row, FLOAT * I, FLOAT * I), true);
        dwIh = product(new Sgemm.Shape(common, I, places, true, false, row, FLOAT * I, FLOAT * I), false);
        dwIhRest = product(new Sgemm.Shape(H, I, places, true, false, row, FLOAT * I, FLOAT * I), false);
        dwHh = product(new Sgemm.Shape(seen, H, places, true, false, row, FLOAT * H, FLOAT * H), false);
        dwHhRest = product(new Sgemm.Shape(H, H, places, true, false, row, FLOAT * H, FLOAT * H), false);
        dwBoth = product(new Sgemm.Shape(s.stacked(), H + I, places, true, false, row, FLOAT * (H + I), FLOAT * (H + I)), false);
        both = memory.take(joined ? FLOAT * s.stacked() * (H + I) : 0);
        input = memory.take(s.cell().lengths() ? FLOAT * places * I : 0);
        workspace = memory.take(workspaceBytes(threads));
    }

    /** Whether states and inputs lie side by side, as [h x]. */
    static boolean isJoined(RnnShape s) {
        return !s.cell().lengths() && switch (s.cell().kind()) {
            case RNN_TANH, RNN_RELU, LSTM -> true;
            case GRU, GRU_RESET_BEFORE -> false;
        };
    }

    private static Sgemm product(Sgemm.Shape shape, boolean accumulate) {
        return new Sgemm(shape, Sgemm.Batch.ONE, accumulate, Epilogue.NONE, false);
    }

    private long workspaceBytes(int threads) {
        long bytes = 0;
        for (Sgemm product : new Sgemm[] {dx, dxRest, dwIh, dwIhRest, dwHh, dwHhRest, dwBoth}) {
            bytes = Math.max(bytes, product.workspaceBytes(threads));
        }
        return bytes;
    }

    /** Computes all three from the memory of a launch of {@code kernel}. */
    void run(RnnBackwardKernel kernel, long frame) {
        int H = s.H();
        int I = s.I();
        if (s.cell().lengths()) {
            readInput(kernel, frame, kernel.scratch(frame) + input, FLOAT);
        }
        long x = s.cell().lengths() ? kernel.scratch(frame) + input : kernel.address(frame, 0);
        long wIh = kernel.address(frame, 1);
        long da = kernel.gradients(frame);
        long toInput = kernel.address(frame, kernel.result(0));
        long toWeights = kernel.address(frame, kernel.result(1));
        long toState = kernel.address(frame, kernel.result(2));
        run(dx, da, wIh, toInput, kernel, frame);
        if (joined) {
            run(dwBoth, da, kernel.before(frame), kernel.scratch(frame) + both, kernel, frame);
            return;
        }
        run(dwIh, da, x, toWeights, kernel, frame);
        if (inputInGroups) {
            run(dxRest, da + 3 * FLOAT * H, wIh + 2 * FLOAT * H * I, toInput, kernel, frame);
            run(dwIhRest, da + 3 * FLOAT * H, x, toWeights + 2 * FLOAT * H * I, kernel, frame);
        }
        run(dwHh, da, kernel.before(frame), toState, kernel, frame);
        if (stateInGroups) {
            run(dwHhRest, da + 2 * FLOAT * H, kernel.resets(frame), toState + 2 * FLOAT * H * H, kernel, frame);
        }
        if (s.cell().lengths()) {
            clearEnds(kernel, frame);
        }
    }

    /** Copies a worker's share of the rows of x beside h, before the product. */
    void join(RnnBackwardKernel kernel, long frame, int worker, int of) {
        if (joined) {
            long from = Workers.share((long) s.T() * s.N(), worker, of);
            int rows = (int) (Workers.share((long) s.T() * s.N(), worker + 1, of) - from);
            long stride = kernel.beforeBytes();
            long x = kernel.address(frame, 0) + FLOAT * from * s.I();
            Tiles.copy(rows, s.I(), x, FLOAT * s.I(), kernel.before(frame) + from * stride + FLOAT * s.H(), stride);
        }
    }

    /** Copies a worker's share of both gradients to the results, after the product. */
    void part(RnnBackwardKernel kernel, long frame, int worker, int of) {
        if (joined) {
            int H = s.H();
            int I = s.I();
            long from = Workers.share(s.stacked(), worker, of);
            int rows = (int) (Workers.share(s.stacked(), worker + 1, of) - from);
            long stride = FLOAT * (H + I);
            long row = kernel.scratch(frame) + both + from * stride;
            Tiles.copy(rows, H, row, stride, kernel.address(frame, kernel.result(2)) + FLOAT * from * H, FLOAT * H);
            Tiles.copy(rows, I, row + FLOAT * H, stride, kernel.address(frame, kernel.result(1)) + FLOAT * from * I, FLOAT * I);
        }
    }

    /** Copies x up to the lengths: what is beyond may be anything, even NaN, and must not enter a product, not even with da = 0. */
    static void readInput(RnnBackwardKernel kernel, long frame, long to, long elementBytes) {
        RnnShape s = kernel.shape();
        long rowBytes = elementBytes * s.I();
        Native.zero(to, rowBytes * s.T() * s.N());
        for (int n = 0; n < s.N(); n++) {
            for (int step = 0; step < s.T(); step++) {
                long place = s.place(kernel.lengths(frame), n, step);
                if (place >= 0) {
                    Native.copy(kernel.address(frame, 0) + place * rowBytes, to + place * rowBytes, rowBytes);
                }
            }
        }
    }

    /** dx = 0 beyond the lengths, even if the weights are infinite. */
    static void clearEnds(RnnBackwardKernel kernel, long frame) {
        RnnShape s = kernel.shape();
        long rowBytes = FLOAT * s.I();
        for (int n = 0; n < s.N(); n++) {
            for (int step = 0; step < s.T(); step++) {
                if (s.place(kernel.lengths(frame), n, step) < 0) {
                    Native.zero(kernel.address(frame, kernel.result(0)) + ((long) step * s.N() + n) * rowBytes, rowBytes);
                }
            }
        }
    }

    private void run(Sgemm product, long a, long b, long c, RnnBackwardKernel kernel, long frame) {
        product.run(a, b, c, 0, 0, kernel.scratch(frame) + workspace, kernel.workers());
    }
}
