package dev.gatun.formats;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Writes a file as a whole or not at all: readers, and a restart after a crash, see the old content or the new one, never a part.
 *
 * <p>The content goes to a temporary file in the same folder, which is forced to disk and then renamed over the target. When anything fails, the
 * temporary file is removed and the target is as it was; {@link #sweep} removes those of processes that were killed. A file that is replaced hands down
 * who may read it.
 *
 * <p>What is no regular file (a pipe, a device) and what this process has open already ({@code /dev/stdout}, whatever it leads to) is written directly.
 */
public final class AtomicFile {
    private static final System.Logger LOG = System.getLogger("dev.gatun.formats");
    /** As many as Linux follows. */
    private static final int MAX_LINKS = 40;
    private static final Pattern TEMPORARY = Pattern.compile("\\.gatun-[0-9a-f]{1,16}\\.tmp");
    private static final Set<OpenOption> NEW = Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);

    private AtomicFile() {
    }

    /** What writes the content. */
    @FunctionalInterface
    public interface Content {
        /** Writes everything to {@code channel}. @throws IOException if that fails */
        void writeTo(FileChannel channel) throws IOException;
    }

    /**
     * Replaces or creates {@code target}, or writes to it directly: see {@link #isReplaced}.
     *
     * @throws IOException if that fails, naming the target and the reason
     */
    public static void write(Path target, Content content) throws IOException {
        Path file = target.toAbsolutePath();
        try {
            file = end(target);
            if (Files.isDirectory(file)) {
                throw new IOException("it is a folder");
            }
            if (isDirect(file)) {
                writeDirectly(file, content);
            } else {
                replace(file, content);
            }
        } catch (IOException e) {
            throw new IOException(target + " cannot be written: " + reason(e, file), e);
        }
    }

    /**
     * Removes temporary files from {@code folder} that writers left who were killed: those that nobody has written to for an hour, which no writer pauses.
     * What cannot be removed stays, and is logged at DEBUG.
     */
    public static void sweep(Path folder) {
        Instant stale = Instant.now().minus(1, ChronoUnit.HOURS);
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.filter(f -> TEMPORARY.matcher(f.getFileName().toString()).matches()).toList()) {
                if (Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS) && Files.getLastModifiedTime(file).toInstant().isBefore(stale)) {
                    Files.delete(file);
                }
            }
        } catch (IOException | UncheckedIOException e) {
            LOG.log(System.Logger.Level.DEBUG, "{0} could not be swept: {1}", folder, e);
        }
    }

    /** Returns whether {@link #write} would replace or create {@code target} as a whole, so that it may be written again and again. */
    public static boolean isReplaced(Path target) {
        try {
            return !isDirect(end(target));
        } catch (IOException _) {
            return true; // and writing will say why it cannot
        }
    }

    /** Returns where the links from {@code target} lead, which need not exist; at the latest the name of an open file, which is a link only to look at. */
    private static Path end(Path target) throws IOException {
        Path file = target.toAbsolutePath();
        for (int links = 0; Files.isSymbolicLink(file) && !isDescriptor(file); links++) {
            if (links == MAX_LINKS) {
                throw new FileSystemLoopException(target.toString());
            }
            file = file.resolveSibling(Files.readSymbolicLink(file));
        }
        return file;
    }

    private static boolean isDirect(Path file) throws IOException {
        return isDescriptor(file) || Files.exists(file) && !Files.isRegularFile(file) && !Files.isDirectory(file);
    }

    /** Returns whether {@code file} names what a process has open: /proc/PID/fd/N of Linux, /dev/fd/N of others. */
    private static boolean isDescriptor(Path file) throws IOException {
        Path folder = file.getParent();
        if (folder == null || !folder.endsWith("fd") || !Files.isDirectory(folder)) {
            return false;
        }
        Path real = folder.toRealPath();
        return real.startsWith("/proc") || real.equals(Path.of("/dev/fd"));
    }

    @SuppressWarnings("resource") // whoever has standard output open closes it
    private static void writeDirectly(Path file, Content content) throws IOException {
        if (isDescriptor(file) && isOwn(file) && file.endsWith("1")) {
            // To open it again would begin at its start, over what was printed.
            content.writeTo(new FileOutputStream(FileDescriptor.out).getChannel());
            return;
        }
        try (FileChannel channel = FileChannel.open(file, isDescriptor(file) ? StandardOpenOption.APPEND : StandardOpenOption.WRITE)) {
            content.writeTo(channel);
        }
    }

    private static boolean isOwn(Path descriptor) throws IOException {
        Path folder = descriptor.getParent().toRealPath();
        return folder.equals(Path.of("/dev/fd")) || folder.startsWith("/proc/" + ProcessHandle.current().pid());
    }

    private static void replace(Path file, Content content) throws IOException {
        Optional<PosixFileAttributes> old = attributes(file);
        // Not Files.createTempFile: that hides the file from other users, whatever the umask says.
        FileAttribute<?>[] mode = old.map(a -> new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(a.permissions())})
                .orElseGet(() -> new FileAttribute<?>[0]);
        Path temporary = temporary(file);
        FileChannel opened;
        try {
            opened = FileChannel.open(temporary, NEW, mode);
        } catch (FileAlreadyExistsException _) {
            temporary = temporary(file);
            opened = FileChannel.open(temporary, NEW, mode);
        }
        try (FileChannel channel = opened) {
            content.writeTo(channel);
            if (old.isPresent()) {
                inherit(temporary, old.get());
            }
            channel.force(true);
            Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException | RuntimeException | Error failure) {
            try {
                Files.deleteIfExists(temporary);
            } catch (IOException e) {
                failure.addSuppressed(e);
            }
            throw failure;
        }
        forceFolder(file.getParent());
    }

    /** Returns a short name beside {@code file} that nobody can foresee, even if all processes on a shared folder have the same number. */
    private static Path temporary(Path file) {
        return file.resolveSibling(".gatun-" + Long.toHexString(ThreadLocalRandom.current().nextLong()) + ".tmp");
    }

    /** Returns owner and mode; empty if the file is new, or its system has none. */
    private static Optional<PosixFileAttributes> attributes(Path file) throws IOException {
        PosixFileAttributeView view = Files.getFileAttributeView(file, PosixFileAttributeView.class);
        return view == null || !Files.exists(file) ? Optional.empty() : Optional.of(view.readAttributes());
    }

    private static void inherit(Path temporary, PosixFileAttributes old) throws IOException {
        PosixFileAttributeView view = Files.getFileAttributeView(temporary, PosixFileAttributeView.class);
        PosixFileAttributes fresh = view.readAttributes();
        try {
            if (!fresh.owner().equals(old.owner())) {
                view.setOwner(old.owner());
            }
            if (!fresh.group().equals(old.group())) {
                view.setGroup(old.group());
            }
        } catch (IOException e) {
            LOG.log(System.Logger.Level.DEBUG, "{0} does not stay {1}''s: {2}", temporary, old.owner(), e);
        }
        view.setPermissions(old.permissions());
    }

    /** Makes the rename itself durable. Windows opens no folders, and needs it less: there the rename is journalled. */
    private static void forceFolder(Path folder) {
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        } catch (IOException e) {
            LOG.log(System.Logger.Level.DEBUG, "{0} could not be forced to disk: {1}", folder, e);
        }
    }

    private static String reason(IOException e, Path file) {
        Path folder = file.getParent();
        return switch (e) {
            case ClosedByInterruptException _ -> "this thread was interrupted";
            case FileSystemLoopException _ -> "its links go round in a circle";
            case FileSystemException _ when Files.exists(folder) && !Files.isDirectory(folder) -> folder + " is no folder";
            case NoSuchFileException _ when !Files.exists(folder) -> "the folder " + folder + " does not exist";
            case NoSuchFileException _ -> "nothing can be made in " + folder;
            case AccessDeniedException _ -> "this user may not write to " + (Files.exists(file) && !Files.isRegularFile(file) ? "it" : folder);
            case FileSystemException other when other.getReason() != null -> other.getReason();
            default -> e.getMessage() == null ? e.toString() : e.getMessage();
        };
    }
}
