package dev.gatun.onednn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.Backends;
import dev.gatun.Precision;
import dev.gatun.ffi.dnnl.Dnnl;
import dev.gatun.spi.BackendProvider;
import dev.gatun.spi.BackendProvider.Availability;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OneDnnProviderTest {
    /** What a process of its own prints: whether the backend is usable there, whether the library is loaded then, and what opening it gives. */
    static final class Probe {
        public static void main(String[] args) throws IOException {
            System.out.println(new OneDnnProvider().probe());
            System.out.println("loaded by the probe: " + Files.readString(Path.of("/proc/self/maps")).contains("libdnnl"));
            try (var backend = new OneDnnProvider().open()) {
                System.out.println("opened: " + backend.description());
            } catch (IllegalStateException e) {
                System.out.println("refused: " + e.getMessage());
            }
            try (var best = Backends.best()) {
                System.out.println("best: " + best.name());
            } catch (IllegalArgumentException e) {
                System.out.println("best: none before this is mended: " + e.getMessage());
            }
            System.out.println("spins: " + spins());
        }

        /** Returns what C code finds in the environment. */
        @SuppressWarnings("restricted")
        private static String spins() {
            Linker linker = Linker.nativeLinker();
            var getenv = linker.downcallHandle(linker.defaultLookup().find("getenv").orElseThrow(),
                    FunctionDescriptor.of(ValueLayout.ADDRESS, ValueLayout.ADDRESS));
            try (Arena arena = Arena.ofConfined()) {
                var value = (MemorySegment) getenv.invokeExact(arena.allocateFrom("GOMP_SPINCOUNT"));
                return value.address() == 0 ? "as the runtime likes" : value.reinterpret(Long.MAX_VALUE).getString(0);
            } catch (Throwable e) {
                throw new AssertionError(e);
            }
        }
    }

    private static String probe(String... options) throws IOException, InterruptedException {
        return probe(Map.of(), options);
    }

    private static String probe(Map<String, String> environment, String... options) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-cp",
                System.getProperty("java.class.path"), "--enable-native-access=ALL-UNNAMED"));
        command.addAll(List.of(options));
        command.add(Probe.class.getName());
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().keySet().removeAll(List.of("GOMP_SPINCOUNT", "OMP_WAIT_POLICY"));
        builder.environment().putAll(environment);
        Process process = builder.start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), output);
        return output;
    }

    @Test
    void theServiceLoaderFindsItAndItIsPreferredToTheVectorBackend() {
        var found = ServiceLoader.load(BackendProvider.class).stream().map(ServiceLoader.Provider::get).filter(p -> p.name().equals("onednn")).toList();
        assertEquals(1, found.size());
        assertInstanceOf(Availability.Usable.class, found.getFirst().probe());
        List<String> names = Backends.discovered().stream().map(Backends.Discovered::name).toList();
        assertTrue(names.indexOf("onednn") < names.indexOf("vector"), names.toString());
    }

    @Test
    void probingLoadsNothing() throws Exception {
        String output = probe("--add-modules", "jdk.incubator.vector", "-Dgatun.threads=3");
        assertTrue(output.contains("Usable[") && output.contains("loaded by the probe: false"), output);
        assertTrue(output.contains("opened: oneDNN 3.") && output.contains("threads: 3"), output);
    }

    @Test
    void withoutTheVectorApiItIsRefusedWithTheFlagThatMendsIt() throws Exception {
        String output = probe();
        assertTrue(output.contains("Refused[reason=the module jdk.incubator.vector is not loaded, remedy=start java with --add-modules"), output);
        assertTrue(output.contains("refused: backend onednn cannot be used: the module jdk.incubator.vector is not loaded; start java"), output);
    }

    @Test
    void aThreadCountThatIsNoneIsRefused() throws Exception {
        String output = probe("--add-modules", "jdk.incubator.vector", "-Dgatun.threads=0");
        assertTrue(output.contains("Refused[reason=gatun.threads=0: the number of threads must be from 1 to 4096"), output);
    }

    @Test
    void whetherToMixIsOnOrOff() throws Exception {
        String output = probe("--add-modules", "jdk.incubator.vector", "-Dgatun.onednn.mixed=sometimes");
        assertTrue(output.contains("Refused[reason=gatun.onednn.mixed=sometimes: must be on or off, remedy=correct the property or leave it out]"), output);
        assertFalse(output.contains("opened"), output);
    }

    @Test
    void aLibraryThatIsNotThereIsRefused(@TempDir Path folder) throws Exception {
        String output = probe("--add-modules", "jdk.incubator.vector", "-Dgatun.onednn.path=" + folder.resolve("nowhere.so"));
        assertTrue(output.contains("Refused[") && output.contains("nowhere.so"), output);
        assertFalse(output.contains("opened"), output);
    }

    @Test
    void aFileThatIsNoLibraryIsRefusedByTheProbe(@TempDir Path folder) throws Exception {
        Path file = Files.writeString(folder.resolve("libdnnl.so.3"), "not a library");
        String output = probe("--add-modules", "jdk.incubator.vector", "-Dgatun.onednn.path=" + file);
        assertTrue(output.contains("Refused[") && output.contains("libdnnl.so.3 is no library"), output);
        assertTrue(output.contains("refused: backend onednn cannot be used: ") && output.contains("best: vector"), output);
    }

    @Test
    void aTruncatedLibraryIsRefusedByTheProbe(@TempDir Path folder) throws Exception {
        byte[] library = Files.readAllBytes(foreign());
        Path file = Files.write(folder.resolve("libdnnl.so.3"), Arrays.copyOf(library, library.length / 2));
        String output = probe("--add-modules", "jdk.incubator.vector", "-Dgatun.onednn.path=" + folder);
        assertTrue(output.contains("Refused[") && output.contains(file + " is truncated"), output);
        assertTrue(output.contains("best: vector"), output);
    }

    /** A library of the JDK's that nothing else loads here. */
    private static Path foreign() {
        return Path.of(System.getProperty("java.home"), "lib", System.mapLibraryName("prefs"));
    }

    @Test
    void aLibraryThatTheLoaderRejectsIsRefusedWhenItIsOpenedAndTheNextBackendIsTaken(@TempDir Path folder) throws Exception {
        byte[] library = Files.readAllBytes(foreign());
        library[16] = 1; // e_type: an object file, which only a linker takes
        Path file = Files.write(folder.resolve("libdnnl.so.3"), library);
        String output = probe("--add-modules", "jdk.incubator.vector", "-Dgatun.onednn.path=" + file);
        assertTrue(output.contains("Usable["), output);
        assertTrue(output.contains("refused: backend onednn cannot be used: oneDNN could not be loaded: "), output);
        assertTrue(output.contains("using backend vector; refused: onednn: ") && output.contains("best: vector"), output);
    }

    @Test
    void anotherLibraryUnderTheNameIsRefusedWhenItIsOpenedAndTheNextBackendIsTaken(@TempDir Path folder) throws Exception {
        Path file = Files.copy(foreign(), folder.resolve("libdnnl.so.3"));
        String output = probe("--add-modules", "jdk.incubator.vector", "-Dgatun.onednn.path=" + file);
        assertTrue(output.contains("Usable["), output);
        assertTrue(output.contains("refused: backend onednn cannot be used: oneDNN 3.11 or a later 3.x is wanted, and " + file
                + " (-Dgatun.onednn.path) is another library; name another one there, or leave it out"), output);
        assertTrue(output.contains("using backend vector; refused: onednn: ") && output.contains("best: vector"), output);
    }

    @Test
    void threadsSpinBrieflyUnlessTheUserHasSaidHowTheyWait() throws Exception {
        String[] options = {"--add-modules", "jdk.incubator.vector"};
        assertTrue(probe(options).contains("spins: 10000"));
        assertTrue(probe(Map.of("GOMP_SPINCOUNT", "7"), options).contains("spins: 7"));
        assertTrue(probe(Map.of("OMP_WAIT_POLICY", "passive"), options).contains("spins: as the runtime likes"));
    }

    @Test
    void onlyVersionsWithTheFunctionsOfTheBindingsAreUsable() {
        assertTrue(Library.isUsable(3, 11));
        assertTrue(Library.isUsable(3, 12));
        assertFalse(Library.isUsable(3, 10));
        assertFalse(Library.isUsable(2, 11));
        assertFalse(Library.isUsable(4, 0));
    }

    @Test
    void aSetOfInstructionsIsNamedByTheLargestThatIsInItAndHasAllSmallerOnes() {
        assertEquals("avx2", Library.name(Dnnl.dnnl_cpu_isa_avx2()));
        assertEquals("avx512 with vnni and bf16", Library.name(Dnnl.dnnl_cpu_isa_avx512_core_bf16()));
        assertEquals("avx512 with vnni, bf16, fp16 and amx", Library.name(Dnnl.dnnl_cpu_isa_avx512_core_amx()));
        assertEquals("avx10.2", Library.name(Dnnl.dnnl_cpu_isa_avx10_2_512()));
        assertEquals("instruction set 0x0", Library.name(0));
        for (int larger : List.of(Dnnl.dnnl_cpu_isa_avx512_core_fp16(), Dnnl.dnnl_cpu_isa_avx512_core_amx(), Dnnl.dnnl_cpu_isa_avx10_2_512())) {
            assertTrue(Library.has(larger, Dnnl.dnnl_cpu_isa_avx512_core_bf16()));
        }
        assertFalse(Library.has(Dnnl.dnnl_cpu_isa_avx512_core(), Dnnl.dnnl_cpu_isa_avx512_core_bf16()));
    }

    @Test
    void whatAProcessorCannotComputeIsRefusedWithAWayOut() {
        int avx2 = Dnnl.dnnl_cpu_isa_avx2();
        assertEquals(Optional.of("this processor has no AVX-512, choose F32 or INT8"), Library.whyNot(Precision.BF16, avx2));
        assertEquals(Optional.of("this processor has no AVX512-FP16, choose F32"), Library.whyNot(Precision.F16, avx2));
        assertEquals(Optional.of("this processor has no AVX512-FP16, choose BF16"), Library.whyNot(Precision.F16, Dnnl.dnnl_cpu_isa_avx512_core_bf16()));
        assertEquals(Optional.empty(), Library.whyNot(Precision.BF16, Dnnl.dnnl_cpu_isa_avx512_core()));
        assertEquals(Optional.empty(), Library.whyNot(Precision.F16, Dnnl.dnnl_cpu_isa_avx512_core_amx_fp16()));
        assertEquals(Optional.empty(), Library.whyNot(Precision.INT8, avx2));
    }
}
