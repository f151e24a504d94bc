package dev.gatun.bench;

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
    /** Of the largest result; float32 and other orders of summation cost 10⁻⁶ to 10⁻⁴. */
    private static final double TOLERANCE = 1e-3;

    /**
     * Runs a work.
     *
     * @param peers Gatun first
     * @throws IOException if one of them fails
     * @throws IllegalStateException if one gives a result that is not finite, or another one than Gatun
     */
    RaceResult of(Work work, List<Peer> peers) throws IOException {
        Path folder = Files.createTempDirectory("gatun-bench");
        List<ContestantProcess> contestants = new ArrayList<>();
        try {
            WorkFiles.write(work, folder);
            for (Peer p : peers) {
                ContestantProcess c = PeerContestant.start(p, threads, folder);
                contestants.add(c);
                c.prepare(work.name());
            }
            Turns turns = Turns.of(contestants, rounds, warm, seconds);
            check(work, contestants, folder);
            return new RaceResult(work.name(), threads, turns.otherLoad(), IntStream.range(0, contestants.size()).mapToObj(i -> {
                ContestantProcess c = contestants.get(i);
                return new RaceResult.Entry(c.name(), c.version(), turns.millis().get(i), c.firstMs(), c.peakMb());
            }).toList());
        } finally {
            contestants.forEach(ContestantProcess::close);
            delete(folder);
        }
    }

    /** Who infers must give what Gatun gives; who trains, from other first weights and for more or fewer steps, a finite loss. */
    private static void check(Work work, List<ContestantProcess> contestants, Path folder) throws IOException {
        float[] ours = contestants.getFirst().result(folder);
        boolean same = switch (work) {
            case Work.Inference _ -> true;
            case Work.Lstm w -> !w.train();
            case Work.Training _, Work.Gan _ -> false;
        };
        for (ContestantProcess c : contestants) {
            float[] result = c.result(folder);
            double scale = Numbers.largest(result);
            if (Double.isNaN(scale)) {
                throw new IllegalStateException(work.name() + ": " + c.name() + " gave a result that is not finite");
            }
            if (same && result.length != ours.length) {
                throw new IllegalStateException(work.name() + ": " + c.name() + " gave " + result.length + " numbers, expected " + ours.length);
            }
            for (int i = 0; same && i < ours.length; i++) {
                if (Math.abs(result[i] - ours[i]) > TOLERANCE * scale) {
                    throw new IllegalStateException(work.name() + ": element " + i + " of " + c.name() + "'s result is " + result[i] + ", Gatun's is "
                            + ours[i] + "; the largest is " + scale);
                }
            }
        }
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
