package dev.gatun.bench;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;

/**
 * What a yardstick took for as many units as a kernel's launch has, in its turns beside the kernel's.
 *
 * @param micros of each round
 */
record YardstickRounds(Yardstick by, double[] micros) {
    /**
     * Returns a kernel's fraction of the speed that the machine had just then: the ratio of the medians, with the range of the ratios of the rounds.
     *
     * @param kernel its time in each round, in microseconds
     */
    Ratio fraction(double[] kernel) {
        return Ratio.ofSums(List.of(kernel), List.of(micros));
    }

    /** Returns the JSON fields. */
    SequencedMap<String, Object> row() {
        SequencedMap<String, Object> row = new LinkedHashMap<>();
        row.put("yardstick", by.label());
        row.put("yardstick_us", Numbers.median(micros));
        row.put("yardstick_rounds_us", Arrays.stream(micros).boxed().toList());
        return row;
    }

    /** Returns the JSON fields of a kernel's fraction. */
    static SequencedMap<String, Object> row(Ratio fraction) {
        SequencedMap<String, Object> row = new LinkedHashMap<>();
        row.put("of_yardstick", fraction.middle());
        row.put("of_yardstick_least", fraction.least());
        row.put("of_yardstick_most", fraction.most());
        return row;
    }
}
