package dev.gatun.vector.blocked;

import dev.gatun.vector.Native;
import dev.gatun.vector.Simd;
import dev.gatun.vector.SmallLoops;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Gets the innermost loops compiled while a network is still being planned and its weights packed. Until then each step of a loop is interpreted, and costs a
 * microsecond instead of a nanosecond; and whoever meets a loop first in the middle of a large layer also makes the JIT compiler replace it while it runs, a
 * compilation that is of no use later. Short sums, called often, avoid both.
 */
final class WarmUp implements Runnable {
    /** Steps of a call: the compilers count calls and steps. */
    private static final int K = 24;

    /** Calls between two looks at the clock. */
    private static final int BATCH = 20;

    /** A compiled call takes .2 to .5 microseconds, one by the first compiler 50. */
    private static final long COMPILED_NANOS = 5_000;

    /** When to give up: the loops are compiled later then, as the network calls them. */
    private static final long PATIENCE_NANOS = 10_000_000_000L;

    private static final AtomicBoolean STARTED = new AtomicBoolean();
    private static final AtomicBoolean GRADIENTS_STARTED = new AtomicBoolean();

    private final boolean gradients;

    private WarmUp(boolean gradients) {
        this.gradients = gradients;
    }

    /** Starts the warm-up of what a network calls, in a thread of its own, once in the life of the JVM. */
    static void start() {
        start(false, STARTED);
    }

    /** Starts that of what a training calls besides. */
    static void startGradients() {
        start(true, GRADIENTS_STARTED);
    }

    private static void start(boolean gradients, AtomicBoolean started) {
        if (started.compareAndSet(false, true)) {
            Thread.ofPlatform().daemon().name("gatun-vector-warm-up").start(new WarmUp(gradients));
        }
    }

    @Override
    public void run() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment memory = arena.allocate(64 << 10, 64);      // operands of zeros, results, and tables of offsets that are all zero
            List<Runnable> cold = new ArrayList<>(gradients ? gradients(memory.address()) : loops(memory.address()));
            long start = System.nanoTime();
            while (!cold.isEmpty() && System.nanoTime() - start < PATIENCE_NANOS) {
                cold.removeIf(WarmUp::isCompiled);                    // all in turn: both compilers have work from the start
            }
        }
    }

    private static boolean isCompiled(Runnable loop) {
        long start = System.nanoTime();
        for (int call = 0; call < BATCH; call++) {
            loop.run();
        }
        return System.nanoTime() - start < BATCH * COMPILED_NANOS;
    }

    private static List<Runnable> loops(long zeros) {
        long patch = zeros + (8 << 10);
        long result = zeros + (16 << 10);
        List<Runnable> loops = new ArrayList<>(SmallLoops.of(zeros, result));      // first: weights are folded before anything else
        loops.addAll(List.of(
            () -> tile(6, zeros, result),
            () -> Winograd4Tile.input(zeros, 6 * Simd.BYTES, 0, result, 0, Simd.BYTES, patch, 1),
            () -> Winograd4Tile.output(zeros, 0, Simd.BYTES, result, 4 * Simd.BYTES, 0, Native.ZEROS, 0, 0, 0, patch, 1),
            () -> tile(5, zeros, result),
            () -> tile(4, zeros, result)));
        return loops;
    }

    private static List<Runnable> gradients(long zeros) {
        long scratch = zeros + (8 << 10);
        long result = zeros + (16 << 10);
        List<Runnable> loops = new ArrayList<>(BlockedBatchNorm.loops(zeros, result, scratch));
        loops.add(() -> Winograd4Gradient.output(zeros, 4 * Simd.BYTES, result, Simd.BYTES, scratch));
        loops.add(() -> Winograd4Gradient.weights(zeros, Simd.BYTES, result, scratch));
        loops.add(() -> BackwardWeightsConv.spread(64, zeros, result, Simd.BYTES));
        return loops;
    }

    private static void tile(int pixels, long zeros, long result) {
        Panel.run(pixels, Panel.BLOCKS, zeros, zeros, zeros, K, zeros, result, 8 * Simd.BYTES, Native.ZEROS, 0, 0);
    }
}
