package dev.gatun.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

class MainTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int gatun(String... args) {
        return Main.commandLine()
                .addSubcommand(new Failing())
                .addSubcommand(new Broken())
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(args);
    }

    @Test
    void helpGoesToStandardOutputAndNamesTheExitCodes() {
        assertEquals(0, gatun("--help"));
        assertTrue(out.toString().startsWith("Usage: gatun"), out.toString());
        assertTrue(out.toString().contains("2   wrong usage"), out.toString());
        assertEquals("", err.toString());
    }

    @Test
    void versionNamesTheReleaseAndTheJavaThatRuns() {
        assertEquals(0, gatun("--version"));
        assertTrue(out.toString().startsWith("gatun "), out.toString());
        assertTrue(out.toString().contains("Java " + Runtime.version()), out.toString());
    }

    @Test
    void noCommandIsWrongUsage() {
        assertEquals(2, gatun());
        assertEquals("gatun: Name a command.\nTry 'gatun --help'.\n", err.toString().replace("\r", ""));
        assertEquals("", out.toString());
    }

    @Test
    void unknownOptionIsWrongUsageAndNamesIt() {
        assertEquals(2, gatun("--speed"));
        assertTrue(err.toString().contains("--speed"), err.toString());
        assertFalse(err.toString().contains("\tat "), err.toString());
    }

    @Test
    void failureIsOneSentenceOnStandardError() {
        assertEquals(1, gatun("failing"));
        assertEquals("gatun: absent.txt: no such file or folder\n", err.toString().replace("\r", ""));
        assertEquals("", out.toString());
    }

    @Test
    void aMissingClassOrMemoryIsAFailureToldInASentence() {
        assertEquals(1, gatun("broken", "java.lang.NoClassDefFoundError"));
        assertEquals("gatun: the installation is incomplete, or another version's jar is on the class path: java.lang.NoClassDefFoundError: why\n",
                err.toString().replace("\r", ""));
        err.getBuffer().setLength(0);
        assertEquals(1, gatun("broken", "java.lang.OutOfMemoryError"));
        assertTrue(err.toString().startsWith("gatun: memory is exhausted (why): take a smaller batch"), err.toString());
        assertEquals(1, err.toString().lines().count(), err.toString());
        assertEquals(1, gatun("broken", "java.lang.OutOfMemoryError", "--debug"));
        assertTrue(err.toString().contains("\tat dev.gatun.cli.MainTest$Broken.call"), err.toString());
    }

    @Test
    void debugAddsTheStackTraceWhereverItStands() {
        assertEquals(1, gatun("failing", "--debug"));
        assertTrue(err.toString().contains("\tat dev.gatun.cli.MainTest$Failing.run"), err.toString());
        err.getBuffer().setLength(0);
        assertEquals(1, gatun("--debug", "failing"));
        assertTrue(err.toString().contains("\tat dev.gatun.cli.MainTest$Failing.run"), err.toString());
    }

    @Test
    void fileSystemFailuresSayWhatIsWrongWithTheFile(@TempDir Path folder) throws IOException {
        var file = Files.createFile(folder.resolve("file"));
        assertEquals(file + ": exists already", sentenceOf(() -> Files.createFile(file)));
        assertEquals(folder + ": is not empty", sentenceOf(() -> Files.delete(folder)));
        assertEquals(file + ": is not a folder", sentenceOf(() -> Files.newDirectoryStream(file).close()));
        assertEquals(file.resolve("below") + ": Not a directory", sentenceOf(() -> Files.createFile(file.resolve("below"))));
    }

    @Test
    void noFailureOfTheFileSystemIsABarePath() {
        assertEquals("a/b: is a link to a folder above it", Failure.sentence(new FileSystemLoopException("a/b")));
        assertEquals("a/b: the file system fails (FileSystemException)", Failure.sentence(new FileSystemException("a/b")));
    }

    @Test
    void whatIsNoPathIsToldInASentence() {
        assertEquals(2, gatun("selftest", "--json", "a\0b"));
        assertTrue(err.toString().startsWith("gatun: Invalid value for option '--json': it is no path here: Nul character not allowed ("), err.toString());
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void resultsThatCannotBePrintedAreAFailure() throws Exception {
        Process process = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-cp",
                System.getProperty("java.class.path"), Main.class.getName(), "--version").redirectOutput(new File("/dev/full")).start();
        String said = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals("gatun: standard output cannot be written: No space left on device\n", said);
        assertEquals(1, process.waitFor());
    }

    @Test
    void readerThatHasEnoughIsNoFailure() {
        for (String reason : List.of("Broken pipe", "Input/output error")) {
            var results = new StandardOutput(new OutputStream() {
                @Override
                public void write(int b) throws IOException {
                    throw new IOException(reason);
                }
            });
            assertThrows(IOException.class, () -> results.write('x'));
            assertEquals(!reason.equals("Broken pipe"), results.loss().isPresent(), reason);
        }
        assertTrue(new StandardOutput(OutputStream.nullOutputStream()).loss().isEmpty());
    }

    @Test
    void failureWithoutMessageIsNamedByItsType() {
        assertEquals("java.lang.ArithmeticException", Failure.sentence(new ArithmeticException()));
    }

    private interface FileAction {
        void run() throws IOException;
    }

    private static String sentenceOf(FileAction action) {
        try {
            action.run();
        } catch (IOException failure) {
            return Failure.sentence(failure);
        }
        return "no failure";
    }

    @Command(name = "broken")
    static final class Broken implements Callable<Integer> {
        @Parameters
        private Class<? extends Error> error;

        @Override
        public Integer call() throws ReflectiveOperationException {
            throw error.getConstructor(String.class).newInstance("why");
        }
    }

    @Command(name = "failing")
    static final class Failing implements Runnable {
        @Override
        public void run() {
            try {
                Files.readString(Path.of("absent.txt"));
            } catch (IOException failure) {
                throw new UncheckedIOException(failure);
            }
        }
    }
}
