package dev.gatun.vector;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.vector.blocked.BlockedKernels;
import java.io.File;
import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import jdk.incubator.vector.Vector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorShuffle;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JitDirectivesTest {
    private static final Pattern NAMED = Pattern.compile("dev/gatun/vector/((?:blocked/)?\\w+)\\.([\\w*]+)");

    private static final Pattern ALL = Pattern.compile("matching: dev/gatun/vector/\\*\\.\\*");

    /** A call that is part of an access to memory, as the compiler's report names it. */
    private static final Pattern STEP =
            Pattern.compile("@ \\d+ +\\S+::(\\w+Unaligned|convEndian|unsafeGetBase|maxAlignMask|toUnsignedLong) \\((2|7|12|14|16) bytes\\)");

    private static String directives() throws Exception {
        return JitDirectives.command("compilerDirectivesPrint");
    }

    @Test
    void theCompilerHasThemSoonAfterABackendIsOpenedAndOnlyOnce() throws Exception {
        new VectorProvider().open().close();
        new VectorProvider().open().close();
        long deadline = System.nanoTime() + 60_000_000_000L;
        while (!directives().contains("dev/gatun/vector/") && System.nanoTime() < deadline) {
            Thread.sleep(20);
        }
        assertEquals(1, ALL.matcher(directives()).results().count(), directives());
    }

    @Test
    void eachMethodWithVectorsInItsSignatureIsInlined() throws Exception {
        Path root = Path.of(JitDirectives.class.getProtectionDomain().getCodeSource().getLocation().toURI());
        List<String> left = new ArrayList<>();
        try (Stream<Path> files = Files.walk(root.resolve("dev"))) {
            for (Path file : files.filter(f -> f.toString().endsWith(".class")).toList()) {
                String name = root.relativize(file).toString().replace(File.separatorChar, '/').replaceFirst("\\.class$", "");
                for (Method method : Class.forName(name.replace('/', '.'), false, JitDirectives.class.getClassLoader()).getDeclaredMethods()) {
                    Stream<Class<?>> types = Stream.concat(Stream.of(method.getReturnType()), Arrays.stream(method.getParameterTypes()));
                    if (types.anyMatch(JitDirectivesTest::isVector) && !JitDirectives.isInlined(name + "." + method.getName())) {
                        left.add(name + "." + method.getName());
                    }
                }
            }
        }
        assertEquals(List.of(), left);
    }

    private static boolean isVector(Class<?> type) {
        return Vector.class.isAssignableFrom(type) || VectorMask.class.isAssignableFrom(type) || VectorShuffle.class.isAssignableFrom(type);
    }

    @Test
    void whatIsWarmedUpComesFirstAndSkipsTheFirstCompiler() throws Exception {
        theCompilerHasThemSoonAfterABackendIsOpenedAndOnlyOnce();
        String first = directives().lines().dropWhile(l -> !l.contains("blocked/Tile")).takeWhile(l -> !l.contains("vector/*.*"))
                .collect(Collectors.joining("\n"));
        assertTrue(first.matches("(?s).*c1 directives:.*Exclude:true.*c2 directives:.*Exclude:false.*BackgroundCompilation:false.*"), first);
    }

    /** Adds them, and prints those that the compiler has then. */
    static final class Child {
        private Child() {
        }

        public static void main(String[] arguments) throws Exception {
            JitDirectives.add();
            System.out.println(directives());
        }
    }

    /** Waits for the loops of a network. */
    static final class Warm {
        private Warm() {
        }

        public static void main(String[] arguments) throws InterruptedException {
            new VectorProvider().open();
            System.exit(BlockedKernels.isWarmWithin(60) ? 0 : 1);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "with options"})
    void loopsThatAreWarmedUpCallNothing(String how, @TempDir Path folder) throws Exception {
        List<String> options = new ArrayList<>(List.of("-XX:+UnlockDiagnosticVMOptions"));
        BlockedKernels.warmed().forEach(m -> options.add("-XX:CompileCommand=PrintInlining,dev/gatun/vector/" + m));
        if (!how.isEmpty()) {
            times("-Dgatun.vector.options=" + folder.resolve("options"));
            options.add("@" + folder.resolve("options"));
        }
        String output = child(Warm.class, options);
        List<String> steps = output.lines().filter(l -> STEP.matcher(l).find()).toList();
        assertTrue(steps.size() > 300, output);
        assertEquals(List.of(), steps.stream().filter(l -> !l.contains("inline by CompileCommand")).toList());
        assertEquals(List.of(), output.lines().filter(l -> l.contains("low call site frequency") || l.contains("NodeCountInliningCutoff")).toList());
    }

    @Test
    void jvmThatIsStartedWithTheOptionsThatAnotherLeftAddsNothing(@TempDir Path folder) throws Exception {
        Path options = folder.resolve("for the next");
        Path directives = folder.resolve("for the next.json");
        assertEquals(1, times("-Dgatun.vector.options=" + options));
        assertEquals(Set.of(options, directives), filesOf(folder));
        assertTrue(Files.readString(options).contains("-XX:CompileCommand=CompileThresholdScaling,dev.gatun.vector.blocked.Tile4::rows*,0.003\n"));
        assertEquals(1, times("@" + options));
        Files.writeString(directives, "\n", StandardOpenOption.APPEND);
        assertEquals(2, times("@" + options), "what another version left does not count");
        assertEquals(1, times("-Dgatun.vector.options=" + folder.resolve("none/file")));
    }

    private static Set<Path> filesOf(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.collect(Collectors.toSet());
        }
    }

    /** Returns how many directives for all of this backend's methods a new JVM has. */
    private static long times(String... options) throws Exception {
        return ALL.matcher(child(Child.class, List.of(options))).results().count();
    }

    private static String child(Class<?> main, List<String> options) throws Exception {
        List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
        command.addAll(options);
        command.addAll(List.of("--add-modules", "jdk.incubator.vector", "-cp", System.getProperty("java.class.path"), main.getName()));
        Process child = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, child.waitFor(), output);
        return output;
    }

    @Test
    void eachMethodOfTheJdkThatTheyNameExists() throws Exception {
        for (String name : JitDirectives.ACCESS) {
            String[] parts = name.split("\\.");
            Class<?> type = Class.forName(parts[0].replace('/', '.'));
            assertTrue(Arrays.stream(type.getDeclaredMethods()).anyMatch(m -> m.getName().matches(parts[1].replace("*", ".*"))), name);
        }
    }

    @Test
    void eachMethodThatTheyNameExists() throws Exception {
        theCompilerHasThemSoonAfterABackendIsOpenedAndOnlyOnce();
        var named = NAMED.matcher(directives()).results().filter(m -> !m.group(1).isEmpty()).toList();
        assertTrue(named.size() > 10, directives());
        for (var m : named) {
            Class<?> type = assertDoesNotThrow(() -> Class.forName("dev.gatun.vector." + m.group(1).replace('/', '.')));
            assertTrue(Arrays.stream(type.getDeclaredMethods()).anyMatch(method -> method.getName().matches(m.group(2).replace("*", ".*"))), m.group());
        }
    }
}
