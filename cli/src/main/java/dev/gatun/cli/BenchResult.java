package dev.gatun.cli;

import dev.gatun.Precision;
import dev.gatun.quantization.Comparison;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Optional;
import java.util.SequencedMap;

/**
 * One row of a benchmark.
 *
 * @param itemsPerSecond samples a second at the median
 * @param firstMs the first call, with tracing, planning and cold code
 * @param peakRssMb the largest resident memory of the process while this was measured, in 10⁶ bytes; not a number where the system does not tell
 * @param gflops 10⁹ floating-point operations a second at the median, as {@link Flop} counts them: of training steps the products of
 *     the loss and of its gradients in the parameters
 * @param loss what was lost by quantization, where that was done
 */
record BenchResult(String work, String backend, int batch, int threads, Precision precision, boolean train, double medianMs, double p99Ms,
        double itemsPerSecond, double firstMs, double peakRssMb, double gflops, Optional<Comparison> loss) {
    /** The headings of {@link #line}. */
    static final String HEAD = String.format("%-32s %-10s %5s %7s %9s %10s %10s %10s %10s %8s %8s", "work", "backend", "batch", "threads", "precision",
            "median ms", "p99 ms", "items/s", "first ms", "peak MB", "GFLOP/s");

    private static final double NANOS_A_MS = 1e6;

    /** Makes a row of what was measured. @param job whose operations and loss the row tells */
    static BenchResult of(String work, String backend, int batch, int threads, Precision precision, boolean train, Measurement times, double peakRssMb,
            Work.Job job) {
        double median = times.median();
        return new BenchResult(work, backend, batch, threads, precision, train, median / NANOS_A_MS, times.p99() / NANOS_A_MS, batch / (median / 1e9),
                times.first() / NANOS_A_MS, peakRssMb, job.flop() / median, job.loss());
    }

    /** Returns the line that users see. */
    String line() {
        String done = train ? work + " (training)" : work;
        return String.format(Locale.ROOT, "%-32s %-10s %5d %7d %9s %10.3f %10.3f %10.1f %10.1f %8.0f %8.1f", done, backend, batch, threads,
                precision.label(), medianMs, p99Ms, itemsPerSecond, firstMs, peakRssMb, gflops)
                + loss.map(l -> System.lineSeparator() + "    quantized, on random inputs: " + l).orElse("");
    }

    /** Returns the JSON fields, which do not change. */
    SequencedMap<String, Object> row() {
        SequencedMap<String, Object> row = new LinkedHashMap<>();
        row.put("work", work);
        row.put("backend", backend);
        row.put("batch", batch);
        row.put("threads", threads);
        row.put("precision", precision.label());
        row.put("median_ms", medianMs);
        row.put("p99_ms", p99Ms);
        row.put("items_per_s", itemsPerSecond);
        row.put("first_ms", firstMs);
        row.put("peak_rss_mb", peakRssMb);
        row.put("gflops", gflops);
        row.put("train", train);
        loss.ifPresent(l -> {
            row.put("agreement", l.agreement());
            row.put("mean_error", l.meanError());
            row.put("max_error", l.maxError());
            row.put("mean_size", l.meanSize());
        });
        return row;
    }
}
