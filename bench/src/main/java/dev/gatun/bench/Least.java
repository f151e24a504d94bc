package dev.gatun.bench;

import dev.gatun.Backends;
import dev.gatun.Backends.Discovered;
import java.util.List;
import java.util.stream.Collectors;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/** What options must be at least; a mistake is told in a sentence, before anything is measured. */
final class Least {
    private final CommandSpec command;

    Least(CommandSpec command) {
        this.command = command;
    }

    /** Refuses a number below {@code least}. @param option such as {@code --threads} */
    Least number(String option, double value, double least) {
        if (!(value >= least)) {
            throw new ParameterException(command.commandLine(), option + " " + text(value) + ": must be at least " + text(least) + ".");
        }
        return this;
    }

    /** Refuses a name that no backend bears. */
    Least backend(String name) {
        List<String> all = Backends.discovered().stream().map(Discovered::name).toList();
        if (!all.contains(name)) {
            throw new ParameterException(command.commandLine(), "no backend is called \"" + name + "\"; there are "
                    + all.stream().collect(Collectors.joining(", ")) + ".");
        }
        return this;
    }

    private static String text(double value) {
        return value == (long) value ? Long.toString((long) value) : Double.toString(value);
    }
}
