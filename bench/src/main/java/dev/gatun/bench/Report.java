package dev.gatun.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** A page of results to be kept: what was run, on what, when, and the table as it was printed. */
final class Report {
    private Report() {
    }

    /**
     * Writes a page in Markdown.
     *
     * @param arguments of {@code bench/run}, from which those that name files to write are left out
     */
    static void write(Path file, List<String> arguments, List<String> table) throws IOException {
        Files.write(file, page(arguments, Machine.describe().entrySet().stream().map(e -> e.getKey() + ": " + e.getValue()).collect(Collectors.joining(", ")),
                table));
    }

    /** Returns the lines of a page. */
    static List<String> page(List<String> arguments, String machine, List<String> table) {
        List<String> command = new ArrayList<>(List.of("bench/run"));
        for (int i = 0; i < arguments.size(); i++) {
            String a = arguments.get(i);
            if (a.equals("--report") || a.equals("--json")) {
                i++;
            } else if (!a.startsWith("--report=") && !a.startsWith("--json=")) {
                command.add(a.matches("[\\w.,=/-]+") ? a : "'" + a + "'");
            }
        }
        List<String> lines = new ArrayList<>(List.of("# " + String.join(" ", command), "", machine, "", "```"));
        table.forEach(line -> lines.add(line.stripTrailing()));
        lines.add("```");
        return lines;
    }
}
