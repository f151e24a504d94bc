package dev.gatun.vector;

import dev.gatun.spi.Backend;
import dev.gatun.spi.BackendProvider;
import java.lang.foreign.MemorySegment;
import java.lang.module.ModuleFinder;
import java.util.List;

/**
 * Finds out whether the vector backend can run: it needs the module jdk.incubator.vector, which Java leaves out unless told otherwise, and must be allowed to
 * address memory. No class that uses the module is touched before it is known to be there, nor {@link Native} before that is known to be allowed.
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
        if (!mayAddressMemory()) {
            Module own = VectorProvider.class.getModule();
            return new Availability.Refused("this JVM denies native access, and kernels address memory directly",
                    "start java with --enable-native-access=" + (own.isNamed() ? own.getName() : "ALL-UNNAMED"));
        }
        try {
            requireValidProperties();
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
    public void requireValidProperties() {
        Threads.count();
        for (Switch each : Switch.values()) {
            each.isOn();
        }
        String bits = System.getProperty("gatun.vector.bits", "128");
        if (!List.of("128", "256", "512").contains(bits)) {          // Simd says so too, but cannot be asked where its module is missing
            throw new IllegalArgumentException("gatun.vector.bits=" + bits + ": the vector width must be 128, 256 or 512");
        }
    }

    /** Asks for what {@link Native} asks for. Where the JVM only warns of it, it does so here. */
    @SuppressWarnings("restricted")
    private static boolean mayAddressMemory() {
        try {
            return MemorySegment.NULL.reinterpret(1).byteSize() == 1;
        } catch (IllegalCallerException e) {
            return false;
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
