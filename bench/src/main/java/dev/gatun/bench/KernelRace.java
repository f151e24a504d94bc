package dev.gatun.bench;

import dev.gatun.bench.KernelComparison.Measured;
import dev.gatun.bench.KernelComparison.Refused;
import dev.gatun.bench.KernelComparison.Time;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;

/**
 * Kernels on several backends, each in a process of its own, which take turns at one kernel after the other. A process does all kernels of a run, as that of
 * a network would.
 *
 * @param settings of which the first is that to which the others are compared
 * @param warm seconds of work before the first round of each kernel
 * @param seconds of a turn
 */
record KernelRace(List<Setting> settings, int threads, int rounds, double warm, double seconds) {
    /**
     * Runs some kernels.
     *
     * @param done told what each gave as soon as it is known
     * @throws IOException if a process ends
     */
    List<KernelComparison> of(List<KernelCase> kernels, Consumer<KernelComparison> done) throws IOException {
        Path folder = Files.createTempDirectory("gatun-bench");
        List<ContestantProcess> contestants = new ArrayList<>();
        try {
            for (Setting setting : settings) {
                contestants.add(KernelContestant.start(setting, threads, folder));
            }
            List<KernelComparison> comparisons = new ArrayList<>();
            for (KernelCase kernel : kernels) {
                KernelComparison comparison = compare(kernel, contestants);
                comparisons.add(comparison);
                done.accept(comparison);
            }
            return comparisons;
        } finally {
            contestants.forEach(ContestantProcess::close);
            Race.delete(folder);
        }
    }

    private KernelComparison compare(KernelCase kernel, List<ContestantProcess> contestants) throws IOException {
        Time[] times = new Time[contestants.size()];
        List<ContestantProcess> able = new ArrayList<>();
        for (int i = 0; i < times.length; i++) {
            ContestantProcess c = contestants.get(i);
            try {
                c.prepare(kernel.name());
                able.add(c);
            } catch (RefusedException e) {
                times[i] = new Refused(c.name(), e.getMessage());
            }
        }
        Turns turns = Turns.of(able, rounds, warm, seconds);
        for (int i = 0; i < able.size(); i++) {
            ContestantProcess c = able.get(i);
            double[] micros = Arrays.stream(turns.millis().get(i)).map(ms -> 1e3 * ms).toArray();
            times[contestants.indexOf(c)] = new Measured(c.name(), c.version(), micros);
        }
        return new KernelComparison(kernel, List.of(times), turns.otherLoad());
    }
}
