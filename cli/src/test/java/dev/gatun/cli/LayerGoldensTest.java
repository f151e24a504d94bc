package dev.gatun.cli;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicContainer.dynamicContainer;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.gatun.Backends;
import dev.gatun.Backends.Discovered;
import dev.gatun.spi.Backend;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.TestFactory;

/** The layer goldens on every backend that can run here; {@code -Dgatun.goldens=DIR} names others than those that the command ships. */
class LayerGoldensTest {
    @TestFactory
    Stream<DynamicContainer> everyLayerIsWithinItsTolerance() throws IOException {
        String folder = System.getProperty("gatun.goldens");
        List<GoldenCase> cases = Goldens.below(folder == null ? shipped() : Path.of(folder), Optional.empty()).stream()
                .filter(c -> c.kind().equals("layers")).toList();
        return Backends.discovered().stream().filter(Discovered::isUsable).map(d -> {
            Backend backend = Backends.open(d.provider());
            return dynamicContainer(d.name(), Stream.concat(
                    cases.stream().map(c -> dynamicTest(c.name(), () -> c.run(backend).forEach(x -> assertTrue(x.isTolerated(), x::message)))),
                    Stream.of(dynamicTest("close", backend::close))));
        });
    }

    private static Path shipped() throws IOException {
        try (ShippedGoldens goldens = ShippedGoldens.open()) {
            return goldens.folder();
        }
    }
}
