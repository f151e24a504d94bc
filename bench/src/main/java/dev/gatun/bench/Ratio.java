package dev.gatun.bench;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.SequencedMap;

/** How many times as fast we are as somebody else: above 1 we are faster. @param least over the rounds @param most over the rounds */
record Ratio(double middle, double least, double most) {
    /** Returns the median of the ratios of the rounds, with their range: what disturbs a round disturbs both. */
    static Ratio ofRounds(double[] ours, double[] theirs) {
        double[] ratios = rounds(ours, theirs);
        return ranged(Numbers.median(ratios), ratios);
    }

    /** Returns the ratio of the sums of the medians of several works, with the range of the ratios of the sums of a round. */
    static Ratio ofSums(List<double[]> ours, List<double[]> theirs) {
        return ranged(medians(theirs) / medians(ours), rounds(sum(ours), sum(theirs)));
    }

    /** Returns the sum of the medians of several works. */
    static double medians(List<double[]> works) {
        return works.stream().mapToDouble(Numbers::median).sum();
    }

    private static double[] sum(List<double[]> works) {
        double[] sum = new double[works.getFirst().length];
        Arrays.setAll(sum, i -> works.stream().mapToDouble(rounds -> rounds[i]).sum());
        return sum;
    }

    private static double[] rounds(double[] ours, double[] theirs) {
        double[] ratios = new double[ours.length];
        Arrays.setAll(ratios, i -> theirs[i] / ours[i]);
        return ratios;
    }

    private static Ratio ranged(double middle, double[] ratios) {
        return new Ratio(middle, Arrays.stream(ratios).min().orElseThrow(), Arrays.stream(ratios).max().orElseThrow());
    }

    /** Returns the JSON fields. */
    SequencedMap<String, Object> row() {
        SequencedMap<String, Object> row = new LinkedHashMap<>();
        row.put("ratio", middle);
        row.put("ratio_least", least);
        row.put("ratio_most", most);
        return row;
    }

    @Override
    public String toString() {
        return String.format(Locale.ROOT, "%.2f [%.2f-%.2f]", middle, least, most);
    }
}
