package dev.gatun;

import dev.gatun.spi.Buffer;
import dev.gatun.spi.HostBuffer;
import dev.gatun.spi.HostMemory;
import dev.gatun.spi.Memory;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A buffer with the count of those who need it: the tensor that owns it, plans that froze it, calls that run on it. The last one to release it gives it
 * back, so that closing a tensor never pulls memory away from under a running kernel.
 */
final class Storage {
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

    /** Adds a reference, unless the last one or the memory is gone. */
    boolean retain() {
        if (!isAlive()) {
            return false;
        }
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

    /** Returns whether nobody else needs this memory, so that it may be written over; {@code holds} is how many references the caller has. */
    boolean isExclusive(int holds) {
        return !wrapped && references.get() == holds;
    }
}
