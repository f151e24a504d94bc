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
    private final Set<Cleaner.Cleanable> primitives = ConcurrentHashMap.newKeySet();
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
        Destruction destruction = new Destruction(primitive, primitives);
        destruction.cleanable = CLEANER.register(owner, destruction);
        primitives.add(destruction.cleanable);
    }

    /** Destroys one primitive; knows nothing of its owner. */
    private static final class Destruction implements Runnable {
        private final MemorySegment primitive;
        private final Set<Cleaner.Cleanable> all;
        private volatile Cleaner.Cleanable cleanable;

        Destruction(MemorySegment primitive, Set<Cleaner.Cleanable> all) {
            this.primitive = primitive;
            this.all = all;
        }

        @Override
        public void run() {
            Dnnl.dnnl_primitive_destroy(primitive);
            if (cleanable != null) {
                all.remove(cleanable);
            }
        }
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
        primitives.forEach(Cleaner.Cleanable::clean);
        primitives.clear();
    }
}
