package dev.gatun.ffi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.ffi.Located.Found;
import dev.gatun.ffi.Located.Missing;
import dev.gatun.ffi.Located.Source;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Loading, tried with a library of the JDK's that nothing else loads here. */
class LoadTest {
    @TempDir
    private Path folder;

    private static Found preferences() {
        String file = System.mapLibraryName("prefs");
        return new Found(new NativeLibrary("Preferences", "prefs", List.of(file), Optional.empty(), List.of()),
                Path.of(System.getProperty("java.home"), "lib", file), Source.PROPERTY);
    }

    @SuppressWarnings("restricted")
    private static String environment(String name) throws Throwable {
        Linker linker = Linker.nativeLinker();
        var getenv = linker.downcallHandle(linker.defaultLookup().find("getenv").orElseThrow(),
                FunctionDescriptor.of(ValueLayout.ADDRESS, ValueLayout.ADDRESS));
        try (var arena = Arena.ofConfined()) {
            var value = (MemorySegment) getenv.invokeExact(arena.allocateFrom(name));
            return value.address() == 0 ? "" : value.reinterpret(1000).getString(0);
        }
    }

    @Test
    void symbolsAreThereAfterLoadingAndNotBefore() {
        String symbol = "Java_java_util_prefs_FileSystemPreferences_chmod";
        var found = preferences();
        assertFalse(SymbolLookup.loaderLookup().find(symbol).isPresent(), "finding a library does not load it");
        assertEquals(Optional.empty(), found.load());
        assertTrue(SymbolLookup.loaderLookup().find(symbol).isPresent());
        assertEquals(Optional.empty(), found.load(), "again it does nothing");
    }

    @Test
    void fileThatTheLoaderRefusesIsAnAnswer() throws IOException {
        Path file = Files.writeString(folder.resolve("libnat.so.3"), "not much of a library");
        Missing missing = new Found(Fakes.nat(), file, Source.LOADER_PATH).load().orElseThrow();
        assertTrue(missing.reason().startsWith("Nat could not be loaded: ") && missing.reason().contains(file.toString()), missing.reason());
        assertEquals("name another one by -Dgatun.nat.path=FILE_OR_FOLDER", missing.remedy());
        assertTrue(new Found(Fakes.nat(), folder.resolve("gone"), Source.LOADER_PATH).load().isPresent());
    }

    @Test
    void jvmThatForbidsNativeCodeSaysSo() throws Exception {
        Process process = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "--illegal-native-access=deny",
                "-cp", System.getProperty("java.class.path"), Load.class.getName()).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertTrue(said.contains("Preferences: this JVM forbids native code: ") && said.contains("start java with --enable-native-access=ALL-UNNAMED"), said);
        assertEquals(0, process.waitFor());
    }

    /** Another JVM, which loads a library and says what came of it. */
    static final class Load {
        private Load() {
        }

        public static void main(String[] arguments) {
            System.out.println(preferences().load(Map.of("GATUN_TEST_SPIN", "1")));
        }
    }

    @Test
    void remediesFollowTheLoadersWords() {
        var found = new Found(Fakes.nat(), folder.resolve("libnat.so.3"), Source.BUNDLE);
        assertTrue(Loading.refusal(found, "x: failed to map segment from shared object").remedy().contains("-Dgatun.cache=FOLDER"));
        assertTrue(Loading.refusal(found, "/lib/libc.so.6: version `GLIBC_2.34' not found").remedy().startsWith("this system's C library is too old"));
        assertTrue(Loading.refusal(found, "Native Library x already loaded in another classloader").remedy().contains("one class loader"));
        assertTrue(Loading.refusal(found, "libgomp.so.1: cannot open shared object file: No such file").remedy().startsWith("install what it needs"));
    }

    @Test
    void environmentIsSetForCCodeBeforeLoading() throws Throwable {
        assertEquals("", environment("GATUN_TEST_SPIN"));
        assertTrue(new Found(Fakes.nat(), folder.resolve("gone"), Source.LOADER_PATH).load(Map.of("GATUN_TEST_SPIN", "10000")).isPresent());
        assertEquals("10000", environment("GATUN_TEST_SPIN"));
    }

    @Test
    void whatTheUserHasSetStays() throws Throwable {
        String path = environment("PATH");
        assertFalse(path.isEmpty());
        Environment.putIfAbsent(Map.of("PATH", "/nowhere"));
        assertEquals(path, environment("PATH"));
        Environment.putIfAbsent(Map.of("GATUN_TEST_TWICE", "1"));
        Environment.putIfAbsent(Map.of("GATUN_TEST_TWICE", "2"));
        assertEquals("1", environment("GATUN_TEST_TWICE"));
    }

    @Test
    void variableWithoutAProperNameIsAMistake() {
        assertThrows(IllegalArgumentException.class, () -> Environment.putIfAbsent(Map.of("A=B", "1")));
    }
}
