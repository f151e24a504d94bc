package dev.gatun.vector;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Sizes of the processor's caches. */
public final class Caches {
    /** Bytes of one core's second cache; where the system does not tell, 1 MiB. */
    public static final long L2 = bytes(Path.of("/sys/devices/system/cpu/cpu0/cache/index2/size"), 1 << 20);

    private Caches() {
    }

    /** Returns the size that a file of the kernel's tells, such as {@code 1024K}. */
    static long bytes(Path file, long unknown) {
        try {
            String size = Files.readString(file).strip();
            return size.matches("[1-9]\\d{0,8}K") ? Long.parseLong(size.substring(0, size.length() - 1)) << 10 : unknown;
        } catch (IOException | SecurityException e) {
            return unknown;
        }
    }
}
