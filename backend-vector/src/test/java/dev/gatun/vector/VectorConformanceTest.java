package dev.gatun.vector;

import dev.gatun.Backends;
import dev.gatun.spi.Backend;
import dev.gatun.testkit.BackendConformance;
import org.junit.jupiter.api.Tag;

/** The kit on the vector backend, at every width of its vectors. */
@Tag("every-width")
class VectorConformanceTest extends BackendConformance {
    @Override
    protected Backend open() {
        return Backends.open("vector");
    }
}
