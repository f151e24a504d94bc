package dev.gatun.formats;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.RandomAccessFile;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/**
 * A file to read at any place, by any thread. It stays what was opened, even if another one takes its name; the collector closes it when nobody holds it.
 *
 * @implNote Not a channel: whoever interrupts one reader would close it for all of them, for ever.
 */
final class InputFile {
    /** So few that a cache holds them on their way to the target. */
    private static final int PART_BYTES = 1 << 18;

    private final Path file;
    private final long size;
    /** Empty in file systems that are not the machine's, such as a zip: there each read opens the file anew. */
    private final Optional<RandomAccessFile> opened;

    private InputFile(Path file, long size, Optional<RandomAccessFile> opened) {
        this.file = file;
        this.size = size;
        this.opened = opened;
    }

    /** Opens a file. @throws IOException if it cannot be read, saying why in a sentence */
    static InputFile open(Path file) throws IOException {
        requireReadable(file);
        if (file.getFileSystem() != FileSystems.getDefault()) {
            return new InputFile(file, Files.size(file), Optional.empty());
        }
        RandomAccessFile opened = new RandomAccessFile(file.toFile(), "r");
        try {
            return new InputFile(file, opened.length(), Optional.of(opened));
        } catch (IOException e) {
            opened.close();
            throw e;
        }
    }

    /**
     * Returns the bytes of {@code file}, read-only: nothing is read before it is touched.
     *
     * @throws IOException if it cannot be read, saying why in a sentence
     */
    static MemorySegment map(Path file) throws IOException {
        requireReadable(file);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            return channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), Arena.ofAuto());
        } catch (ClosedByInterruptException e) {
            throw (IOException) new InterruptedIOException(file + " cannot be read: this thread was interrupted").initCause(e);
        }
    }

    private static void requireReadable(Path file) throws IOException {
        if (Files.isDirectory(file)) {
            throw new IOException(file + " is a folder, not a file");
        }
        if (!Files.exists(file)) {
            throw new NoSuchFileException(file.toString(), null, "there is no such file");
        }
        if (!Files.isRegularFile(file)) {
            throw new IOException(file + " is a pipe or a device, not a file");
        }
        if (!Files.isReadable(file)) {
            throw new AccessDeniedException(file.toString(), null, "the file may not be read by this user");
        }
    }

    /** Returns its name. */
    Path path() {
        return file;
    }

    /** Returns how many bytes it had when it was opened. */
    long size() {
        return size;
    }

    /** Closes it for all. */
    void close() throws IOException {
        if (opened.isPresent()) {
            opened.get().close();
        }
    }

    /** Returns {@code count} bytes from {@code position} on. @throws FormatException if the file has become shorter */
    byte[] read(long position, int count) throws IOException {
        byte[] bytes = new byte[count];
        read(position, MemorySegment.ofArray(bytes));
        return bytes;
    }

    /** Fills {@code target} with the bytes from {@code position} on. @throws FormatException if the file has become shorter */
    void read(long position, MemorySegment target) throws IOException {
        try {
            if (opened.isPresent()) {
                RandomAccessFile f = opened.get();
                fill(target, (at, part, count) -> {
                    synchronized (f) {
                        f.seek(position + at);
                        f.readFully(part, 0, count);
                    }
                });
            } else {
                try (DataInputStream in = new DataInputStream(Files.newInputStream(file))) {
                    in.skipNBytes(position);
                    fill(target, (_, part, count) -> in.readFully(part, 0, count));
                }
            }
        } catch (EOFException e) {
            throw new FormatException(file, "ends before byte " + (position + target.byteSize()) + ": it was shortened while it was being read");
        }
    }

    /** Reads {@code count} bytes, those {@code at} bytes behind the first, to the begin of {@code part}. */
    @FunctionalInterface
    private interface Part {
        void read(long at, byte[] part, int count) throws IOException;
    }

    private static void fill(MemorySegment target, Part reader) throws IOException {
        byte[] part = new byte[(int) Math.min(PART_BYTES, target.byteSize())];
        for (long at = 0; at < target.byteSize(); at += part.length) {
            int count = (int) Math.min(part.length, target.byteSize() - at);
            reader.read(at, part, count);
            MemorySegment.copy(part, 0, target, ValueLayout.JAVA_BYTE, at, count);
        }
    }
}
