package dev.gatun.vector;

import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;

/**
 * A fork-join pool for loops of microseconds. The caller is worker 0; helpers spin for some tens of microseconds after their last task, wait half a ms
 * as long as nobody else wants the processor, then park, so that a chain of kernels pays about a microsecond a fork and an idle backend pays nothing.
 *
 * <p>One task runs at a time. Whoever calls while another is running (a second Java thread, or a task that forks again) runs its task
 * alone, on its own thread: callers never oversubscribe the machine and never wait for each other. Tasks therefore must not depend on
 * how many workers they get. Nothing is allocated by a call. Callers may be virtual threads: nothing here is bound to a thread.
 *
 * <p>A pool {@link #over} a {@link Team} has no threads of its own: where another library keeps threads that spin, a second pool would fight with them.
 */
public final class Workers implements AutoCloseable {
    /** A piece of work that any number of workers can share: {@code worker} of {@code workers} does its part. */
    @FunctionalInterface
    public interface Task extends FrameTask {
        void run(int worker, int workers);

        @Override
        default void run(long frame, int worker, int workers) {
            run(worker, workers);
        }
    }

    /** A {@link Task} whose arguments of this call lie in native memory, at {@code frame}: an immutable kernel then serves many callers. */
    @FunctionalInterface
    public interface FrameTask {
        void run(long frame, int worker, int workers);
    }

    /** The threads of somebody else. */
    public interface Team {
        /** Returns how many threads a task can get, the caller included. */
        int threads();

        /** Runs {@code task} once on each of some threads, at most {@link #threads}, and returns when all are done; it throws nothing. */
        void fork(Task task);
    }

    /** Between 20 and 100 microseconds, depending on the processor: longer than the gaps between kernels, shorter than a time slice. */
    private static final int SPINS = 1500;

    /**
     * How long a thread goes on waiting, but lets others run: a virtual processor whose threads all sleep is given away, and a busy host takes milliseconds
     * to give it back.
     */
    private static final long YIELDING_NANOS = 500_000;

    private final Optional<Team> team;
    private final Task teamPart = this::safePart;
    private final int threads;
    private final Thread[] helpers;
    private final AtomicBoolean busy = new AtomicBoolean();

    // What the helpers are to do. Written by the owner of `busy` before it advances `generation`, read by helpers after they saw it move.
    private FrameTask task;
    private long frame;

    private volatile int generation;
    private volatile boolean closed;
    private volatile Thread caller;      // null unless it is parked, or about to be
    private final AtomicInteger running = new AtomicInteger();
    private final AtomicIntegerArray parked;
    private final AtomicReference<Throwable> failure = new AtomicReference<>();

    /**
     * Starts {@code threads - 1} daemon threads.
     *
     * @throws IllegalArgumentException if {@code threads} is less than 1
     */
    public Workers(int threads) {
        this(threads, threads - 1, Optional.empty());
    }

    private Workers(int threads, int ownThreads, Optional<Team> team) {
        if (threads < 1) {
            throw new IllegalArgumentException("workers: at least 1 thread is needed, got " + threads);
        }
        this.threads = threads;
        this.team = team;
        helpers = new Thread[ownThreads];
        parked = new AtomicIntegerArray(ownThreads);
        for (int i = 0; i < helpers.length; i++) {
            int worker = i + 1;
            helpers[i] = Thread.ofPlatform().daemon().name("gatun-vector-" + worker).unstarted(() -> serve(worker));
        }
        for (Thread helper : helpers) {
            helper.start();
        }
    }

    /** Returns a pool that runs its tasks on the threads of {@code team}, which its owner closes after the pool. */
    public static Workers over(Team team) {
        return new Workers(team.threads(), 0, Optional.of(team));
    }

    /** Returns how many workers a task can get, the caller included. */
    public int threads() {
        return threads;
    }

    /**
     * Runs {@code task} on all workers, or on the caller alone if the pool is busy or closed, and returns when all parts are done.
     * What a worker throws is thrown here, after all have finished.
     */
    public void run(Task task) {
        run(task, 0);
    }

    /** {@link #run(Task)} with the arguments at {@code frame}. */
    public void run(FrameTask task, long frame) {
        if (threads == 1 || !busy.compareAndSet(false, true)) {
            task.run(frame, 0, 1);
            return;
        }
        this.task = task;
        this.frame = frame;
        try {
            fork();
        } finally {
            this.task = null;
            busy.setRelease(false);
        }
    }

    /** Returns where the part of {@code worker} of {@code workers} begins if {@code count} items are dealt out evenly and in order. */
    public static long share(long count, int worker, int workers) {
        return count / workers * worker + Math.min(worker, count % workers);
    }

    /** Ends the helpers, after the task in progress if there is one. Later tasks run on their callers alone. */
    @Override
    public void close() {
        while (!busy.compareAndSet(false, true)) {   // and never released: the pool is busy for ever
            if (closed) {
                return;
            }
            Thread.yield();
        }
        closed = true;
        generation++;
        boolean interrupted = false;
        for (Thread helper : helpers) {
            LockSupport.unpark(helper);
            while (helper.isAlive()) {
                try {
                    helper.join();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void fork() {
        if (team.isPresent()) {
            team.get().fork(teamPart);
        } else {
            forkHelpers();
        }
        switch (failure.getAndSet(null)) {
            case null -> { }
            case Error e -> throw e;
            case RuntimeException e -> throw e;
            case Throwable e -> throw new AssertionError("tasks declare no checked exceptions", e);
        }
    }

    private void forkHelpers() {
        running.set(helpers.length);
        generation++;                    // only the owner of `busy` writes it
        for (int i = 0; i < helpers.length; i++) {
            if (parked.get(i) != 0) {
                LockSupport.unpark(helpers[i]);
            }
        }
        safePart(0, threads);
        join();
    }

    /** A worker's part; what it throws is kept for the caller. */
    private void safePart(int worker, int workers) {
        try {
            task.run(frame, worker, workers);
        } catch (Throwable e) {
            failure.compareAndSet(null, e);
        }
    }

    private void join() {
        for (int spins = 0; spins < SPINS; spins++) {
            if (running.get() == 0) {
                return;
            }
            Thread.onSpinWait();
        }
        long end = System.nanoTime() + YIELDING_NANOS;
        while (System.nanoTime() - end < 0) {
            if (running.get() == 0) {
                return;
            }
            Thread.yield();
        }
        caller = Thread.currentThread();
        while (running.get() != 0) {
            LockSupport.park(this);
        }
        caller = null;
    }

    private void serve(int worker) {
        int seen = 0;
        while (true) {
            seen = awaitAfter(seen, worker - 1);
            if (closed) {
                return;
            }
            safePart(worker, threads);
            if (running.decrementAndGet() == 0) {
                LockSupport.unpark(caller);      // null while the caller still spins
            }
        }
    }

    private int awaitAfter(int seen, int helper) {
        for (int spins = 0; spins < SPINS; spins++) {
            if (generation != seen) {
                return generation;
            }
            Thread.onSpinWait();
        }
        long end = System.nanoTime() + YIELDING_NANOS;
        while (System.nanoTime() - end < 0) {
            if (generation != seen) {
                return generation;
            }
            Thread.yield();
        }
        // First say so, then look again: whoever advances the generation does it before it looks who is parked.
        parked.set(helper, 1);
        while (generation == seen) {
            LockSupport.park(this);
        }
        parked.set(helper, 0);
        return generation;
    }
}
