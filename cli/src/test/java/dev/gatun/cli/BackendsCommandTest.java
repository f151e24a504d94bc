package dev.gatun.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.formats.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BackendsCommandTest {
    /** Commands of other tests may have forced one, for the rest of the process. */
    @BeforeEach
    void forceNone() {
        System.clearProperty("gatun.backend");
    }

    @Test
    void theReferenceBackendIsAlwaysUsable() throws IOException {
        Map<?, ?> reference = rows().stream().filter(r -> r.get("backend").equals("reference")).findFirst().orElseThrow();
        assertEquals(true, reference.get("usable"));
        assertEquals(0L, reference.get("priority"));
        for (String field : List.of("device", "instructions", "version")) {
            assertTrue(reference.get(field) instanceof String s && !s.isBlank(), field + " of " + reference);
        }
    }

    @Test
    void exactlyTheFirstUsableBackendIsChosen() throws IOException {
        List<Map<?, ?>> usable = rows().stream().filter(r -> r.get("usable").equals(true)).toList();
        assertEquals(true, usable.getFirst().get("chosen"));
        assertEquals(1, rows().stream().filter(r -> r.get("chosen").equals(true)).count());
    }

    @Test
    void aRefusedBackendSaysWhyAndHowToMendIt() throws IOException {
        for (Map<?, ?> row : rows()) {
            if (row.get("usable").equals(false)) {
                assertTrue(row.get("reason") instanceof String s && !s.isBlank(), row.toString());
                assertTrue(row.get("remedy") instanceof String s && !s.isBlank(), row.toString());
            }
        }
    }

    @Test
    void aBackendThatCannotBeOpenedIsNotChosen(@TempDir Path folder) throws Exception {
        Path foreign = Files.copy(Path.of(System.getProperty("java.home"), "lib", System.mapLibraryName("prefs")), folder.resolve("libdnnl.so.3"));
        Process process = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "--add-modules", "jdk.incubator.vector",
                "-Dgatun.onednn.path=" + foreign, "-cp", System.getProperty("java.class.path"), Main.class.getName(), "backends", "--json")
                .redirectError(folder.resolve("err").toFile()).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        Map<String, Map<?, ?>> rows = new HashMap<>();
        for (Object row : (List<?>) Json.parse(said, Path.of("standard output")).get("results")) {
            rows.put((String) ((Map<?, ?>) row).get("backend"), (Map<?, ?>) row);
        }
        assertEquals(false, rows.get("onednn").get("usable"), said);
        assertEquals(false, rows.get("onednn").get("chosen"), said);
        assertTrue(rows.get("onednn").get("reason") instanceof String s && s.contains(foreign.toString()), said);
        assertEquals(true, rows.get("vector").get("chosen"), said);
        assertEquals(0, process.waitFor());
    }

    @Test
    void theTableNamesEveryBackend() throws IOException {
        Run run = Run.gatun("backends");
        assertEquals(0, run.exitCode(), run.err());
        assertEquals("", run.err());
        for (Map<?, ?> row : rows()) {
            assertTrue(run.out().lines().anyMatch(l -> l.startsWith(row.get("backend") + " ")), run.out());
        }
        assertEquals(1, run.out().lines().filter(l -> l.contains(" chosen ")).count(), run.out());
    }

    @Test
    void aForcedBackendThatIsNotThereIsToldBehindTheList() {
        System.setProperty("gatun.backend", "nosuch");
        try {
            Run run = Run.gatun("backends");
            assertEquals(1, run.exitCode());
            assertTrue(run.out().contains("reference  usable"), run.out());
            assertTrue(run.err().startsWith("gatun: ") && run.err().contains("nosuch"), run.err());
            assertEquals(1, run.err().lines().count(), run.err());
        } finally {
            System.clearProperty("gatun.backend");
        }
    }

    @Test
    void figuresAreTheSameInEveryLanguage() {
        Locale before = Locale.getDefault();
        try {
            Locale.setDefault(Locale.forLanguageTag("ar-EG-u-nu-arab"));
            Run run = Run.gatun("backends");
            assertTrue(run.out().contains("priority 0"), run.out());
        } finally {
            Locale.setDefault(before);
        }
    }

    private static List<Map<?, ?>> rows() throws IOException {
        Run run = Run.gatun("backends", "--json");
        assertEquals(0, run.exitCode(), run.err());
        List<?> results = (List<?>) Json.parse(run.out(), Path.of("standard output")).get("results");
        return results.stream().<Map<?, ?>>map(r -> (Map<?, ?>) r).toList();
    }
}
