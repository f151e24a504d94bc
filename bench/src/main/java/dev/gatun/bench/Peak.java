package dev.gatun.bench;

import dev.gatun.Backends;
import dev.gatun.spi.Backend;
import dev.gatun.spi.HostBuffer;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
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
import java.util.stream.IntStream;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * What this machine can do at most, measured: the yardstick of all kernels.
 *
 * @param threads the number n of threads
 * @param gflopsOne float32 multiply-adds of one thread, 10⁹ operations a second
 * @param gflops those of n threads at once
 * @param memoryOne memory traffic of one thread
 * @param memory that of n threads at once
 */
record Peak(int threads, double gflopsOne, double gflops, Memory memoryOne, Memory memory) {
    /** How much memory moves, 10⁹ bytes a second, of each {@link Traffic}. */
    record Memory(double read, double copy, double triad) {
        double of(Traffic traffic) {
            return switch (traffic) {
                case READ -> read;
                case COPY -> copy;
                case TRIAD -> triad;
            };
        }

        Memory max(Memory other) {
            return new Memory(Math.max(read, other.read), Math.max(copy, other.copy), Math.max(triad, other.triad));
        }

        @Override
        public String toString() {
            return String.format("%.1f, %.1f, %.1f GB/s", read, copy, triad);
        }
    }

    private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
    private static final int ACCUMULATORS = 12;
    private static final int ROUNDS = 1 << 16;
    private static final long WINDOW = 100_000_000L;
    private static final int WINDOWS = 10;
    /** The size of the largest operands of {@link KernelCases}: what a cache holds of them it holds of these blocks, too. */
    private static final long BLOCK = 64L << 20;

    /** Measures, for a few seconds. */
    static Peak measure(int threads) {
        try (Blocks blocks = new Blocks()) {
            return new Peak(threads, best(1, t -> new Multiplier()), best(threads, t -> new Multiplier()), memory(blocks, 1), memory(blocks, threads));
        }
    }

    /** The fastest way to copy counts: in the JDK's copies of millions of bytes stores go round the caches, in those of fewer, and in loops, they do not. */
    private static Memory memory(Blocks blocks, int threads) {
        return new Memory(best(threads, t -> blocks.part(Way.READ, t, threads)),
                Math.max(best(threads, t -> blocks.part(Way.COPY_BY_LOOP, t, threads)), best(threads, t -> blocks.part(Way.COPY_BY_JDK, t, threads))),
                best(threads, t -> blocks.part(Way.TRIAD, t, threads)));
    }

    /** Returns the larger of two measurements, number by number: what disturbs can only lower them. */
    Peak max(Peak other) {
        return new Peak(threads, Math.max(gflopsOne, other.gflopsOne), Math.max(gflops, other.gflops), memoryOne.max(other.memoryOne),
                memory.max(other.memory));
    }

    /** Returns the line that users see. */
    String line() {
        return String.format("peak: %.0f GFLOP/s on one thread, %.0f on %d; read, copy, triad: %s on one thread, %s on %d", gflopsOne, gflops, threads,
                memoryOne, memory, threads);
    }

    /** Returns the JSON fields. */
    SequencedMap<String, Object> row() {
        SequencedMap<String, Object> row = new LinkedHashMap<>();
        row.put("threads", threads);
        row.put("gflops_one_thread", gflopsOne);
        row.put("gflops", gflops);
        for (Traffic traffic : Traffic.values()) {
            row.put(traffic.label() + "_gb_per_s_one_thread", memoryOne.of(traffic));
            row.put(traffic.label() + "_gb_per_s", memory.of(traffic));
        }
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

    /** How a {@link Traffic} comes about. */
    private enum Way {
        READ(Traffic.READ), COPY_BY_LOOP(Traffic.COPY), COPY_BY_JDK(Traffic.COPY), TRIAD(Traffic.TRIAD);

        private final Traffic traffic;

        Way(Traffic traffic) {
            this.traffic = traffic;
        }
    }

    /** Memory as kernels have theirs: blocks of the vector backend, in large pages where the system grants them. */
    private static final class Blocks implements AutoCloseable {
        private final Backend backend = Backends.open("vector");
        private final List<HostBuffer> buffers = IntStream.range(0, 3).mapToObj(i -> (HostBuffer) backend.memory().allocate(BLOCK)).toList();

        Blocks() {
            buffers.forEach(b -> b.segment().fill((byte) 0));
        }

        /** Returns the work of one of several threads. */
        LongSupplier part(Way way, int thread, int threads) {
            long vectors = BLOCK / SPECIES.vectorByteSize();
            long from = vectors * thread / threads * SPECIES.vectorByteSize();
            long bytes = vectors * (thread + 1) / threads * SPECIES.vectorByteSize() - from;
            return new Mover(way, buffers.stream().map(b -> b.segment().asSlice(from, bytes)).toList());
        }

        @Override
        public void close() {
            buffers.forEach(backend.memory()::free);
            backend.close();
        }
    }

    /** One thread's traffic. */
    private static final class Mover implements LongSupplier {
        private static final long PIECE = 1 << 18;
        private static final int STEP = SPECIES.vectorByteSize();
        private static final ByteOrder ORDER = ByteOrder.nativeOrder();
        private final Way way;
        private final List<MemorySegment> blocks;
        private float sink;

        Mover(Way way, List<MemorySegment> blocks) {
            this.way = way;
            this.blocks = blocks;
        }

        @Override
        public long getAsLong() {
            MemorySegment a = blocks.get(0);
            MemorySegment b = blocks.get(1);
            if (way == Way.COPY_BY_JDK) {
                MemorySegment.copy(a, 0, b, 0, a.byteSize());
            } else {
                for (long from = 0; from < a.byteSize(); from += PIECE) {
                    piece(a, b, from, Math.min(a.byteSize(), from + PIECE));
                }
            }
            return way.traffic.operands() * a.byteSize();
        }

        private void piece(MemorySegment a, MemorySegment b, long from, long to) {
            switch (way) {
                case READ -> sink += read(a, from, to);
                case COPY_BY_LOOP -> copy(a, b, from, to);
                case COPY_BY_JDK -> MemorySegment.copy(a, from, b, from, to - from);
                case TRIAD -> triad(a, b, blocks.get(2), from, to);
            }
        }

        private static float read(MemorySegment a, long from, long to) {
            FloatVector sum0 = FloatVector.zero(SPECIES);
            FloatVector sum1 = sum0;
            for (long i = from; i < to - STEP; i += 2 * STEP) {
                sum0 = sum0.add(FloatVector.fromMemorySegment(SPECIES, a, i, ORDER));
                sum1 = sum1.add(FloatVector.fromMemorySegment(SPECIES, a, i + STEP, ORDER));
            }
            return sum0.add(sum1).lane(0);
        }

        private static void copy(MemorySegment a, MemorySegment b, long from, long to) {
            for (long i = from; i < to; i += STEP) {
                FloatVector.fromMemorySegment(SPECIES, a, i, ORDER).intoMemorySegment(b, i, ORDER);
            }
        }

        private static void triad(MemorySegment a, MemorySegment b, MemorySegment c, long from, long to) {
            FloatVector s = FloatVector.broadcast(SPECIES, 3);
            for (long i = from; i < to; i += STEP) {
                FloatVector.fromMemorySegment(SPECIES, b, i, ORDER).fma(s, FloatVector.fromMemorySegment(SPECIES, a, i, ORDER)).intoMemorySegment(c, i, ORDER);
            }
        }
    }
}
