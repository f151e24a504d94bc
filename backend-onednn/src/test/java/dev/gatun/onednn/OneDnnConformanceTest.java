package dev.gatun.onednn;

import dev.gatun.Backends;
import dev.gatun.spi.Backend;
import dev.gatun.testkit.BackendConformance;

/** The kit on the oneDNN backend. */
class OneDnnConformanceTest extends BackendConformance {
    @Override
    protected Backend open() {
        return Backends.open("onednn");
    }
}
