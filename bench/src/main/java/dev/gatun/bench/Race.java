package dev.gatun.bench;

import dev.gatun.Precision;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * One work done by several libraries in turns: all are started and warmed up, then each works for a while, round after round; a library's time in a
 * round is the median of its calls. So what disturbs the machine for some seconds disturbs all.
 *
 * @param warm seconds of work before the first round
 * @param seconds of a turn
 */
record Race(int threads, int rounds, double warm, double seconds) {
    /** For any type but float32. */
    private static final double LARGEST_TOLERANCE = .25;

    /**
     * Runs a work.
     *
     * @param gatuns Gatun in one setting or several, the first in float32
     * @param peers to whom each of them is compared
     * @throws IOException if one of them fails
     * @throws IllegalStateException if one gives a result that is not finite, or another one than the first
     */
    RaceResult of(Work work, List<GatunPeer> gatuns, List<Peer> peers) throws IOException {
        Path folder = Files.createTempDirectory("gatun-bench");
        List<ContestantProcess> contestants = new ArrayList<>();
        try {
            WorkFiles.write(work, folder);
            for (Peer p : Stream.concat(gatuns.stream(), peers.stream()).toList()) {
                ContestantProcess c = PeerContestant.start(p, threads, folder);
                contestants.add(c);
                c.prepare(work.name());
            }
            for (ContestantProcess c : contestants) {
                c.run(warm);
            }
            Turns turns = Turns.of(List.copyOf(contestants), rounds, seconds);
            double[] errors = errors(work, contestants, gatuns, folder);
            List<RaceResult.Entry> entries = IntStream.range(0, contestants.size()).mapToObj(i -> {
                ContestantProcess c = contestants.get(i);
                return new RaceResult.Entry(c.name(), c.version(), turns.figures().get(i), c.firstMs(), c.peakMb(), errors[i]);
            }).toList();
            return new RaceResult(work.name(), threads, turns.otherLoad(), entries.subList(0, gatuns.size()),
                    entries.subList(gatuns.size(), entries.size()));
        } finally {
            contestants.forEach(ContestantProcess::close);
            delete(folder);
        }
    }

    /** Who infers must give what the first gives; who trains, from other first weights and for more or fewer steps, a finite loss. */
    private static double[] errors(Work work, List<ContestantProcess> contestants, List<GatunPeer> gatuns, Path folder) throws IOException {
        boolean same = switch (work) {
            case Work.Inference _ -> true;
            case Work.Lstm w -> !w.train();
            case Work.Training _, Work.Gan _ -> false;
        };
        double[] errors = new double[contestants.size()];
        float[] first = contestants.getFirst().result(folder);
        if (same) {
            requireDependence(work.name(), first, contestants.getFirst().otherResult(folder));
        }
        for (int i = 0; i < errors.length; i++) {
            String name = work.name() + ": " + contestants.get(i).name();
            float[] result = contestants.get(i).result(folder);
            if (Double.isNaN(Numbers.largest(result))) {
                throw new IllegalStateException(name + " gave a result that is not finite");
            }
            if (same && result.length != first.length) {
                throw new IllegalStateException(name + " gave " + result.length + " numbers, expected " + first.length);
            }
            errors[i] = same ? Numbers.largestDifference(first, result) / Numbers.largest(first) : Double.NaN;
            double tolerance = tolerance(i < gatuns.size() ? gatuns.get(i).setting().precision() : Precision.F32);
            if (errors[i] > tolerance) {
                throw new IllegalStateException(name + "'s result is off by " + errors[i] + " of the largest number, expected " + tolerance + " at most");
            }
        }
        return errors;
    }

    /**
     * Requires that another input gives another result, by more than any tolerance: otherwise nothing that is compared here would tell a wrong result from a
     * right one. It did not with the first weights of some networks, which let their signals vanish.
     *
     * @throws IllegalStateException if it does not
     */
    static void requireDependence(String work, float[] result, float[] ofAnother) {
        double difference = Numbers.largestDifference(result, ofAnother) / Numbers.largest(result);
        if (!(difference > LARGEST_TOLERANCE)) {
            throw new IllegalStateException(work + ": another input changes the result by " + difference + " of the largest number, expected more than "
                    + LARGEST_TOLERANCE + ": comparing results would prove nothing");
        }
    }

    /** Of the largest result: float32 and other orders of summation cost 10⁻⁶ to 10⁻⁴; a mistake costs 1 in any type. */
    private static double tolerance(Precision precision) {
        return precision == Precision.F32 ? 1e-3 : LARGEST_TOLERANCE;
    }

    /** Deletes a folder with all that is in it. */
    static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
