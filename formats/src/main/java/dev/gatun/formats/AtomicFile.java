package dev.gatun.formats;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/**
 * Writes a file as a whole or not at all: readers, and a restart after a crash, see the old content or the new one, never a part.
 *
 * <p>The content goes to a temporary file in the same folder, which is forced to disk and then renamed over the target. When anything fails, the
 * temporary file is removed and the target is as it was.
 */
public final class AtomicFile {
    private AtomicFile() {
    }

    /** What writes the content. */
    @FunctionalInterface
    public interface Content {
        /** Writes everything to {@code channel}. @throws IOException if that fails */
        void writeTo(FileChannel channel) throws IOException;
    }

    /**
     * Replaces or creates {@code target}. A target that is no regular file (a pipe, {@code /dev/stdout}) is written directly.
     *
     * @throws IOException if that fails, naming the target and the reason
     */
    public static void write(Path target, Content content) throws IOException {
        Path file = Files.isSymbolicLink(target) ? target.toRealPath() : target.toAbsolutePath();
        if (Files.isDirectory(file)) {
            throw new IOException(target + " cannot be written: it is a folder");
        }
        if (Files.exists(file) && !Files.isRegularFile(file)) {
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
                content.writeTo(channel);
            }
            return;
        }
        // Not Files.createTempFile: that hides the file from other users, whatever the umask says.
        String writer = ProcessHandle.current().pid() + "-" + Thread.currentThread().threadId();
        Path temporary = file.resolveSibling("." + file.getFileName() + "." + writer + ".tmp");
        try {
            try (FileChannel channel = FileChannel.open(temporary, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING,
                    StandardOpenOption.WRITE)) {
                content.writeTo(channel);
                channel.force(true);
            }
            Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
            forceFolder(file.getParent());
        } catch (IOException e) {
            throw new IOException(target + " cannot be written: " + reason(e, file), e);
        } finally {
            Files.deleteIfExists(temporary);
        }
    }

    /** Makes the rename itself durable. Windows opens no folders, and needs it less: there the rename is journalled. */
    private static void forceFolder(Path folder) {
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        } catch (IOException e) {
            System.getLogger("dev.gatun.formats").log(System.Logger.Level.DEBUG, "{0} could not be forced to disk: {1}", folder, e);
        }
    }

    private static String reason(IOException e, Path file) {
        return switch (e) {
            case NoSuchFileException _ -> "the folder " + file.getParent() + " does not exist";
            case AccessDeniedException _ -> "this user may not write to " + file.getParent();
            default -> e.getMessage();
        };
    }
}
