package dev.gatun.bench;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SequencedMap;
import java.util.stream.Stream;

/**
 * What a race gave.
 *
 * @param otherLoad the share of the machine that other processes took meanwhile, 0 to 1, or NaN where the system does not tell
 * @param gatuns Gatun in one setting or several
 * @param peers the other libraries
 */
record RaceResult(String work, int threads, double otherLoad, List<Entry> gatuns, List<Entry> peers) {
    /**
     * One contestant's figures.
     *
     * @param name of the library, or how Gatun was set
     * @param rounds the median of each round, in milliseconds
     * @param firstMs from the start of its process to the first result
     * @param peakMb the largest resident memory of its process, in 10⁶ bytes
     * @param error the largest difference of its result from the first one's, as a fraction of the largest number; NaN for trainings
     */
    record Entry(String name, String version, double[] rounds, double firstMs, double peakMb, double error) {
        /** Returns the median over the rounds. */
        double medianMs() {
            return Numbers.median(rounds);
        }

        /** Returns how many times as fast as another one it is, round by round. */
        Ratio ratio(Entry other) {
            return Ratio.ofRounds(rounds, other.rounds);
        }
    }

    /** Returns the heading of a table with these peers. */
    static String head(List<String> peers) {
        StringBuilder line = new StringBuilder(String.format("%-24s %-14s %10s %8s %-18s", "work", "gatun", "ms", "error", "to the first"));
        peers.forEach(p -> line.append(String.format("  %10s %-18s", p.substring(0, Math.min(7, p.length())) + " ms", "ratio")));
        return line.toString().stripTrailing();
    }

    /**
     * Returns the lines of this work in a table with these peers, one for each setting: how many times as fast as the first setting it is, and after
     * each peer's time the ratio of that time to its own, with its range.
     */
    List<String> lines(List<String> peers) {
        List<String> lines = new ArrayList<>();
        for (Entry gatun : gatuns) {
            String error = Double.isNaN(gatun.error) ? "-" : String.format(Locale.ROOT, "%.0e", gatun.error);
            StringBuilder line = new StringBuilder(String.format(Locale.ROOT, "%-24s %-14s %10.2f %8s %-18s", work, gatun.name, gatun.medianMs(), error,
                    gatun == gatuns.getFirst() ? "" : gatun.ratio(gatuns.getFirst())));
            for (String peer : peers) {
                line.append(this.peers.stream().filter(e -> e.name().equals(peer)).findFirst()
                        .map(e -> String.format(Locale.ROOT, "  %10.2f %-18s", e.medianMs(), gatun.ratio(e))).orElse(String.format("  %10s %-18s", "-", "")));
            }
            if (otherLoad > OtherLoad.DISTURBING) {
                line.append(String.format(Locale.ROOT, "  disturbed: others took %.0f %% of the machine", 100 * otherLoad));
            }
            lines.add(line.toString().stripTrailing());
        }
        return lines;
    }

    /** Returns a second table: versions, times from the start of a process to its first result, largest resident memory. */
    static List<String> starts(List<RaceResult> results) {
        List<String> lines = new ArrayList<>(List.of("", String.format("%-24s %-16s %-16s %10s %10s", "work", "library", "version", "first ms", "peak MB")));
        for (RaceResult r : results) {
            r.all().forEach(e -> lines.add(String.format(Locale.ROOT, "%-24s %-16s %-16s %10.0f %10.0f", r.work, e.name(), e.version(), e.firstMs(),
                    e.peakMb())));
        }
        return lines;
    }

    private Stream<Entry> all() {
        return Stream.concat(gatuns.stream(), peers.stream());
    }

    /** Returns the JSON fields; {@code ratio} is how many times as fast as a contestant the first setting of Gatun is, {@code faster_than} has those of all. */
    SequencedMap<String, Object> row() {
        List<Map<String, Object>> contestants = new ArrayList<>();
        all().forEach(e -> {
            Map<String, Object> entry = new LinkedHashMap<>();
            entry.put("name", e.name());
            entry.put("version", e.version());
            entry.put("median_ms", e.medianMs());
            entry.put("rounds_ms", Arrays.stream(e.rounds()).boxed().toList());
            entry.putAll(gatuns.getFirst().ratio(e).row());
            if (gatuns.contains(e)) {
                Map<String, Object> others = new LinkedHashMap<>();
                all().filter(other -> other != e).forEach(other -> others.put(other.name(), e.ratio(other).row()));
                entry.put("faster_than", others);
            }
            entry.put("error", e.error());
            entry.put("first_ms", e.firstMs());
            entry.put("peak_rss_mb", e.peakMb());
            contestants.add(entry);
        });
        SequencedMap<String, Object> row = new LinkedHashMap<>();
        row.put("work", work);
        row.put("threads", threads);
        row.put("other_load", otherLoad);
        row.put("contestants", contestants);
        return row;
    }
}
