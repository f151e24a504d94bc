package dev.gatun.bench;

import dev.gatun.Backends;
import dev.gatun.spi.Backend;
import dev.gatun.spi.HostBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.LongSupplier;
import java.util.stream.IntStream;

/**
 * Measures the machine by a {@link Yardstick}, on threads that sleep in between, so that a gauge may be held while something else is timed. What it runs is
 * compiled when it is made.
 */
final class Gauge implements AutoCloseable {
    /** The size of the largest operands of {@link KernelCases}: what a cache holds of them it holds of these blocks, too. */
    private static final long BLOCK = 64L << 20;
    private static final int BLOCKS = 3;
    /** Operations of a thread between two looks at the clock: some tenths of a millisecond. */
    private static final double OPERATIONS = 25e6;
    private static final double WINDOW_SECONDS = .1;
    private static final int WINDOWS = 10;
    private static final double WARM_SECONDS = .25;
    private static final int FEWEST = 3;

    private final int threads;
    private final ExecutorService pool;
    /** Memory as kernels have theirs: blocks of the vector backend, in large pages where the system grants them. */
    private final Backend backend = Backends.open("vector");
    private final List<HostBuffer> blocks = IntStream.range(0, BLOCKS).mapToObj(_ -> (HostBuffer) backend.memory().allocate(BLOCK)).toList();
    private final Map<Yardstick, Way> fastest = new HashMap<>();

    /** Warms all up, for some seconds. @param threads the most that work at once */
    Gauge(int threads) {
        this.threads = threads;
        this.pool = Executors.newFixedThreadPool(threads);
        blocks.forEach(b -> b.segment().fill((byte) 0));
        for (Yardstick yardstick : Yardstick.all()) {
            double least = Double.POSITIVE_INFINITY;
            for (Way way : ways(yardstick)) {
                // Once for the compiler.
                millis(way, units(yardstick, threads), WARM_SECONDS);
                double millis = millis(way, units(yardstick, threads), WARM_SECONDS);
                if (millis < least) {
                    least = millis;
                    fastest.put(yardstick, way);
                }
            }
        }
    }

    /** A way to do what a yardstick asks for. */
    private interface Way {
        /** Returns the work of one of several threads that do some units together. A pass gives its own units. */
        LongSupplier part(double units, int thread, int threads);
    }

    /** Returns the most threads that work at once. */
    int threads() {
        return threads;
    }

    /** Returns the best of several windows, by any way: 10⁹ units a second of so many threads side by side, none waiting for another. */
    double best(Yardstick yardstick, int threads) {
        double best = 0;
        for (Way way : ways(yardstick)) {
            for (int w = 0; w < WINDOWS; w++) {
                CyclicBarrier start = new CyclicBarrier(threads);
                best = Math.max(best, together(threads, thread -> {
                    LongSupplier work = way.part(units(yardstick, threads), thread, threads);
                    start.await();
                    return window(work);
                }).stream().mapToDouble(Double::doubleValue).sum());
            }
        }
        return best;
    }

    /**
     * Returns how long all threads take at the moment to do some units, each its share, as a kernel would: they begin together, and the last one counts. The
     * way is always the one that was the fastest when the gauge was made.
     *
     * @param seconds how long it is done again and again, three times at least
     * @return milliseconds, the median
     */
    double millis(Yardstick yardstick, double units, double seconds) {
        return millis(fastest.get(yardstick), units, seconds);
    }

    private double millis(Way way, double units, double seconds) {
        Rounds rounds = new Rounds(threads);
        return together(threads, thread -> rounds.run(thread, way.part(units, thread, threads), FEWEST, (long) (seconds * 1e9))).getFirst() / 1e6;
    }

    /** Units that no cache holds. */
    private static double units(Yardstick yardstick, int threads) {
        return switch (yardstick) {
            case Yardstick.MultiplyAdds _ -> OPERATIONS * threads;
            case Traffic traffic -> (double) traffic.operands() * BLOCK;
        };
    }

    /** In the JDK's copies of millions of bytes stores go round the caches, in those of fewer, and in loops, they do not: which is faster differs. */
    private List<Way> ways(Yardstick yardstick) {
        return switch (yardstick) {
            case Yardstick.MultiplyAdds _ -> List.of((units, _, of) -> new Multiplier(units / of));
            case Traffic traffic -> Mover.Way.to(traffic).stream()
                    .<Way>map(way -> (units, thread, of) -> mover(way, units / traffic.operands(), thread, of)).toList();
        };
    }

    /** What is larger than a block is several sweeps over one; what is smaller lies in a cache as a kernel's operands of that size do. */
    private Mover mover(Mover.Way way, double bytes, int thread, int of) {
        int sweeps = (int) Math.ceil(bytes / BLOCK);
        long vectors = (long) (bytes / sweeps / Mover.STEP);
        long from = vectors * thread / of * Mover.STEP;
        long to = vectors * (thread + 1) / of * Mover.STEP;
        return new Mover(way, blocks.stream().map(b -> b.segment().asSlice(from, to - from)).toList(), sweeps);
    }

    /** A thread's part. */
    private interface Part {
        double run(int thread) throws Exception;
    }

    private List<Double> together(int of, Part part) {
        List<Callable<Double>> parts = IntStream.range(0, of).<Callable<Double>>mapToObj(thread -> () -> part.run(thread)).toList();
        try {
            List<Double> results = new ArrayList<>();
            for (Future<Double> result : pool.invokeAll(parts)) {
                results.add(result.get());
            }
            return results;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while measuring the machine", e);
        } catch (ExecutionException e) {
            throw new IllegalStateException("the machine could not be measured", e.getCause());
        }
    }

    private static double window(LongSupplier work) {
        long begin = System.nanoTime();
        long units = 0;
        long now;
        do {
            units += work.getAsLong();
            now = System.nanoTime();
        } while (now - begin < WINDOW_SECONDS * 1e9);
        return (double) units / (now - begin);
    }

    @Override
    public void close() {
        pool.close();
        blocks.forEach(backend.memory()::free);
        backend.close();
    }
}
