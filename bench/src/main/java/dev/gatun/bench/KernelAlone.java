package dev.gatun.bench;

import dev.gatun.bench.KernelComparison.Measured;
import dev.gatun.bench.KernelComparison.Refused;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.SequencedMap;

/** One row of the table of the kernels of one backend, with which nothing but the yardstick took turns: {@code of} has no second backend. */
record KernelAlone(KernelComparison of) {
    /** The width of a {@link KernelResult}'s line: its last heading is shorter than what stands below. */
    private static final int RESULT = KernelResult.HEAD.length() + "triad".length() - "of".length();
    /** The headings of {@link #line}. */
    static final String HEAD = columns(KernelResult.HEAD, "of yardstick", "of");

    private static String columns(String result, Object fraction, String yardstick) {
        return String.format("%-" + RESULT + "s  %-18s %s", result, fraction, yardstick);
    }

    /** Returns the line that users see. */
    String line(Peak peak) {
        return switch (of.times().getFirst()) {
            case Measured m -> columns(result(m, peak).line(), of.fraction(m), of.yardstick().by().label()) + of.disturbance();
            case Refused r -> String.format("%-52s %12s %s", of.kernel().name(), "-", r.why());
        };
    }

    /** Returns whether the backend did it. */
    boolean isMeasured() {
        return of.times().getFirst() instanceof Measured;
    }

    /** Returns the JSON fields. */
    SequencedMap<String, Object> row(Peak peak) {
        SequencedMap<String, Object> row = new LinkedHashMap<>();
        switch (of.times().getFirst()) {
            case Measured m -> {
                row.putAll(result(m, peak).row());
                row.putAll(YardstickRounds.row(of.fraction(m)));
                row.putAll(of.yardstick().row());
                row.put("kernel", m.kernel());
                row.put("rounds_us", Arrays.stream(m.rounds()).boxed().toList());
            }
            case Refused r -> {
                row.put("work", of.kernel().name());
                row.put("refused", r.why());
            }
        }
        row.put("other_load", of.otherLoad());
        return row;
    }

    private KernelResult result(Measured m, Peak peak) {
        double spread = Arrays.stream(m.rounds()).max().orElseThrow() - Arrays.stream(m.rounds()).min().orElseThrow();
        return new KernelResult(of.kernel().name(), m.micros(), spread, of.kernel().flop(), of.kernel().bytes(), of.kernel().traffic(), peak);
    }
}
