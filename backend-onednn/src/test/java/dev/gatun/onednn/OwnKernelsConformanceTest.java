package dev.gatun.onednn;

import dev.gatun.Backends;
import dev.gatun.spi.Backend;
import dev.gatun.spi.BackendProvider;
import dev.gatun.testkit.BackendConformance;
import dev.gatun.vector.VectorKernels;

/** The kit on oneDNN's own convolutions and products: its cases are so small that the backend leaves most of them to the vector backend otherwise. */
class OwnKernelsConformanceTest extends BackendConformance {
    /** The provider whose backend does not mix. */
    private static final class OwnKernels implements BackendProvider {
        private final BackendProvider provider = new OneDnnProvider();

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

    @Override
    protected Backend open() {
        return Backends.open(new OwnKernels());
    }
}
