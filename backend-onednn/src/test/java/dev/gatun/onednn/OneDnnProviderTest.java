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
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
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
        }
    }

    private static String probe(String... options) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-cp",
                System.getProperty("java.class.path"), "--enable-native-access=ALL-UNNAMED"));
        command.addAll(List.of(options));
        command.add(Probe.class.getName());
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
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
    void aFileThatIsNoLibraryIsRefusedWhenItIsOpened(@TempDir Path folder) throws Exception {
        Path file = Files.writeString(folder.resolve("libdnnl.so.3"), "not a library");
        String output = probe("--add-modules", "jdk.incubator.vector", "-Dgatun.onednn.path=" + file);
        assertTrue(output.contains("refused: backend onednn cannot be used: ") && output.contains("libdnnl.so.3"), output);
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
