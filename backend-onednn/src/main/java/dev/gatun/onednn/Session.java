package dev.gatun.onednn;

import dev.gatun.ffi.dnnl.Dnnl;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Cleaner;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** What the kernels of one opened backend share: the library, the thread that calls it, and the primitives that must be destroyed in the end. */
final class Session implements AutoCloseable {
    private static final Cleaner CLEANER = Cleaner.create();

    private final Library library;
    private final Runner runner;
    private final Set<Cleaner.Cleanable> owned = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    Session(Library library, Runner runner) {
        this.library = library;
        this.runner = runner;
    }

    Library library() {
        return library;
    }

    Runner runner() {
        return runner;
    }

    /** Destroys {@code primitive} when {@code owner} is unreachable, or when the session is closed. */
    void own(Object owner, MemorySegment primitive) {
        own(owner, () -> Dnnl.dnnl_primitive_destroy(primitive));
    }

    /** Runs {@code release} when {@code owner}, which it must not refer to, is unreachable, or when the session is closed. */
    void own(Object owner, Runnable release) {
        Release once = new Release(release, owned);
        once.cleanable = CLEANER.register(owner, once);
        owned.add(once.cleanable);
    }

    /** Runs once; knows nothing of its owner. */
    private static final class Release implements Runnable {
        private final Runnable release;
        private final Set<Cleaner.Cleanable> all;
        private volatile Cleaner.Cleanable cleanable;

        Release(Runnable release, Set<Cleaner.Cleanable> all) {
            this.release = release;
            this.all = all;
        }

        @Override
        public void run() {
            release.run();
            if (cleanable != null) {
                all.remove(cleanable);
            }
        }
    }

    /** Returns how many primitives and tables of arguments will be destroyed when this is closed. */
    int live() {
        return owned.size();
    }

    /** Throws if the primitives are gone. @throws IllegalStateException if this is closed */
    void checkOpen() {
        if (closed) {
            throw new IllegalStateException("backend onednn is closed");
        }
    }

    /** Destroys all primitives. The runner must have ended. */
    @Override
    public void close() {
        closed = true;
        owned.forEach(Cleaner.Cleanable::clean);
        owned.clear();
    }
}
