package dev.gatun.ffi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.ffi.Located.Found;
import dev.gatun.ffi.Located.Missing;
import dev.gatun.ffi.Located.Source;
import java.io.File;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The sources of a library, one by one and against each other, on machines made of folders. */
class LocateTest {
    private final Map<String, String> properties = new HashMap<>();
    private final Map<String, String> environment = new HashMap<>();
    private Path folder;
    private ClassLoader before;

    @BeforeEach
    void resolve(@TempDir Path folder) throws IOException {
        this.folder = folder.toRealPath();
        before = Thread.currentThread().getContextClassLoader();
    }

    @AfterEach
    void restoreClassLoader() {
        Thread.currentThread().setContextClassLoader(before);
    }

    private Located locate(NativeLibrary library, Platform platform) throws IOException {
        var cache = new LibraryCache(Optional.of(folder.resolve("cache").toString()), true, Fakes.below(folder));
        return new Machine(platform, properties::get, environment::get, () -> List.of(folder.resolve("none"), folder.resolve("loader")), cache).locate(library);
    }

    private Located locate(NativeLibrary library) throws IOException {
        return locate(library, Fakes.LINUX);
    }

    private Found found(NativeLibrary library) throws IOException {
        return switch (locate(library)) {
            case Found found -> found;
            case Missing missing -> throw new AssertionError(missing.toString());
        };
    }

    private Missing missing(NativeLibrary library, Platform platform) throws IOException {
        return switch (locate(library, platform)) {
            case Found found -> throw new AssertionError(found.toString());
            case Missing missing -> missing;
        };
    }

    private Missing missing(NativeLibrary library) throws IOException {
        return missing(library, Fakes.LINUX);
    }

    private void assertFound(Path file, Source source, NativeLibrary library) throws IOException {
        assertEquals(new Found(library, file, source), found(library));
    }

    private void onClassPath(Path jarOrFolder) throws IOException {
        Thread.currentThread().setContextClassLoader(new URLClassLoader(new URL[] {jarOrFolder.toUri().toURL()}, null));
    }

    @Test
    void sourcesAreAskedInTheirOrder() throws IOException {
        var library = new NativeLibrary("Nat", "nat", Fakes.bundled().files(), Fakes.bundled().bundle(), List.of(folder.resolve("usual").toString()));
        Path usual = Fakes.write(folder.resolve("usual/libnat.so.3"));
        assertFound(usual, Source.FOLDER, library);
        Path onPath = Fakes.write(folder.resolve("loader/libnat.so.3"));
        assertFound(onPath, Source.LOADER_PATH, library);
        onClassPath(Fakes.jar(folder.resolve("nat.jar"), 9));
        assertEquals(Source.BUNDLE, found(library).source());
        Path ours = Fakes.write(folder.resolve("environment/libnat.so.3"));
        environment.put("GATUN_NAT_PATH", ours.getParent().toString());
        assertFound(ours, Source.ENVIRONMENT, library);
        Path explicit = Fakes.write(folder.resolve("property/libnat.so.3"));
        properties.put("gatun.nat.path", explicit.getParent().toString());
        assertFound(explicit, Source.PROPERTY, library);
    }

    @Test
    void pathMayBeAFileOfAnyVersion() throws IOException {
        for (String name : List.of("libnat.so.3.5", "libnat.so.2", "libnat-mine.so")) {
            Path file = Fakes.write(folder.resolve(name));
            properties.put("gatun.nat.path", file.toString());
            assertFound(file, Source.PROPERTY, Fakes.nat());
        }
    }

    @Test
    void pathMayBeSeveralFoldersAndPatterns() throws IOException {
        Path file = Fakes.write(folder.resolve("site-packages/nvidia/nat/lib/libnat.so.3"));
        Files.createDirectories(folder.resolve("empty"));
        properties.put("gatun.nat.path", folder.resolve("empty") + File.pathSeparator + folder.resolve("site-packages/nvidia/*/lib"));
        assertFound(file, Source.PROPERTY, Fakes.nat());
    }

    @Test
    void librariesOfOneToolkitShareItsPath() throws IOException {
        Path blas = Fakes.write(folder.resolve("kit/libblas.so.13"));
        Path blasLt = Fakes.write(folder.resolve("kit/libblasLt.so.13"));
        properties.put("gatun.kit.path", blasLt + File.pathSeparator + blas);
        assertFound(blas, Source.PROPERTY, new NativeLibrary("BLAS", "kit", List.of("libblas.so.13"), Optional.empty(), List.of()));
        assertFound(blasLt, Source.PROPERTY, new NativeLibrary("BLAS Lt", "kit", List.of("libblasLt.so.13"), Optional.empty(), List.of()));
    }

    @Test
    void wrongPathIsRefusedThoughTheLibraryIsElsewhere() throws IOException {
        Fakes.write(folder.resolve("loader/libnat.so.3"));
        String nowhere = folder.resolve("nowhere").toString();
        properties.put("gatun.nat.path", nowhere);
        assertEquals(new Missing("Nat: -Dgatun.nat.path names " + nowhere + ", which is not there",
                "let -Dgatun.nat.path name a file or a folder with one of [libnat.so.3, libnat.so], or leave it out"), missing(Fakes.nat()));
        properties.put("gatun.nat.path", folder.toString());
        assertEquals("Nat: -Dgatun.nat.path names " + folder + ", where none of [libnat.so.3, libnat.so] is for linux-x86_64", missing(Fakes.nat()).reason());
        properties.clear();
        environment.put("GATUN_NAT_PATH", nowhere);
        assertEquals("Nat: GATUN_NAT_PATH names " + nowhere + ", which is not there", missing(Fakes.nat()).reason());
        environment.put("GATUN_NAT_PATH", "\0");
        assertTrue(missing(Fakes.nat()).reason().startsWith("Nat: GATUN_NAT_PATH is no path: "));
    }

    @Test
    void blankPathIsNone() throws IOException {
        properties.put("gatun.nat.path", " ");
        Path file = Fakes.write(folder.resolve("loader/libnat.so.3"));
        assertFound(file, Source.LOADER_PATH, Fakes.nat());
    }

    @Test
    void namedFileThatIsNoLibraryIsRefused() throws IOException {
        Path text = Files.writeString(folder.resolve("libnat.so.3"), "INPUT(libnat.so.3.5) /* a script of the linker */");
        properties.put("gatun.nat.path", text.toString());
        assertEquals("Nat: " + text + " is no library", missing(Fakes.nat()).reason());
        Files.write(text, new byte[0]);
        assertEquals("Nat: " + text + " is no library", missing(Fakes.nat()).reason());
        Files.write(text, Fakes.library(Elf.machine(new Platform("linux", "arm64")), ""));
        assertEquals("Nat: " + text + " is a library for another processor than linux-x86_64", missing(Fakes.nat()).reason());
    }

    @Test
    void libraryOfWhichSomethingIsMissingIsRefused() throws IOException {
        byte[] whole = Fakes.library("-".repeat(56) + "code");
        // One segment, whose header follows the library's: the four bytes of code.
        ByteBuffer.wrap(whole).order(ByteOrder.LITTLE_ENDIAN).putLong(32, 64).putShort(54, (short) 56).putShort(56, (short) 1)
                .putInt(64, 1).putLong(72, 120).putLong(96, 4);
        Path file = folder.resolve("libnat.so.3");
        properties.put("gatun.nat.path", file.toString());
        for (int length : new int[] {20, 63, 64, 119, 120, 123}) {
            Files.write(file, Arrays.copyOf(whole, length));
            assertEquals("Nat: " + file + " is truncated", missing(Fakes.nat()).reason(), length + " bytes");
        }
        properties.put("gatun.nat.path", folder.toString());
        assertEquals("Nat: -Dgatun.nat.path names " + folder + ", where " + file + " is truncated", missing(Fakes.nat()).reason());
        Files.write(file, whole);
        assertFound(file, Source.PROPERTY, Fakes.nat());
        properties.put("gatun.nat.path", file.toString());
        for (long offset : new long[] {-1, Long.MAX_VALUE}) {
            Files.write(file, ByteBuffer.wrap(whole.clone()).order(ByteOrder.LITTLE_ENDIAN).putLong(72, offset).array());
            assertEquals("Nat: " + file + " is truncated", missing(Fakes.nat()).reason());
        }
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void libraryWithoutItsSectionTableIsTruncated() throws IOException {
        Path whole = Path.of(System.getProperty("java.home"), "lib", "libprefs.so");
        Path file = Files.copy(whole, folder.resolve("libnat.so.3"));
        properties.put("gatun.nat.path", file.toString());
        Platform here = Platform.of(System.getProperty("os.name"), System.getProperty("os.arch"));
        assertEquals(new Found(Fakes.nat(), file, Source.PROPERTY), locate(Fakes.nat(), here));
        byte[] bytes = Files.readAllBytes(whole);
        Files.write(file, Arrays.copyOf(bytes, bytes.length - 1));
        assertEquals("Nat: " + file + " is truncated", missing(Fakes.nat(), here).reason());
    }

    @Test
    void emptyElementOfAPathIsNotTheCurrentFolder() throws Exception {
        byte[] library = Fakes.library(Elf.machine(Platform.of(System.getProperty("os.name"), System.getProperty("os.arch"))), "");
        Files.write(folder.resolve("libnat.so.3"), library);
        Path file = Files.write(Files.createDirectory(folder.resolve("given")).resolve("libnat.so.3"), library);
        for (String empty : List.of("", " ")) {
            var builder = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-cp", System.getProperty("java.class.path"), Locate.class.getName()).redirectErrorStream(true).directory(folder.toFile());
            builder.environment().put("GATUN_NAT_PATH", empty + File.pathSeparator + file.getParent());
            Process process = builder.start();
            String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
            assertEquals(new Found(Fakes.nat(), file, Source.ENVIRONMENT).toString(), said);
            assertEquals(0, process.waitFor());
        }
    }

    /** Another JVM, in a folder of its own, which says where it found the library. */
    static final class Locate {
        private Locate() {
        }

        public static void main(String[] arguments) {
            System.out.println(Fakes.nat().locate());
        }
    }

    @Test
    void searchPassesOverLibrariesForOtherProcessors() throws IOException {
        Path other = Fakes.write(folder.resolve("none/libnat.so.3"));
        Files.write(other, Fakes.library(Elf.machine(new Platform("linux", "arm64")), ""));
        Path file = Fakes.write(folder.resolve("loader/libnat.so"));
        assertFound(file, Source.LOADER_PATH, Fakes.nat());
    }

    @Test
    void bestNameIsTakenOfAFolderAndTheFirstFolderOfAll() throws IOException {
        Fakes.write(folder.resolve("loader/libnat.so"));
        assertFound(Fakes.write(folder.resolve("loader/libnat.so.3")), Source.LOADER_PATH, Fakes.nat());
        assertFound(Fakes.write(folder.resolve("none/libnat.so")), Source.LOADER_PATH, Fakes.nat());
    }

    @Test
    void usualFoldersAreAskedNewestFirst() throws IOException {
        Path nine = Fakes.write(folder.resolve("nat-9.2/lib/libnat.so.3"));
        var library = Fakes.nat(folder.resolve("nat*/lib").toString());
        assertFound(nine, Source.FOLDER, library);
        Path thirteen = Fakes.write(folder.resolve("nat-13.0/lib/libnat.so.3"));
        assertFound(thirteen, Source.FOLDER, library);
        Files.createSymbolicLink(folder.resolve("nat"), nine.getParent().getParent());
        assertFound(folder.resolve("nat/lib/libnat.so.3"), Source.FOLDER, library);
    }

    @Test
    void fileNamesMayBePatterns() throws IOException {
        Fakes.write(folder.resolve("loader/libbuiltins.so.9.8"));
        Path newest = Fakes.write(folder.resolve("loader/libbuiltins.so.13.0"));
        assertFound(newest, Source.LOADER_PATH, new NativeLibrary("Builtins", "kit", List.of("libbuiltins.so.*"), Optional.empty(), List.of()));
    }

    @Test
    void bundledLibraryIsExtractedBesideItsCompanions() throws IOException {
        onClassPath(Fakes.jar(folder.resolve("nat.jar"), 1000));
        Found found = found(Fakes.bundled());
        assertEquals("libnat.so.3", found.file().getFileName().toString());
        assertEquals(folder.resolve("cache"), found.file().getParent().getParent());
        assertEquals(Elf.HEAD + 1000, Files.size(found.file()));
        assertEquals(Elf.HEAD + 4, Files.size(found.file().resolveSibling("libhelp.so.1")));
        assertEquals(found, found(Fakes.bundled()));
    }

    @Test
    void bundledLibraryIsFoundInAFolderOfClassesToo() throws IOException {
        Fakes.write(folder.resolve("classes").resolve(Fakes.RESOURCES).resolve("libnat.so.3"));
        Fakes.write(folder.resolve("classes").resolve(Fakes.RESOURCES).resolve("libhelp.so.1"));
        onClassPath(folder.resolve("classes"));
        assertEquals(Source.BUNDLE, found(Fakes.bundled()).source());
    }

    @Test
    void bundledLibraryIsFoundOnTheModulePathThoughNoModuleRequiresItsJar() throws IOException {
        Files.createDirectory(folder.resolve("mods"));
        Fakes.jar(folder.resolve("mods/a.jar"), Map.of("a.txt", new byte[1]));
        properties.put("jdk.module.path", folder.resolve("gone.jar") + File.pathSeparator + folder.resolve("mods"));
        assertTrue(missing(Fakes.bundled()).reason().contains("is not there"));
        Path jar = Fakes.jar(folder.resolve("mods/b b.jar"), 9);
        assertEquals(Source.BUNDLE, found(Fakes.bundled()).source());
        Files.delete(folder.resolve("mods/a.jar"));
        properties.put("jdk.module.path", jar.toString());
        assertEquals(Source.BUNDLE, found(Fakes.bundled()).source());
    }

    @Test
    void bundleWithoutACompanionIsRefused() throws IOException {
        onClassPath(Fakes.jar(folder.resolve("nat.jar"), Map.of(Fakes.RESOURCES + "libnat.so.3", Fakes.library(""))));
        Missing missing = missing(Fakes.bundled());
        assertTrue(missing.reason().startsWith("Nat could not be extracted from org.example:nat:3:linux-x86_64: there is no jar:file:")
                && missing.reason().endsWith("nat.jar!/" + Fakes.RESOURCES + "libhelp.so.1"), missing.reason());
    }

    @Test
    void platformWithoutALibraryIsNamedWithTheWayOut() throws IOException {
        onClassPath(Fakes.jar(folder.resolve("nat.jar"), 9));
        assertEquals(new Missing("Nat was not found: it is bundled for linux-x86_64 only, this is macosx-arm64, and none of [libnat.so.3, libnat.so] is on the "
                + "loader's path",
                "install Nat for macosx-arm64, and name it by -Dgatun.nat.path=FILE_OR_FOLDER or GATUN_NAT_PATH if it is not on the loader's path"),
                missing(Fakes.bundled(), Platform.of("Mac OS X", "aarch64")));
    }

    @Test
    void libraryThatIsNowhereSaysWhatWasLookedFor() throws IOException {
        assertEquals("Nat was not found: the jar org.example:nat:3:linux-x86_64 is not there, and none of [libnat.so.3, libnat.so] is on the loader's path",
                missing(Fakes.bundled()).reason());
        assertTrue(missing(Fakes.bundled()).remedy().startsWith("add that jar to the class path, or install Nat for linux-x86_64"));
        assertEquals("Nat was not found: none of [libnat.so.3, libnat.so] is on the loader's path or in [" + folder + "/usual*]",
                missing(Fakes.nat(folder + "/usual*")).reason());
    }

    @Test
    void platformsHaveTheNamesOfJars() {
        assertEquals("linux-x86_64", Platform.of("Linux", "amd64").toString());
        assertEquals("linux-arm64", Platform.of("Linux", "aarch64").toString());
        assertEquals("macosx-x86_64", Platform.of("Mac OS X", "x86_64").toString());
        assertEquals("windows-x86_64", Platform.of("Windows 11", "amd64").toString());
        assertEquals("linux-s390x", Platform.of("Linux", "s390x").toString());
    }

    @Test
    void wrongVersionIsRefusedByNameAndPlace() {
        Path file = Path.of("/usr/lib/libnat.so");
        assertEquals(new Missing("Nat 3.x is wanted, and /usr/lib/libnat.so (on the loader's path) is 2.7", "name one by -Dgatun.nat.path=FILE_OR_FOLDER"),
                new Found(Fakes.nat(), file, Source.LOADER_PATH).mismatch("3.x", "2.7"));
        assertEquals("name another one there, or leave it out", new Found(Fakes.nat(), file, Source.PROPERTY).mismatch("3.x", "2.7").remedy());
    }

    @Test
    void libraryWithoutAFileNameIsAMistake() {
        assertThrows(IllegalArgumentException.class, () -> new NativeLibrary("Nat", "nat", List.of(), Optional.empty(), List.of()));
    }

    @Test
    void thisMachineAnswersWithoutThrowing() {
        var library = new NativeLibrary("Nat", "gatun.test", List.of("libgatun-does-not-exist.so.1"), Optional.empty(), List.of());
        assertEquals("GATUN_GATUN_TEST_PATH", library.variable());
        assertTrue(library.locate() instanceof Missing);
    }
}
