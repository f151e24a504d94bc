package dev.gatun.ffi;

import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * A native library that a backend needs: what it is called, and where it may lie.
 *
 * @param title its name in messages, e.g. {@code oneDNN}
 * @param key names the property {@code gatun.KEY.path} and the variable {@code GATUN_KEY_PATH}, with which users say where it lies: files or folders, joined
 *     by the system's path separator. Libraries of one toolkit share a key
 * @param files names of its file, best first; {@code *} stands for any characters, and then the highest version is taken. In a folder the first name that is
 *     there counts, and the first folder that has any
 * @param bundle the jar that carries it, if one does
 * @param folders absolute folders to look in when all else has failed; {@code *} stands for any characters of one folder's name
 */
public record NativeLibrary(String title, String key, List<String> files, Optional<Bundle> bundle, List<String> folders) {
    /** Copies the lists. @throws IllegalArgumentException if it has no file name */
    public NativeLibrary {
        files = List.copyOf(files);
        folders = List.copyOf(folders);
        if (files.isEmpty()) {
            throw new IllegalArgumentException(title + ": a library needs the name of its file");
        }
    }

    /**
     * A library that comes as resources of a jar.
     *
     * @param artifact the jar's coordinates, for messages
     * @param near a class whose class loader sees the jar
     * @param folder the resources' folder, in which {@code PLATFORM} stands for {@link Platform#toString}
     * @param platforms those for which there is such a jar
     * @param file the library
     * @param companions what it loads from its own folder
     */
    public record Bundle(String artifact, Class<?> near, String folder, List<String> platforms, String file, List<String> companions) {
        /** Copies the lists. */
        public Bundle {
            platforms = List.copyOf(platforms);
            companions = List.copyOf(companions);
        }

        /** Returns the resource's name of {@code file} on that platform. */
        String resource(Platform platform, String file) {
            return folder.replace("PLATFORM", platform.toString()) + "/" + file;
        }
    }

    /** Looks for it, and extracts it if a bundle has it. Loads nothing, and throws nothing because of what it finds. */
    public Located locate() {
        return Machine.current().locate(this);
    }

    /** Returns the system property by which users say where it lies. */
    public String property() {
        return "gatun." + key + ".path";
    }

    /** Returns the environment variable by which users say where it lies. */
    public String variable() {
        return "GATUN_" + key.toUpperCase(Locale.ROOT).replace('.', '_') + "_PATH";
    }
}
