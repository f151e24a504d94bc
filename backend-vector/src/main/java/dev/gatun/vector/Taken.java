package dev.gatun.vector;

import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;

/**
 * How many pieces of each worker's share are taken: counters in native memory. A worker takes the pieces of its own share one by one, then what is left of the
 * others': a thread from which the system takes its processor for a while, or that shares it with another program, does not keep the others waiting. What a
 * piece's result is must not depend on who computes it.
 */
public final class Taken {
    /** Bytes of one counter: workers do not share lines of the cache. */
    public static final long BYTES = 128;

    private static final VarHandle COUNTER = ValueLayout.JAVA_LONG.varHandle();

    private Taken() {
    }

    /** Clears the counters of {@code owners} shares, {@code stride} bytes apart from {@code first} on, before a fork. */
    public static void reset(long first, long stride, int owners) {
        for (int owner = 0; owner < owners; owner++) {
            Native.putLong(first + owner * stride, 0);
        }
    }

    /** Returns the number, from 0 on, of a piece that nobody else gets; beyond the last there is nothing left. @param counter address of the share's counter */
    public static long next(long counter) {
        return (long) COUNTER.getAndAdd(Native.ALL, counter, 1L);
    }
}
