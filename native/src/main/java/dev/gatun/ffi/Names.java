package dev.gatun.ffi;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** File names: those with {@code *} in them, and those that bear a version. */
final class Names {
    private static final Pattern NUMBER = Pattern.compile("\\d+");

    /** A link without a version, {@code cuda}, leads to the administrator's choice: it goes first. Then {@code cuda-13.0} goes before {@code cuda-9.2}. */
    static final Comparator<Path> NEWEST_FIRST = Comparator
            .comparing((Path path) -> NUMBER.matcher(name(path)).find())
            .thenComparing(path -> padded(name(path)), Comparator.reverseOrder());

    private Names() {
    }

    /** Returns the paths that are there; {@code *} stands for any characters of one name, matches come newest first. */
    static List<Path> expand(Path pattern) {
        if (pattern.toString().indexOf('*') < 0) {
            return Files.exists(pattern) ? List.of(pattern) : List.of();
        }
        List<Path> found = List.of(pattern.getRoot());
        for (Path element : pattern) {
            var next = new ArrayList<Path>();
            for (Path folder : found) {
                next.addAll(element.toString().indexOf('*') < 0 ? expand(folder.resolve(element)) : matches(folder, element.toString()));
            }
            found = next;
        }
        return found;
    }

    private static List<Path> matches(Path folder, String element) {
        var wanted = Pattern.compile("\\Q" + element.replace("*", "\\E.*\\Q") + "\\E").asMatchPredicate();
        var found = new ArrayList<Path>();
        try (var entries = Files.newDirectoryStream(folder, entry -> wanted.test(name(entry)))) {
            entries.forEach(found::add);
        } catch (IOException | DirectoryIteratorException e) {
            return List.of(); // a folder that cannot be listed holds nothing for us
        }
        found.sort(NEWEST_FIRST);
        return found;
    }

    /** Whether a file that a user names can be the library, which it is by its name, with whatever version: {@code libdnnl.so.3.5}, {@code libdnnl-mine.so}. */
    static boolean isFileOf(NativeLibrary library, Path file) {
        String name = name(file);
        return library.files().stream().map(wanted -> wanted.split("[.*]", 2)[0])
                .anyMatch(stem -> name.startsWith(stem + ".") || name.startsWith(stem + "-"));
    }

    private static String name(Path path) {
        return String.valueOf(path.getFileName());
    }

    /** Returns the name with its numbers as wide as each other, so that the order of texts is that of versions. */
    private static String padded(String name) {
        return NUMBER.matcher(name).replaceAll(number -> Matcher.quoteReplacement("0".repeat(Math.max(0, 18 - number.group().length())) + number.group()));
    }
}
