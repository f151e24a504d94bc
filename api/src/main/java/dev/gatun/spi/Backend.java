package dev.gatun.spi;

import dev.gatun.Precision;
import java.util.Optional;

/**
 * An opened backend: it compiles requests to kernels, or declines, and links programs. Users get one from {@link dev.gatun.Backends}. Thread-safe.
 */
public interface Backend extends AutoCloseable {
    /** Returns the name by which it is chosen, e.g. {@code vector}. */
    String name();

    /** Returns what it runs on, in words: device, instruction set, versions, threads. */
    String description();

    /** Returns how many threads of this machine share a kernel's work. */
    default int threads() {
        return 1;
    }

    /** Returns where its tensors lie. */
    Memory memory();

    /**
     * Returns a kernel for {@code request}, or empty to decline: then the planner proposes something smaller, and in the end the reference loops. A kernel
     * may ask for other operand layouts than the request's.
     */
    Optional<Kernel> compile(KernelRequest request);

    /**
     * Returns why this backend cannot compute in {@code precision}, as the end of a sentence with a way out, or nothing if it can; kernels that it lacks
     * are no reason, reference loops stand in for them. E.g. {@code this processor has no AVX512-FP16, choose BF16}.
     */
    default Optional<String> whyNot(Precision precision) {
        return Optional.empty();
    }

    /** Links a program; the default runs its steps one after another over an arena of this backend's memory. */
    default Executable link(Program program) {
        return new StepExecutable(program, memory());
    }

    /**
     * Returns how large a value may be, in bytes, that still is in a cache when the step after the one that wrote it reads it. The planner takes larger batches
     * of images through a network's first steps in portions. The default asks for none.
     */
    default long cachedBytes() {
        return Long.MAX_VALUE;
    }

    /** Returns the bytes that intermediates are aligned to in the arena. */
    default int alignment() {
        return 64;
    }

    /** Releases threads, memory and handles; kernels must not be launched any more. */
    @Override
    void close();
}
