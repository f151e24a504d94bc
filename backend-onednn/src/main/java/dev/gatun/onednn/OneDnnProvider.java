package dev.gatun.onednn;

import dev.gatun.ffi.Located;
import dev.gatun.spi.Backend;
import dev.gatun.spi.BackendProvider;
import dev.gatun.vector.VectorKernels;
import dev.gatun.vector.VectorProvider;
import java.util.List;

/** Finds out whether the oneDNN backend can run: a library must be there, and the vector backend, which runs what oneDNN lacks. Nothing is loaded for that. */
public final class OneDnnProvider implements BackendProvider {
    /** For {@link java.util.ServiceLoader}. */
    public OneDnnProvider() {
    }

    /** Whether float32 convolutions and products may run on the vector backend's kernels where those are faster. */
    static final String MIXED = "gatun.onednn.mixed";

    @Override
    public String name() {
        return "onednn";
    }

    @Override
    public int priority() {
        return 200;
    }

    @Override
    public Availability probe() {
        return switch (new VectorProvider().probe()) {
            case Availability.Refused refused -> refused;
            case Availability.Usable _ when !isMixedValid() -> new Availability.Refused(mistake(), "correct the property or leave it out");
            case Availability.Usable vector -> switch (Library.FILE.locate()) {
                case Located.Missing missing -> new Availability.Refused(missing.reason(), missing.remedy());
                case Located.Found found -> new Availability.Usable(vector.device(), vector.instructions(), "oneDNN 3.x, " + found.file());
            };
        };
    }

    @Override
    public void requireValidProperties() {
        new VectorProvider().requireValidProperties();
        if (!isMixedValid()) {
            throw new IllegalArgumentException(mistake());
        }
    }

    private static boolean isMixedValid() {
        return List.of("on", "off").contains(mixed());
    }

    private static String mistake() {
        return MIXED + "=" + mixed() + ": must be on or off";
    }

    private static String mixed() {
        return System.getProperty(MIXED, "on");
    }

    @Override
    public Backend open() {
        return switch (probe()) {
            case Availability.Usable _ -> new OneDnnBackend(Library.load(), VectorKernels.threads(), mixed().equals("on"));
            case Availability.Refused refused ->
                throw new IllegalStateException("backend onednn cannot be used: " + refused.reason() + "; " + refused.remedy());
        };
    }
}
