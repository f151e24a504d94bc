package dev.gatun.testkit;

import dev.gatun.Backends;
import dev.gatun.spi.Backend;

/** The asynchronous double: device memory, a layout of its own, captured programs. */
class QueueConformanceTest extends BackendConformance {
    @Override
    protected Backend open() {
        return Backends.open(new QueueBackend.Provider());
    }
}
