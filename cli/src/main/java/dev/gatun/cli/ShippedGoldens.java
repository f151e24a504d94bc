package dev.gatun.cli;

import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/** The goldens that come with the command, read where they lie: as files, in its jar, or in the image of a runtime. */
final class ShippedGoldens implements AutoCloseable {
    private static final String README = "goldens/README.md";

    private final Path folder;
    private final Optional<FileSystem> jar;

    private ShippedGoldens(Path folder, Optional<FileSystem> jar) {
        this.folder = folder;
        this.jar = jar;
    }

    /** Finds them. @throws IOException if they are not there or cannot be read */
    static ShippedGoldens open() throws IOException {
        URL readme = ShippedGoldens.class.getResource(README);
        if (readme == null) {
            throw new IOException("this installation lacks its goldens; name some by --goldens");
        }
        try {
            return beside(readme.toURI());
        } catch (URISyntaxException e) {
            throw new IOException("the goldens of this installation cannot be read: " + e.getMessage(), e);
        }
    }

    /** Returns the goldens in the folder of a file. */
    static ShippedGoldens beside(URI readme) throws IOException {
        if (readme.getScheme().equals("jar")) {
            FileSystem jar = FileSystems.newFileSystem(readme, Map.of());
            return new ShippedGoldens(jar.provider().getPath(readme).getParent(), Optional.of(jar));
        }
        return new ShippedGoldens(Path.of(readme).getParent(), Optional.empty());
    }

    /** Returns the folder that holds {@code layers/}, readable until this is closed. */
    Path folder() {
        return folder;
    }

    @Override
    public void close() throws IOException {
        if (jar.isPresent()) {
            jar.get().close();
        }
    }
}
