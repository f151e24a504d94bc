package dev.gatun.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.Backends;
import dev.gatun.spi.Backend;
import java.net.URI;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ShippedGoldensTest {
    @TempDir
    private Path folder;

    @Test
    void goldensOfAJarAreReadWhereTheyLie() throws Exception {
        Path file = folder.resolve("cli.jar");
        try (FileSystem jar = FileSystems.newFileSystem(file, Map.of("create", "true")); ShippedGoldens shipped = ShippedGoldens.open()) {
            Files.createDirectories(jar.getPath("goldens/layers"));
            for (String name : List.of("README.md", "layers/conv_1x1.safetensors", "layers/lstm_l1.safetensors")) {
                Files.copy(shipped.folder().resolve(name), jar.getPath("goldens", name));
            }
        }
        try (ShippedGoldens packed = ShippedGoldens.beside(URI.create("jar:" + file.toUri() + "!/goldens/README.md"));
                Backend backend = Backends.open("reference")) {
            assertEquals("jar", packed.folder().getFileSystem().provider().getScheme(), "nothing is unpacked that could stay behind");
            List<GoldenCase> cases = Goldens.below(packed.folder(), Optional.empty());
            assertEquals(List.of("conv_1x1", "lstm_l1"), cases.stream().map(GoldenCase::name).toList());
            for (GoldenCase c : cases) {
                assertTrue(c.run(backend).stream().allMatch(Difference::isTolerated), c.name());
            }
        }
    }
}
