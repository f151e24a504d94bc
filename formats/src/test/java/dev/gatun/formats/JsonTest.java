package dev.gatun.formats;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonTest {
    private static final Path SOURCE = Path.of("a.json");

    @TempDir
    private Path folder;

    @Test
    void valuesBecomePlainOnesAndNullsAreLeftOut() throws IOException {
        SequencedMap<String, Object> read = Json.parse("{\"a\": [1, 2.5, true, \"x\", {\"b\": []}], \"none\": null}", SOURCE);
        assertEquals(Map.of("a", List.of(1L, 2.5, true, "x", Map.of("b", List.of()))), read);
    }

    @Test
    void resultsSurviveWritingAndReading() throws IOException {
        Map<String, Object> row = new TreeMap<>(Map.of("work", "gemm \"1\"", "batch", 8, "usable", true, "median_ms", 1.5, "gflops", Double.NaN));
        Path file = folder.resolve("results.json");
        Json.write(file, Map.of("results", List.of(row)));
        assertTrue(Files.readString(file).contains("\"gflops\" : null"));
        row.remove("gflops");
        row.put("batch", 8L);
        assertEquals(Map.of("results", List.of(row)), Json.read(file));
    }

    @Test
    void aValueWithoutCounterpartIsRefusedByItsClass() {
        String message = assertThrows(IllegalArgumentException.class, () -> Json.text(Map.of("file", SOURCE))).getMessage();
        assertTrue(message.startsWith("json: ") && message.endsWith("Path has no counterpart"), message);
    }

    @Test
    void aFileThatIsNoTextIsRefusedByItsName() throws IOException {
        Path file = Files.write(folder.resolve("a.json"), new byte[] {'{', (byte) 0xff, '}'});
        assertEquals(file + ": is not UTF-8", assertThrows(FormatException.class, () -> Json.read(file)).getMessage());
    }

    @Test
    void whatAFileSaysStaysInOneLine() {
        assertEquals("a.json: the op \"x y z\" is unknown", new FormatException(SOURCE, "the op \"x\ny\u2028z\" is unknown").getMessage());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "[]", "{", "{\"a\": 1, \"a\": 2}", "{} {}", "{\"a\": [1,}", "{\"a\": [1, null]}", "{\"a\": [1", "nonsense"})
    void whatIsNoObjectIsRefusedWithTheFile(String text) {
        String message = assertThrows(FormatException.class, () -> Json.parse(text, SOURCE)).getMessage();
        assertTrue(message.startsWith("a.json: "), message);
    }
}
