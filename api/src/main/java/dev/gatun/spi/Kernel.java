package dev.gatun.spi;

import java.util.List;

/**
 * A computation that a backend is ready to launch again and again: compiled, its argument structures prebuilt. Immutable and thread-safe; everything that
 * a launch needs is in its {@link Arguments}. A launch allocates nothing.
 */
public interface Kernel {
    /** Returns the name that {@code explain()} prints: the implementation, e.g. {@code sgemm 6x64}. */
    String name();

    /** Returns the layouts in which operands must lie, one an operand; an empty list means row-major for all. */
    default List<Layout> inputLayouts() {
        return List.of();
    }

    /** Returns the layouts in which results are written, one a result; an empty list means row-major for all. */
    default List<Layout> outputLayouts() {
        return List.of();
    }

    /** Returns the bytes of scratch memory that a launch needs, given as the last argument; 0 for none. */
    default long workspaceBytes() {
        return 0;
    }

    /**
     * Returns whether result {@code result} may be written over operand {@code operand} when nobody else reads that operand: both have the same size
     * and layout, and no element of the operand is read after a write could have changed it, whatever other results are written in place too.
     * A launch that throws because of what its operands hold has not yet written over them.
     */
    default boolean inPlace(int operand, int result) {
        return false;
    }

    /**
     * Returns whether the only result is the operands as they lie, one behind the other: where these can be written there from the start, the kernel is not
     * launched.
     */
    default boolean joins() {
        return false;
    }

    /** Returns whether this is a plain reference loop that stands in for a kernel which the backend lacks. */
    default boolean isFallback() {
        return false;
    }

    /**
     * Runs, or queues on the arguments' memory, the computation.
     *
     * @throws IndexOutOfBoundsException if an index operand points outside of its axis
     */
    void launch(Arguments arguments);
}
