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
            long all = arrive(arrivals);
            await(all);
            return all;
        }

        /** The first half of {@link #meet}: what others wait for is done. What they need not see may be done before the second half. */
        long arrive(long arrivals) {
            RnnBarrier.arrive(barrier);
            return arrivals + parts;
        }

        /** The second half of {@link #meet}. @param arrivals what the first one returned */
        void await(long arrivals) {
            RnnBarrier.await(barrier, arrivals);
        }
    }

    /**
     * How a walk is shared, and where in the scratch memory lies what workers need for that.
     *
     * @param barriers of those who share samples: {@link #barrierBytes} @param slices the workers' own memory, one behind the other
     * @param scratchBytes of all scratch memory
     */
    record Sharing(RnnShape shape, RnnGrid grid, Workers workers, long barriers, long slices, long scratchBytes) { }

    /** Returns how it is shared. */
    Sharing sharing();

    /** Returns the sizes. */
    default RnnShape shape() {
        return sharing().shape;
    }

    /** Returns how samples and units are dealt out. */
    default RnnGrid grid() {
        return sharing().grid;
    }

    @Override
    default Workers workers() {
        return sharing().workers;
    }

    @Override
    default long scratchBytes() {
        return sharing().scratchBytes;
    }

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
        long barrier = scratch(frame) + sharing().barriers + samples * RnnBarrier.BYTES;
        try {
            long slice = scratch(frame) + sharing().slices + worker * sliceBytes();
            walk(frame, slice, new Share(grid.firstSample(samples, s.N()), grid.firstSample(samples + 1, s.N()),
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
            Native.putLong(scratch(frame) + sharing().barriers + part * RnnBarrier.BYTES, 0);
        }
    }

    /** Returns the address of the lengths, or 0 if there are none. */
    default long lengths(long frame) {
        return shape().cell().lengths() ? address(frame, shape().lengthsOperand()) : 0;
    }
}
