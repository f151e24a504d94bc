package dev.gatun.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The script {@code bench/run} in a checkout where Maven and Java are scripts, too: one "builds", the other waits until it is told to end. */
class RunScriptTest {
    @TempDir
    private Path root;

    @BeforeEach
    void makeCheckout() throws IOException {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/flock")) && Files.isExecutable(Path.of("/bin/sh")));
        Files.createDirectories(root.resolve("bench/target"));
        executable("bench/run", Files.readString(Path.of("run")));
        executable("jdk/bin/javac", "");
        executable("jdk/bin/java", """
                #!/bin/sh
                while [ "$1" != -cp ]; do shift; done
                echo "$2"
                read -r line
                """);
        Files.writeString(root.resolve("jdk/release"), "JAVA_VERSION=\"25.0.1\"\n");
        executable("bin/mvn", """
                #!/bin/sh
                mkdir -p bench/target/lib bench/target/classes
                echo built >bench/target/lib/a.jar
                """);
        Files.writeString(root.resolve("pom.xml"), "");
    }

    private void executable(String name, String text) throws IOException {
        Path file = root.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
        assertTrue(file.toFile().setExecutable(true));
    }

    private Process start() throws IOException {
        return start(root.resolve("bench/run"), "jdk");
    }

    private Process start(Path script, String jdk) throws IOException {
        ProcessBuilder builder = new ProcessBuilder("/bin/sh", script.toString(), "peak");
        builder.environment().put("GATUN_JAVA_HOME", root.resolve(jdk).toString());
        builder.environment().merge("PATH", root.resolve("bin") + ":", (path, own) -> own + path);
        return builder.redirectError(root.resolve("err").toFile()).start();
    }

    /** Returns the folder from which a command runs, once it does. */
    private static Path copy(Process process) throws IOException {
        byte[] line = new byte[4096];
        int length = process.getInputStream().read(line);
        String classPath = new String(line, 0, Math.max(0, length), StandardCharsets.UTF_8);
        return Path.of(classPath.substring(0, classPath.indexOf(':'))).getParent();
    }

    private static void end(Process process) throws IOException, InterruptedException {
        process.getOutputStream().close();
        process.waitFor();
    }

    private void change() throws IOException {
        Files.setLastModifiedTime(root.resolve("pom.xml"), FileTime.from(Instant.now().plusSeconds(5)));
    }

    @Test
    void aCopyStaysAsLongAsACommandRunsFromIt() throws Exception {
        Process first = start();
        Path old = copy(first);
        Process same = start();
        assertEquals(old, copy(same), "nothing has changed");
        end(same);
        change();
        Process second = start();
        assertNotEquals(old, copy(second));
        assertTrue(Files.exists(old.resolve("lib/a.jar")), "the first runs yet");
        end(first);
        end(second);
        change();
        Process third = start();
        copy(third);
        end(third);
        assertFalse(Files.exists(old), "nobody runs from it");
    }

    @Test
    void aJdkThatIsNamedButNotThereIsRefused() throws Exception {
        Process process = start(root.resolve("bench/run"), "nosuch");
        end(process);
        assertEquals(1, process.exitValue());
        assertEquals("bench/run: GATUN_JAVA_HOME is " + root.resolve("nosuch") + ", which holds no JDK 25 or newer.\n", Files.readString(root.resolve("err")));
    }

    @Test
    void aLinkToTheScriptRunsTheCheckoutThatItLeadsTo() throws Exception {
        Path link = Files.createSymbolicLink(Files.createDirectories(root.resolve("elsewhere")).resolve("gatun-bench"), Path.of("../bench/run"));
        Process process = start(link, "jdk");
        Path copy = copy(process);
        end(process);
        assertEquals(root.toRealPath().resolve("bench/target"), copy.getParent());
    }
}
