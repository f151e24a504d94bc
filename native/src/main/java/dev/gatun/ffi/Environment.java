package dev.gatun.ffi;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.util.Map;

/**
 * The environment as C code of this process sees it. Java's own view of it, and what child processes inherit, is a copy made when the JVM started and does not
 * change.
 *
 * @implNote {@code setenv} may move the table while another thread's C code reads it; call this before there is much of that: when a library is loaded.
 */
final class Environment {
    private Environment() {
    }

    /** Sets those variables that are not set. On systems without {@code setenv} it does nothing. */
    static void putIfAbsent(Map<String, String> variables) {
        Linker linker = Linker.nativeLinker();
        var function = variables.isEmpty() ? null : linker.defaultLookup().find("setenv").orElse(null);
        if (function == null) {
            return;
        }
        var setenv = linker.downcallHandle(function,
                FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.ADDRESS, ValueLayout.JAVA_INT));
        try (var arena = Arena.ofConfined()) {
            for (var variable : variables.entrySet()) {
                int failed = (int) setenv.invokeExact(arena.allocateFrom(variable.getKey()), arena.allocateFrom(variable.getValue()), 0);
                if (failed != 0) {
                    throw new IllegalArgumentException("no name of an environment variable: '" + variable.getKey() + "'");
                }
            }
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }
}
