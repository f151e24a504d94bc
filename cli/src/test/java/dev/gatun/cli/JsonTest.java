package dev.gatun.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.formats.FormatException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonTest {
    private static final Path SOURCE = Path.of("a.json");

    @Test
    void valuesBecomePlainOnesAndNullsAreLeftOut() throws IOException {
        SequencedMap<String, Object> read = Json.parse("{\"a\": [1, 2.5, true, \"x\", {\"b\": []}], \"none\": null}", SOURCE);
        assertEquals(Map.of("a", List.of(1L, 2.5, true, "x", Map.of("b", List.of()))), read);
    }

    @Test
    void resultsSurviveWritingAndReading() throws IOException {
        Map<String, Object> row = new TreeMap<>(Map.of("work", "gemm \"1\"", "batch", 8, "usable", true, "median_ms", 1.5, "gflops", Double.NaN));
        String text = new String(Json.results(List.of(row)), StandardCharsets.UTF_8);
        assertTrue(text.contains("\"gflops\" : null"), text);
        row.remove("gflops");
        row.put("batch", 8L);
        assertEquals(Map.of("results", List.of(row)), Json.parse(text, SOURCE));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "[]", "{", "{\"a\": 1, \"a\": 2}", "{} {}", "{\"a\": [1,}", "nonsense"})
    void whatIsNoObjectIsRefusedWithTheFile(String text) {
        String message = assertThrows(FormatException.class, () -> Json.parse(text, SOURCE)).getMessage();
        assertTrue(message.startsWith("a.json: "), message);
    }
}
