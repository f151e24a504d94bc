package dev.gatun.onednn;

/** A function of the library failed: the message names it, the status in words, and the arguments. */
public final class NativeException extends RuntimeException {
    private static final long serialVersionUID = 1;

    NativeException(String message) {
        super(message);
    }
}
