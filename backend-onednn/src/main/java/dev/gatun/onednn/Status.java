package dev.gatun.onednn;

import dev.gatun.spi.NativeException;
import java.util.Arrays;
import java.util.stream.Collectors;

/** What oneDNN's functions return: each failure as an exception that names the function, the status in words and the arguments. */
final class Status {
    static final int SUCCESS = 0;

    /** No implementation for these arguments: the one failure that steers, towards another kernel. */
    static final int UNIMPLEMENTED = 3;

    private static final String[] WORDS = {"success", "out of memory", "invalid arguments", "unimplemented", "no more implementations", "runtime error",
        "not required", "invalid graph", "invalid graph operation", "invalid shape", "invalid data type"};

    private Status() {
    }

    /** Returns if {@code status} is success. @throws NativeException otherwise */
    static void check(int status, String function, Object... arguments) {
        if (status != SUCCESS) {
            throw failure(status, function, arguments);
        }
    }

    /** Returns the exception for a failure. */
    static NativeException failure(int status, String function, Object... arguments) {
        String given = Arrays.stream(arguments).map(String::valueOf).collect(Collectors.joining(", "));
        return new NativeException(function + "(" + given + "): " + (status > 0 && status < WORDS.length ? WORDS[status] : "status " + status));
    }
}
