package dev.gatun.ffi;

import java.util.Map;
import java.util.Optional;

/** Loads libraries into this module's class loader, where the generated bindings look for their symbols. */
final class Loading {
    private Loading() {
    }

    static Optional<Located.Missing> load(Located.Found found, Map<String, String> environment) {
        try {
            Environment.putIfAbsent(environment);
            System.load(found.file().toString());
            return Optional.empty();
        } catch (UnsatisfiedLinkError e) {
            return Optional.of(refusal(found, String.valueOf(e.getMessage())));
        } catch (IllegalCallerException e) {
            String module = Loading.class.getModule().isNamed() ? Loading.class.getModule().getName() : "ALL-UNNAMED";
            return Optional.of(new Located.Missing(found.library().title() + ": this JVM forbids native code: " + e.getMessage(),
                    "start java with --enable-native-access=" + module));
        }
    }

    /** Returns what the loader's words mean, and what helps. */
    static Located.Missing refusal(Located.Found found, String message) {
        NativeLibrary library = found.library();
        String another = "name another one by -D" + library.property() + "=FILE_OR_FOLDER";
        return new Located.Missing(library.title() + " could not be loaded: " + message,
                message.contains("failed to map segment") || message.contains("Operation not permitted")
                        ? "its file system may forbid execution (noexec): let -D" + LibraryCache.PROPERTY + "=FOLDER name a folder elsewhere"
                : message.contains("GLIBC_") ? "this system's C library is too old for it: update the system, or " + another
                : message.contains("another classloader") ? "keep the module dev.gatun.ffi in one class loader, above all that use it"
                : message.contains("cannot open shared object file") ? "install what it needs beside it, or " + another
                : another);
    }
}
