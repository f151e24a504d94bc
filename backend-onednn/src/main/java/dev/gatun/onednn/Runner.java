package dev.gatun.onednn;

import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/**
 * The one thread that calls oneDNN. OpenMP keeps a pool of threads for each thread that starts parallel work: if every caller did, N callers would have N
 * pools; so they hand their work to this thread, one after another, and wait. Callers may be virtual threads.
 *
 * <p>Both sides spin for some microseconds before they park. A job must not wait for another thread that uses the same runner. Work that does not call oneDNN
 * can stay on its caller's thread, as long as it keeps its {@linkplain #inTurn turn}.
 */
final class Runner implements AutoCloseable {
    private static final int SPINS = 1500;

    private final Thread thread;
    private final ReentrantLock turn = new ReentrantLock(true);      // first come, first served
    private volatile Runnable job;              // null when there is none, or when it is done
    private volatile Thread caller;             // null unless it is parked, or about to be
    private volatile boolean parked;
    private volatile boolean closed;
    private Throwable failure;
    private long jobs;                          // so far; belongs to whoever has its turn

    /** Starts the thread. @param first what it does before all else */
    Runner(Runnable first) {
        thread = Thread.ofPlatform().daemon().name("gatun-onednn").start(() -> {
            first.run();
            serve();
        });
    }

    /** Returns whether the current thread is this one. */
    boolean isCurrent() {
        return Thread.currentThread() == thread;
    }

    /**
     * Runs {@code work} on the thread and returns when it is done. What it throws is thrown here.
     *
     * @throws IllegalStateException if this is closed
     */
    void run(Runnable work) {
        if (isCurrent()) {
            work.run();
            return;
        }
        turn.lock();
        try {
            checkOpen();
            jobs++;
            job = work;
            if (parked) {
                LockSupport.unpark(thread);
            }
            await();
            switch (failure) {
                case null -> { }
                case Error e -> throw e;
                case RuntimeException e -> throw e;
                case Throwable e -> throw new AssertionError("a job declares no checked exceptions", e);
            }
        } finally {
            failure = null;
            turn.unlock();
        }
    }

    /**
     * Runs {@code work} on the current thread when its turn has come; the runner's thread has no job meanwhile but those that {@code work} gives it.
     *
     * @return whether it gave it any
     * @throws IllegalStateException if this is closed
     */
    boolean inTurn(Runnable work) {
        if (isCurrent()) {
            work.run();
            return false;
        }
        turn.lock();
        try {
            checkOpen();
            long before = jobs;
            work.run();
            return jobs != before;
        } finally {
            turn.unlock();
        }
    }

    private void checkOpen() {
        if (closed) {
            throw new IllegalStateException("backend onednn is closed");
        }
    }

    /** {@link #run} with a result. */
    <T> T call(Supplier<T> work) {
        AtomicReference<T> result = new AtomicReference<>();
        run(() -> result.set(work.get()));
        return result.get();
    }

    private void await() {
        for (int spins = 0; spins < SPINS; spins++) {
            if (job == null) {
                return;
            }
            Thread.onSpinWait();
        }
        boolean interrupted = false;
        caller = Thread.currentThread();
        while (job != null) {
            LockSupport.park(this);
            interrupted |= Thread.interrupted();         // or it would not park again
        }
        caller = null;
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void serve() {
        while (true) {
            awaitJob();
            if (closed) {
                return;
            }
            try {
                job.run();
            } catch (Throwable e) {
                failure = e;
            }
            job = null;
            LockSupport.unpark(caller);                  // null while the caller still spins
        }
    }

    private void awaitJob() {
        for (int spins = 0; spins < SPINS; spins++) {
            if (job != null || closed) {
                return;
            }
            Thread.onSpinWait();
        }
        // First say so, then look again: whoever brings a job does it before it looks whether this thread is parked.
        parked = true;
        while (job == null && !closed) {
            LockSupport.park(this);
        }
        parked = false;
    }

    /** Ends the thread, after the job in progress. */
    @Override
    public void close() {
        turn.lock();
        try {
            closed = true;
            LockSupport.unpark(thread);
        } finally {
            turn.unlock();
        }
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
