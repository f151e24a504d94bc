package dev.gatun.cli;

import java.util.Arrays;
import java.util.function.LongSupplier;

/**
 * Times of repeated calls, in nanoseconds.
 *
 * @param first of the first call, with tracing, planning and cold code
 * @param sorted of the calls after the warm-up, or of some at even distances, ascending
 */
record Measurement(long first, long[] sorted) {
    private static final long SECOND = 1_000_000_000L;
    /** Kernels reach the optimizing compiler within 2 seconds of work. */
    private static final long WARM_AT_LEAST = 2 * SECOND;
    private static final long WARM_AT_MOST = 15 * SECOND;
    private static final long WINDOW = SECOND / 2;
    private static final int STALE_WINDOWS = 2;
    private static final long MEASURED_AT_LEAST = 2 * SECOND;
    private static final long MEASURED_AT_MOST = 20 * SECOND;
    private static final int FEWEST = 5;
    /** Half a megabyte of times. */
    private static final int MOST_KEPT = 1 << 16;

    /**
     * Calls {@code work} until it gets no faster, then for at least two seconds and five times; what takes seconds is called less.
     *
     * <p>It is warm when two windows of half a second in a row were not faster by more than 2 % than the best before: one alone may have been
     * disturbed.
     */
    static Measurement of(Runnable work) {
        return of(work, System::nanoTime);
    }

    /** {@link #of(Runnable)} by another clock. */
    static Measurement of(Runnable work, LongSupplier clock) {
        long start = clock.getAsLong();
        long first = time(work, clock);
        double best = Double.POSITIVE_INFINITY;
        int stale = 0;
        for (long warm = first; warm < WARM_AT_MOST && (warm < WARM_AT_LEAST || stale < STALE_WINDOWS); warm = clock.getAsLong() - start) {
            double window = median(sample(work, clock, WINDOW, WINDOW, 1));
            stale = window > .98 * best ? stale + 1 : 0;
            best = Math.min(best, window);
        }
        return new Measurement(first, sample(work, clock, MEASURED_AT_LEAST, MEASURED_AT_MOST, FEWEST));
    }

    /**
     * Returns the sorted times of calls until {@code least} nanoseconds and {@code fewest} calls have passed, or {@code most} nanoseconds. Of very many
     * calls every second, fourth ... is kept: the memory that times take would be measured with that of the work.
     */
    private static long[] sample(Runnable work, LongSupplier clock, long least, long most, int fewest) {
        long[] times = new long[64];
        int n = 0;
        long total = 0;
        int stride = 1;
        for (long call = 0; call == 0 || total < most && (total < least || call < fewest); call++) {
            long time = time(work, clock);
            total += time;
            if (call % stride != 0) {
                continue;
            }
            if (n == MOST_KEPT) {
                for (n = 0; n < MOST_KEPT / 2; n++) {
                    times[n] = times[2 * n];
                }
                stride *= 2;                                     // MOST_KEPT is even, so this call is one of those to keep
            } else if (n == times.length) {
                times = Arrays.copyOf(times, 2 * n);
            }
            times[n++] = time;
        }
        long[] sorted = Arrays.copyOf(times, n);
        Arrays.sort(sorted);
        return sorted;
    }

    private static long time(Runnable work, LongSupplier clock) {
        long start = clock.getAsLong();
        work.run();
        return clock.getAsLong() - start;
    }

    /** Returns the median of the calls after the warm-up, in nanoseconds. */
    double median() {
        return median(sorted);
    }

    /** Returns the time that 99 of 100 calls do not exceed, in nanoseconds: the nearest rank. */
    long p99() {
        return sorted[(int) Math.ceil(.99 * sorted.length) - 1];
    }

    private static double median(long[] sorted) {
        int n = sorted.length;
        return (sorted[(n - 1) / 2] + sorted[n / 2]) / 2.0;
    }
}
