package dev.gatun.vector;

import dev.gatun.spi.Backend;
import dev.gatun.spi.BackendProvider;
import java.lang.module.ModuleFinder;

/**
 * Finds out whether the vector backend can run: all that it needs is the module jdk.incubator.vector, which Java leaves out unless told otherwise. No class
 * that uses the module is touched before it is known to be there.
 */
public final class VectorProvider implements BackendProvider {
    private static final String MODULE = "jdk.incubator.vector";

    /** For {@link java.util.ServiceLoader}. */
    public VectorProvider() {
    }

    @Override
    public String name() {
        return "vector";
    }

    @Override
    public int priority() {
        return 100;
    }

    @Override
    public Availability probe() {
        if (ModuleLayer.boot().findModule(MODULE).isEmpty()) {
            return ModuleFinder.ofSystem().find(MODULE).isPresent()
                    ? new Availability.Refused("the module " + MODULE + " is not loaded", "start java with --add-modules " + MODULE)
                    : new Availability.Refused("this Java runtime has no module " + MODULE, "run on a JDK, or add " + MODULE + " to the jlink image");
        }
        try {
            int threads = Threads.count();
            return new Availability.Usable(System.getProperty("os.arch") + ", " + threads + (threads == 1 ? " thread" : " threads"),
                    VectorBackend.instructions(), "Java " + Runtime.version());
        } catch (IllegalArgumentException e) {
            return new Availability.Refused(e.getMessage(), "correct the property or leave it out");
        } catch (LinkageError e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            return new Availability.Refused("the Vector API cannot be used: " + cause.getMessage(), "correct the property, or run on JDK 25");
        }
    }

    @Override
    public Backend open() {
        return switch (probe()) {
            case Availability.Usable usable -> new VectorBackend(Threads.count());
            case Availability.Refused refused ->
                throw new IllegalStateException("backend vector cannot be used: " + refused.reason() + "; " + refused.remedy());
        };
    }
}
