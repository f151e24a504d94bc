package dev.gatun.ffi;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.SequencedSet;
import java.util.Set;

/**
 * The folders in which Java and the system's loader look for a library, in their order: {@code java.library.path}, {@code LD_LIBRARY_PATH}, the folders of
 * {@code /etc/ld.so.conf}, and those that need no mention.
 *
 * <p>They are read because Java can only load a file that it can name, and asking the loader itself would load it. Source: ld.so(8), ldconfig(8).
 */
final class LoaderPath {
    private LoaderPath() {
    }

    static List<Path> folders() {
        var folders = new LinkedHashSet<Path>();
        for (String path : new String[] {System.getProperty("java.library.path"), System.getenv("LD_LIBRARY_PATH")}) {
            for (String element : Objects.requireNonNullElse(path, "").split(File.pathSeparator)) {
                add(folders, element);
            }
        }
        folders.addAll(configured(Path.of("/etc/ld.so.conf")));
        for (String usual : List.of("/lib64", "/usr/lib64", "/lib", "/usr/lib")) {
            add(folders, usual);
        }
        return List.copyOf(folders);
    }

    /** Returns the folders of a configuration of the loader: one a line, {@code include PATTERN}, comments after {@code #}. */
    static List<Path> configured(Path file) {
        var folders = new LinkedHashSet<Path>();
        read(file, folders, new LinkedHashSet<>());
        return new ArrayList<>(folders);
    }

    private static void read(Path file, SequencedSet<Path> folders, Set<Path> seen) {
        if (!seen.add(file)) {
            return; // it includes itself
        }
        List<String> lines;
        try {
            lines = Files.readAllLines(file);
        } catch (IOException e) {
            return; // many systems have none
        }
        for (String line : lines) {
            String text = line.replaceFirst("#.*", "").strip();
            if (text.matches("include\\s.*")) {
                for (String pattern : text.substring("include".length()).strip().split("\\s+")) {
                    var included = new ArrayList<>(Names.expand(file.resolveSibling(pattern)));
                    included.sort(null);
                    included.forEach(f -> read(f, folders, seen));
                }
            } else if (!text.isEmpty() && !text.matches("hwcap\\s.*")) {
                add(folders, text);
            }
        }
    }

    private static void add(Set<Path> folders, String element) {
        try {
            Path folder = Path.of(element);
            if (folder.isAbsolute()) { // the loader would take others from the current folder: not safe
                folders.add(folder);
            }
        } catch (InvalidPathException e) {
            return; // not a folder, so nothing lies there
        }
    }
}
