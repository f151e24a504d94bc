package dev.gatun.vector;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import jdk.incubator.vector.Vector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorShuffle;
import org.junit.jupiter.api.Test;

class JitDirectivesTest {
    private static final Pattern NAMED = Pattern.compile("dev/gatun/vector/((?:blocked/)?\\w+)\\.([\\w*]+)");

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
        assertEquals(1, Pattern.compile("matching: dev/gatun/vector/\\*\\.\\*").matcher(directives()).results().count(), directives());
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
