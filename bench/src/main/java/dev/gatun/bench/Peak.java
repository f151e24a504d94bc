package dev.gatun.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntFunction;
import java.util.function.LongSupplier;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * What this machine can do at most, measured: the yardstick of all kernels.
 *
 * @param threads the number n of threads
 * @param gflopsOne float32 multiply-adds of one thread, 10⁹ operations a second
 * @param gflops those of n threads at once
 * @param triadOne memory traffic of a = b + s·c on one thread over arrays far larger than the caches, 10⁹ bytes a second: three a place, as STREAM counts
 * @param triad that of n threads at once
 */
record Peak(int threads, double gflopsOne, double gflops, double triadOne, double triad) {
    private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
    private static final int ACCUMULATORS = 12;
    private static final int ROUNDS = 1 << 16;
    private static final long WINDOW = 100_000_000L;
    private static final int WINDOWS = 10;
    private static final long BYTES_A_PLACE = 3L * Float.BYTES;
    /** For machines that do not tell the size of their last cache. */
    private static final long CACHE_AT_MOST = 32L << 20;

    /** Measures, for a few seconds. */
    static Peak measure(int threads) {
        int places = (int) (Math.max(CACHE_AT_MOST, lastCache()) * 4 / Float.BYTES);
        return new Peak(threads, best(1, t -> new Multiplier()), best(threads, t -> new Multiplier()),
                best(1, t -> new Triad(places)), best(threads, t -> new Triad(places / threads)));
    }

    /** Returns the larger of two measurements, number by number: what disturbs can only lower them. */
    Peak max(Peak other) {
        return new Peak(threads, Math.max(gflopsOne, other.gflopsOne), Math.max(gflops, other.gflops), Math.max(triadOne, other.triadOne),
                Math.max(triad, other.triad));
    }

    /** Returns the line that users see. */
    String line() {
        return String.format("peak: %.0f GFLOP/s on one thread, %.0f on %d; triad %.1f GB/s on one thread, %.1f on %d", gflopsOne, gflops, threads,
                triadOne, triad, threads);
    }

    /** Returns the JSON fields. */
    SequencedMap<String, Object> row() {
        SequencedMap<String, Object> row = new LinkedHashMap<>();
        row.put("threads", threads);
        row.put("gflops_one_thread", gflopsOne);
        row.put("gflops", gflops);
        row.put("triad_gb_per_s_one_thread", triadOne);
        row.put("triad_gb_per_s", triad);
        return row;
    }

    /** Returns the best of several windows: 10⁹ units of work a second of all threads together. The first windows wait for the compiler. */
    private static double best(int threads, IntFunction<LongSupplier> make) {
        try (ExecutorService pool = Executors.newFixedThreadPool(threads)) {
            List<LongSupplier> works = new ArrayList<>();
            for (int t = 0; t < threads; t++) {
                works.add(make.apply(t));
            }
            CyclicBarrier start = new CyclicBarrier(threads);
            double best = 0;
            for (int w = 0; w < WINDOWS; w++) {
                List<Callable<Double>> windows = works.stream().<Callable<Double>>map(work -> () -> {
                    start.await();
                    return window(work);
                }).toList();
                double sum = 0;
                for (Future<Double> rate : pool.invokeAll(windows)) {
                    sum += rate.get();
                }
                best = Math.max(best, sum);
            }
            return best;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while measuring the peak", e);
        } catch (ExecutionException e) {
            throw new IllegalStateException("the peak could not be measured", e.getCause());
        }
    }

    private static double window(LongSupplier work) {
        long begin = System.nanoTime();
        long units = 0;
        long now;
        do {
            units += work.getAsLong();
            now = System.nanoTime();
        } while (now - begin < WINDOW);
        return (double) units / (now - begin);
    }

    private static long lastCache() {
        try {
            String size = Files.readString(Path.of("/sys/devices/system/cpu/cpu0/cache/index3/size")).strip();
            return Long.parseLong(size.replace("K", "")) << 10;
        } catch (IOException | NumberFormatException e) {
            return 0;
        }
    }

    /** Multiply-adds in registers. */
    private static final class Multiplier implements LongSupplier {
        private float sink;

        @Override
        public long getAsLong() {
            sink += chains(ROUNDS, .75f, .25f);
            return 2L * ROUNDS * ACCUMULATORS * SPECIES.length();
        }

        /** 12 chains a = a·x + y: a latency of 4 cycles at 2 a cycle needs 8. They go to y/(1 - x) = 1, so nothing overflows or becomes denormal. */
        private static float chains(int rounds, float x, float y) {
            FloatVector vx = FloatVector.broadcast(SPECIES, x);
            FloatVector vy = FloatVector.broadcast(SPECIES, y);
            FloatVector a0 = vx;
            FloatVector a1 = vy;
            FloatVector a2 = vx;
            FloatVector a3 = vy;
            FloatVector a4 = vx;
            FloatVector a5 = vy;
            FloatVector a6 = vx;
            FloatVector a7 = vy;
            FloatVector a8 = vx;
            FloatVector a9 = vy;
            FloatVector a10 = vx;
            FloatVector a11 = vy;
            for (int i = 0; i < rounds; i++) {
                a0 = a0.fma(vx, vy);
                a1 = a1.fma(vx, vy);
                a2 = a2.fma(vx, vy);
                a3 = a3.fma(vx, vy);
                a4 = a4.fma(vx, vy);
                a5 = a5.fma(vx, vy);
                a6 = a6.fma(vx, vy);
                a7 = a7.fma(vx, vy);
                a8 = a8.fma(vx, vy);
                a9 = a9.fma(vx, vy);
                a10 = a10.fma(vx, vy);
                a11 = a11.fma(vx, vy);
            }
            return a0.add(a1).add(a2).add(a3).add(a4).add(a5).add(a6).add(a7).add(a8).add(a9).add(a10).add(a11).lane(0);
        }
    }

    /** a = b + s·c. */
    private static final class Triad implements LongSupplier {
        private static final int PIECE = 1 << 18;
        private final float[] a;
        private final float[] b;
        private final float[] c;

        Triad(int places) {
            a = new float[places];
            b = new float[places];
            c = new float[places];
        }

        @Override
        public long getAsLong() {
            for (int from = 0; from < a.length; from += PIECE) {
                piece(a, b, c, 3, from, Math.min(a.length, from + PIECE));
            }
            return BYTES_A_PLACE * a.length;
        }

        private static void piece(float[] a, float[] b, float[] c, float s, int from, int to) {
            for (int i = from; i < to; i++) {
                a[i] = b[i] + s * c[i];
            }
        }
    }
}
