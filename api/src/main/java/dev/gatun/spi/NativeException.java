package dev.gatun.spi;

/** A function of a native library failed: the message names it, its arguments, and the status in words. */
public final class NativeException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** Makes the exception with its message, e.g. {@code dnnl_memory_create(acdb): out of memory}. */
    public NativeException(String message) {
        super(message);
    }
}
