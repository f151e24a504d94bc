package dev.gatun.vector;

/** Hands out offsets in a kernel's scratch memory, each at a cache line. */
final class RnnMemory {
    private static final long LINE = 64;

    private long taken;

    /** Returns where the next {@code bytes} bytes begin. */
    long take(long bytes) {
        long at = taken;
        taken += Math.ceilDiv(bytes, LINE) * LINE;
        return at;
    }

    /** Returns how many bytes are handed out. */
    long taken() {
        return taken;
    }
}
