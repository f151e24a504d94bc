package dev.gatun.vector;

import dev.gatun.vector.blocked.BlockedKernels;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Options by which a JVM is told at its start what {@link JitDirectives} would tell it later, and to compile at once what is waited for. One JVM leaves them in
 * the file that {@code -Dgatun.vector.options=FILE} names, with the directives in FILE.json; the next is started by {@code java @FILE ...}.
 */
final class CompilerOptions {
    private static final System.Logger LOG = System.getLogger("dev.gatun");
    private static final String DIRECTIVES = "-XX:CompilerDirectivesFile=";
    private static final String OPTIONS = "gatun.vector.options";

    private CompilerOptions() {
    }

    /** Returns whether the JVM read just these directives when it started. */
    static boolean gave(String json) {
        try {
            List<String> arguments = ManagementFactory.getRuntimeMXBean().getInputArguments();
            String given = arguments.stream().filter(a -> a.startsWith(DIRECTIVES)).reduce("", (_, last) -> last);
            return !given.isEmpty() && Files.readString(Path.of(given.substring(DIRECTIVES.length()))).equals(json);
        } catch (IOException | RuntimeException e) {
            LOG.log(System.Logger.Level.DEBUG, "what the JVM was started with", e);
            return false;
        }
    }

    /** Leaves options for the next JVM, if {@code gatun.vector.options} names a file. @param json the directives */
    static void leave(String json) {
        String name = System.getProperty(OPTIONS, "");
        if (name.isEmpty()) {
            return;
        }
        try {
            String directives = Path.of(name + ".json").toAbsolutePath().toString();
            Charset launchers = Charset.forName(System.getProperty("native.encoding", "UTF-8"));
            if (directives.lines().count() != 1 || !launchers.newEncoder().canEncode(directives)) {
                throw new IOException("a JVM could not be told of a file of this name");
            }
            write(Path.of(directives), json, StandardCharsets.UTF_8);
            write(Path.of(name), options(directives), launchers);
        } catch (IOException | InvalidPathException e) {
            LOG.log(System.Logger.Level.WARNING, "{0}={1}: the file cannot be written ({2}).", OPTIONS, name, e.toString());
        }
    }

    /**
     * Returns options as {@code java @FILE} takes them. What is warmed up is compiled after some fifteen calls instead of thousands: so few that the compiler
     * takes nothing for granted that it has not seen.
     */
    private static String options(String directives) {
        String quoted = '"' + (DIRECTIVES + directives).replace("\\", "\\\\").replace("\"", "\\\"") + '"';
        Stream<String> thresholds = BlockedKernels.warmed().stream().map(m -> (JitDirectives.PACKAGE + m).replace(".", "::").replace('/', '.'))
                .map(m -> "-XX:CompileCommand=CompileThresholdScaling," + m + ",0.003");
        return Stream.concat(Stream.of("-XX:+UnlockDiagnosticVMOptions", quoted, "-XX:CompileCommand=quiet"), thresholds)
                .collect(Collectors.joining("\n", "", "\n"));
    }

    /** Writes all of a file or nothing: a JVM that finds half of one does not start. */
    private static void write(Path file, String text, Charset charset) throws IOException {
        Path part = Path.of(file + "." + ProcessHandle.current().pid() + "-" + Long.toHexString(System.nanoTime()));
        try {
            Files.writeString(part, text, charset, StandardOpenOption.CREATE_NEW);
            Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(part);
        }
    }
}
