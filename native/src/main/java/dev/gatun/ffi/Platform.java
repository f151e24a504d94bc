package dev.gatun.ffi;

import java.util.Locale;

/**
 * An operating system and a processor, by the names that jars of native libraries use: {@code linux-x86_64}, {@code macosx-arm64}.
 *
 * @param system {@code linux}, {@code macosx}, {@code windows}, or what Java calls it
 * @param processor {@code x86_64}, {@code arm64}, or what Java calls it
 */
record Platform(String system, String processor) {
    /** Returns the platform of that {@code os.name} and {@code os.arch}. */
    static Platform of(String name, String arch) {
        String system = name.toLowerCase(Locale.ROOT);
        String processor = arch.toLowerCase(Locale.ROOT);
        return new Platform(
                system.startsWith("mac") ? "macosx" : system.startsWith("windows") ? "windows" : system.replace(' ', '-'),
                switch (processor) {
                    case "amd64", "x86-64", "x64" -> "x86_64";
                    case "aarch64" -> "arm64";
                    default -> processor;
                });
    }

    @Override
    public String toString() {
        return system + "-" + processor;
    }
}
