package dev.gatun.spi;

import dev.gatun.Precision;
import java.util.Optional;

/** A backend that is another one but for what its class says itself; who closes the other one, it says in any case. */
public interface DelegatingBackend extends Backend {
    /** Returns the other one. */
    Backend backend();

    @Override
    default String name() {
        return backend().name();
    }

    @Override
    default String description() {
        return backend().description();
    }

    @Override
    default int threads() {
        return backend().threads();
    }

    @Override
    default Memory memory() {
        return backend().memory();
    }

    @Override
    default Optional<Kernel> compile(KernelRequest request) {
        return backend().compile(request);
    }

    @Override
    default Optional<String> whyNot(Precision precision) {
        return backend().whyNot(precision);
    }

    @Override
    default Executable link(Program program) {
        return backend().link(program);
    }

    @Override
    default int alignment() {
        return backend().alignment();
    }

    @Override
    default long cachedBytes() {
        return backend().cachedBytes();
    }
}
