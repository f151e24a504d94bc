package dev.gatun.cli;

import dev.gatun.Backends;
import dev.gatun.Backends.Discovered;
import dev.gatun.spi.Backend;
import java.util.List;
import java.util.stream.Collectors;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The option {@code --backend} of commands that compute. */
final class BackendOption {
    @Option(names = "--backend", paramLabel = "NAME",
            description = "The backend to use; see `gatun backends`. Default: the fastest that can run here.")
    private String name;

    @Spec(Spec.Target.MIXEE)
    private CommandSpec command;

    /** Opens the backend. @throws ParameterException if there is none of that name @throws IllegalStateException if it cannot run here, saying why */
    Backend open() {
        if (name == null) {
            return Backends.best();
        }
        requireKnown(name, command);
        // What is evaluated on the side (a parameter's first value, an exported tensor) shall run there, too.
        System.setProperty("gatun.backend", name);
        return Backends.open(name);
    }

    /** Refuses a name that no backend bears, with those that do. */
    static void requireKnown(String name, CommandSpec command) {
        List<Discovered> all = Backends.discovered();
        if (all.stream().noneMatch(d -> d.name().equals(name))) {
            throw new ParameterException(command.commandLine(), "backend \"" + name + "\" is unknown; known are "
                    + all.stream().map(Discovered::name).collect(Collectors.joining(", ")) + ".");
        }
    }
}
