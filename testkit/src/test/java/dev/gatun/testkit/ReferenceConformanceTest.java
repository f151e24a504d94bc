package dev.gatun.testkit;

import dev.gatun.Backends;
import dev.gatun.spi.Backend;

/** The reference in every type against itself in F64, and the planner that makes plans for a backend which fuses nothing. */
class ReferenceConformanceTest extends BackendConformance {
    @Override
    protected Backend open() {
        return Backends.open("reference");
    }
}
