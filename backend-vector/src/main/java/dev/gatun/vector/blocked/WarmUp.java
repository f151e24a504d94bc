package dev.gatun.vector.blocked;

import dev.gatun.vector.ColdLoop;
import dev.gatun.vector.Native;
import dev.gatun.vector.Simd;
import dev.gatun.vector.SmallLoops;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongFunction;
import java.util.stream.Stream;

/**
 * Gets the innermost loops compiled while a network is still being read and planned. Until then each step of a loop is interpreted, and costs a microsecond
 * instead of a nanosecond; and whoever meets a loop first in the middle of a large layer also makes the JIT compiler replace it while it runs, a compilation
 * that is of no use later. So what packs weights and the first convolution wait for this.
 *
 * <p>Most calls are idle: they do no step, but count. Where all did some, the Vector API's own code, which compiled loops do not use, was compiled as well, and
 * kept the second compiler from the loops: it needs more calls the more methods wait for it.
 *
 * <p>The loops come in three groups, in the order in which a network needs them. Within a group they take turns; where the JIT compiler was told that a caller
 * waits for what it compiles, that makes one after the other.
 */
final class WarmUp implements Runnable {
    /** Steps of a sum. */
    private static final int K = 16;

    /**
     * How often a loop is called until it is another's turn, idle calls between the others. The second compiler takes what was called 5,000 times, and learns
     * from the calls that are not idle what a step is made of, and how often it comes: where there was none before, it compiles a loop that is left at once.
     *
     * @param idle calls that do nothing
     * @param real calls that do a few steps
     */
    private record Turn(int idle, int real) {
        /** Helpers that are called in one of a hundred calls are taken for rare, and not inlined. */
        static final Turn WITH_HELPERS = new Turn(300, 8);

        /** Of what nobody waits for. */
        static final Turn EVEN = new Turn(20, 20);

        /** Of nothing but the Vector API, which always is inlined. A step of a tile costs as much as 34 of others. */
        static final Turn WITHOUT = new Turn(400, 6);
    }

    /** A compiled call takes .1 to .5 microseconds, one by the first compiler 5 and more. */
    private static final long COMPILED_NANOS = 2_000;

    /** When to give up: the loops are compiled later then, as the network calls them. */
    private static final long PATIENCE_NANOS = 10_000_000_000L;

    /** How long a network waits at most, from the start on: where nothing is compiled, or other work keeps the compilers busy, it had better begin. */
    private static final long WAIT_NANOS = 2_000_000_000L;

    private static final AtomicBoolean STARTED = new AtomicBoolean();
    private static final AtomicBoolean GRADIENTS_STARTED = new AtomicBoolean();
    private static final CountDownLatch WEIGHTS = new CountDownLatch(1);
    private static final CountDownLatch ALL = new CountDownLatch(1);
    private static volatile long start;                       // written before STARTED's thread begins
    private static volatile boolean awaited;

    /** What is to be compiled, given the address of 8 KiB of zeros, before 56 KiB that calls write. */
    @FunctionalInterface
    private interface Work {
        void compile(long zeros) throws InterruptedException;
    }

    private final Work work;

    private WarmUp(Work work) {
        this.work = work;
    }

    /** Starts the warm-up of what a network calls, in a thread of its own, once in the life of the JVM. @param before what that thread does first */
    static void start(Runnable before) {
        if (STARTED.compareAndSet(false, true)) {
            start = System.nanoTime();
            start(zeros -> network(before, zeros));
        }
    }

    /** Starts that of what a training calls besides. */
    static void startGradients() {
        if (GRADIENTS_STARTED.compareAndSet(false, true)) {
            start(zeros -> compile(gradients(zeros), Turn.EVEN));
        }
    }

    /** Starts that of loops which can wait until those of a network are compiled. @param loops as {@link #loops} */
    static void startLater(LongFunction<List<ColdLoop>> loops) {
        start(zeros -> {
            ALL.await(PATIENCE_NANOS, TimeUnit.NANOSECONDS);
            compile(loops.apply(zeros), Turn.EVEN);
        });
    }

    private static void start(Work work) {
        Thread.ofPlatform().daemon().name("gatun-vector-warm-up").start(new WarmUp(work));
    }

    /** Returns when the loops of a network are compiled, or that takes too long. */
    static void await() {
        if (!awaited && STARTED.get()) {
            await(ALL);
            awaited = true;
        }
    }

    /** Returns when the loops of a network are compiled, or after some seconds. @return whether they are */
    static boolean await(long seconds) throws InterruptedException {
        return ALL.await(seconds, TimeUnit.SECONDS);
    }

    /** Returns when those are compiled that pack weights, or that takes too long. */
    static void awaitWeights() {
        if (!awaited && STARTED.get()) {
            await(WEIGHTS);
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await(start + WAIT_NANOS - System.nanoTime(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void run() {
        try (Arena arena = Arena.ofConfined()) {
            work.compile(arena.allocate(64 << 10, 64).address());     // operands of zeros, results, and tables of offsets that are all zero
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void network(Runnable before, long zeros) throws InterruptedException {
        try {
            before.run();
            compile(weights(zeros), Turn.WITH_HELPERS);
            WEIGHTS.countDown();
            compile(sums(zeros), Turn.WITHOUT);
            compile(layers(zeros), Turn.WITH_HELPERS);
        } finally {
            WEIGHTS.countDown();
            ALL.countDown();
        }
    }

    private static void compile(List<ColdLoop> loops, Turn turn) throws InterruptedException {
        List<ColdLoop> cold = new ArrayList<>(loops);
        long begin = System.nanoTime();
        while (!cold.isEmpty() && System.nanoTime() - begin < PATIENCE_NANOS) {
            cold.removeIf(loop -> isCompiled(loop, turn));
            Thread.sleep(1);                                          // both compilers need a processor
        }
    }

    private static boolean isCompiled(ColdLoop loop, Turn turn) {
        for (int real = 0; real < turn.real; real++) {
            long before = System.nanoTime();
            loop.run(false);
            if (System.nanoTime() - before < COMPILED_NANOS) {
                return true;
            }
            for (int idle = 0; idle < turn.idle / turn.real; idle++) {
                loop.run(true);
            }
        }
        return false;
    }

    /** Returns the loops of a network. @param zeros 8 KiB of zeros, before 56 KiB that calls write */
    static List<ColdLoop> loops(long zeros) {
        return Stream.of(weights(zeros), sums(zeros), layers(zeros)).flatMap(List::stream).toList();
    }

    /** Returns the methods that the calls of {@link #loops} are there for; all that begin so where there is a star behind. */
    static List<String> methods() {
        return Stream.concat(SmallLoops.methods().stream(), Stream.of("blocked/PackedWeights.place", "blocked/Tile" + Panel.BLOCKS + ".rows*",
                "blocked/Winograd4Tile.weights", "blocked/Winograd4Tile.input", "blocked/Winograd4Tile.output", "blocked/Winograd2Tile.weights",
                "blocked/Winograd2Tile.input", "blocked/Winograd2Tile.output", "blocked/Finish.six")).toList();
    }

    private static List<ColdLoop> weights(long zeros) {
        long patch = zeros + (8 << 10);
        long result = zeros + (16 << 10);
        List<ColdLoop> loops = new ArrayList<>(SmallLoops.ofWeights(zeros, result));
        loops.add(idle -> PackedWeights.place(idle ? 0 : Simd.LANES, Panel.BLOCKS, zeros, Simd.BYTES, 0, result));
        loops.add(idle -> Winograd4Tile.weights(zeros, Simd.BYTES, idle ? Native.NOWHERE : result, Simd.BYTES, patch));
        loops.add(idle -> Winograd2Tile.weights(zeros, Simd.BYTES, idle ? Native.NOWHERE : result, Simd.BYTES, patch));
        return loops;
    }

    private static List<ColdLoop> sums(long zeros) {
        long patch = zeros + (8 << 10);
        long result = zeros + (16 << 10);
        return List.of(
            idle -> tile(6, zeros, idle ? Native.NOWHERE : result, zeros),
            idle -> tile(6, zeros, idle ? Native.NOWHERE : result, 0),
            idle -> Winograd4Tile.input(zeros, 6 * Simd.BYTES, 0, result, 0, Simd.BYTES, patch, idle ? 0 : 1),
            idle -> Winograd4Tile.output(zeros, 0, Simd.BYTES, result, 4 * Simd.BYTES, 0, Native.ZEROS, 0, 0, 0, patch, idle ? 0 : 1),
            idle -> tile(5, zeros, idle ? Native.NOWHERE : result, 0),
            idle -> tile(4, zeros, idle ? Native.NOWHERE : result, 0),
            idle -> Winograd2Tile.input(zeros, 4 * Simd.BYTES, 0, result, 0, Simd.BYTES, patch, idle ? 0 : 1),
            idle -> Winograd2Tile.output(zeros, 0, Simd.BYTES, result, 2 * Simd.BYTES, 0, Native.ZEROS, 0, 0, 0, patch, idle ? 0 : 1),
            idle -> Finish.run(idle ? 0 : 6, Panel.BLOCKS, result, 6 * Simd.BYTES, 0, 0));
    }

    private static List<ColdLoop> layers(long zeros) {
        long result = zeros + (16 << 10);
        return SmallLoops.ofLayers(zeros, result);
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

    private static void tile(int pixels, long zeros, long result, long ahead) {
        Panel.tile(pixels, Panel.BLOCKS, zeros, zeros, zeros, K, zeros, result, 8 * Simd.BYTES, Native.ZEROS, ahead);
    }
}
