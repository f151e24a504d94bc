package dev.gatun.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.Backends;
import dev.gatun.Backends.Discovered;
import dev.gatun.spi.Backend;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Trainings on an excerpt of the real data. Expected numbers of lenet, mlp and charlstm are PyTorch's; those of the others come from a NumPy
 * program in float64 that knows nothing of Gatun, with its gradients derived by hand.
 */
class TrainingGoldensTest {
    @ParameterizedTest
    @ValueSource(strings = {"lenet", "mlp", "charlstm", "chargru", "resnet18", "dcgan", "wgan_gp"})
    void lossesAndParametersAreWithinTheirToleranceOnEveryFastBackend(String name) throws Exception {
        List<Discovered> fast = Backends.discovered().stream().filter(d -> d.isUsable() && !d.name().equals("reference")).toList();
        assertFalse(fast.isEmpty());
        for (Discovered found : fast) {
            try (Backend backend = Backends.open(found.provider())) {
                List<Difference> differences = golden(name, Optional.of(resource("data"))).run(backend);
                assertTrue(differences.size() > 3, differences.toString());
                differences.forEach(d -> assertTrue(d.isTolerated(), () -> found.name() + ": " + d.message()));
            }
        }
    }

    @Test
    void everyTrainingOfTheDefinitionsIsKnown() {
        for (String name : List.of("lenet", "mlp", "charlstm", "chargru", "resnet18", "dcgan", "wgan_gp")) {
            assertTrue(GoldenTraining.find(name).isPresent(), name);
        }
        assertTrue(GoldenTraining.find("nosuch").isEmpty());
    }

    @Test
    void lossesOfAPairMayAlternateInOneList(@TempDir Path folder) throws Exception {
        for (String losses : List.of("[2.109341, -0.4481601, 1.510184, 0.001806517, 1.209516, -0.1738543, 1.083475, -0.2815530]",
                "[[2.109341, -0.4481601], [1.510184, 0.001806517], [1.209516, -0.1738543], [1.083475, -0.2815530]]",
                "[-0.4481601, 0.001806517, -0.1738543, -0.2815530], \"loss_d\": [2.109341, 1.510184, 1.209516, 1.083475]")) {
            Path json = Files.writeString(folder.resolve("wgan_gp.json"), "{\"loss_g\": " + losses + "}");
            GoldenCase golden = new TrainingGolden("wgan_gp", json, resource("training/wgan_gp.safetensors"), Optional.of(resource("data")));
            try (Backend backend = Backends.best()) {
                golden.run(backend).forEach(d -> assertTrue(d.isTolerated(), d::message));
            }
        }
    }

    @Test
    void aTrainingWithoutDataAsksForIt() throws Exception {
        GoldenCase golden = golden("lenet", Optional.empty());
        try (Backend backend = Backends.best()) {
            String message = assertThrows(IOException.class, () -> golden.run(backend)).getMessage();
            assertEquals("trains on real data: give its folder by --data DIR", message);
        }
    }

    private static GoldenCase golden(String name, Optional<Path> data) throws URISyntaxException {
        return new TrainingGolden(name, resource("training/" + name + ".json"), resource("training/" + name + ".safetensors"), data);
    }

    static Path resource(String name) throws URISyntaxException {
        return Path.of(TrainingGoldensTest.class.getResource(name).toURI());
    }
}
