package dev.gatun;

import dev.gatun.spi.Buffer;
import dev.gatun.spi.HostBuffer;
import dev.gatun.spi.HostMemory;
import dev.gatun.spi.Memory;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A buffer with the count of those who need it: the tensor that owns it, plans that froze it, calls that run on it. The last one to release it gives it
 * back, so that closing a tensor never pulls memory away from under a running kernel.
 *
 * <p>A call may claim a storage that only it and a donated tensor need, and write over it. While it does, the count has its sign bit set: nobody gets a
 * reference, and readers wait. Nobody waits for a reference while holding a claim, so claims cannot lock each other out.
 */
final class Storage {
    private static final int CLAIMED = Integer.MIN_VALUE;

    private final Memory memory;
    private final Buffer buffer;
    private final boolean wrapped;
    private final AtomicInteger references = new AtomicInteger(1);

    private Storage(Memory memory, Buffer buffer, boolean wrapped) {
        this.memory = memory;
        this.buffer = buffer;
        this.wrapped = wrapped;
    }

    /** Returns new memory of at least {@code bytes} bytes with one reference. */
    static Storage allocate(Memory memory, long bytes) {
        return new Storage(memory, memory.allocate(bytes), false);
    }

    /** Returns a storage over memory that the user owns. */
    static Storage wrap(HostBuffer buffer) {
        return new Storage(HostMemory.shared(), buffer, true);
    }

    Memory memory() {
        return memory;
    }

    Buffer buffer() {
        return buffer;
    }

    /** Returns whether the user owns this memory. */
    boolean isWrapped() {
        return wrapped;
    }

    /** Returns whether the memory is still there: the arena of what the user owns may have been closed. */
    boolean isAlive() {
        return !wrapped || ((HostBuffer) buffer).segment().scope().isAlive();
    }

    /** Adds a reference. @return false if the last one is gone, or while a call writes over this memory */
    boolean retain() {
        int n = references.get();
        while (n > 0) {
            if (references.compareAndSet(n, n + 1)) {
                return true;
            }
            n = references.get();
        }
        return false;
    }

    void release() {
        if (references.decrementAndGet() == 0 && !wrapped) {
            memory.free(buffer);
        }
    }

    /** {@link #release} of what will hardly be wanted again in this size: if it was the last reference, the memory goes back to the system. */
    void discard() {
        if (references.decrementAndGet() == 0 && !wrapped) {
            memory.discard(buffer);
        }
    }

    /**
     * Takes this memory to write over it, unless somebody else needs it, and adds a reference for what is written. In one step: whoever comes after it waits.
     *
     * @param holds how many references the caller knows of
     */
    boolean claim(int holds) {
        return !wrapped && references.compareAndSet(holds, CLAIMED + holds + 1);
    }

    /** Ends a claim; references may be had again. */
    synchronized void endClaim() {
        references.addAndGet(CLAIMED);
        notifyAll();
    }

    /** Waits while a call writes over this memory. The caller must not hold the monitor of a tensor, which the call needs to mark it as donated. */
    synchronized void awaitClaim() {
        boolean interrupted = false;
        while (references.get() < 0) {
            try {
                wait();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
