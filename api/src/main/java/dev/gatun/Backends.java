package dev.gatun;

import dev.gatun.spi.Backend;
import dev.gatun.spi.BackendProvider;
import dev.gatun.spi.BackendProvider.Availability;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/**
 * Finds backends. Of those that can run here the one with the highest priority is taken, unless {@code -Dgatun.backend=NAME} names one, which then must be
 * usable. The choice is logged once, with the reason why each other was refused.
 */
public final class Backends {
    private static volatile Backend standard;
    private static final System.Logger LOG = System.getLogger("dev.gatun");
    /** What {@link #best} has said of refusals. */
    private static final Set<String> TOLD = ConcurrentHashMap.newKeySet();

    private Backends() {
    }

    /** A backend that was found. @param availability whether it can run here, or why not and how to mend it */
    public record Discovered(BackendProvider provider, Availability availability) {
        /** Returns its name. */
        public String name() {
            return provider.name();
        }

        /** Returns whether it can run here. */
        public boolean isUsable() {
            return availability instanceof Availability.Usable;
        }
    }

    /** Returns all backends on the module or class path, the preferred one first. */
    public static List<Discovered> discovered() {
        return providers().stream().flatMap(p -> probed(p).stream()).sorted(Comparator.comparingInt((Discovered d) -> d.provider().priority()).reversed())
                .toList();
    }

    private static List<BackendProvider> providers() {
        List<BackendProvider> found = new ArrayList<>();
        var providers = ServiceLoader.load(BackendProvider.class, Backends.class.getClassLoader()).iterator();
        while (true) {
            try {
                if (!providers.hasNext()) {
                    return found;
                }
                BackendProvider p = providers.next();
                if (found.stream().noneMatch(other -> other.name().equals(p.name()))) {
                    found.add(p);
                }
            } catch (ServiceConfigurationError | LinkageError e) {
                warn(e);
            }
        }
    }

    private static Optional<Discovered> probed(BackendProvider provider) {
        try {
            return Optional.of(new Discovered(provider, provider.probe()));
        } catch (ServiceConfigurationError | LinkageError e) {
            warn(e);
            return Optional.empty();
        }
    }

    private static String names(List<BackendProvider> all) {
        return all.stream().sorted(Comparator.comparingInt(BackendProvider::priority).reversed()).map(BackendProvider::name).collect(Collectors.joining(", "));
    }

    private static void warn(Error e) {
        LOG.log(System.Logger.Level.WARNING, "A backend provider could not be loaded and is left out: {0}", e.toString());
    }

    /**
     * Opens the backend with this name. The others are not asked whether they could run here.
     *
     * @throws IllegalArgumentException if there is none; the message lists those there are
     * @throws IllegalStateException if it cannot run here; the message says why and what to do
     */
    public static Backend open(String name) {
        List<BackendProvider> all = providers();
        BackendProvider provider = all.stream().filter(p -> p.name().equals(name)).findFirst()
                .orElseThrow(() -> new IllegalArgumentException("backend \"" + name + "\" is unknown; on the class path are " + names(all)));
        try {
            if (provider.probe() instanceof Availability.Refused(String reason, String remedy)) {
                throw new IllegalStateException("backend " + name + " cannot run here: " + reason + "; " + remedy);
            }
        } catch (ServiceConfigurationError | LinkageError e) {
            throw new IllegalStateException("backend " + name + " cannot run here: a class of it cannot be loaded (" + e
                    + "); use jars of one version of Gatun, with what they depend on", e);
        }
        return open(provider);
    }

    /** Opens a backend of a provider that need not be registered as a service. */
    public static Backend open(BackendProvider provider) {
        return new OpenBackend(provider.open());
    }

    /**
     * Opens the preferred backend, or the one that {@code -Dgatun.backend} names. The caller closes it. Why others were refused is logged, once: some find out
     * when they are opened that they cannot run here; then the next one is.
     *
     * @throws IllegalArgumentException if a system property that a backend reads, or {@code gatun.eval}, has no value that it can have
     */
    public static Backend best() {
        String forced = System.getProperty("gatun.backend");
        if (forced != null) {
            return open(forced);
        }
        List<Discovered> all = discovered();
        Evaluation.requireValidProperty();
        all.forEach(d -> d.provider().requireValidProperties());
        List<String> refused = refusals(all);
        for (Discovered usable : all.stream().filter(Discovered::isUsable).toList()) {
            try {
                Backend opened = open(usable.provider());
                tell(usable.name(), String.join(" | ", refused));
                return opened;
            } catch (IllegalStateException | LinkageError e) {
                refused.add(usable.name() + ": " + e.getMessage());
            }
        }
        throw new IllegalStateException("no backend can run here: " + String.join(" | ", refused));
    }

    private static void tell(String chosen, String refused) {
        if (!refused.isEmpty() && TOLD.add(chosen + refused)) {
            LOG.log(System.Logger.Level.INFO, "using backend {0}; refused: {1}", chosen, refused);
        }
    }

    /** Returns the backend that evaluates tensors when none is named: opened at first use as {@link #best} does, and never closed. */
    public static Backend standard() {
        Backend open = standard;
        if (open == null) {
            synchronized (Backends.class) {
                open = standard;
                if (open == null) {
                    open = best();
                    LOG.log(System.Logger.Level.DEBUG, "evaluating on backend {0}: {1}", open.name(), open.description());
                    standard = open;
                }
            }
        }
        return open;
    }

    /** Returns whether {@code backend} is the standard one, without opening that. */
    static boolean isStandard(Backend backend) {
        return backend == standard;
    }

    private static List<String> refusals(List<Discovered> all) {
        List<String> refusals = new ArrayList<>();
        for (Discovered d : all) {
            if (d.availability() instanceof Availability.Refused(String reason, String remedy)) {
                refusals.add(d.name() + ": " + reason + "; " + remedy);
            }
        }
        return refusals;
    }
}
