package dev.gatun.ffi;

import dev.gatun.ffi.Located.Found;
import dev.gatun.ffi.Located.Missing;
import dev.gatun.ffi.Located.Source;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/**
 * What a search depends on; one of this machine, others of tests.
 *
 * @param properties system property by name, null where there is none, as {@link System#getProperty} has it
 * @param environment environment variable by name, null where there is none
 * @param loaderPath the folders in which the system's loader looks
 */
record Machine(Platform platform, UnaryOperator<String> properties, UnaryOperator<String> environment, Supplier<List<Path>> loaderPath, LibraryCache cache) {
    private static final class Holder {
        static final Machine CURRENT = new Machine(Platform.of(System.getProperty("os.name"), System.getProperty("os.arch")),
                System::getProperty, System::getenv, LoaderPath::folders, LibraryCache.ofUser(System::getProperty, System::getenv));
    }

    static Machine current() {
        return Holder.CURRENT;
    }

    /** Asks one source after another, {@link Source} gives the order. */
    Located locate(NativeLibrary library) {
        Optional<String> named = given(properties.apply(library.property()));
        if (named.isPresent()) {
            return explicit(library, named.get(), Source.PROPERTY);
        }
        named = given(environment.apply(library.variable()));
        if (named.isPresent()) {
            return explicit(library, named.get(), Source.ENVIRONMENT);
        }
        Optional<Located> bundled = library.bundle().flatMap(bundle -> bundled(library, bundle));
        if (bundled.isPresent()) {
            return bundled.get();
        }
        return search(library, loaderPath.get(), Source.LOADER_PATH)
                .or(() -> search(library, library.folders().stream().flatMap(f -> Names.expand(Path.of(f)).stream()).toList(), Source.FOLDER))
                .orElseGet(() -> nowhere(library));
    }

    private static Optional<String> given(String value) {
        return Optional.ofNullable(value).map(String::strip).filter(v -> !v.isEmpty());
    }

    /** What the user names is taken, or refused with what is wrong with it. */
    private Located explicit(NativeLibrary library, String value, Source source) {
        String remedy = "let " + source.words(library) + " name a file or a folder with one of " + library.files() + ", or leave it out";
        var folders = new ArrayList<Path>();
        for (String element : value.split(File.pathSeparator)) {
            if (element.isBlank()) {
                continue; // as in the end of PATH=$PATH:$UNSET; the current folder is nothing to load code from
            }
            try {
                List<Path> paths = Names.expand(Path.of(element).toAbsolutePath());
                if (paths.isEmpty()) {
                    return new Missing(library.title() + ": " + source.words(library) + " names " + element + ", which is not there", remedy);
                }
                for (Path path : paths) {
                    if (Files.isDirectory(path)) {
                        folders.add(path);
                    } else if (Names.isFileOf(library, path)) {
                        Optional<String> foreign = Elf.whyNot(path, platform);
                        return foreign.isPresent() ? new Missing(library.title() + ": " + path + " " + foreign.get(), remedy)
                                : new Found(library, path, source);
                    }
                }
            } catch (InvalidPathException e) {
                return new Missing(library.title() + ": " + source.words(library) + " is no path: " + e.getMessage(), remedy);
            }
        }
        return search(library, folders, source).orElseGet(() -> {
            String fault = candidates(library, folders).findFirst().map(file -> file + " " + Elf.whyNot(file, platform).orElseThrow())
                    .orElse("none of " + library.files() + " is for " + platform);
            return new Missing(library.title() + ": " + source.words(library) + " names " + value + ", where " + fault, remedy);
        });
    }

    private Optional<Located> search(NativeLibrary library, List<Path> folders, Source source) {
        // As the loader does: a library for another processor is passed over.
        return candidates(library, folders).filter(file -> Elf.whyNot(file, platform).isEmpty()).findFirst().map(file -> new Found(library, file, source));
    }

    /** Returns the files of the library's names, the first folder's best name first. */
    private static Stream<Path> candidates(NativeLibrary library, List<Path> folders) {
        return folders.stream().flatMap(folder -> library.files().stream().flatMap(name -> Names.expand(folder.resolve(name)).stream()))
                .filter(Files::isRegularFile);
    }

    /** Empty if no jar has it. */
    private Optional<Located> bundled(NativeLibrary library, NativeLibrary.Bundle bundle) {
        try {
            List<BundledFile> files = BundledFile.of(bundle, platform, properties);
            if (files.isEmpty()) {
                return Optional.empty();
            }
            return Optional.of(new Found(library, cache.folderOf(library.key(), files).resolve(bundle.file()), Source.BUNDLE));
        } catch (IOException e) {
            return Optional.of(new Missing(library.title() + " could not be extracted from " + bundle.artifact() + ": " + LibraryCache.words(e),
                    "let -D" + LibraryCache.PROPERTY + "=FOLDER name a folder that only you can write, or name an installed copy by -D" + library.property()
                            + "=FILE_OR_FOLDER"));
        }
    }

    private Missing nowhere(NativeLibrary library) {
        String installed = "install " + library.title() + " for " + platform + ", and name it by -D" + library.property() + "=FILE_OR_FOLDER or "
                + library.variable() + " if it is not on the loader's path";
        String elsewhere = "none of " + library.files() + " is on the loader's path" + (library.folders().isEmpty() ? "" : " or in " + library.folders());
        return library.bundle().map(bundle -> bundle.platforms().contains(platform.toString())
                ? new Missing(library.title() + " was not found: the jar " + bundle.artifact() + " is not there, and " + elsewhere,
                        "add that jar to the class path, or " + installed)
                : new Missing(library.title() + " was not found: it is bundled for " + String.join(", ", bundle.platforms()) + " only, this is " + platform
                        + ", and " + elsewhere, installed))
                .orElseGet(() -> new Missing(library.title() + " was not found: " + elsewhere, installed));
    }
}
