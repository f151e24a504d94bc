package dev.gatun.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.lang.module.ModuleFinder;
import java.lang.module.ModuleReader;
import java.lang.module.ModuleReference;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Providers are declared once for the module path and once for the class path. */
class ServicesTest {
    private static final String SERVICES = "META-INF/services/";

    @Test
    void moduleDescriptorsAndServiceFilesNameTheSameProviders() throws IOException {
        var folders = Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator)).map(Path::of).toArray(Path[]::new);
        var modules = ModuleFinder.of(folders).findAll().stream()
                .filter(module -> module.descriptor().name().startsWith("dev.gatun"))
                .toList();
        assertTrue(modules.size() >= 8, "modules of Gatun on the class path: " + modules);
        for (var module : modules) {
            assertEquals(inDescriptor(module), inServiceFiles(module), module.descriptor().name() + ": module-info against META-INF/services");
        }
    }

    private static Map<String, List<String>> inDescriptor(ModuleReference module) {
        var providers = new TreeMap<String, List<String>>();
        for (var provides : module.descriptor().provides()) {
            providers.put(provides.service(), provides.providers());
        }
        return providers;
    }

    private static Map<String, List<String>> inServiceFiles(ModuleReference module) throws IOException {
        var providers = new TreeMap<String, List<String>>();
        try (var reader = module.open(); var names = reader.list()) {
            for (var name : names.filter(name -> name.startsWith(SERVICES) && !name.endsWith("/")).toList()) {
                providers.put(name.substring(SERVICES.length()), linesOf(reader, name));
            }
        }
        return providers;
    }

    private static List<String> linesOf(ModuleReader reader, String name) throws IOException {
        try (InputStream file = reader.open(name).orElseThrow()) {
            return new String(file.readAllBytes(), StandardCharsets.UTF_8).lines()
                    .map(line -> line.replaceFirst("#.*", "").strip())
                    .filter(line -> !line.isEmpty())
                    .toList();
        }
    }
}
