package dev.gatun.bench;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.SequencedMap;

/**
 * What this machine can do at most, measured: the best of several windows by each {@link Yardstick}.
 *
 * @param threads the number n of threads
 * @param gflopsOne float32 multiply-adds of one thread, 10⁹ operations a second
 * @param gflops those of n threads at once
 * @param memoryOne memory traffic of one thread
 * @param memory that of n threads at once
 */
record Peak(int threads, double gflopsOne, double gflops, Memory memoryOne, Memory memory) {
    /** How much memory moves, 10⁹ bytes a second, of each {@link Traffic}. */
    record Memory(double read, double copy, double triad) {
        double of(Traffic traffic) {
            return switch (traffic) {
                case READ -> read;
                case COPY -> copy;
                case TRIAD -> triad;
            };
        }

        Memory max(Memory other) {
            return new Memory(Math.max(read, other.read), Math.max(copy, other.copy), Math.max(triad, other.triad));
        }

        @Override
        public String toString() {
            return String.format(Locale.ROOT, "%.1f, %.1f, %.1f GB/s", read, copy, triad);
        }
    }

    /** Measures, for some ten seconds. */
    static Peak measure(int threads) {
        try (Gauge gauge = new Gauge(threads)) {
            return measure(gauge);
        }
    }

    /** Measures with a gauge, for some ten seconds. */
    static Peak measure(Gauge gauge) {
        int n = gauge.threads();
        Yardstick multiplyAdds = new Yardstick.MultiplyAdds();
        return new Peak(n, gauge.best(multiplyAdds, 1), gauge.best(multiplyAdds, n), memory(gauge, 1), memory(gauge, n));
    }

    private static Memory memory(Gauge gauge, int threads) {
        return new Memory(gauge.best(Traffic.READ, threads), gauge.best(Traffic.COPY, threads), gauge.best(Traffic.TRIAD, threads));
    }

    /** Returns the speed of all threads by a yardstick, 10⁹ units a second. */
    double of(Yardstick yardstick) {
        return switch (yardstick) {
            case Yardstick.MultiplyAdds _ -> gflops;
            case Traffic traffic -> memory.of(traffic);
        };
    }

    /** Returns the larger of two measurements, number by number: what disturbs can only lower them. */
    Peak max(Peak other) {
        return new Peak(threads, Math.max(gflopsOne, other.gflopsOne), Math.max(gflops, other.gflops), memoryOne.max(other.memoryOne),
                memory.max(other.memory));
    }

    /** Returns the line that users see. */
    String line() {
        return String.format(Locale.ROOT, "peak: %.0f GFLOP/s on one thread, %.0f on %d; read, copy, triad: %s on one thread, %s on %d",
                gflopsOne, gflops, threads, memoryOne, memory, threads);
    }

    /** Returns the JSON fields. */
    SequencedMap<String, Object> row() {
        SequencedMap<String, Object> row = new LinkedHashMap<>();
        row.put("threads", threads);
        row.put("gflops_one_thread", gflopsOne);
        row.put("gflops", gflops);
        for (Traffic traffic : Traffic.values()) {
            row.put(traffic.label() + "_gb_per_s_one_thread", memoryOne.of(traffic));
            row.put(traffic.label() + "_gb_per_s", memory.of(traffic));
        }
        return row;
    }
}
