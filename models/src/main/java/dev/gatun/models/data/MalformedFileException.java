package dev.gatun.models.data;

import java.io.IOException;
import java.nio.file.Path;

/** A file of a data set does not hold what it must. The message is one sentence that names the file. */
public final class MalformedFileException extends IOException {
    private static final long serialVersionUID = 1;

    /** Says what is wrong with {@code file}. @param fault a clause, e.g. {@code it is cut short} */
    public MalformedFileException(Path file, String fault) {
        super(file + ": " + fault);
    }
}
