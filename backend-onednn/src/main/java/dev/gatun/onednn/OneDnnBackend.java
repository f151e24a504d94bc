package dev.gatun.onednn;

import dev.gatun.Precision;
import dev.gatun.ffi.dnnl.Dnnl;
import dev.gatun.spi.Backend;
import dev.gatun.spi.Executable;
import dev.gatun.spi.HostMemory;
import dev.gatun.spi.Kernel;
import dev.gatun.spi.KernelRequest;
import dev.gatun.spi.Memory;
import dev.gatun.spi.Program;
import dev.gatun.vector.VectorKernels;
import dev.gatun.vector.Workers;
import java.util.Optional;

/** The opened oneDNN backend: one thread with an OpenMP pool, on which primitives and kernels of the vector backend run in turn. */
final class OneDnnBackend implements Backend {
    private final OpenMp pool;
    private final Session session;
    private final VectorKernels vector;
    private final Primitives primitives;

    /** @param mixed see {@link Primitives} */
    OneDnnBackend(Library library, int threads, boolean mixed) {
        this.pool = OpenMp.start(threads);
        this.session = new Session(library, pool.runner());
        Workers workers = Workers.over(pool);
        this.vector = new VectorKernels(workers, new Bf16Products(session, pool));
        this.primitives = new Primitives(session, vector, workers, mixed);
    }

    Session session() {
        return session;
    }

    @Override
    public String name() {
        return "onednn";
    }

    @Override
    public String description() {
        return "oneDNN " + session.library().version() + ", " + Library.instructions() + ", threads: " + pool.threads();
    }

    @Override
    public int threads() {
        return pool.threads();
    }

    @Override
    public Memory memory() {
        return HostMemory.shared();
    }

    @Override
    public long cachedBytes() {
        return vector.cachedBytes();
    }

    @Override
    public Optional<Kernel> compile(KernelRequest request) {
        return pool.runner().call(() -> primitives.kernel(request));
    }

    @Override
    public Optional<String> whyNot(Precision precision) {
        return Library.whyNot(precision, Dnnl.dnnl_get_effective_cpu_isa());
    }

    @Override
    public Executable link(Program program) {
        return new OneDnnExecutable(program, session, memory());
    }

    @Override
    public void close() {
        vector.close();
        pool.close();
        session.close();
    }
}
