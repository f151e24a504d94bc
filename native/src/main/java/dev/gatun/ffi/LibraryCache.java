package dev.gatun.ffi;

import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.zip.CRC32;
import java.util.zip.CheckedInputStream;

/**
 * Where bundled libraries are extracted: one folder for each content, {@code KEY-CRC-CRC}, which several JVMs may fill at once.
 *
 * <p>An entry is a plain file under its final name, put there by an atomic rename when its content was complete and its checksum right. It bears a fixed time
 * of modification: who writes to it later changes that. So most starts compare owner, mode, length and time alone, and read the content only if the
 * time is another one. Files are replaced, never written to: a JVM that has mapped the old one keeps it. See ADR 0013.
 */
final class LibraryCache {
    /** Names another folder than the user's own. */
    static final String PROPERTY = "gatun.cache";

    static final FileTime STAMP = FileTime.from(Instant.ofEpochSecond(946_684_800)); // 2000-01-01
    private static final Duration ABANDONED = Duration.ofHours(1);
    private static final Set<PosixFilePermission> OWNER_ONLY = PosixFilePermissions.fromString("rwx------");

    private final Optional<String> folder;
    private final boolean explicit;
    private final Custody custody;
    private Optional<Path> temporary = Optional.empty();

    /**
     * Makes a cache in that folder, which need not be there.
     *
     * @param folder empty if the user has none
     * @param explicit whether the user named it: then it is used or refused; otherwise a temporary folder helps out
     * @param custody whose it must be
     */
    LibraryCache(Optional<String> folder, boolean explicit, Custody custody) {
        this.folder = folder;
        this.explicit = explicit;
        this.custody = custody;
    }

    /** Returns the cache of this user: {@code gatun.cache}, or {@code gatun} in {@code XDG_CACHE_HOME}, or {@code ~/.cache/gatun}. */
    static LibraryCache ofUser(UnaryOperator<String> properties, UnaryOperator<String> environment) {
        String named = properties.apply(PROPERTY);
        if (named != null && !named.isBlank()) {
            return new LibraryCache(Optional.of(named.strip()), true, Custody.own());
        }
        return new LibraryCache(absolute(environment.apply("XDG_CACHE_HOME"))
                .or(() -> absolute(properties.apply("user.home")).map(home -> home + "/.cache")).map(caches -> caches + "/gatun"),
                false, Custody.own());
    }

    /** The specification of XDG_CACHE_HOME wants relative paths to be ignored; and Java's home of a user without one is {@code ?}. */
    private static Optional<String> absolute(String path) {
        return Optional.ofNullable(path).filter(p -> p.startsWith("/") || p.indexOf(':') == 1);
    }

    /**
     * Returns the folder that holds these files, whole, and that only this user and root can change.
     *
     * @throws IOException if there is none, with a message that says why; {@link #words} makes a sentence of it
     */
    synchronized Path folderOf(String key, List<BundledFile> files) throws IOException {
        var name = new StringBuilder(key);
        for (BundledFile file : files) {
            name.append('-').append(Long.toHexString(file.crc()));
        }
        if (temporary.isPresent()) {
            return filled(temporary.get().resolve(name.toString()), files);
        }
        if (explicit) {
            return filled(checked(folder.orElseThrow()).resolve(name.toString()), files);
        }
        String why;
        if (folder.isEmpty()) {
            why = "this user has no home folder";
        } else {
            try {
                return filled(checked(folder.get()).resolve(name.toString()), files);
            } catch (DamagedBundle e) {
                throw e; // would be so elsewhere, too
            } catch (IOException e) {
                why = words(e);
            }
        }
        log().log(System.Logger.Level.WARNING, "Native libraries are extracted anew by each JVM, which takes a second: {0}. Let -D{1}=FOLDER name a folder "
                + "that only you can write.", why, PROPERTY);
        Path created = Files.createTempDirectory("gatun-").toRealPath();
        Runtime.getRuntime().addShutdownHook(new Thread(() -> delete(created)));
        temporary = Optional.of(created);
        return filled(created.resolve(name.toString()), files);
    }

    /** Returns the real path of a cache's folder, made if need be, after a look at who can change it. */
    private Path checked(String name) throws IOException {
        Path folder;
        try {
            folder = Path.of(name).toAbsolutePath();
        } catch (InvalidPathException e) {
            throw new IOException("no path: " + e.getMessage(), e);
        }
        if (!Files.isDirectory(folder)) {
            Files.createDirectories(folder, privately(folder));
        }
        Path real = folder.toRealPath();
        custody.checkFolder(real);
        return real;
    }

    /** Returns that folder, after extraction of those files that it has not. */
    private Path filled(Path entry, List<BundledFile> files) throws IOException {
        if (!Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS)) {
            try {
                Files.createDirectory(entry, privately(entry));
            } catch (FileAlreadyExistsException e) {
                // By another JVM, just now; or it is no folder, which is said next.
            }
        }
        custody.checkFolder(entry);
        for (BundledFile file : files) {
            if (!isIntact(entry.resolve(file.name()), file)) {
                extract(file, entry);
            }
        }
        return entry;
    }

    private boolean isIntact(Path path, BundledFile file) throws IOException {
        if (!Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
            return false;
        }
        custody.checkFile(path);
        if (Files.size(path) != file.bytes()) {
            return false;
        }
        if (Files.getLastModifiedTime(path).equals(STAMP)) {
            return true;
        }
        if (crc(path) != file.crc()) {
            return false;
        }
        try {
            Files.setLastModifiedTime(path, STAMP); // a copy, or restored from a backup
        } catch (IOException e) {
            log().log(System.Logger.Level.DEBUG, "{0} is read at each start: its time cannot be set: {1}", path, e);
        }
        return true;
    }

    private static long crc(Path path) throws IOException {
        var sum = new CRC32();
        try (var in = new CheckedInputStream(Files.newInputStream(path), sum)) {
            in.transferTo(OutputStream.nullOutputStream());
        }
        return sum.getValue();
    }

    private static void extract(BundledFile file, Path entry) throws IOException {
        sweep(entry);
        Path part = entry.resolve("." + file.name() + "." + ProcessHandle.current().pid() + "." + System.nanoTime() + ".part");
        try {
            var sum = new CRC32();
            // Not a channel: an interrupt would close it.
            try (var in = new CheckedInputStream(file.open(), sum); var out = new FileOutputStream(part.toFile())) {
                in.transferTo(out);
                out.getFD().sync(); // else a name might outlive a crash without its content
            }
            if (sum.getValue() != file.crc() || Files.size(part) != file.bytes()) {
                throw new DamagedBundle(file);
            }
            if (Custody.isKept(part)) {
                Files.setPosixFilePermissions(part, OWNER_ONLY);
            }
            // Stamped under its final name: as a part it must not look abandoned to other JVMs.
            Files.setLastModifiedTime(Files.move(part, entry.resolve(file.name()), StandardCopyOption.ATOMIC_MOVE), STAMP);
        } finally {
            Files.deleteIfExists(part);
        }
    }

    /** Deletes what JVMs that were killed have left half done. */
    private static void sweep(Path entry) throws IOException {
        Instant before = Instant.now().minus(ABANDONED);
        try (var parts = Files.newDirectoryStream(entry, ".*.part")) {
            for (Path part : parts) {
                try {
                    if (Files.getLastModifiedTime(part, LinkOption.NOFOLLOW_LINKS).toInstant().isBefore(before)) {
                        Files.deleteIfExists(part);
                    }
                } catch (NoSuchFileException e) {
                    continue; // another JVM has finished it
                }
            }
        }
    }

    private static void delete(Path folder) {
        try (var files = Files.walk(folder)) {
            for (Path path : files.sorted((a, b) -> b.compareTo(a)).toList()) {
                Files.delete(path);
            }
        } catch (IOException e) {
            log().log(System.Logger.Level.DEBUG, "{0} stays: {1}", folder, e);
        }
    }

    @Override
    public String toString() {
        return (explicit ? "explicit " : "") + folder.orElse("none");
    }

    /** Returns what makes a new folder its owner's alone: nothing where files have no modes. */
    private static FileAttribute<?>[] privately(Path path) {
        return Custody.isKept(path) ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(OWNER_ONLY)}
                : new FileAttribute<?>[0];
    }

    /** Made when there is something to say: a logger takes as long as all else here. */
    private static System.Logger log() {
        return System.getLogger("dev.gatun");
    }

    /** Returns a file system's complaint in words; the JDK leaves the cause to the class of the exception. */
    static String words(IOException e) {
        return switch (e) {
            case AccessDeniedException denied -> "no access to " + denied.getFile();
            case NoSuchFileException missing -> "there is no " + missing.getFile();
            case FileSystemException f when f.getReason() != null -> f.getFile() + " " + f.getReason();
            default -> String.valueOf(e.getMessage());
        };
    }

    /** What came out of a jar is not what its directory promised. */
    private static final class DamagedBundle extends IOException {
        private static final long serialVersionUID = 1;

        DamagedBundle(BundledFile file) {
            super(file.url() + " is damaged: its checksum is wrong");
        }
    }
}
