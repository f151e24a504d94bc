package dev.gatun.spi;

import java.lang.foreign.MemorySegment;

/** A buffer that the processor can read: a native memory segment, aligned to 64 bytes when it comes from {@link HostMemory}. */
public record HostBuffer(MemorySegment segment, long address) implements Buffer {
    /** Returns the buffer of a native segment. @throws IllegalArgumentException if the segment is on the heap */
    public static HostBuffer of(MemorySegment segment) {
        if (!segment.isNative()) {
            throw new IllegalArgumentException("buffer: the segment lies on the heap; copy it into native memory first");
        }
        return new HostBuffer(segment, segment.address());
    }

    @Override
    public long bytes() {
        return segment.byteSize();
    }

    @Override
    public HostBuffer slice(long offset, long bytes) {
        return of(segment.asSlice(offset, bytes));
    }
}
