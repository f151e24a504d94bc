package dev.gatun.ffi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LoaderPathTest {
    @TempDir
    private Path folder;

    @Test
    void configurationIsReadAsTheLoaderReadsIt() throws IOException {
        Path conf = Files.writeString(folder.resolve("ld.so.conf"),
                "/first # a comment\n\n# another\ninclude conf.d/*.conf\nhwcap 0 nosegneg\nrelative\n/last\n/first\n");
        Files.createDirectory(folder.resolve("conf.d"));
        Files.writeString(folder.resolve("conf.d/b.conf"), "/b\ninclude " + conf + "\n");
        Files.writeString(folder.resolve("conf.d/a.conf"), "  /a1\n/a2");
        Files.writeString(folder.resolve("conf.d/c.txt"), "/c\n");
        assertEquals(List.of(Path.of("/first"), Path.of("/a1"), Path.of("/a2"), Path.of("/b"), Path.of("/last")), LoaderPath.configured(conf));
    }

    @Test
    void systemsWithoutConfigurationHaveTheUsualFolders() {
        assertEquals(List.of(), LoaderPath.configured(folder.resolve("none")));
        assertTrue(LoaderPath.folders().containsAll(List.of(Path.of("/usr/lib"), Path.of("/lib"))));
        assertTrue(LoaderPath.folders().stream().allMatch(Path::isAbsolute));
    }
}
