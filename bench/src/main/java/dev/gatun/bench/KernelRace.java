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
 * Kernels on one backend or several, each in a process of its own, which take turns at one kernel after the other, and so does the kernel's {@link Yardstick}.
 * A process does all kernels of a run, as that of a network would.
 *
 * @param settings of which the first is that to which the others are compared
 * @param warm seconds of work before the first round of each kernel
 * @param seconds of a turn, of a backend's or of the yardstick's
 */
record KernelRace(List<Setting> settings, int threads, int rounds, double warm, double seconds) {
    /**
     * Runs some kernels.
     *
     * @param gauge by which the machine is measured
     * @param done told what each gave as soon as it is known
     * @throws IOException if a process ends
     */
    List<KernelComparison> of(List<KernelCase> kernels, Gauge gauge, Consumer<KernelComparison> done) throws IOException {
        Path folder = Files.createTempDirectory("gatun-bench");
        List<ContestantProcess> contestants = new ArrayList<>();
        try {
            for (Setting setting : settings) {
                contestants.add(KernelContestant.start(setting, threads, folder));
            }
            List<KernelComparison> comparisons = new ArrayList<>();
            for (KernelCase kernel : kernels) {
                KernelComparison comparison = compare(kernel, contestants, gauge);
                comparisons.add(comparison);
                done.accept(comparison);
            }
            return comparisons;
        } finally {
            contestants.forEach(ContestantProcess::close);
            Race.delete(folder);
        }
    }

    private KernelComparison compare(KernelCase kernel, List<ContestantProcess> contestants, Gauge gauge) throws IOException {
        Time[] times = new Time[contestants.size()];
        List<ContestantProcess> able = new ArrayList<>();
        for (int i = 0; i < times.length; i++) {
            ContestantProcess c = contestants.get(i);
            try {
                c.prepare(kernel.name());
                c.run(warm);
                able.add(c);
            } catch (RefusedException e) {
                times[i] = new Refused(c.name(), e.getMessage());
            }
        }
        Yardstick yardstick = Yardstick.of(kernel);
        List<Turns.Taker> takers = new ArrayList<>(able);
        takers.add(duration -> gauge.millis(yardstick, yardstick.units(kernel), duration));
        Turns turns = Turns.of(takers, rounds, seconds);
        for (int i = 0; i < able.size(); i++) {
            ContestantProcess c = able.get(i);
            times[contestants.indexOf(c)] = new Measured(c.name(), c.version(), micros(turns.figures().get(i)));
        }
        return new KernelComparison(kernel, List.of(times), new YardstickRounds(yardstick, micros(turns.figures().getLast())), turns.otherLoad());
    }

    private static double[] micros(double[] millis) {
        return Arrays.stream(millis).map(ms -> 1e3 * ms).toArray();
    }
}
