package dev.gatun.vector.blocked;

import dev.gatun.vector.ColdLoop;
import dev.gatun.vector.Native;
import dev.gatun.vector.Simd;
import dev.gatun.vector.SmallLoops;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongFunction;

/**
 * Gets the innermost loops compiled while a network is still being read and planned. Until then each step of a loop is interpreted, and costs a microsecond
 * instead of a nanosecond; and whoever meets a loop first in the middle of a large layer also makes the JIT compiler replace it while it runs, a compilation
 * that is of no use later. So the first convolution waits for this.
 *
 * <p>Some calls are idle: they do no step, but count. Where all did some, the Vector API's own code, which compiled loops do not use, was compiled as well, and
 * kept the second compiler from the loops.
 */
final class WarmUp implements Runnable {
    /** Steps of a call that is not idle. */
    private static final int K = 24;

    /** Idle calls in a row. A loop is compiled by the second compiler after 5,000 calls in the first one's code. */
    private static final int IDLE = 20;

    /**
     * The other calls in between, from which the second compiler learns what a step is made of, and how often it comes: where 8 calls of 8 steps stood between
     * 200 idle ones it took the steps for rare, and ResNet-50 needed 34.5 ms at best instead of 32.4.
     */
    private static final int BATCH = 20;

    /** A compiled call takes .1 to .5 microseconds, one by the first compiler 5 and more. */
    private static final long COMPILED_NANOS = 2_000;

    /** When to give up: the loops are compiled later then, as the network calls them. */
    private static final long PATIENCE_NANOS = 10_000_000_000L;

    /** How long a convolution waits at most, from the start on: where nothing is compiled, or other work keeps the compilers busy, it had better begin. */
    private static final long WAIT_NANOS = 2_000_000_000L;

    private static final AtomicBoolean STARTED = new AtomicBoolean();
    private static final AtomicBoolean GRADIENTS_STARTED = new AtomicBoolean();
    private static final CountDownLatch OVER = new CountDownLatch(1);
    private static volatile long start;                       // written before STARTED's thread begins
    private static volatile boolean awaited;

    private final LongFunction<List<ColdLoop>> loops;
    private final boolean first;
    private final boolean later;

    /**
     * Plans a warm-up.
     *
     * @param loops given the address of 8 KiB of zeros, before 56 KiB that calls write
     * @param first whether convolutions wait for it
     * @param later whether it waits for that
     */
    private WarmUp(LongFunction<List<ColdLoop>> loops, boolean first, boolean later) {
        this.loops = loops;
        this.first = first;
        this.later = later;
    }

    /** Starts the warm-up of what a network calls, in a thread of its own, once in the life of the JVM. */
    static void start() {
        if (STARTED.compareAndSet(false, true)) {
            start = System.nanoTime();
            start(new WarmUp(WarmUp::loops, true, false));
        }
    }

    /** Starts that of what a training calls besides. */
    static void startGradients() {
        if (GRADIENTS_STARTED.compareAndSet(false, true)) {
            start(new WarmUp(WarmUp::gradients, false, false));
        }
    }

    /** Starts that of loops which can wait until those of a network are compiled. @param loops as {@link #loops} */
    static void startLater(LongFunction<List<ColdLoop>> loops) {
        start(new WarmUp(loops, false, true));
    }

    private static void start(WarmUp work) {
        Thread.ofPlatform().daemon().name("gatun-vector-warm-up").start(work);
    }

    /** Returns when the loops of a network are compiled, or that takes too long. */
    static void await() {
        if (!awaited && STARTED.get()) {
            try {
                OVER.await(start + WAIT_NANOS - System.nanoTime(), TimeUnit.NANOSECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            awaited = true;
        }
    }

    @Override
    public void run() {
        try (Arena arena = Arena.ofConfined()) {
            if (later) {
                OVER.await(PATIENCE_NANOS, TimeUnit.NANOSECONDS);
            }
            MemorySegment memory = arena.allocate(64 << 10, 64);      // operands of zeros, results, and tables of offsets that are all zero
            List<ColdLoop> cold = new ArrayList<>(loops.apply(memory.address()));
            long begin = System.nanoTime();
            while (!cold.isEmpty() && System.nanoTime() - begin < PATIENCE_NANOS) {
                cold.removeIf(WarmUp::isCompiled);                    // all in turn: both compilers have work from the start
                Thread.sleep(1);                                      // and a processor to do it on
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            if (first) {
                OVER.countDown();
            }
        }
    }

    private static boolean isCompiled(ColdLoop loop) {
        for (int call = 0; call < IDLE; call++) {
            loop.run(true);
        }
        long best = Long.MAX_VALUE;
        for (int call = 0; call < BATCH; call++) {
            long before = System.nanoTime();
            loop.run(false);
            best = Math.min(best, System.nanoTime() - before);
        }
        return best < COMPILED_NANOS;
    }

    /** Returns the loops of a network. @param zeros 8 KiB of zeros, before 56 KiB that calls write */
    static List<ColdLoop> loops(long zeros) {
        long patch = zeros + (8 << 10);
        long result = zeros + (16 << 10);
        List<ColdLoop> loops = new ArrayList<>(SmallLoops.of(zeros, result));      // first: weights are folded and packed before anything else
        loops.addAll(List.of(
            idle -> Winograd4Tile.weights(zeros, Simd.BYTES, idle ? Native.NOWHERE : result, Simd.BYTES, patch),
            idle -> tile(6, zeros, idle ? Native.NOWHERE : result),
            idle -> Winograd4Tile.input(zeros, 6 * Simd.BYTES, 0, result, 0, Simd.BYTES, patch, idle ? 0 : 1),
            idle -> Winograd4Tile.output(zeros, 0, Simd.BYTES, result, 4 * Simd.BYTES, 0, Native.ZEROS, 0, 0, 0, patch, idle ? 0 : 1),
            idle -> tile(5, zeros, idle ? Native.NOWHERE : result),
            idle -> tile(4, zeros, idle ? Native.NOWHERE : result),
            idle -> Finish.run(idle ? 0 : 6, Panel.BLOCKS, result, 6 * Simd.BYTES, 0, 0)));
        return loops;
    }

    /** Returns those of a training besides. */
    static List<ColdLoop> gradients(long zeros) {
        long scratch = zeros + (8 << 10);
        long result = zeros + (16 << 10);
        List<ColdLoop> loops = new ArrayList<>(BlockedBatchNorm.loops(zeros, result, scratch));
        loops.add(idle -> Winograd4Gradient.output(zeros, 4 * Simd.BYTES, idle ? Native.NOWHERE : result, Simd.BYTES, scratch));
        loops.add(idle -> Winograd4Gradient.weights(zeros, Simd.BYTES, idle ? Native.NOWHERE : result, scratch));
        loops.add(idle -> BackwardWeightsConv.spread(idle ? 0 : 64, zeros, Simd.BYTES, result, Simd.BYTES));
        loops.add(idle -> PointwiseBackwardWeights.placeFours(idle ? 0 : Panel.PIXELS, zeros, result, 4 * Simd.BYTES));
        return loops;
    }

    private static void tile(int pixels, long zeros, long result) {
        Panel.tile(pixels, Panel.BLOCKS, zeros, zeros, zeros, K, zeros, result, 8 * Simd.BYTES, Native.ZEROS);
    }
}
