package dev.gatun.bench;

import java.io.IOException;

/** A process cannot do a work that it was told, and is ready for another one. */
final class RefusedException extends IOException {
    private static final long serialVersionUID = 1;

    RefusedException(String message) {
        super(message);
    }
}
