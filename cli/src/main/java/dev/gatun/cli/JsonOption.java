package dev.gatun.cli;

import dev.gatun.formats.AtomicFile;
import dev.gatun.formats.Json;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The option {@code --json} of commands that give rows. */
final class JsonOption {
    private Path file;

    @Spec(Spec.Target.MIXEE)
    private CommandSpec command;

    @Option(names = "--json", paramLabel = "FILE", description = "Write the results to this file, too.")
    private void file(Path named) {
        if (named.equals(Path.of("-"))) {
            throw new ParameterException(command.commandLine(), "--json - names no file; standard output is /dev/stdout, and a file of this name ./-.");
        }
        file = named;
    }

    /**
     * Writes the rows that there are so far, if the user wants them. Called before the first, too: a file that cannot be written is told before minutes of
     * work, and work that is cut off keeps what it has. A pipe or standard output gets them once, at the end.
     */
    void write(List<? extends Map<String, ?>> rows) throws IOException {
        if (file != null && AtomicFile.isReplaced(file)) {
            writeAll(rows);
        }
    }

    /** Writes all rows, if the user wants them. */
    void writeAll(List<? extends Map<String, ?>> rows) throws IOException {
        if (file != null) {
            Json.write(file, Map.of("results", rows));
        }
    }
}
