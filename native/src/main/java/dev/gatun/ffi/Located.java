package dev.gatun.ffi;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/** What came of looking for a library. */
public sealed interface Located {
    /** It lies there, and has not been loaded. @param file its absolute path @param source who said so */
    record Found(NativeLibrary library, Path file, Source source) implements Located {
        /** Loads it with the environment as it is; see {@link #load(Map)}. */
        public Optional<Missing> load() {
            return load(Map.of());
        }

        /**
         * Loads it into this process; again, if it is loaded already, does nothing.
         *
         * @param environment variables that the library reads while it is loaded; those that the user has set stay as they are
         * @return why it could not be loaded; empty if it was
         */
        public Optional<Missing> load(Map<String, String> environment) {
            return Loading.load(this, environment);
        }

        /**
         * Returns the refusal of a library that is of the wrong version.
         *
         * @param wanted the versions that would do, e.g. {@code 3.x}
         * @param version what it says that it is, e.g. {@code 2.7}
         */
        public Missing mismatch(String wanted, String version) {
            return new Missing(library.title() + " " + wanted + " is wanted, and " + file + " (" + source.words(library) + ") is " + version,
                    switch (source) {
                        case PROPERTY, ENVIRONMENT -> "name another one there, or leave it out";
                        case BUNDLE, LOADER_PATH, FOLDER -> "name one by -D" + library.property() + "=FILE_OR_FOLDER";
                    });
        }
    }

    /** There is none that can be used. @param reason why, in a sentence @param remedy how to mend it, in a sentence */
    record Missing(String reason, String remedy) implements Located { }

    /** Who said where the library lies; asked in this order. */
    enum Source {
        /** The system property {@code gatun.KEY.path}. */
        PROPERTY,
        /** The environment variable {@code GATUN_KEY_PATH}. */
        ENVIRONMENT,
        /** A jar that carries it. */
        BUNDLE,
        /** The folders in which the system's loader looks. */
        LOADER_PATH,
        /** Folders where such a library is usually installed. */
        FOLDER;

        String words(NativeLibrary library) {
            return switch (this) {
                case PROPERTY -> "-D" + library.property();
                case ENVIRONMENT -> library.variable();
                case BUNDLE -> "from a jar";
                case LOADER_PATH -> "on the loader's path";
                case FOLDER -> "in a usual folder";
            };
        }
    }
}
