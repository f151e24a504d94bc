package dev.gatun.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.Backends;
import dev.gatun.Precision;
import dev.gatun.formats.Json;
import dev.gatun.spi.HostMemory;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BenchCommandTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            bench                                         | Missing required parameter: 'MODEL'
            bench nosuch                                  | "nosuch" is no model; there are mlp, lenet,
            bench gemm:4x4                                | "gemm:4x4" is no model
            bench gemm:0x4x4                              | gemm:0x4x4: 0 is no size, which is from 1 to 2147483647
            bench gemm:99999999999x1x1                    | 99999999999 is no size
            bench conv:1,2,3                              | "conv:1,2,3" is no model
            bench lenet --backend nosuch                  | backend "nosuch" is unknown; known are
            bench lenet --backend reference,nosuch        | backend "nosuch" is unknown; known are
            bench lenet --backend ,                       | --backend names none.
            bench lenet --batch ,                         | --batch names none.
            bench lenet --json -                          | --json - names no file; standard output is /dev/stdout
            bench lenet --json=                           | it is empty, and names no file or folder
            bench lenet --batch -3                        | --batch -3: a batch has at least 1 sample
            bench lenet --batch 1,0                       | --batch 0: a batch has at least 1 sample
            bench lenet --batch many                      | Invalid value for option '--batch'
            bench lenet --threads 0                       | --threads 0: from 1 to 4096 threads can be used
            bench lenet --threads 5000                    | --threads 5000: from 1 to 4096 threads can be used
            bench lenet gemm:4x4x4 --train                | gemm:4x4x4 is no network: only networks can be trained
            bench lenet --precision int4                  | there is no precision "int4", only f32, bf16, f16, int8
            bench lenet --precision f16 --train           | --precision f16: training needs f32 or bf16.
            bench gemm:4x4x4 --precision int8             | gemm:4x4x4 has no frozen weights that could be quantized
            """)
    void mistakesAreWrongUsageToldInASentence(String command, String message) {
        Run run = Run.gatun(command.split(" "));
        assertEquals(2, run.exitCode());
        assertEquals("", run.out());
        assertTrue(run.err().startsWith("gatun: ") && run.err().contains(message), run.err());
        assertTrue(run.err().lines().noneMatch(l -> l.startsWith("\tat ")), run.err());
    }

    @Test
    void sizesBeyondAllMemoryAreAFailureToldInASentence() {
        Run run = Run.gatun("bench", "gemm:2147483647x1x2147483647", "--backend", "reference");
        assertEquals(1, run.exitCode());
        assertTrue(run.err().startsWith("gatun: tensor f32[1, 2147483647, 2147483647] has "), run.err());
        assertEquals(1, run.err().lines().count());
    }

    @Test
    void aRowHasEveryFigure(@TempDir Path folder) throws IOException {
        Path json = folder.resolve("bench.json");
        Run run = Run.gatun("bench", "gemm:16x8x4", "--batch", "3", "--backend", "reference", "--json", json.toString());
        assertEquals(0, run.exitCode(), run.err());
        Map<?, ?> row = onlyRow(json);
        assertEquals(List.of("work", "backend", "batch", "threads", "precision", "median_ms", "p99_ms", "items_per_s", "first_ms", "peak_rss_mb",
                "gflops", "train"), List.copyOf(row.keySet()));
        assertEquals("gemm:16x8x4", row.get("work"));
        assertEquals("reference", row.get("backend"));
        assertEquals(3L, row.get("batch"));
        assertEquals(1L, row.get("threads"), "the reference loops have one, whatever the machine has");
        assertEquals("f32", row.get("precision"));
        double seconds = number(row, "median_ms") / 1e3;
        assertEquals(3 / seconds, number(row, "items_per_s"), 1e-9 * number(row, "items_per_s"));
        assertEquals(3 * 2 * 16 * 8 * 4 / seconds / 1e9, number(row, "gflops"), 1e-9);
        assertTrue(number(row, "p99_ms") >= number(row, "median_ms"), row.toString());
        assertTrue(number(row, "first_ms") > 0, row.toString());
        assertEquals(2, run.out().lines().count(), run.out());
    }

    @Test
    void aFileThatCannotBeWrittenIsToldBeforeAnythingIsMeasured(@TempDir Path folder) {
        for (String command : List.of("bench gemm:16x8x4", "selftest")) {
            Run run = Run.gatun((command + " --backend reference --json " + folder.resolve("absent/results.json")).split(" "));
            assertEquals(1, run.exitCode());
            assertTrue(run.err().contains("absent"), run.err());
            assertTrue(run.out().lines().noneMatch(line -> line.contains("reference")), run.out());
        }
    }

    @Test
    void inputsForAComparisonAreDrawnForQuantizedFunctionsOnly() {
        try (var backend = Backends.open("reference")) {
            long before = HostMemory.shared().usedBytes();
            try (var job = Work.parse("conv:1,64,64,64,1,1,1,0").inference(backend, 1, Precision.F32)) {
                assertTrue(HostMemory.shared().usedBytes() - before < 3 << 20, "an image is 1 MiB, and 16 others would be 16");
                assertEquals(2 * 64 * 64 * 64, job.flop());
            }
        }
    }

    @Test
    void aQuantizedNetworkIsTimedAndComparedWithItself(@TempDir Path folder) throws IOException {
        Path json = folder.resolve("bench.json");
        Run run = Run.gatun("bench", "lenet", "--precision", "INT8", "--backend", "reference", "--json", json.toString());
        assertEquals(0, run.exitCode(), run.err());
        Map<?, ?> row = onlyRow(json);
        assertEquals("int8", row.get("precision"));
        assertTrue(number(row, "mean_error") > 0 && number(row, "mean_error") < 0.05 * number(row, "mean_size"), row.toString());
        assertTrue(run.out().contains(String.format(Locale.ROOT, "quantized, on random inputs: same class for %.2f %% of 16;",
                100 * number(row, "agreement"))), run.out());
    }

    @Test
    void networksAreTimedAndTrainedInBf16(@TempDir Path folder) throws IOException {
        Path json = folder.resolve("bench.json");
        Run run = Run.gatun("bench", "mlp", "--precision", "bf16", "--train", "--backend", "reference", "--json", json.toString());
        assertEquals(0, run.exitCode(), run.err());
        assertEquals("bf16", onlyRow(json).get("precision"));
        assertTrue(run.out().lines().skip(1).findFirst().orElseThrow().contains(" bf16 "), run.out());
    }

    @Test
    void trainingStepsAreTimedToo(@TempDir Path folder) throws IOException {
        Path json = folder.resolve("bench.json");
        Run run = Run.gatun("bench", "mlp", "--train", "--batch", "2", "--backend", "reference", "--json", json.toString());
        assertEquals(0, run.exitCode(), run.err());
        Map<?, ?> row = onlyRow(json);
        assertEquals(true, row.get("train"));
        assertTrue(number(row, "gflops") > 0, row.toString());
        assertTrue(run.out().contains("mlp (training)"), run.out());
    }

    private static Map<?, ?> onlyRow(Path json) throws IOException {
        List<?> rows = (List<?>) Json.read(json).get("results");
        assertEquals(1, rows.size());
        return (Map<?, ?>) rows.getFirst();
    }

    private static double number(Map<?, ?> row, String field) {
        return ((Number) row.get(field)).doubleValue();
    }
}
