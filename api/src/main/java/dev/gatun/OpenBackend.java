package dev.gatun;

import dev.gatun.plan.Plan;
import dev.gatun.plan.PlanCache;
import dev.gatun.spi.Backend;
import dev.gatun.spi.DelegatingBackend;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/** A provider's backend as users hold it: with its cache of plans, and guarded so that closing waits for running calls and later calls fail cleanly. */
final class OpenBackend implements DelegatingBackend {
    private final Backend inner;
    private final PlanCache plans;
    private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();
    private boolean closed;

    OpenBackend(Backend inner) {
        this.inner = inner;
        this.plans = new PlanCache(inner);
    }

    /** Returns {@code backend} as one of these. @throws IllegalArgumentException if it did not come from {@link Backends} */
    static OpenBackend of(Backend backend) {
        if (backend instanceof OpenBackend open) {
            return open;
        }
        throw new IllegalArgumentException("backend " + backend.name() + " was not opened through dev.gatun.Backends");
    }

    /** Returns the provider's own backend, for the planner. */
    @Override
    public Backend backend() {
        return inner;
    }

    /** Returns the plans of implicit evaluations. */
    PlanCache plans() {
        return plans;
    }

    /** Begins a call: until {@link #exit} the backend stays open. @throws IllegalStateException if it is closed */
    void enter() {
        lock.readLock().lock();
        if (closed) {
            lock.readLock().unlock();
            throw new IllegalStateException("backend " + inner.name() + " is closed");
        }
    }

    /** Ends a call. */
    void exit() {
        lock.readLock().unlock();
    }

    /** Runs a plan between {@link #enter} and {@link #exit}. */
    void run(Plan plan, dev.gatun.spi.Buffer[] external) {
        enter();
        try {
            plan.run(external);
        } finally {
            exit();
        }
    }

    @Override
    public void close() {
        lock.writeLock().lock();
        try {
            if (Backends.isStandard(this)) {
                throw new IllegalStateException("backend " + inner.name() + " is the standard backend, which stays open; open another with Backends.open");
            }
            if (!closed) {
                closed = true;
                plans.close();
                inner.close();
            }
        } finally {
            lock.writeLock().unlock();
        }
    }

    @Override
    public String toString() {
        return inner.name() + " (" + inner.description() + ")" + (closed ? ", closed" : "");
    }
}
