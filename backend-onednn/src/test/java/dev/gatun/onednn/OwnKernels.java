package dev.gatun.onednn;

import dev.gatun.Backends;
import dev.gatun.spi.Backend;
import dev.gatun.spi.BackendProvider;
import dev.gatun.vector.VectorKernels;

/** The provider whose backend does not mix: float32 convolutions and products are oneDNN's own however small they are. */
final class OwnKernels implements BackendProvider {
    private final BackendProvider provider = new OneDnnProvider();

    static Backend open(boolean mixed) {
        return Backends.open(mixed ? new OneDnnProvider() : new OwnKernels());
    }

    @Override
    public String name() {
        return provider.name();
    }

    @Override
    public int priority() {
        return provider.priority();
    }

    @Override
    public Availability probe() {
        return provider.probe();
    }

    @Override
    public Backend open() {
        return new OneDnnBackend(Library.load(), VectorKernels.threads(), false);
    }
}
