package dev.gatun.formats;

import java.io.IOException;
import java.nio.file.Path;

/** A file is not what its format demands. The message is one sentence that names the file, the tensor where there is one, and what is wrong. */
public final class FormatException extends IOException {
    private static final long serialVersionUID = 1L;

    /** Says what is wrong with a file. @param fault in one line; what it quotes of the file may hold control characters, which become blanks */
    public FormatException(Path file, String fault) {
        super(file + ": " + SafetensorsHeader.oneLine(fault));
    }
}
