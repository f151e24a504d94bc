package dev.gatun.vector;

/**
 * A kernel of one operand and one result that walks along an axis, a tile of neighbouring lines at a time, so that memory is read in order whichever axis
 * it is.
 */
interface LineKernel extends FrameKernel {
    /** Lines that go together, at most. */
    int TILE = 256;

    /** Returns the axis along which the lines lie. */
    Axis axis();

    /** Returns the bytes that a worker keeps for a line. */
    int scratchBytesOfLine();

    /**
     * Walks along {@code lines} neighbouring ones.
     *
     * @param from the position of their first elements in the operand
     * @param line the number of the first one
     * @param scratch {@link #scratchBytesOfLine} for each, of this worker's own
     */
    void walk(long frame, long from, long line, int lines, long scratch);

    @Override
    default int buffers() {
        return 2;
    }

    @Override
    default boolean isParallel() {
        return axis().elements() >= PARALLEL_ELEMENTS && tiles() > 1;
    }

    @Override
    default long scratchBytes() {
        return scratchBytesOfWorker() * workers().threads();
    }

    @Override
    default void run(long frame, int worker, int of) {
        long tiles = Math.ceilDiv(axis().inner(), (long) TILE);
        long to = Workers.share(tiles(), worker + 1, of);
        for (long tile = Workers.share(tiles(), worker, of); tile < to; tile++) {
            long first = tile % tiles * TILE;
            long before = tile / tiles * axis().inner();
            int lines = (int) Math.min(TILE, axis().inner() - first);
            walk(frame, before * axis().size() + first, before + first, lines, scratch(frame) + scratchBytesOfWorker() * worker);
        }
    }

    private long tiles() {
        return axis().outer() * Math.ceilDiv(axis().inner(), (long) TILE);
    }

    private long scratchBytesOfWorker() {
        return (long) scratchBytesOfLine() * TILE;
    }
}
