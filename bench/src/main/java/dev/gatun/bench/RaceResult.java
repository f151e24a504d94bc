package dev.gatun.bench;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SequencedMap;

/**
 * What a race gave.
 *
 * @param otherLoad the share of the machine that other processes took meanwhile, 0 to 1, or NaN where the system does not tell
 * @param entries the libraries, Gatun first
 */
record RaceResult(String work, int threads, double otherLoad, List<Entry> entries) {
    /**
     * One library's figures.
     *
     * @param rounds the median of each round, in milliseconds
     * @param firstMs from the start of its process to the first result
     * @param peakMb the largest resident memory of its process, in 10⁶ bytes
     */
    record Entry(String name, String version, double[] rounds, double firstMs, double peakMb) {
        /** Returns the median over the rounds. */
        double medianMs() {
            return Numbers.median(rounds);
        }
    }

    /** Returns the ratios of a peer's times to Gatun's, round by round. */
    Ratio ratio(Entry peer) {
        return Ratio.ofRounds(entries.getFirst().rounds(), peer.rounds());
    }

    /** Returns the heading of a table with these peers. */
    static String head(List<String> peers) {
        StringBuilder line = new StringBuilder(String.format("%-24s %10s", "work", "gatun ms"));
        peers.forEach(p -> line.append(String.format("  %10s %-18s", p.substring(0, Math.min(7, p.length())) + " ms", "ratio")));
        return line.toString();
    }

    /** Returns the line of this work in a table with these peers: after each peer's time the ratio of its time to Gatun's with its range. */
    String line(List<String> peers) {
        StringBuilder line = new StringBuilder(String.format(Locale.ROOT, "%-24s %10.2f", work, entries.getFirst().medianMs()));
        for (String peer : peers) {
            line.append(entries.stream().filter(e -> e.name().equals(peer)).findFirst()
                    .map(e -> String.format(Locale.ROOT, "  %10.2f %-18s", e.medianMs(), ratio(e))).orElse(String.format("  %10s %-18s", "-", "")));
        }
        if (otherLoad > OtherLoad.DISTURBING) {
            line.append(String.format(Locale.ROOT, "  disturbed: others took %.0f %% of the machine", 100 * otherLoad));
        }
        return line.toString();
    }

    /** Returns a second table: versions, times from the start of a process to its first result, largest resident memory. */
    static List<String> starts(List<RaceResult> results) {
        List<String> lines = new ArrayList<>(List.of("", String.format("%-24s %-12s %-16s %10s %10s", "work", "library", "version", "first ms", "peak MB")));
        for (RaceResult r : results) {
            r.entries.forEach(e -> lines.add(String.format(Locale.ROOT, "%-24s %-12s %-16s %10.0f %10.0f", r.work, e.name(), e.version(), e.firstMs(),
                    e.peakMb())));
        }
        return lines;
    }

    /** Returns the JSON fields. */
    SequencedMap<String, Object> row() {
        List<Map<String, Object>> contestants = new ArrayList<>();
        for (Entry e : entries) {
            Map<String, Object> entry = new LinkedHashMap<>();
            entry.put("name", e.name());
            entry.put("version", e.version());
            entry.put("median_ms", e.medianMs());
            entry.put("rounds_ms", Arrays.stream(e.rounds()).boxed().toList());
            entry.putAll(ratio(e).row());
            entry.put("first_ms", e.firstMs());
            entry.put("peak_rss_mb", e.peakMb());
            contestants.add(entry);
        }
        SequencedMap<String, Object> row = new LinkedHashMap<>();
        row.put("work", work);
        row.put("threads", threads);
        row.put("other_load", otherLoad);
        row.put("contestants", contestants);
        return row;
    }
}
