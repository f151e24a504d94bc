package dev.gatun.onednn;

import dev.gatun.ffi.Located;
import dev.gatun.spi.Backend;
import dev.gatun.spi.BackendProvider;
import dev.gatun.vector.VectorKernels;
import dev.gatun.vector.VectorProvider;

/** Finds out whether the oneDNN backend can run: a library must be there, and the vector backend, which runs what oneDNN lacks. Nothing is loaded for that. */
public final class OneDnnProvider implements BackendProvider {
    /** For {@link java.util.ServiceLoader}. */
    public OneDnnProvider() {
    }

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
            case Availability.Usable vector -> switch (Library.FILE.locate()) {
                case Located.Missing missing -> new Availability.Refused(missing.reason(), missing.remedy());
                case Located.Found found -> new Availability.Usable(vector.device(), vector.instructions(), "oneDNN 3.x, " + found.file());
            };
        };
    }

    @Override
    public Backend open() {
        return switch (probe()) {
            case Availability.Usable _ -> new OneDnnBackend(Library.load(), VectorKernels.threads());
            case Availability.Refused refused ->
                throw new IllegalStateException("backend onednn cannot be used: " + refused.reason() + "; " + refused.remedy());
        };
    }
}
