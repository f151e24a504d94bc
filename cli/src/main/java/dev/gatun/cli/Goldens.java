package dev.gatun.cli;

import dev.gatun.formats.FormatException;
import dev.gatun.spi.Backend;
import java.io.IOException;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * The golden cases below a folder: every file in a folder {@code layers}, {@code models} or {@code training}. One that is not known is a case, too,
 * and fails: no file is passed over in silence.
 *
 * <pre>
 * layers/NAME.safetensors                       {@link LayerGolden}
 * models/NAME.json + NAME.safetensors           {@link ModelGolden}
 * training/NAME.json + NAME.safetensors         {@link TrainingGolden}
 * </pre>
 */
final class Goldens {
    private static final String JSON = ".json";
    private static final String TENSORS = ".safetensors";
    private static final List<String> KINDS = List.of("layers", "models", "training");

    private Goldens() {
    }

    /**
     * Returns the cases, layers first, by name.
     *
     * @param data the folder of the data sets that training cases read; empty if there is none
     * @throws IOException if the folder cannot be read or holds no case
     */
    static List<GoldenCase> below(Path folder, Optional<Path> data) throws IOException {
        if (!Files.exists(folder)) {
            throw new NoSuchFileException(folder.toString());
        }
        if (!Files.isDirectory(folder)) {
            throw new NotDirectoryException(folder.toString());
        }
        List<GoldenCase> cases = new ArrayList<>();
        for (String kind : KINDS) {
            cases(kind, files(folder, kind), data, cases);
        }
        if (cases.isEmpty()) {
            throw new IOException(folder + " holds no goldens: no file in a folder layers, models or training below it");
        }
        return cases;
    }

    /** Returns the files of folders called {@code kind}, by their path without what follows the last dot. */
    private static Map<Path, List<Path>> files(Path folder, String kind) throws IOException {
        Map<Path, List<Path>> files = new TreeMap<>();
        try (Stream<Path> all = Files.walk(folder.toRealPath(), FileVisitOption.FOLLOW_LINKS)) {
            all.filter(Files::isRegularFile).filter(f -> f.getParent().endsWith(kind) && !f.getFileName().toString().startsWith(".")).sorted()
                    .forEach(f -> files.computeIfAbsent(f.resolveSibling(stem(f)), _ -> new ArrayList<>()).add(f));
        }
        return files;
    }

    private static void cases(String kind, Map<Path, List<Path>> files, Optional<Path> data, List<GoldenCase> cases) {
        files.forEach((path, parts) -> {
            String name = path.getFileName().toString();
            List<String> endings = parts.stream().map(p -> p.getFileName().toString().substring(name.length())).toList();
            List<String> wanted = kind.equals("layers") ? List.of(TENSORS) : List.of(JSON, TENSORS);
            if (!endings.equals(wanted)) {
                cases.add(new Unknown(kind, name, path, "is no golden: there are " + name + String.join(", " + name, endings) + " where "
                        + name + String.join(" and " + name, wanted) + " are expected"));
                return;
            }
            cases.add(switch (kind) {
                case "layers" -> new LayerGolden(name, parts.getFirst());
                case "models" -> new ModelGolden(name, parts.get(0), parts.get(1));
                default -> new TrainingGolden(name, parts.get(0), parts.get(1), data);
            });
        });
    }

    private static String stem(Path file) {
        String name = file.getFileName().toString();
        int dot = name.lastIndexOf('.');
        return dot < 0 ? name : name.substring(0, dot);
    }

    /** Files that make no case. */
    private record Unknown(String kind, String name, Path path, String fault) implements GoldenCase {
        @Override
        public List<Difference> run(Backend backend) throws IOException {
            throw new FormatException(path, fault);
        }
    }
}
