package dev.gatun.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;

/**
 * How busy other processes keep the machine while something is timed: what they take is missing, and a library whose threads wait for each other
 * suffers most.
 *
 * @param busy what all processes worked so far, and what the host withheld, in seconds of one processor; NaN where the system does not tell
 * @param own what this process and its children worked
 * @param wall seconds of the clock
 */
record OtherLoad(double busy, double own, double wall) {
    /** From which share on figures are not to be trusted. */
    static final double DISTURBING = .05;
    /** Linux counts in hundredths of a second. */
    private static final double TICKS = 100;
    private static final Path STAT = Path.of("/proc/stat");

    /** Returns the counters as they are now. */
    static OtherLoad now() {
        double own = Stream.concat(Stream.of(ProcessHandle.current()), ProcessHandle.current().children())
                .mapToDouble(p -> p.info().totalCpuDuration().orElse(Duration.ZERO).toNanos() / 1e9).sum();
        return new OtherLoad(ticks() / TICKS, own, System.nanoTime() / 1e9);
    }

    /** Returns the share of the machine that others took from {@code before} until this, 0 to 1, or NaN. */
    double since(OtherLoad before) {
        double available = (wall - before.wall) * Runtime.getRuntime().availableProcessors();
        return Math.max(0, busy - before.busy - (own - before.own)) / available;
    }

    private static double ticks() {
        try {
            return busyTicks(Files.readString(STAT));
        } catch (IOException e) {
            return Double.NaN;
        }
    }

    /** Returns user, nice, system, irq, softirq and steal of the first line: all but idle and waiting, and guests, who are users. */
    static double busyTicks(String stat) {
        String[] fields = stat.lines().findFirst().orElse("").strip().split("\\s+");
        double sum = 0;
        for (int i : new int[] {1, 2, 3, 6, 7, 8}) {
            sum += Long.parseLong(fields[i]);
        }
        return sum;
    }
}
