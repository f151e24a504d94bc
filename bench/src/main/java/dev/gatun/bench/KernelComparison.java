package dev.gatun.bench;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SequencedMap;

/**
 * One kernel on several backends, or on one.
 *
 * @param times of each backend, the first one that to which the others are compared
 * @param yardstick that took turns with them
 * @param otherLoad the share of the machine that other processes took meanwhile
 */
record KernelComparison(KernelCase kernel, List<Time> times, YardstickRounds yardstick, double otherLoad) {
    /** What a backend took: {@code Measured} or, if it cannot do it, {@code Refused}. */
    sealed interface Time {
        /** Returns the backend. */
        String backend();
    }

    /** @param kernel the implementation's name @param rounds the median of each round, in microseconds */
    record Measured(String backend, String kernel, double[] rounds) implements Time {
        /** Returns the median over the rounds, in microseconds. */
        double micros() {
            return Numbers.median(rounds);
        }
    }

    /** @param why in the backend's words */
    record Refused(String backend, String why) implements Time { }

    /** Returns the headings of {@link #line}. */
    static String head(List<String> backends) {
        StringBuilder line = new StringBuilder(String.format("%-52s %12s %8s %-18s", "kernel", backends.getFirst() + " us", "of peak", "of yardstick"));
        backends.stream().skip(1).forEach(b -> line.append(String.format("  %12s %8s %-18s %-18s", b + " us", "of peak", "of yardstick", "ratio")));
        return line.toString().stripTrailing();
    }

    /**
     * Returns the line that users see: of each backend the time and the fractions of the peak and of the yardstick, of all but the first the ratio of its time
     * to the first's.
     */
    String line(Peak peak) {
        StringBuilder line = new StringBuilder(String.format("%-52s %s", kernel.name(), cells(times.getFirst(), peak)));
        times.stream().skip(1).forEach(t -> line.append(String.format("  %s %-18s", cells(t, peak), ratio(t))));
        return (line + disturbance()).stripTrailing();
    }

    /** Returns what a line says at its end where others took much of the machine. */
    String disturbance() {
        return otherLoad > OtherLoad.DISTURBING ? String.format(Locale.ROOT, "  disturbed: others took %.0f %% of the machine", 100 * otherLoad) : "";
    }

    private String cells(Time time, Peak peak) {
        int width = Math.max(12, time.backend().length() + 3);
        return switch (time) {
            case Measured m -> String.format(Locale.ROOT, "%" + width + ".1f %8.2f %-18s", m.micros(), ofPeak(m, peak), fraction(m));
            case Refused _ -> String.format("%" + width + "s %8s %-18s", "-", "-", "-");
        };
    }

    private double ofPeak(Measured m, Peak peak) {
        return yardstick.by().units(kernel) / m.micros() / 1e3 / peak.of(yardstick.by());
    }

    /** Returns the fraction of the yardstick that a backend reached. */
    Ratio fraction(Measured m) {
        return yardstick.fraction(m.rounds());
    }

    private String ratio(Time other) {
        return times.getFirst() instanceof Measured first && other instanceof Measured second
                ? Ratio.ofSums(List.of(first.rounds()), List.of(second.rounds())).toString() : "-";
    }

    /** Returns the JSON fields. */
    SequencedMap<String, Object> row(Peak peak) {
        List<Map<String, Object>> backends = new ArrayList<>();
        for (Time time : times) {
            SequencedMap<String, Object> entry = new LinkedHashMap<>();
            entry.put("backend", time.backend());
            switch (time) {
                case Measured m -> {
                    entry.put("kernel", m.kernel());
                    entry.put("median_us", m.micros());
                    entry.put("rounds_us", Arrays.stream(m.rounds()).boxed().toList());
                    entry.put("of_peak", ofPeak(m, peak));
                    entry.putAll(YardstickRounds.row(fraction(m)));
                    if (times.getFirst() instanceof Measured first) {
                        entry.putAll(Ratio.ofSums(List.of(first.rounds()), List.of(m.rounds())).row());
                    }
                }
                case Refused r -> entry.put("refused", r.why());
            }
            backends.add(entry);
        }
        SequencedMap<String, Object> row = new LinkedHashMap<>();
        row.put("work", kernel.name());
        row.put("threads", peak.threads());
        row.put("other_load", otherLoad);
        row.putAll(yardstick.row());
        row.put("backends", backends);
        return row;
    }
}
