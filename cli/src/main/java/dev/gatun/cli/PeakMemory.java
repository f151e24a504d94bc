package dev.gatun.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The largest resident memory of this process. Linux tells it; elsewhere it is not a number. */
final class PeakMemory {
    private static final Path STATUS = Path.of("/proc/self/status");
    private static final Path CLEAR = Path.of("/proc/self/clear_refs");

    private PeakMemory() {
    }

    /** Starts the peak anew from what is resident now, where the system allows it; else it goes on from the start of the process. */
    static void reset() {
        try {
            Files.writeString(CLEAR, "5");
        } catch (IOException e) {
            System.getLogger("dev.gatun.cli").log(System.Logger.Level.DEBUG, "the peak of memory could not be reset: {0}", e);
        }
    }

    /** Returns the peak in MB (10⁶ bytes), or NaN. */
    static double megabytes() {
        try {
            return Files.readAllLines(STATUS).stream().filter(l -> l.startsWith("VmHWM:"))
                    .mapToDouble(l -> Long.parseLong(l.replaceAll("\\D", "")) * 1024 / 1e6).findFirst().orElse(Double.NaN);
        } catch (IOException e) {
            return Double.NaN;
        }
    }
}
