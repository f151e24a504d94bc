package dev.gatun.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/** Threads that do their parts of something again and again, beginning together and waiting for the last. They wait awake: sleepers would begin too late. */
final class Rounds {
    private static final int SPINS = 1500;
    private final int threads;
    /** How often anybody came to where all meet. */
    private final AtomicLong arrivals = new AtomicLong();
    /** Told by the first thread before all meet. */
    private volatile boolean ended;

    /** @param threads each of which calls {@link #run} once */
    Rounds(int threads) {
        this.threads = threads;
    }

    /**
     * Does a thread's part, round after round, until the first thread finds that there were enough of them and that they took long enough.
     *
     * @return the median time of a round in nanoseconds, on the first thread; 0 on others
     */
    double run(int thread, LongSupplier part, int fewest, long nanos) {
        List<Double> times = new ArrayList<>();
        long meetings = 0;
        long total = 0;
        // The round before the first one finds cold caches.
        for (int round = -1; ; round++) {
            if (thread == 0) {
                ended = round >= fewest && total >= nanos;
            }
            meet(++meetings);
            if (ended) {
                return thread == 0 ? Numbers.median(times.stream().mapToDouble(Double::doubleValue).toArray()) : 0;
            }
            long begin = System.nanoTime();
            part.getAsLong();
            meet(++meetings);
            if (thread == 0 && round >= 0) {
                long time = System.nanoTime() - begin;
                times.add((double) time);
                total += time;
            }
        }
    }

    private void meet(long meeting) {
        arrivals.incrementAndGet();
        for (int spins = 0; arrivals.get() < meeting * threads; spins++) {
            if (spins < SPINS) {
                Thread.onSpinWait();
            } else {
                Thread.yield();
            }
        }
    }
}
