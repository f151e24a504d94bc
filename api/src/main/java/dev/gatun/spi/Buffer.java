package dev.gatun.spi;

/** A block of memory of one {@link Memory}; what a kernel reads and writes. */
public interface Buffer {
    /** Returns the address of the first byte as kernels of this memory use it: a native address, or a device pointer. */
    long address();

    /** Returns the size in bytes. */
    long bytes();

    /** Returns the part from {@code offset} of {@code bytes} bytes, without copying. @throws IndexOutOfBoundsException if it does not lie inside */
    Buffer slice(long offset, long bytes);
}
