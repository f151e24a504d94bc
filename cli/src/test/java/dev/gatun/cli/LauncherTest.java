package dev.gatun.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The shell script {@code gatun}, with a Java that prints its arguments and a Maven that counts its calls. */
class LauncherTest {
    private record Result(int exitCode, String out, String err) {
    }

    @TempDir
    private Path folder;

    private Path java;

    @BeforeEach
    void layOutJava() throws IOException {
        java = jdk("jdk 25", "25.0.1");
    }

    @Test
    void installationRunsItsJarsOnTheModulePath() throws Exception {
        var result = run(installation(), java, "demo", "two words");
        assertEquals(0, result.exitCode, result.err);
        var lines = result.out.lines().toList();
        assertEquals(List.of("--module", "dev.gatun.cli/dev.gatun.cli.Main", "demo", "two words"), lines.subList(lines.size() - 4, lines.size()));
        assertTrue(lines.contains("jdk.incubator.vector,ALL-MODULE-PATH"), result.out);
        assertEquals("", result.err);
    }

    @Test
    void symbolicLinkLeadsToTheInstallation() throws Exception {
        var link = Files.createSymbolicLink(folder.resolve("link"), folder.relativize(installation()));
        assertEquals(0, run(link, java).exitCode);
    }

    @Test
    void searchPathOfCdDoesNotLeadElsewhere() throws Exception {
        installation();
        Files.createDirectories(folder.resolve("elsewhere/installed here/bin"));
        var builder = command(Path.of("installed here/bin/gatun"), java);
        builder.environment().put("CDPATH", folder.resolve("elsewhere").toString());
        var result = run(builder);
        assertEquals(0, result.exitCode, result.err);
        assertEquals(folder.resolve("installed here").toRealPath().resolve("lib"), modulePath(result).normalize());
    }

    @Test
    void folderWithAColonIsRefused() throws Exception {
        var colon = copyOfScript(folder.resolve("a:b/bin"));
        Files.createDirectories(folder.resolve("a:b/lib"));
        var result = run(colon, java);
        assertEquals(1, result.exitCode);
        assertEquals("gatun: Java cannot run from a folder with a colon: " + colon.getParent().toRealPath() + ".\n", result.err);
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void localeWithoutLettersBeyondAsciiIsReplaced() throws Exception {
        var script = installation();
        executable(java.resolve("bin/java"), "echo \"$LC_ALL\"");
        for (var locale : List.of("LC_ALL=C", "LC_ALL=POSIX", "LANG=C", "")) {
            assertEquals("C.UTF-8\n", run(inLocale(script, locale)).out, locale);
        }
        assertEquals("\n", run(inLocale(script, "LANG=de_DE.UTF-8")).out);
        assertEquals("de_DE\n", run(inLocale(script, "LC_ALL=de_DE")).out);
    }

    private ProcessBuilder inLocale(Path script, String setting) {
        var builder = command(script, java);
        List.of("LC_ALL", "LC_CTYPE", "LANG").forEach(builder.environment()::remove);
        if (!setting.isEmpty()) {
            builder.environment().put(setting.substring(0, setting.indexOf('=')), setting.substring(setting.indexOf('=') + 1));
        }
        return builder;
    }

    @Test
    void furtherJavaOptionsFollowTheScriptsOwn() throws Exception {
        var builder = command(installation(), java);
        builder.environment().put("GATUN_JAVA_OPTS", "-Xmx1g -Dgatun.backend=vector");
        var lines = run(builder).out.lines().toList();
        assertTrue(lines.indexOf("-Xmx1g") > lines.indexOf("--add-modules"), lines.toString());
        assertEquals(lines.indexOf("-Xmx1g") + 1, lines.indexOf("-Dgatun.backend=vector"), lines.toString());
    }

    @Test
    void collectorThatTheUserNamesReplacesTheScriptsOwn() throws Exception {
        var script = installation();
        assertTrue(run(script, java).out.lines().toList().contains("-XX:+UseSerialGC"));
        var builder = command(script, java);
        builder.environment().put("GATUN_JAVA_OPTS", "-XX:+UseG1GC");
        var lines = run(builder).out.lines().filter(line -> line.endsWith("GC")).toList();
        assertEquals(List.of("-XX:+UseG1GC"), lines);
    }

    @Test
    void demoLeavesAnArchiveOfClassesThatOtherCommandsStartFrom() throws Exception {
        var script = installation();
        var archive = "-XX:SharedArchiveFile=" + folder.resolve("installed here/lib").toRealPath() + "/gatun.jsa";
        var demo = run(script, java, "demo").out.lines().toList();
        assertTrue(demo.containsAll(List.of("-XX:+AutoCreateSharedArchive", archive)), demo.toString());
        assertTrue(run(script, java, "backends").out.lines().noneMatch(archive::equals), "there is none yet");
        Files.createFile(folder.resolve("installed here/lib/gatun.jsa"));
        var later = run(script, java, "backends").out.lines().toList();
        assertTrue(later.contains(archive) && !later.contains("-XX:+AutoCreateSharedArchive"), later.toString());
    }

    @Test
    void archiveThatTheUserNamesReplacesTheScriptsOwn() throws Exception {
        var builder = command(installation(), java, "demo");
        builder.environment().put("GATUN_JAVA_OPTS", "-XX:SharedArchiveFile=mine.jsa");
        var lines = run(builder).out.lines().filter(line -> line.contains("SharedArchive")).toList();
        assertEquals(List.of("-XX:SharedArchiveFile=mine.jsa"), lines);
    }

    @Test
    void demoLeavesOptionsForOtherCommands() throws Exception {
        var script = installation();
        var file = folder.resolve("installed here/lib").toRealPath() + "/gatun-25.options";
        assertTrue(run(script, java, "demo").out.lines().anyMatch(("-Dgatun.vector.options=" + file)::equals));
        assertTrue(run(script, java, "backends").out.lines().noneMatch(line -> line.contains("options")), "there are none yet");
        Files.createFile(Path.of(file));
        assertTrue(run(script, java, "backends").out.lines().noneMatch(("@" + file)::equals), "half of them is no use");
        Files.createFile(Path.of(file + ".json"));
        var later = run(script, java, "backends").out.lines().toList();
        assertTrue(later.containsAll(List.of("@" + file, "-XX:CompilerDirectivesFile=" + file + ".json", "-XX:-DisplayVMOutput")), later.toString());

        var builder = command(script, java, "backends");
        builder.environment().put("GATUN_JAVA_OPTS", "-XX:+PrintCompilation");
        var shown = run(builder).out.lines().toList();
        assertTrue(shown.contains("-XX:+DisplayVMOutputToStderr") && !shown.contains("-XX:-DisplayVMOutput"), shown.toString());
        builder.environment().put("GATUN_JAVA_OPTS", "-Dgatun.vector.directives=off");
        assertTrue(run(builder).out.lines().noneMatch(("@" + file)::equals));
    }

    @Test
    void olderJavaThatTheUserNamedIsRefused() throws Exception {
        var old = jdk("jdk17", "17.0.9");
        var result = run(installation(), old);
        assertEquals(1, result.exitCode);
        assertEquals("gatun: GATUN_JAVA_HOME is " + old + ", which holds no JDK 25 or newer.\n", result.err);
    }

    @Test
    void olderJavaHomeIsPassedOver() throws Exception {
        var builder = command(installation(), java);
        builder.environment().remove("GATUN_JAVA_HOME");
        builder.environment().put("JAVA_HOME", jdk("jdk17", "17.0.9").toString());
        builder.environment().put("JAVA25_HOME", java.toString());
        assertEquals(0, run(builder).exitCode);
    }

    @Test
    void scriptWithoutCheckoutOrJarsSaysSo() throws Exception {
        var stray = copyOfScript(folder.resolve("stray"));
        var result = run(stray, java);
        assertEquals(1, result.exitCode);
        assertEquals("gatun: found neither a checkout nor an installation around " + stray.getParent().toRealPath() + ".\n", result.err);
    }

    @Test
    void checkoutIsBuiltOnceAndAgainWhenASourceIsNewerOrGone() throws Exception {
        var script = checkout("exit 0");
        var first = run(script, java, "--version");
        assertEquals(0, first.exitCode, first.err);
        assertEquals("gatun: building ...\n", first.err);
        assertEquals("", run(script, java, "--version").err);
        assertEquals(1, builds());

        var source = script.resolveSibling("api/src/main/A.java");
        Files.setLastModifiedTime(source, FileTime.from(Instant.now().plusSeconds(5)));
        run(script, java, "--version");
        assertEquals(2, builds());

        Files.delete(source);
        Files.setLastModifiedTime(source.getParent(), FileTime.from(Instant.now().plusSeconds(5)));
        run(script, java, "--version");
        assertEquals(3, builds());
    }

    @Test
    void runningCommandKeepsItsJarsThroughTheNextBuild() throws Exception {
        var script = checkout("exit 0");
        var before = modulePath(run(script, java));
        Files.setLastModifiedTime(script.resolveSibling("pom.xml"), FileTime.from(Instant.now().plusSeconds(5)));
        assertNotEquals(before, modulePath(run(script, java)));
        assertTrue(Files.exists(before.resolve("gatun.jar")), "jars of the command that runs: " + before);
    }

    @Test
    void failedBuildShowsItsOutputAndRunsNothing() throws Exception {
        var script = checkout("echo 'A.java: does not compile'; exit 1");
        var result = run(script, java);
        assertEquals(1, result.exitCode);
        assertEquals("gatun: building ...\nA.java: does not compile\ngatun: the build failed, see above.\n", result.err);
        assertEquals("", result.out);
        run(script, java);
        assertEquals(2, builds(), "a failed build must not count as done");
    }

    @Test
    void commandsStartedTogetherBuildOnce() throws Exception {
        var script = checkout("sleep 0.3; exit 0");
        var processes = new ArrayList<Process>();
        for (var i = 0; i < 4; i++) {
            processes.add(command(script, java).redirectErrorStream(true).start());
        }
        for (var process : processes) {
            var output = new String(process.getInputStream().readAllBytes());
            assertEquals(0, process.waitFor(), output);
        }
        assertEquals(1, builds());
    }

    private Path jdk(String name, String version) throws IOException {
        var home = folder.resolve(name);
        Files.createDirectories(home.resolve("bin"));
        Files.writeString(home.resolve("release"), "IMPLEMENTOR=\"Nobody\"\nJAVA_VERSION=\"" + version + "\"\n");
        executable(home.resolve("bin/java"), "for word; do echo \"$word\"; done");
        executable(home.resolve("bin/javac"), "exit 1");
        return home;
    }

    private Path installation() throws IOException {
        Files.createDirectories(folder.resolve("installed here/lib"));
        return copyOfScript(folder.resolve("installed here/bin"));
    }

    /** A checkout whose Maven makes a jar, counts its call and then does what {@code end} says. */
    private Path checkout(String end) throws IOException {
        var root = folder.resolve("check out");
        Files.createDirectories(root.resolve("api/src/main"));
        Files.createFile(root.resolve("pom.xml"));
        Files.createFile(root.resolve("api/src/main/A.java"));
        executable(folder.resolve("maven/mvn"), """
                mkdir -p cli/target/gatun-1/lib
                echo jar >cli/target/gatun-1/lib/gatun.jar
                echo built >>"%s"
                %s""".formatted(folder.resolve("builds"), end));
        return copyOfScript(root);
    }

    private int builds() throws IOException {
        return Files.readAllLines(folder.resolve("builds")).size();
    }

    private static Path modulePath(Result result) {
        var lines = result.out.lines().toList();
        return Path.of(lines.get(lines.indexOf("--module-path") + 1));
    }

    private static Path copyOfScript(Path target) throws IOException {
        Files.createDirectories(target);
        return Files.copy(Path.of("..", "gatun"), target.resolve("gatun"));
    }

    private static void executable(Path file, String body) throws IOException {
        Files.createDirectories(file.getParent());
        Files.writeString(file, "#!/bin/sh\n" + body + "\n");
        assertTrue(file.toFile().setExecutable(true));
    }

    private ProcessBuilder command(Path script, Path javaHome, String... args) {
        var words = new ArrayList<>(List.of("sh", script.toString()));
        words.addAll(List.of(args));
        var builder = new ProcessBuilder(words).directory(folder.toFile());
        builder.environment().remove("GATUN_JAVA_OPTS");
        builder.environment().put("GATUN_JAVA_HOME", javaHome.toString());
        builder.environment().merge("PATH", folder.resolve("maven").toString(), (path, maven) -> maven + ":" + path);
        return builder;
    }

    private Result run(Path script, Path javaHome, String... args) throws IOException, InterruptedException {
        return run(command(script, javaHome, args));
    }

    private Result run(ProcessBuilder builder) throws IOException, InterruptedException {
        var err = folder.resolve("err");
        var process = builder.redirectError(err.toFile()).start();
        var out = new String(process.getInputStream().readAllBytes());
        return new Result(process.waitFor(), out, Files.readString(err));
    }
}
