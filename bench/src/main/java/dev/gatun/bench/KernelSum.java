package dev.gatun.bench;

import dev.gatun.bench.KernelComparison.Measured;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;

/**
 * What the kernels of a group take together on several backends, each counted once.
 *
 * @param size how many kernels the group has
 * @param timed how many of them were timed: fewer if the regular expression left some out
 * @param rounds by backend, kernel by kernel, the median of each round in microseconds; a backend that refused one of them has no entry
 */
record KernelSum(String group, int size, int timed, SequencedMap<String, List<double[]>> rounds) {
    /**
     * Returns the sums of the groups of which two kernels were timed at least, in the order in which they come; of two groups of which the same ones were
     * timed only the first.
     *
     * @param all that there are to be timed
     */
    static List<KernelSum> of(List<KernelComparison> comparisons, List<String> backends, List<KernelCase> all) {
        Set<String> groups = new LinkedHashSet<>();
        Set<List<KernelComparison>> seen = new HashSet<>();
        comparisons.forEach(c -> groups.addAll(c.kernel().groups()));
        List<KernelSum> sums = new ArrayList<>();
        for (String group : groups) {
            List<KernelComparison> members = comparisons.stream().filter(c -> c.kernel().groups().contains(group)).toList();
            SequencedMap<String, List<double[]>> rounds = new LinkedHashMap<>();
            for (String backend : backends) {
                List<double[]> times = members.stream().flatMap(c -> c.times().stream()).filter(Measured.class::isInstance).map(Measured.class::cast)
                        .filter(m -> m.backend().equals(backend)).map(Measured::rounds).toList();
                if (times.size() == members.size()) {
                    rounds.put(backend, times);
                }
            }
            if (members.size() > 1 && seen.add(members)) {
                sums.add(new KernelSum(group, (int) all.stream().filter(c -> c.groups().contains(group)).count(), members.size(), rounds));
            }
        }
        return sums;
    }

    /** Returns the headings of {@link #line}. */
    static String head(List<String> backends) {
        StringBuilder line = new StringBuilder(String.format("%-40s %11s %12s", "sum of medians", "kernels", backends.getFirst() + " us"));
        backends.stream().skip(1).forEach(b -> line.append(String.format("  %12s %-18s", b + " us", "ratio")));
        return line.toString().stripTrailing();
    }

    /** Returns the line that users see: of each backend the sum, of all but the first the ratio of its sum to the first's. */
    String line(List<String> backends) {
        StringBuilder line = new StringBuilder(String.format("%-40s %11s %s", group, timed + " of " + size, sum(backends.getFirst())));
        backends.stream().skip(1).forEach(b -> line.append(String.format("  %s %-18s", sum(b),
                rounds.containsKey(b) && rounds.containsKey(backends.getFirst()) ? ratio(backends.getFirst(), b) : "-")));
        return line.toString().stripTrailing();
    }

    private String sum(String backend) {
        String time = rounds.containsKey(backend) ? String.format(Locale.ROOT, "%.1f", Ratio.medians(rounds.get(backend))) : "-";
        return String.format("%" + Math.max(12, backend.length() + 3) + "s", time);
    }

    private Ratio ratio(String first, String other) {
        return Ratio.ofSums(rounds.get(first), rounds.get(other));
    }

    /** Returns the JSON fields. */
    SequencedMap<String, Object> row(List<String> backends) {
        List<Map<String, Object>> entries = new ArrayList<>();
        rounds.forEach((backend, times) -> {
            SequencedMap<String, Object> entry = new LinkedHashMap<>();
            entry.put("backend", backend);
            entry.put("sum_us", Ratio.medians(times));
            if (rounds.containsKey(backends.getFirst())) {
                entry.putAll(ratio(backends.getFirst(), backend).row());
            }
            entries.add(entry);
        });
        SequencedMap<String, Object> row = new LinkedHashMap<>();
        row.put("group", group);
        row.put("kernels", timed);
        row.put("of", size);
        row.put("backends", entries);
        return row;
    }
}
