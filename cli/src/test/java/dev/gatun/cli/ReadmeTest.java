package dev.gatun.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.formats.Safetensors;
import dev.gatun.models.LeNet;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReadmeTest {
    @TempDir
    private Path folder;

    @Test
    void theExampleOfTheReadmeIsTheOneThatIsCompiledHere() throws IOException {
        String source = Files.readString(Path.of("src/test/java/dev/gatun/cli/ReadmeExample.java"));
        String body = source.substring(source.indexOf("// README begin") + "// README begin".length(), source.indexOf("        // README end")).strip();
        String readme = Files.readString(Path.of("../README.md"));
        String block = readme.substring(readme.indexOf("```java") + "```java".length());
        assertEquals(body.replace("\n        ", "\n"), block.substring(0, block.indexOf("```")).strip());
    }

    @Test
    void theExampleOfTheReadmeRuns() throws IOException {
        ReadmeExample.run(folder);
        Safetensors saved = Safetensors.load(folder.resolve("lenet.safetensors"));
        assertTrue(saved.names().containsAll(new LeNet(10).parameters().keySet()));
    }
}
