package dev.gatun.bench;

import java.util.Locale;

/**
 * What memory is made to move, by how much of it is written. A machine does one faster than another: what is written is mostly fetched into a cache before it
 * is overwritten, which nobody asked for and no figure counts. So a kernel is held against the traffic that has its mix of reads and writes. Bytes count once,
 * as STREAM counts.
 */
enum Traffic implements Yardstick {
    /** Σ a: nothing is written. */
    READ(1, 0),
    /** b = a: one of two is. */
    COPY(2, 1 / 2.),
    /** c = a + s·b: one of three is. */
    TRIAD(3, 1 / 3.);

    private final int operands;
    private final double written;

    Traffic(int operands, double written) {
        this.operands = operands;
        this.written = written;
    }

    /** Returns the one whose written share is nearest to {@code written} of {@code bytes}. */
    static Traffic of(double bytes, double written) {
        double share = bytes == 0 ? 0 : written / bytes;
        Traffic nearest = READ;
        for (Traffic t : values()) {
            nearest = Math.abs(t.written - share) < Math.abs(nearest.written - share) ? t : nearest;
        }
        return nearest;
    }

    /** Returns how many blocks it moves. */
    int operands() {
        return operands;
    }

    @Override
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
