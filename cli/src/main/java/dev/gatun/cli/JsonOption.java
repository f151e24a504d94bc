package dev.gatun.cli;

import dev.gatun.formats.AtomicFile;
import dev.gatun.formats.Json;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Option;

/** The option {@code --json} of commands that give rows. */
final class JsonOption {
    @Option(names = "--json", paramLabel = "FILE", description = "Write the results to this file, too.")
    private Path file;

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
