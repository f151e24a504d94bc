package dev.gatun.formats;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class AtomicFileTest {
    @TempDir
    Path folder;

    @Test
    void replacesTheWholeFile() throws IOException {
        Path file = folder.resolve("f");
        Files.writeString(file, "something longer than what comes");
        AtomicFile.write(file, text("new"));
        assertEquals("new", Files.readString(file));
        assertOnly(file);
    }

    @Test
    void aFailureInTheMiddleLeavesTheOldContentAndNoPart() throws IOException {
        Path file = folder.resolve("f");
        Files.writeString(file, "old");
        IOException e = assertThrows(IOException.class, () -> AtomicFile.write(file, channel -> {
            text("half").writeTo(channel);
            throw new IOException("No space left on device");
        }));
        assertEquals(file + " cannot be written: No space left on device", e.getMessage());
        assertThrows(IllegalStateException.class, () -> AtomicFile.write(file, _ -> {
            throw new IllegalStateException();
        }));
        assertEquals("old", Files.readString(file));
        assertOnly(file);
    }

    @Test
    void anInterruptIsToldAsOneAndLeavesTheOldContent() throws IOException {
        Path file = folder.resolve("f");
        Files.writeString(file, "old");
        Thread.currentThread().interrupt();
        try {
            IOException e = assertThrows(IOException.class, () -> AtomicFile.write(file, text("new")));
            assertEquals(file + " cannot be written: this thread was interrupted", e.getMessage());
        } finally {
            Thread.interrupted();
        }
        assertEquals("old", Files.readString(file));
        assertOnly(file);
    }

    @Test
    void whatKilledWritersLeftIsSweptAfterAnHourAndNothingElse() throws IOException {
        FileTime old = FileTime.from(Instant.now().minusSeconds(3_700));
        Path left = Files.writeString(folder.resolve(".gatun-d98156089f975bb2.tmp"), "half");
        Path running = Files.writeString(folder.resolve(".gatun-1.tmp"), "half");
        Path foreign = Files.writeString(folder.resolve(".gatun-notes.tmp"), "mine");
        Files.setLastModifiedTime(left, old);
        Files.setLastModifiedTime(foreign, old);
        AtomicFile.sweep(folder);
        assertEquals(List.of(false, true, true), Stream.of(left, running, foreign).map(Files::exists).toList());
        AtomicFile.sweep(folder.resolve("absent"));
    }

    @Test
    void aMissingFolderIsNamed() {
        Path file = folder.resolve("no").resolve("f");
        IOException e = assertThrows(IOException.class, () -> AtomicFile.write(file, text("x")));
        assertEquals(file + " cannot be written: the folder " + file.getParent() + " does not exist", e.getMessage());
    }

    @Test
    void aFolderIsNotReplaced() {
        IOException e = assertThrows(IOException.class, () -> AtomicFile.write(folder, text("x")));
        assertEquals(folder + " cannot be written: it is a folder", e.getMessage());
    }

    @Test
    @EnabledOnOs({OS.LINUX, OS.MAC})
    void aLinkStaysALink() throws IOException {
        Path file = folder.resolve("f");
        Files.writeString(file, "old");
        Path link = Files.createSymbolicLink(folder.resolve("link"), file);
        AtomicFile.write(link, text("new"));
        assertTrue(Files.isSymbolicLink(link));
        assertEquals("new", Files.readString(file));
    }

    @Test
    @EnabledOnOs({OS.LINUX, OS.MAC})
    void aDeviceIsWrittenToDirectly() throws IOException {
        AtomicFile.write(Path.of("/dev/null"), text("x"));
        assertTrue(Files.exists(Path.of("/dev/null")) && !Files.isRegularFile(Path.of("/dev/null")));
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void aDeviceThatIsFullIsNamed() {
        Path full = Path.of("/dev/full");
        Path absent = Path.of("/dev/fd/no");
        assertEquals(full + " cannot be written: No space left on device", sentenceOf(full));
        assertTrue(sentenceOf(absent).startsWith(absent + " cannot be written: "), sentenceOf(absent));
    }

    @Test
    @EnabledOnOs({OS.LINUX, OS.MAC})
    void whatIsPrintedIsAppendedToAndNeverReplaced() throws Exception {
        Path file = Files.writeString(folder.resolve("out.txt"), "earlier, ");
        assertEquals(0, printing().redirectOutput(ProcessBuilder.Redirect.appendTo(file.toFile())).start().waitFor());
        assertEquals("earlier, before, content, after", Files.readString(file));
        assertEquals(0, printing().redirectOutput(file.toFile()).start().waitFor());
        assertEquals("before, content, after", Files.readString(file));
        assertOnly(file);
    }

    @Test
    @EnabledOnOs({OS.LINUX, OS.MAC})
    void aPipeThatIsStandardOutputIsWrittenDirectly() throws Exception {
        Process process = printing().start();
        assertEquals("before, content, after", new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8));
        assertEquals(0, process.waitFor());
    }

    private static ProcessBuilder printing() {
        return new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-cp", System.getProperty("java.class.path"),
                Printing.class.getName()).redirectError(ProcessBuilder.Redirect.INHERIT);
    }

    /** Another JVM, which prints, writes and prints to the same place. */
    static final class Printing {
        private Printing() {
        }

        public static void main(String[] arguments) throws IOException {
            System.out.print("before, ");
            System.out.flush();
            AtomicFile.write(Path.of("/dev/stdout"), text("content, "));
            System.out.print("after");
            System.out.flush();
            if (AtomicFile.isReplaced(Path.of("/dev/stdout"))) {
                throw new AssertionError("standard output is not replaced");
            }
        }
    }

    @Test
    @EnabledOnOs({OS.LINUX, OS.MAC})
    void aLinkToNothingIsFilledWhereItLeads() throws IOException {
        Path link = Files.createSymbolicLink(folder.resolve("link"), Path.of("f"));
        assertTrue(AtomicFile.isReplaced(link));
        AtomicFile.write(link, text("new"));
        assertTrue(Files.isSymbolicLink(link));
        assertEquals("new", Files.readString(folder.resolve("f")));
        Path lost = Files.createSymbolicLink(folder.resolve("lost"), Path.of("no", "f"));
        assertEquals(lost + " cannot be written: the folder " + folder.resolve("no") + " does not exist", sentenceOf(lost));
        Path circle = Files.createSymbolicLink(folder.resolve("circle"), Path.of("circle"));
        assertEquals(circle + " cannot be written: its links go round in a circle", sentenceOf(circle));
    }

    @Test
    void aFileIsNoFolder() throws IOException {
        Path file = Files.createFile(folder.resolve("f"));
        assertEquals(file.resolve("x") + " cannot be written: " + file + " is no folder", sentenceOf(file.resolve("x")));
        assertOnly(file);
    }

    @Test
    void aNameAsLongAsTheSystemAllowsIsSaved() throws IOException {
        Path file = folder.resolve("n".repeat(250));
        AtomicFile.write(file, text("new"));
        assertEquals("new", Files.readString(file));
        assertOnly(file);
    }

    @Test
    void theTemporaryNameIsAnotherEachTime() throws IOException {
        Set<List<Path>> seen = new HashSet<>();
        for (int i = 0; i < 2; i++) {
            AtomicFile.write(folder.resolve("f" + i), _ -> {
                try (Stream<Path> files = Files.list(folder)) {
                    seen.add(files.filter(f -> f.toString().endsWith(".tmp")).toList());
                }
            });
        }
        assertEquals(2, seen.size(), seen.toString());
    }

    @Test
    @EnabledOnOs({OS.LINUX, OS.MAC})
    void whoMayReadTheFileStays() throws IOException {
        Path file = Files.writeString(folder.resolve("f"), "old");
        for (String mode : List.of("rw-------", "rw-rw-rw-", "r--r-----")) {
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
            AtomicFile.write(file, text("new"));
            assertEquals(mode, PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
        }
        assertOnly(file);
    }

    private static String sentenceOf(Path target) {
        try {
            AtomicFile.write(target, text("x"));
            return "";
        } catch (IOException e) {
            return e.getMessage();
        }
    }

    private void assertOnly(Path file) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            assertEquals(List.of(file), files.toList());
        }
    }

    private static AtomicFile.Content text(String text) {
        return channel -> channel.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
    }
}
