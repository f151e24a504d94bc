package dev.gatun.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.Tensor;
import dev.gatun.formats.Json;
import dev.gatun.formats.Safetensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SelfTestCommandTest {
    @TempDir
    Path folder;

    private Path layers;

    @BeforeEach
    void makeFolders() throws IOException {
        layers = Files.createDirectories(folder.resolve("goldens/layers"));
    }

    @Test
    void theShippedLayersPassALineEachWithTheTotalsLast() {
        Run run = Run.gatun("selftest", "--backend", "reference");
        List<String> lines = run.out().lines().toList();
        assertEquals(0, run.exitCode(), run.out());
        assertEquals(82, lines.size());
        assertEquals(81, lines.stream().filter(l -> l.startsWith("passed      layers   ")).count());
        assertTrue(lines.getLast().startsWith("81 cases on reference: 81 passed, 0 failed, 0 unsupported, in "), lines.getLast());
    }

    @Test
    void attributesMayBeOneNumberOrOneAnAxis() throws IOException {
        copy("conv1d", Map.of("attrs", "{\"dilation\": [1], \"groups\": 1, \"padding\": [2], \"stride\": [2]}"), Map.of());
        copy("max_pool_3s2", Map.of("attrs", "{\"kernel\": [3, 3], \"kind\": \"max\", \"stride\": [2, 2], \"padding\": 0}"), Map.of());
        Run run = selftest();
        assertEquals(0, run.exitCode(), run.out());
        assertTrue(run.out().contains("2 cases on reference: 2 passed"), run.out());
    }

    @Test
    void aWrongNumberFailsAndIsNamed() throws IOException {
        float[] y = golden("conv_1x1").tensor("y").toFloatArray();
        y[7] += 1;
        copy("conv_1x1", Map.of(), Map.of("y", Tensor.of(y, 2, 40, 7, 9)));
        Run run = selftest();
        assertEquals(1, run.exitCode());
        assertTrue(run.out().startsWith("failed      layers   conv_1x1 "), run.out());
        assertTrue(run.out().contains("y: relative error ") && run.out().contains(": element 7 is "), run.out());
    }

    @Test
    void anUnknownOpIsAFailure() throws IOException {
        copy("conv_1x1", Map.of("op", "convolve"), Map.of());
        assertFails("the op \"convolve\" is unknown");
    }

    @Test
    void aNameFromAFileForgesNoLine() throws IOException {
        copy("conv_1x1", Map.of("op", "x\npassed      layers   forged"), Map.of());
        Files.move(layers.resolve("conv_1x1.safetensors"), layers.resolve("a\u001b[2J\nb.safetensors"));
        Run run = selftest();
        assertEquals(2, run.out().lines().count(), run.out());
        assertTrue(run.out().startsWith("failed      layers   a [2J b "), run.out());
    }

    @Test
    void aNumberOfLayersThatTheFileDoesNotHaveIsAFailureAtOnce() throws IOException {
        copy("lstm_l1", Map.of("attrs", "{\"layers\": 1000000000}"), Map.of());
        assertFails("the file lacks the tensor weight_hh_l");
    }

    @Test
    void aLinkThatGoesRoundIsNamed() throws IOException {
        Path circle = Files.createSymbolicLink(layers.resolve("circle"), folder.resolve("goldens"));
        Run run = selftest();
        assertEquals(1, run.exitCode());
        assertEquals("gatun: " + layers.toRealPath().resolve(circle.getFileName()) + ": is a link to a folder above it\n", run.err());
    }

    @Test
    void aFolderAsFileOfResultsIsToldBeforeTheWork() {
        Run run = Run.gatun("selftest", "--backend", "reference", "--json", folder.toString());
        assertEquals(1, run.exitCode());
        assertEquals("gatun: " + folder + " cannot be written: it is a folder\n", run.err());
        assertEquals("", run.out());
    }

    @Test
    void aTensorThatTheLayerDoesNotHaveIsAFailure() throws IOException {
        copy("conv_1x1", Map.of(), Map.of("y2", Tensor.of(new float[] {1})));
        assertFails("the layer has no tensor y2");
    }

    @Test
    void anAttributeOfTheWrongKindIsAFailure() throws IOException {
        copy("conv_1x1", Map.of("attrs", "{\"stride\": \"two\"}"), Map.of());
        assertFails("attribute stride is two, which is not a whole number");
    }

    @Test
    void aBrokenFileIsAFailure() throws IOException {
        Files.write(layers.resolve("x.safetensors"), new byte[50]);
        assertFails("x.safetensors: the header does not begin with {");
    }

    @Test
    void aFileOfAnotherKindIsAFailure() throws IOException {
        Files.writeString(layers.resolve("x.txt"), "");
        assertFails("is no golden: there are x.txt where x.safetensors are expected");
    }

    @Test
    void aModelWithoutItsTensorsIsAFailure() throws IOException {
        Path models = Files.createDirectories(folder.resolve("goldens/models"));
        Files.writeString(models.resolve("resnet18.json"), "{}");
        assertFails("is no golden: there are resnet18.json where resnet18.json and resnet18.safetensors are expected");
    }

    @Test
    void anUnknownModelAndAnUnknownTrainingAreFailures() throws IOException {
        for (String kind : List.of("models", "training")) {
            Path models = Files.createDirectories(folder.resolve("goldens").resolve(kind));
            Files.writeString(models.resolve("nosuch.json"), "{}");
            Safetensors.save(models.resolve("nosuch.safetensors"), new LinkedHashMap<>(), Map.of());
        }
        Run run = selftest();
        assertEquals(1, run.exitCode());
        assertTrue(run.out().contains("network \"nosuch\" is unknown"), run.out());
        assertTrue(run.out().contains("the training \"nosuch\" is unknown"), run.out());
        assertTrue(run.out().contains("0 passed, 2 failed"), run.out());
    }

    @Test
    void aStepOfAnOptimizerThatWouldNotBeComparedIsRefused() throws IOException {
        for (List<String> kept : List.of(List.of("p0"), List.of("p0", "g0"), List.of("p0", "g0", "p1", "g2", "p3"), List.of("p0", "g0", "p1", "p2"))) {
            keep("optim_adam", kept);
            assertFails("none left out and nothing else");
        }
        keep("optim_adam", List.of("p0", "g0", "p1"));
        assertEquals(0, selftest().exitCode());
    }

    @Test
    void stackTracesAreForThoseWhoDebug() throws IOException {
        copy("conv_1x1", Map.of("op", "convolve"), Map.of());
        assertEquals("", selftest().err());
        Run run = Run.gatun("selftest", "--goldens", folder.resolve("goldens").toString(), "--backend", "reference", "--debug");
        assertTrue(run.err().contains("\tat dev.gatun.cli.LayerGolden.run"), run.err());
    }

    @Test
    void aFolderWithoutGoldensIsAFailure() {
        Run run = selftest();
        assertEquals(1, run.exitCode());
        assertEquals("gatun: " + folder.resolve("goldens") + " holds no goldens: no file in a folder layers, models or training below it\n",
                run.err());
        Run missing = Run.gatun("selftest", "--goldens", folder.resolve("nowhere").toString());
        assertEquals(1, missing.exitCode());
        assertEquals("gatun: " + folder.resolve("nowhere") + ": no such file or folder\n", missing.err());
    }

    @Test
    void anUnknownBackendIsWrongUsage() {
        Run run = Run.gatun("selftest", "--backend", "nosuch");
        assertEquals(2, run.exitCode());
        assertTrue(run.err().startsWith("gatun: backend \"nosuch\" is unknown; known are "), run.err());
    }

    @Test
    void jsonHasARowForEachCase() throws IOException {
        copy("conv_1x1", Map.of(), Map.of());
        Files.write(layers.resolve("broken.safetensors"), new byte[50]);
        Path json = folder.resolve("results.json");
        assertEquals(1, Run.gatun("selftest", "--goldens", folder.toString(), "--backend", "reference", "--json", json.toString()).exitCode());
        List<?> rows = (List<?>) Json.read(json).get("results");
        Map<?, ?> broken = (Map<?, ?>) rows.get(0);
        Map<?, ?> passed = (Map<?, ?>) rows.get(1);
        assertEquals("broken", broken.get("case"));
        assertEquals("failed", broken.get("status"));
        assertFalse(broken.containsKey("max_error"), "no error was computed");
        assertEquals("conv_1x1", passed.get("case"));
        assertEquals("passed", passed.get("status"));
        assertTrue(passed.get("max_error") instanceof Number n && n.doubleValue() < 1e-5, passed.toString());
        assertEquals("", passed.get("message"));
    }

    private Run selftest() {
        return Run.gatun("selftest", "--goldens", folder.resolve("goldens").toString(), "--backend", "reference");
    }

    private void assertFails(String message) {
        Run run = selftest();
        assertEquals(1, run.exitCode());
        assertTrue(run.out().contains(message), run.out());
        assertTrue(run.out().contains("0 passed, 1 failed"), run.out());
    }

    private static Safetensors golden(String name) throws IOException {
        try (ShippedGoldens shipped = ShippedGoldens.open()) {
            return Safetensors.load(shipped.folder().resolve("layers").resolve(name + ".safetensors"));
        }
    }

    /** Copies some tensors of a golden. */
    private void keep(String name, List<String> kept) throws IOException {
        Safetensors golden = golden(name);
        SequencedMap<String, Tensor> tensors = new LinkedHashMap<>();
        for (String n : kept) {
            tensors.put(n, golden.tensor(n));
        }
        Safetensors.save(layers.resolve(name + ".safetensors"), tensors, golden.metadata());
    }

    /** Copies a golden with some of its metadata and tensors replaced. */
    private void copy(String name, Map<String, String> metadata, Map<String, Tensor> replaced) throws IOException {
        Safetensors golden = golden(name);
        SequencedMap<String, Tensor> tensors = new LinkedHashMap<>();
        for (String n : golden.names()) {
            tensors.put(n, golden.tensor(n));
        }
        tensors.putAll(replaced);
        Map<String, String> all = new LinkedHashMap<>(golden.metadata());
        all.putAll(metadata);
        Safetensors.save(layers.resolve(name + ".safetensors"), tensors, all);
    }
}
