package dev.gatun.cli;

import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;

/** How a failure is told to the user. */
final class Failure {
    private Failure() {
    }

    /** Returns one sentence about {@code failure}. Messages of the file system are often a bare path, so the rule broken is added. */
    static String sentence(Throwable failure) {
        return switch (failure) {
            case UncheckedIOException wrapper -> sentence(wrapper.getCause());
            case NoSuchFileException absent -> absent.getFile() + ": no such file or folder";
            case AccessDeniedException denied -> denied.getFile() + ": permission denied";
            case FileAlreadyExistsException existing -> existing.getFile() + ": exists already";
            case NotDirectoryException file -> file.getFile() + ": is not a folder";
            case DirectoryNotEmptyException full -> full.getFile() + ": is not empty";
            case OutOfMemoryError memory -> "memory is exhausted (" + memory.getMessage() + "): take a smaller batch, or give Java more, such as "
                    + "GATUN_JAVA_OPTS=-Xmx8g";
            case LinkageError broken -> "the installation is incomplete, or another version's jar is on the class path: " + broken;
            case FileSystemLoopException loop -> loop.getFile() + ": is a link to a folder above it";
            case FileSystemException other when other.getFile() != null ->
                other.getFile() + ": " + (other.getReason() != null ? other.getReason() : "the file system fails (" + other.getClass().getSimpleName() + ")");
            default -> failure.getMessage() == null || failure.getMessage().isBlank() ? failure.toString() : failure.getMessage();
        };
    }
}
