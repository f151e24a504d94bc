package dev.gatun.vector;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.Backends;
import dev.gatun.CompiledFunction;
import dev.gatun.Tensor;
import dev.gatun.spi.BackendProvider;
import dev.gatun.spi.BackendProvider.Availability;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class VectorProviderTest {
    /** What a process of its own prints: whether the backend is usable there. */
    static final class Probe {
        public static void main(String[] args) {
            System.out.println(new VectorProvider().probe());
        }
    }

    /** Opens the preferred backend in a process of its own, twice. */
    static final class Choice {
        public static void main(String[] args) {
            for (int i = 0; i < 2; i++) {
                try (var backend = Backends.best()) {
                    System.out.println("opened " + backend.name());
                }
            }
        }
    }

    /** Computes on the vector backend so often that somebody would look at the kernel. */
    static final class Sum {
        public static void main(String[] args) {
            try (var backend = Backends.open("vector"); var sum = CompiledFunction.of(backend, in -> List.of(in.getFirst().add(in.getFirst())))) {
                int right = 0;
                for (int i = 0; i < 300; i++) {
                    right += sum.call(Tensor.of(new float[] {i, i + 1})).getFirst().toFloatArray()[1] == 2 * (i + 1) ? 1 : 0;
                }
                System.out.println(right + " sums of " + backend.name() + " are right");
            }
        }
    }

    private static String probe(String... options) throws IOException, InterruptedException {
        return output(Probe.class, options);
    }

    private static String output(Class<?> main, String... options) throws IOException, InterruptedException {
        return said(0, main, options);
    }

    private static String failure(Class<?> main, String... options) throws IOException, InterruptedException {
        return said(1, main, options);
    }

    private static String said(int exitCode, Class<?> main, String... options) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-cp",
                System.getProperty("java.class.path")));
        command.addAll(List.of(options));
        command.add(main.getName());
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(exitCode, process.waitFor(), output);
        return output;
    }

    @Test
    void theServiceLoaderFindsIt() {
        var found = ServiceLoader.load(BackendProvider.class).stream().map(ServiceLoader.Provider::get).filter(p -> p.name().equals("vector")).toList();
        assertEquals(1, found.size());
        assertInstanceOf(Availability.Usable.class, found.getFirst().probe());
    }

    @Test
    void withoutTheModuleItIsRefusedWithTheFlagThatMendsIt() throws Exception {
        String output = probe();
        assertTrue(output.startsWith("Refused[reason=the module jdk.incubator.vector is not loaded, "
                + "remedy=start java with --add-modules jdk.incubator.vector]"), output);
    }

    @Test
    void whyItWasNotChosenIsSaidOnce() throws Exception {
        List<String> lines = output(Choice.class).lines().toList();
        assertEquals(2, lines.stream().filter("opened reference"::equals).count(), lines.toString());
        assertEquals(1, lines.stream().filter(l -> l.contains("using backend reference; refused: vector: the module jdk.incubator.vector is not loaded; "
                + "start java with --add-modules")).count(), lines.toString());
    }

    @Test
    void aThreadCountThatIsNoneIsRefused() throws Exception {
        for (String threads : List.of("0", "-3", "many", "99999999999")) {
            String output = probe("--add-modules", "jdk.incubator.vector", "-Dgatun.threads=" + threads);
            assertTrue(output.contains("Refused[reason=gatun.threads=" + threads + ": the number of threads must be from 1 to 4096"), output);
        }
    }

    @Test
    void aSwitchThatIsNeitherOnNorOffIsRefused() throws Exception {
        for (String property : List.of("gatun.winograd", "gatun.vector.directives")) {
            String output = probe("--add-modules", "jdk.incubator.vector", "-D" + property + "=maybe");
            assertTrue(output.contains("Refused[reason=" + property + "=maybe: must be on or off, remedy=correct the property"), output);
        }
    }

    @Test
    void aMalformedPropertyIsNoReasonToChooseAnotherBackend() throws Exception {
        for (String mistake : List.of("gatun.threads=abc: the number of threads must be from 1 to 4096", "gatun.eval=eagr: must be eager or lazy",
                "gatun.vector.bits=64: the vector width must be ")) {
            String output = failure(Choice.class, "--add-modules", "jdk.incubator.vector", "-D" + mistake.substring(0, mistake.indexOf(':')));
            assertTrue(output.contains("IllegalArgumentException: " + mistake), output);
            assertFalse(output.contains("opened"), output);
        }
    }

    @Test
    void whereNativeAccessIsDeniedItIsRefusedWithTheFlagThatMendsIt() throws Exception {
        String output = probe("--add-modules", "jdk.incubator.vector", "--illegal-native-access=deny");
        assertTrue(output.contains("Refused[reason=this JVM denies native access, and kernels address memory directly, "
                + "remedy=start java with --enable-native-access=ALL-UNNAMED]"), output);
        String mended = probe("--add-modules", "jdk.incubator.vector", "--illegal-native-access=deny", "--enable-native-access=ALL-UNNAMED");
        assertTrue(mended.contains("Usable["), mended);
    }

    @Test
    void aJvmThatCannotBeManagedComputesAllTheSame() throws Exception {
        String output = output(Sum.class, "--limit-modules", "java.base,java.logging,jdk.incubator.vector,jdk.unsupported",
                "--add-modules", "jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED");
        assertTrue(output.contains("300 sums of vector are right"), output);
    }

    @Test
    void whereNoFileCanBeWrittenForTheCompilerThatIsSaidOnceWithTheRemedy() throws Exception {
        String output = output(Sum.class, "--add-modules", "jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED", "-Djava.io.tmpdir=/nonexistent");
        assertEquals(1, output.lines().filter(line -> line.contains("in /nonexistent none can be written")).count(), output);
        assertTrue(output.contains("-Djava.io.tmpdir=FOLDER") && output.contains("300 sums of vector are right"), output);
    }

    @Test
    void aWidthThatIsNoneIsRefused() throws Exception {
        String output = probe("--add-modules", "jdk.incubator.vector", "-Dgatun.vector.bits=333");
        assertTrue(output.contains("Refused[") && output.contains("must be 128, 256 or 512"), output);
    }

    @ParameterizedTest
    @ValueSource(strings = {"1", "3"})
    void theThreadCountIsThatOfTheProperty(String threads) throws Exception {
        String output = probe("--add-modules", "jdk.incubator.vector", "-Dgatun.threads=" + threads);
        assertTrue(output.contains("Usable[") && output.contains(threads + " thread"), output);
    }

    @Test
    void openingGivesABackendThatNamesItself() {
        try (var backend = new VectorProvider().open()) {
            assertEquals("vector", backend.name());
            assertTrue(backend.description().contains("threads: "), backend.description());
            assertTrue(backend.memory().isHost());
        }
    }
}
