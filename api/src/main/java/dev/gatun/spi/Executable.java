package dev.gatun.spi;

/**
 * A linked {@link Program}. One executable has one arena and serves one call at a time; the planner keeps a pool of them for concurrent calls. On a host
 * it runs the steps in order; on a GPU it may replay a captured graph.
 */
public interface Executable extends AutoCloseable {
    /**
     * Runs, or queues, all steps.
     *
     * @param external buffers 0 .. firstTemporary - 1: inputs, constants, outputs; the executable keeps none of them after its work is done
     */
    void run(Buffer[] external);

    /** Gives the arena back. */
    @Override
    void close();

    /** {@link #close} of one whose arena will hardly be wanted again in this size; see {@link Memory#discard}. */
    default void discard() {
        close();
    }
}
