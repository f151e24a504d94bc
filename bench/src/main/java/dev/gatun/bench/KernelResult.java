package dev.gatun.bench;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.SequencedMap;

/**
 * One row of the table of kernels.
 *
 * @param micros median over the iterations of the mean time of a launch, or over the rounds of the median
 * @param spread of the iterations or rounds: the slowest less the fastest
 * @param flop of a launch, 0 where memory alone counts
 * @param bytes of operands and results
 * @param traffic whose speed the bytes are held against
 */
record KernelResult(String name, double micros, double spread, double flop, double bytes, Traffic traffic, Peak peak) {
    /** The headings of {@link #line}. */
    static final String HEAD = String.format("%-52s %12s %8s %9s %8s %8s %8s of", "kernel", "us", "spread %", "GFLOP/s", "of peak", "GB/s", "of peak");

    /** Returns 10⁹ operations a second. */
    double gflops() {
        return flop / micros / 1e3;
    }

    /** Returns 10⁹ bytes a second. */
    double gigabytes() {
        return bytes / micros / 1e3;
    }

    /** Returns the line that users see. Winograd's algorithm can exceed the peak, because operations are counted as the literature does. */
    String line() {
        String compute = flop == 0 ? String.format("%9s %8s", "", "") : String.format(Locale.ROOT, "%9.1f %8.2f", gflops(), gflops() / peak.gflops());
        return String.format(Locale.ROOT, "%-52s %12.1f %8.1f %s %8.1f %8.2f %s", name, micros, 100 * spread / micros, compute, gigabytes(),
                gigabytes() / peak.memory().of(traffic), traffic.label());
    }

    /** Returns the JSON fields. */
    SequencedMap<String, Object> row() {
        SequencedMap<String, Object> row = new LinkedHashMap<>();
        row.put("work", name);
        row.put("threads", peak.threads());
        row.put("median_us", micros);
        row.put("spread_us", spread);
        row.put("gflops", gflops());
        row.put("gflops_of_peak", gflops() / peak.gflops());
        row.put("gb_per_s", gigabytes());
        row.put("gb_per_s_of_peak", gigabytes() / peak.memory().of(traffic));
        row.put("peak_of", traffic.label());
        return row;
    }
}
