package dev.gatun.vector;

import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;

/**
 * Lets the workers of one task wait for each other between the steps of a sequence, some tenths of a microsecond each time: a counter of arrivals in native
 * memory, which the task's caller clears before it forks. Nobody parks: a step takes microseconds.
 */
final class RnnBarrier {
    /** Bytes of a counter: cache lines that nothing else shares. */
    static final long BYTES = 128;

    private static final VarHandle ARRIVALS = ValueLayout.JAVA_LONG.varHandle();
    /** More than ever arrive. */
    private static final long BROKEN = Long.MAX_VALUE / 2;
    /** Some microseconds; who waits longer gives its processor away, perhaps to the worker that it waits for. */
    private static final int SPINS = 300;

    private RnnBarrier() {
    }

    /** Says that this worker has arrived. */
    static void arrive(long counter) {
        ARRIVALS.getAndAdd(Native.ALL, counter, 1L);
    }

    /** Returns when {@code arrivals} workers have arrived: their number times the number of meetings so far. */
    static void await(long counter, long arrivals) {
        for (int spins = 0; (long) ARRIVALS.getVolatile(Native.ALL, counter) < arrivals; spins++) {
            if (spins < SPINS) {
                Thread.onSpinWait();
            } else {
                Thread.yield();
            }
        }
    }

    /** Lets everybody pass from now on: a worker has failed and will not come again. */
    static void abandon(long counter) {
        ARRIVALS.setVolatile(Native.ALL, counter, BROKEN);
    }
}
