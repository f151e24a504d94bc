package dev.gatun.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * What works took in several JVMs, and in which of them they stayed slow. Each JVM tells a line a work, name, microseconds and bytes
 * of a call, and one how long it took.
 */
final class ColdTable {
    /** A call that leaves more on the heap keeps its vectors there. */
    static final long GARBAGE = 32 << 10;

    /** A call that takes longer than this many times what it takes in the fastest JVM is stuck: compiled badly it takes 10 to 100 times as long. */
    private static final double SLOW = 4;
    private static final String BETWEEN = "\t";

    /** What the line begins with that tells how long a JVM took. */
    private static final String END = "ended";

    private final Map<String, List<Seen>> seen = new TreeMap<>();
    private final List<Double> seconds = new ArrayList<>();

    /** What a call of a work took in one JVM. */
    private record Seen(long seed, double micros, long bytes) {
    }

    /** Returns what a JVM tells about a work. */
    static String line(String work, double micros, long bytes) {
        return work + BETWEEN + micros + BETWEEN + bytes;
    }

    /** Returns what a JVM tells when all its works were clean, or time was up. */
    static String end(double seconds) {
        return END + BETWEEN + seconds;
    }

    /** Returns whether this is such a line, and not something else that a JVM says. */
    static boolean isLine(String text) {
        return text.contains(BETWEEN);
    }

    /** Adds what the JVM of this order told. */
    void add(long seed, String line) {
        String[] fields = line.split(BETWEEN);
        if (fields[0].equals(END)) {
            seconds.add(Double.parseDouble(fields[1]));
            return;
        }
        seen.computeIfAbsent(fields[0], name -> new ArrayList<>()).add(new Seen(seed, Double.parseDouble(fields[1]), Long.parseLong(fields[2])));
    }

    /** Returns how many works were stuck, in all JVMs together. */
    int stuck() {
        return seen.values().stream().mapToInt(s -> stuck(s).size()).sum();
    }

    private static List<Long> stuck(List<Seen> work) {
        double best = work.stream().mapToDouble(Seen::micros).min().orElseThrow();
        return work.stream().filter(s -> s.micros() > SLOW * best || s.bytes() > GARBAGE).map(Seen::seed).toList();
    }

    /** Returns the lines that users see. */
    List<String> lines() {
        List<String> lines = new ArrayList<>(List.of(
                String.format("%-40s %10s %10s %12s  %s", "work", "best us", "median us", "most bytes", "stuck in the JVMs")));
        seen.forEach((name, work) -> {
            double[] micros = work.stream().mapToDouble(Seen::micros).sorted().toArray();
            List<Long> stuck = stuck(work);
            lines.add(String.format(Locale.ROOT, "%-40s %10.1f %10.1f %12d  %s", name, micros[0], Numbers.median(micros),
                    work.stream().mapToLong(Seen::bytes).max().orElseThrow(), stuck.isEmpty() ? "" : stuck).stripTrailing());
        });
        if (!seconds.isEmpty()) {
            double[] each = seconds.stream().mapToDouble(Double::doubleValue).sorted().toArray();
            lines.add(String.format(Locale.ROOT, "clean, or out of time, after %.1f s, median %.1f, at most %.1f", each[0], Numbers.median(each),
                    each[each.length - 1]));
        }
        return lines;
    }
}
