package dev.gatun.vector;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class JitDirectivesTest {
    private static final Pattern NAMED = Pattern.compile("dev/gatun/vector/(\\w+)\\.([\\w*]+)");

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
    void eachMethodThatTheyNameExists() throws Exception {
        theCompilerHasThemSoonAfterABackendIsOpenedAndOnlyOnce();
        var named = NAMED.matcher(directives()).results().filter(m -> !m.group(1).isEmpty()).toList();
        assertTrue(named.size() > 10, directives());
        for (var m : named) {
            Class<?> type = assertDoesNotThrow(() -> Class.forName("dev.gatun.vector." + m.group(1)));
            assertTrue(m.group(2).equals("*") || Arrays.stream(type.getDeclaredMethods()).anyMatch(method -> method.getName().equals(m.group(2))), m.group());
        }
    }
}
