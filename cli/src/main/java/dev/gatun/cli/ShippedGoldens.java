package dev.gatun.cli;

import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** The goldens that come with the command, as files: those of its jar are unpacked to a temporary folder, which closing removes. */
final class ShippedGoldens implements AutoCloseable {
    private static final String README = "goldens/README.md";

    private final Path folder;
    private final boolean temporary;

    private ShippedGoldens(Path folder, boolean temporary) {
        this.folder = folder;
        this.temporary = temporary;
    }

    /** Finds them, and unpacks them where necessary. */
    static ShippedGoldens open() throws IOException {
        URL readme = ShippedGoldens.class.getResource(README);
        if (readme == null) {
            throw new IOException("this installation lacks its goldens; name some by --goldens");
        }
        try {
            URI uri = readme.toURI();
            if (uri.getScheme().equals("file")) {
                return new ShippedGoldens(Path.of(uri).getParent(), false);
            }
            if (uri.getScheme().equals("jrt")) {
                return new ShippedGoldens(unpack(Path.of(uri).getParent()), true);
            }
            try (FileSystem jar = FileSystems.newFileSystem(uri, Map.of())) {
                return new ShippedGoldens(unpack(jar.provider().getPath(uri).getParent()), true);
            }
        } catch (URISyntaxException e) {
            throw new IOException("the goldens of this installation cannot be read: " + e.getMessage(), e);
        }
    }

    private static Path unpack(Path packed) throws IOException {
        Path folder = Files.createTempDirectory("gatun-goldens");
        try (Stream<Path> files = Files.walk(packed)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Path target = folder.resolve(packed.relativize(file).toString());
                Files.createDirectories(target.getParent());
                Files.copy(file, target);
            }
        }
        return folder;
    }

    /** Returns the folder that holds {@code layers/}. */
    Path folder() {
        return folder;
    }

    @Override
    public void close() throws IOException {
        if (temporary) {
            try (Stream<Path> files = Files.walk(folder)) {
                List<Path> leavesFirst = files.sorted(Comparator.reverseOrder()).toList();
                for (Path file : leavesFirst) {
                    Files.delete(file);
                }
            }
        }
    }
}
