package dev.gatun.formats;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
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

    private void assertOnly(Path file) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            assertEquals(List.of(file), files.toList());
        }
    }

    private static AtomicFile.Content text(String text) {
        return channel -> channel.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
    }
}
