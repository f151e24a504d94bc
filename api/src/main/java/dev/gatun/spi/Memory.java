package dev.gatun.spi;

import java.lang.foreign.MemorySegment;

/**
 * Where a backend keeps tensors. Work on a memory may be asynchronous: only {@link #download} and {@link #synchronize} wait for what was queued before.
 * Thread-safe.
 */
public interface Memory {
    /** Returns whether buffers are {@link HostBuffer}s, which any host backend may use without copying. */
    boolean isHost();

    /** Returns a buffer of at least {@code bytes} bytes with undefined content. @throws OutOfMemoryError saying how much was asked and is in use */
    Buffer allocate(long bytes);

    /** Takes back a buffer that {@link #allocate} gave, possibly to give it again. Work queued before still sees it. */
    void free(Buffer buffer);

    /** {@link #free} for a buffer that will hardly be wanted again in this size, such as weights: a memory that keeps freed blocks gives it to the system. */
    default void discard(Buffer buffer) {
        free(buffer);
    }

    /** Copies {@code source} to the start of {@code target}; {@code source} may be reused on return. */
    void upload(MemorySegment source, Buffer target);

    /** Copies the start of {@code source} to {@code target}, after all work queued before. */
    void download(Buffer source, MemorySegment target);

    /** Copies the first {@code bytes} bytes from one buffer of this memory to another. */
    void copy(Buffer source, Buffer target, long bytes);

    /** Waits for all queued work; reports what failed in it. */
    void synchronize();

    /** Returns the bytes that are allocated and not freed. */
    long usedBytes();
}
