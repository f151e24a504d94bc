package dev.gatun.formats;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** A file to read; the collector closes it when nobody holds it. */
final class InputFile {
    private InputFile() {
    }

    /**
     * Returns the bytes of {@code file}, read-only: nothing is read before it is touched.
     *
     * @throws IOException if it cannot be read, saying why in a sentence
     */
    static MemorySegment map(Path file) throws IOException {
        try (FileChannel channel = open(file)) {
            return channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), Arena.ofAuto());
        }
    }

    /** Returns {@code file}, open. @throws IOException if it cannot be read, saying why in a sentence */
    static FileChannel open(Path file) throws IOException {
        if (Files.isDirectory(file)) {
            throw new IOException(file + " is a folder, not a file");
        }
        try {
            return FileChannel.open(file, StandardOpenOption.READ);
        } catch (NoSuchFileException e) {
            throw new NoSuchFileException(file.toString(), null, "there is no such file");
        } catch (AccessDeniedException e) {
            throw new AccessDeniedException(file.toString(), null, "the file may not be read by this user");
        }
    }
}
