package dev.gatun.vector;

import dev.gatun.spi.Arguments;
import dev.gatun.spi.Kernel;

/**
 * A kernel whose launch first writes the addresses of its operands and results to the start of its workspace, the <em>frame</em>, where every worker
 * reads them: so that the kernel itself holds nothing of a launch, and a launch allocates nothing. Behind the addresses, from {@link #scratch} on, lies what
 * workspace the kernel needs besides.
 */
public interface FrameKernel extends Kernel, Workers.FrameTask {
    /** Below so many elements' worth of simple work a fork costs more than it saves. */
    long PARALLEL_ELEMENTS = 1 << 15;

    /** Returns the number of operands and results. */
    int buffers();

    /** Returns the pool that shares the work, if {@link #isParallel}. */
    Workers workers();

    /** Returns whether the work is worth a fork. */
    boolean isParallel();

    /** Returns the bytes of workspace behind the addresses; 0 for none. */
    default long scratchBytes() {
        return 0;
    }

    @Override
    default long workspaceBytes() {
        return scratchOffset() + scratchBytes();
    }

    @Override
    default void launch(Arguments arguments) {
        long frame = arguments.address(buffers());
        for (int i = 0; i < buffers(); i++) {
            Native.putLong(frame + 8L * i, arguments.address(i));
        }
        start(frame);
    }

    /** Runs over a frame that holds the addresses. */
    default void start(long frame) {
        if (isParallel()) {
            workers().run(this, frame);
        } else {
            run(frame, 0, 1);
        }
    }

    /** Returns the address of buffer {@code i}. */
    default long address(long frame, int i) {
        return Native.getLong(frame + 8L * i);
    }

    /** Returns the address of the scratch memory. */
    default long scratch(long frame) {
        return frame + scratchOffset();
    }

    private long scratchOffset() {
        return Math.ceilDiv(8L * buffers(), 64L) * 64;
    }
}
