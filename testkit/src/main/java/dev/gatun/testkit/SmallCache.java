package dev.gatun.testkit;

import dev.gatun.Precision;
import dev.gatun.spi.Backend;
import dev.gatun.spi.Executable;
import dev.gatun.spi.Kernel;
import dev.gatun.spi.KernelRequest;
import dev.gatun.spi.Memory;
import dev.gatun.spi.Program;
import java.util.Optional;

/**
 * Another backend as if its caches were small, so that small batches are taken in portions. The other one stays its opener's to close.
 *
 * @param cachedBytes the size of a value that stays in them
 */
record SmallCache(Backend inner, long cachedBytes) implements Backend {
    @Override
    public String name() {
        return inner.name() + " with small caches";
    }

    @Override
    public String description() {
        return inner.description();
    }

    @Override
    public Memory memory() {
        return inner.memory();
    }

    @Override
    public int alignment() {
        return inner.alignment();
    }

    @Override
    public Optional<String> whyNot(Precision precision) {
        return inner.whyNot(precision);
    }

    @Override
    public Optional<Kernel> compile(KernelRequest request) {
        return inner.compile(request);
    }

    @Override
    public Executable link(Program program) {
        return inner.link(program);
    }

    @Override
    public void close() {
        // Its opener closes the other one.
    }
}
