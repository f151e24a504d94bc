package dev.gatun.vector;

import dev.gatun.spi.Kernel;
import dev.gatun.spi.KernelRequest;
import java.util.Optional;

/** The kernels of this backend for another one that works in the same memory, on threads of its choice. */
public final class VectorKernels implements AutoCloseable {
    private final VectorBackend backend;

    /** Makes kernels that share their work out to {@code workers}, which are closed with this. @param library multiplies narrow matrices for them */
    public VectorKernels(Workers workers, NarrowProducts library) {
        this.backend = new VectorBackend(workers, library);
    }

    /** Returns the number of threads that the user wants. @throws IllegalArgumentException if the property {@code gatun.threads} is no such number */
    public static int threads() {
        return Threads.count();
    }

    /** Returns what {@link dev.gatun.spi.Backend#cachedBytes} is on these threads. */
    public long cachedBytes() {
        return backend.cachedBytes();
    }

    /** Returns the kernel for a request, or empty. */
    public Optional<Kernel> compile(KernelRequest request) {
        return backend.compile(request);
    }

    /** Returns the kernel for a request if it is a convolution by Winograd's algorithm. */
    public Optional<Kernel> winograd(KernelRequest request) {
        return backend.winograd(request);
    }

    /** Returns the kernel for a request if it is an LSTM of bfloat16 with products that the library makes for each worker alone. */
    public Optional<Kernel> narrowLstm(KernelRequest request) {
        return backend.narrowLstm(request);
    }

    @Override
    public void close() {
        backend.close();
    }
}
