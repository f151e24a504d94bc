package dev.gatun.vector;

/**
 * A kernel whose workers go through the steps of a sequence together, in one fork: each owns some samples and some blocks of units, and meets those with whom
 * it shares samples once a step or more often.
 */
sealed interface RnnWalk extends FrameKernel permits RnnKernel, RnnBackwardKernel {
    /**
     * What one worker owns.
     *
     * @param n0 the first sample @param n1 behind the last
     * @param block0 the first block of units @param block1 behind the last
     * @param barrier address of that of the samples @param parts how many workers share them
     */
    record Share(int n0, int n1, int block0, int block1, long barrier, int parts) {
        /** Waits until all have arrived as often as this worker. @param arrivals what the meeting before returned; at first 0 */
        long meet(long arrivals) {
            RnnBarrier.await(barrier, arrivals + parts);
            return arrivals + parts;
        }
    }

    /** Returns the sizes. */
    RnnShape shape();

    /** Returns how samples and units are shared. */
    RnnGrid grid();

    /** Returns where the barriers lie in the scratch memory: {@link #barrierBytes}. */
    long barriers();

    /** Returns where the workers' own memory lies in the scratch memory, one behind the other. */
    long slices();

    /** Returns the bytes of one worker's. */
    long sliceBytes();

    /** Goes through the steps. @param slice address of the worker's own memory */
    void walk(long frame, long slice, Share share);

    @Override
    default boolean isParallel() {
        return grid().cells() > 1;
    }

    @Override
    default void run(long frame, int worker, int of) {
        RnnGrid grid = of == 1 ? RnnGrid.ALONE : grid();
        if (worker >= grid.cells()) {
            return;
        }
        RnnShape s = shape();
        int samples = worker / grid.unitParts();
        int units = worker % grid.unitParts();
        long barrier = scratch(frame) + barriers() + samples * RnnBarrier.BYTES;
        try {
            walk(frame, scratch(frame) + slices() + worker * sliceBytes(), new Share(grid.firstSample(samples, s.N()), grid.firstSample(samples + 1, s.N()),
                    grid.firstBlock(units, s.blocks()), grid.firstBlock(units + 1, s.blocks()), barrier, grid.unitParts()));
        } catch (Throwable e) {
            RnnBarrier.abandon(barrier);
            throw e;
        }
    }

    /** Runs a task on all workers, or on this thread if the kernel is not worth a fork. */
    default void fork(Workers.FrameTask task, long frame) {
        if (isParallel()) {
            workers().run(task, frame);
        } else {
            task.run(frame, 0, 1);
        }
    }

    /** Returns the bytes of the barriers. */
    static long barrierBytes(RnnGrid grid) {
        return RnnBarrier.BYTES * grid.sampleParts();
    }

    /** Gets the barriers ready for a walk. */
    default void resetBarriers(long frame) {
        for (int part = 0; part < grid().sampleParts(); part++) {
            Native.putLong(scratch(frame) + barriers() + part * RnnBarrier.BYTES, 0);
        }
    }

    /** Returns the address of the lengths, or 0 if there are none. */
    default long lengths(long frame) {
        return shape().cell().lengths() ? address(frame, shape().lengthsOperand()) : 0;
    }
}
