package dev.gatun.reference;

import dev.gatun.spi.Backend;
import dev.gatun.spi.BackendProvider;

/** The backend that always works: the plain loops that specify every op, chosen where nothing faster is usable. */
public final class ReferenceProvider implements BackendProvider {
    static final String NAME = "reference";

    /** For {@link java.util.ServiceLoader}. */
    public ReferenceProvider() {
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public int priority() {
        return 0;
    }

    @Override
    public Availability probe() {
        return new Availability.Usable(System.getProperty("os.arch") + ", 1 thread", "java", System.getProperty("java.version"));
    }

    @Override
    public Backend open() {
        return new ReferenceBackend();
    }
}
