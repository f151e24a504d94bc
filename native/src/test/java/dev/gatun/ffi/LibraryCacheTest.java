package dev.gatun.ffi;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.text.MessageFormat;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the cache of extracted libraries keeps, mends and refuses. */
class LibraryCacheTest {
    private Path folder;
    private Path root;

    @BeforeEach
    void resolve(@TempDir Path folder) throws IOException {
        this.folder = folder.toRealPath();
        root = this.folder.resolve("cache");
    }

    private LibraryCache explicit() throws IOException {
        return new LibraryCache(Optional.of(root.toString()), true, Fakes.below(folder));
    }

    private static List<BundledFile> files(Path jar) throws IOException {
        return BundledFile.of(Fakes.bundled().bundle().orElseThrow(), Fakes.LINUX, Map.of("jdk.module.path", jar.toString())::get);
    }

    private List<BundledFile> files(int bytes) throws IOException {
        return files(Fakes.jar(folder.resolve(bytes + ".jar"), bytes));
    }

    private static void assertWhole(Path entry, int bytes) throws IOException {
        assertArrayEquals(Fakes.library("n".repeat(bytes)), Files.readAllBytes(entry.resolve("libnat.so.3")));
        assertArrayEquals(Fakes.library("help"), Files.readAllBytes(entry.resolve("libhelp.so.1")));
        try (var names = Files.list(entry)) {
            assertEquals(2, names.count(), "no parts are left over");
        }
    }

    private static Object inode(Path file) throws IOException {
        return Files.getAttribute(file, "unix:ino");
    }

    private String refusal() {
        return LibraryCache.words(assertThrows(IOException.class, () -> explicit().folderOf("nat", files(9))));
    }

    @Test
    void nobodyElseCanReadOrWriteWhatItMakes() throws IOException {
        Path entry = explicit().folderOf("nat", files(9));
        for (Path path : List.of(root, entry, entry.resolve("libnat.so.3"), entry.resolve("libhelp.so.1"))) {
            assertEquals("rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(path)), path.toString());
        }
    }

    @Test
    void secondStartFindsTheFilesOfTheFirst() throws IOException {
        Path entry = explicit().folderOf("nat", files(9));
        assertWhole(entry, 9);
        Object library = inode(entry.resolve("libnat.so.3"));
        assertEquals(entry, explicit().folderOf("nat", files(9)));
        assertEquals(library, inode(entry.resolve("libnat.so.3")));
    }

    @Test
    void otherContentGetsAFolderOfItsOwn() throws IOException {
        Path first = explicit().folderOf("nat", files(9));
        Path second = explicit().folderOf("nat", files(10));
        assertNotEquals(first, second);
        assertWhole(first, 9);
        assertWhole(second, 10);
    }

    @Test
    void truncatedFileIsReplaced() throws IOException {
        Path entry = explicit().folderOf("nat", files(1000));
        Path library = entry.resolve("libnat.so.3");
        Files.write(library, Fakes.library(""));
        Files.setLastModifiedTime(library, LibraryCache.STAMP);
        assertWhole(explicit().folderOf("nat", files(1000)), 1000);
    }

    @Test
    void missingCompanionIsExtractedAgain() throws IOException {
        Path entry = explicit().folderOf("nat", files(9));
        Files.delete(entry.resolve("libhelp.so.1"));
        assertWhole(explicit().folderOf("nat", files(9)), 9);
    }

    @Test
    void fileThatWasWrittenToIsReplacedNotWrittenTo() throws IOException {
        Path entry = explicit().folderOf("nat", files(9));
        Path library = entry.resolve("libnat.so.3");
        Object damaged = inode(library);
        Files.write(library, Fakes.library("n".repeat(8) + "x"));
        try (var mapped = Files.newInputStream(library)) {
            assertWhole(explicit().folderOf("nat", files(9)), 9);
            assertNotEquals(damaged, inode(library));
            assertEquals('x', mapped.readAllBytes()[Elf.HEAD + 8], "who has it open keeps it");
        }
    }

    @Test
    void copyWithAnotherTimeIsReadOnceAndKept() throws IOException {
        Path entry = explicit().folderOf("nat", files(9));
        Path library = entry.resolve("libnat.so.3");
        Files.setLastModifiedTime(library, FileTime.from(Instant.now()));
        Object kept = inode(library);
        explicit().folderOf("nat", files(9));
        assertEquals(kept, inode(library));
        assertEquals(LibraryCache.STAMP, Files.getLastModifiedTime(library));
    }

    @Test
    void linkInPlaceOfTheFileIsNotFollowed() throws IOException {
        Path entry = explicit().folderOf("nat", files(9));
        Path elsewhere = Files.write(folder.resolve("elsewhere"), Fakes.library("n".repeat(9)));
        Files.setLastModifiedTime(elsewhere, LibraryCache.STAMP);
        Files.delete(entry.resolve("libnat.so.3"));
        Files.createSymbolicLink(entry.resolve("libnat.so.3"), elsewhere);
        assertWhole(explicit().folderOf("nat", files(9)), 9);
        assertFalse(Files.isSymbolicLink(entry.resolve("libnat.so.3")));
        assertTrue(Files.exists(elsewhere));
    }

    @Test
    void linkInPlaceOfTheEntryIsRefused() throws IOException {
        Path entry = explicit().folderOf("nat", files(9));
        Path moved = Files.move(entry, folder.resolve("moved"));
        Files.createSymbolicLink(entry, moved);
        assertEquals(entry + " is no folder", refusal());
    }

    @Test
    void linkToACacheLeadsThere() throws IOException {
        Path real = Files.createDirectory(folder.resolve("real"), PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));
        Files.createSymbolicLink(root, real);
        assertEquals(real, explicit().folderOf("nat", files(9)).getParent());
    }

    @Test
    void folderThatOthersCanWriteIsRefused() throws IOException {
        Path entry = explicit().folderOf("nat", files(9));
        for (Path path : List.of(entry.resolve("libnat.so.3"), entry, root)) {
            for (String mode : List.of("rwxrwx---", "rwxr-x-w-")) {
                Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(mode));
                assertEquals(path + " can be written by others than its owner (mode " + (mode.equals("rwxrwx---") ? "770" : "752") + ")", refusal());
            }
            Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwx------"));
        }
        assertWhole(explicit().folderOf("nat", files(9)), 9);
    }

    @Test
    void folderOfAnotherUserIsRefused() throws IOException {
        explicit().folderOf("nat", files(9));
        int me = Custody.ownUser();
        var other = new LibraryCache(Optional.of(root.toString()), true, new Custody(Set.of(me + 1), folder));
        var refusal = assertThrows(IOException.class, () -> other.folderOf("nat", files(9)));
        assertEquals(root + " belongs to user number " + me + ", who is another one", LibraryCache.words(refusal));
    }

    @Test
    void readOnlyCacheServesWhatItHas() throws IOException {
        Path entry = explicit().folderOf("nat", files(9));
        for (Path path : List.of(entry, root)) {
            Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("r-x------"));
        }
        FileTime time = Files.getLastModifiedTime(entry);
        try {
            assertEquals(entry, explicit().folderOf("nat", files(9)));
            assertEquals(time, Files.getLastModifiedTime(entry), "nothing was written");
        } finally {
            for (Path path : List.of(root, entry)) {
                Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwx------"));
            }
        }
    }

    @Test
    void explicitFolderThatCannotBeMadeIsRefused() throws IOException {
        Files.createFile(folder.resolve("file")); // holds for root, too, who may write everywhere else
        root = folder.resolve("file/cache");
        assertTrue(refusal().startsWith(folder.resolve("file").toString()), refusal());
        root = Path.of("/proc/gatun-cache");
        assertTrue(refusal().contains("/proc/gatun-cache"), refusal());
    }

    /** Runs it, and returns the warnings that it logged. */
    private static List<String> warnings(Callable<?> work) throws Exception {
        var logger = Logger.getLogger("dev.gatun");
        var logged = new ArrayList<String>();
        var handler = new Handler() {
            @Override
            public void publish(LogRecord entry) {
                logged.add(MessageFormat.format(entry.getMessage(), entry.getParameters()));
            }

            @Override
            public void flush() {
            }

            @Override
            public void close() {
            }
        };
        logger.setUseParentHandlers(false);
        logger.addHandler(handler);
        try {
            work.call();
        } finally {
            logger.removeHandler(handler);
            logger.setUseParentHandlers(true);
        }
        return logged;
    }

    @Test
    void usersFolderThatCannotBeMadeIsReplacedByATemporaryOne() throws Exception {
        Path temporary = Path.of(System.getProperty("java.io.tmpdir")).toRealPath();
        Files.createFile(folder.resolve("file"));
        for (var home : List.of(Optional.of(folder.resolve("file/cache").toString()), Optional.<String>empty())) {
            var cache = new LibraryCache(home, false, new Custody(Custody.own().owners(), temporary));
            var warnings = warnings(() -> {
                Path entry = cache.folderOf("nat", files(9));
                assertEquals(temporary, entry.getParent().getParent());
                assertEquals("rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(entry.getParent())));
                assertWhole(entry, 9);
                assertEquals(entry, cache.folderOf("nat", files(9)), "one folder serves the whole process");
                return entry;
            });
            assertEquals(List.of("Native libraries are extracted anew by each JVM, which takes a second: "
                    + home.map(path -> folder.resolve("file") + "/cache Not a directory").orElse("this user has no home folder")
                    + ". Let -Dgatun.cache=FOLDER name a folder that only you can write."), warnings);
        }
    }

    @Test
    void usersFolderThatOthersCanWriteIsReplacedByATemporaryOne() throws Exception {
        Path temporary = Path.of(System.getProperty("java.io.tmpdir")).toRealPath();
        Files.createDirectory(root);
        Files.setPosixFilePermissions(root, PosixFilePermissions.fromString("rwxrwxrwx"));
        var cache = new LibraryCache(Optional.of(root.toString()), false, new Custody(Custody.own().owners(), temporary));
        var warnings = warnings(() -> {
            Path entry = cache.folderOf("nat", files(9));
            assertEquals(temporary, entry.getParent().getParent());
            assertWhole(entry, 9);
            return entry;
        });
        assertTrue(warnings.size() == 1 && warnings.getFirst().contains("can be written by others"), warnings.toString());
    }

    @Test
    void temporaryFolderGoesWithTheProcess() throws Exception {
        Path jar = Fakes.jar(folder.resolve("nat.jar"), 9);
        Process process = extract(jar, Files.createFile(folder.resolve("file")).resolve("cache"), "temporary");
        process.getOutputStream().close();
        Path entry = Path.of(new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).lines().toList().getLast());
        assertTrue(process.waitFor(60, TimeUnit.SECONDS));
        assertTrue(entry.getFileName().toString().startsWith("nat-") && entry.getParent().getFileName().toString().startsWith("gatun-"), entry.toString());
        assertFalse(Files.exists(entry.getParent()));
    }

    @Test
    void userCanNameTheFolderOrElseItIsTheOneForCaches() throws IOException {
        var properties = Map.of("gatun.cache", root.toString(), "user.home", folder.resolve("home").toString());
        var environment = Map.of("XDG_CACHE_HOME", folder.resolve("xdg").toString());
        assertEquals("explicit " + root, LibraryCache.ofUser(properties::get, environment::get).toString());
        assertEquals(folder + "/xdg/gatun", LibraryCache.ofUser(Map.of("user.home", "/home/me")::get, environment::get).toString());
        assertEquals("/home/me/.cache/gatun", LibraryCache.ofUser(Map.of("user.home", "/home/me")::get, Map.of("XDG_CACHE_HOME", "relative")::get).toString());
        assertEquals("none", LibraryCache.ofUser(Map.of("user.home", "?")::get, Map.<String, String>of()::get).toString());
    }

    @Test
    void damagedBundleIsRefusedAndLeavesNothing() throws IOException {
        var files = new ArrayList<>(files(9));
        BundledFile library = files.getLast();
        files.set(1, new BundledFile(library.name(), library.bytes(), library.crc() ^ 1, library.url()));
        for (boolean explicit : new boolean[] {true, false}) {
            var cache = new LibraryCache(Optional.of(root.toString()), explicit, Fakes.below(folder));
            var refusal = assertThrows(IOException.class, () -> cache.folderOf("nat", files));
            assertEquals(library.url() + " is damaged: its checksum is wrong", refusal.getMessage());
        }
        try (var left = Files.walk(root)) {
            assertEquals(List.of("libhelp.so.1"), left.filter(Files::isRegularFile).map(f -> f.getFileName().toString()).toList());
        }
    }

    @Test
    void truncatedJarIsRefused() throws IOException {
        var files = files(50_000);
        Path jar = Path.of(URI.create(files.getLast().url().getPath().replaceFirst("!.*", "")));
        byte[] bytes = Files.readAllBytes(jar);
        Files.write(jar, Arrays.copyOf(bytes, bytes.length / 2));
        assertThrows(IOException.class, () -> explicit().folderOf("nat", files));
    }

    @Test
    void partsOfKilledProcessesAreSweptWhenTheyAreOld() throws IOException {
        Path entry = explicit().folderOf("nat", files(9));
        Path old = Files.createFile(entry.resolve(".libnat.so.3.1.1.part"));
        Files.setLastModifiedTime(old, FileTime.from(Instant.now().minus(Duration.ofHours(2))));
        Path running = Files.createFile(entry.resolve(".libnat.so.3.2.2.part"));
        Files.delete(entry.resolve("libnat.so.3"));
        explicit().folderOf("nat", files(9));
        assertFalse(Files.exists(old));
        assertTrue(Files.exists(running));
    }

    @Test
    void interruptedThreadExtractsAllTheSame() throws IOException {
        var files = files(100_000);
        Thread.currentThread().interrupt();
        Path entry = explicit().folderOf("nat", files);
        assertTrue(Thread.interrupted());
        assertWhole(entry, 100_000);
    }

    @Test
    void threadsWithCachesOfTheirOwnAgree() throws Exception {
        var files = files(3_000_000);
        var start = new CountDownLatch(1);
        try (var threads = Executors.newFixedThreadPool(8)) {
            var entries = new ArrayList<Future<Path>>();
            for (int i = 0; i < 8; i++) {
                var cache = explicit();
                entries.add(threads.submit((Callable<Path>) () -> {
                    start.await();
                    return cache.folderOf("nat", files);
                }));
            }
            start.countDown();
            for (var entry : entries) {
                assertEquals(entries.getFirst().get(), entry.get());
            }
            assertWhole(entries.getFirst().get(), 3_000_000);
        }
    }

    @Test
    void processesThatExtractAtOnceAgree() throws Exception {
        Path jar = Fakes.jar(folder.resolve("nat.jar"), 8_000_000);
        var processes = new ArrayList<Process>();
        for (int i = 0; i < 4; i++) {
            processes.add(extract(jar, root, "explicit"));
        }
        for (var process : processes) {
            assertEquals("ready\n", new String(process.getInputStream().readNBytes(6), StandardCharsets.US_ASCII));
        }
        for (var process : processes) {
            process.getOutputStream().write('\n');
            process.getOutputStream().flush();
        }
        String first = null;
        for (var process : processes) {
            String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
            assertTrue(process.waitFor(60, TimeUnit.SECONDS));
            assertEquals(0, process.exitValue(), said);
            first = first == null ? said : first;
            assertEquals(first, said);
        }
        assertWhole(Path.of(first), 8_000_000);
    }

    private Process extract(Path jar, Path cache, String kind) throws IOException {
        return new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx64m", "-XX:+UseSerialGC",
                "-cp", System.getProperty("java.class.path"), Extract.class.getName(), jar.toString(), cache.toString(), kind)
                .redirectErrorStream(true).start();
    }

    /** Another JVM that extracts when it is told to, and says where it found the files. */
    static final class Extract {
        private Extract() {
        }

        public static void main(String[] arguments) throws IOException {
            Path temporary = Path.of(System.getProperty("java.io.tmpdir"));
            var cache = new LibraryCache(Optional.of(arguments[1]), arguments[2].equals("explicit"), Fakes.below(temporary));
            var files = files(Path.of(arguments[0]));
            System.out.println("ready");
            System.in.read();
            Path entry = cache.folderOf("nat", files);
            assertWholeLibrary(entry, files);
            System.out.println(entry);
        }

        private static void assertWholeLibrary(Path entry, List<BundledFile> files) throws IOException {
            for (BundledFile file : files) {
                if (Files.size(entry.resolve(file.name())) != file.bytes()) {
                    throw new IOException(file.name() + " is not whole");
                }
            }
        }
    }
}
