package dev.gatun.bench;

import dev.gatun.Precision;
import dev.gatun.formats.Json;
import dev.gatun.testkit.Case;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;
import org.openjdk.jmh.util.Statistics;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * Times kernels of one backend, or of several that are compared, in turns with each other and with the yardstick that they are held against; or those of one
 * backend by JMH, a JVM each. All are printed beside the machine's peak, too, which is measured before and after them.
 */
@Command(name = "kernels", mixinStandardHelpOptions = true, description = {"Times kernels: GFLOP/s, GB/s and fractions of what this machine can do.",
    "Each kernel takes turns with a yardstick, multiply-adds or memory traffic of as many operations or bytes on as many threads: \"of yardstick\" is the "
        + "ratio of the medians over the rounds, with the range of their ratios. \"of peak\" is the fraction of the best that the machine did before and after "
        + "all kernels, which says little where others use it, too. With --jmh and --catalogue there is only that."})
final class KernelsCommand implements Callable<Integer> {
    private static final int ITERATIONS = 10;

    @Parameters(paramLabel = "REGEX", arity = "0..1", defaultValue = ".*", description = "The cases whose name it finds, such as 'gemm|resnet50.*forward'.")
    private Pattern pattern;

    @Option(names = "--catalogue", paramLabel = "SIZE", description = "Time the conformance kit's cases of this size, by JMH, instead of the named kernels.")
    private Integer catalogue;

    @Option(names = "--list", description = "Print the names of the cases, and time nothing.")
    private boolean list;

    @Option(names = "--jmh", description = "Time by JMH, a JVM for each kernel: 3 seconds to get warm, then 10 iterations, and no turns.")
    private boolean jmh;

    @Option(names = "--backend", paramLabel = "NAME", split = ",", defaultValue = "vector",
            description = "The backend, or several with commas between, which are compared to the first, such as vector,onednn:onednn.mixed=off. "
                    + "Default: ${DEFAULT-VALUE}.")
    private List<String> backends;

    @Option(names = "--threads", paramLabel = "N", description = "Threads of the backend. Default: as many as there are processors.")
    private int threads = Runtime.getRuntime().availableProcessors();

    @Option(names = "--seconds", paramLabel = "S", description = "Measure each case for so long on each backend, and its yardstick as long. Default: 1.5.")
    private double seconds = 1.5;

    @Option(names = "--rounds", paramLabel = "N", description = "How many turns those seconds are split into. Default: 7.")
    private int rounds = 7;

    @Option(names = "--warm", paramLabel = "S", description = "Seconds of work before a kernel takes its first turn. Default: 1.")
    private double warm = 1;

    @Option(names = "--json", paramLabel = "FILE", description = "Write the results to this file, too.")
    private Path json;

    @Option(names = "--report", paramLabel = "FILE", description = "Write a page with command, machine, date and the table to this file, too.")
    private Path report;

    @Spec
    private CommandSpec spec;

    /** What a case counts. */
    private record Counts(double flop, double bytes, Traffic traffic) {
        static Counts of(Case of) {
            return new Counts(CatalogueCases.flop(of), CatalogueCases.bytes(of), CatalogueCases.traffic(of));
        }
    }

    @Override
    public Integer call() throws IOException, RunnerException {
        new Least(spec).number("--threads", threads, 1).number("--rounds", rounds, 1).number("--warm", warm, 0).number("--seconds", seconds, 0);
        if ((jmh || catalogue != null) && backends.size() > 1) {
            throw new ParameterException(spec.commandLine(), (jmh ? "--jmh" : "--catalogue") + " takes one backend.");
        }
        Map<String, Counts> cases = new LinkedHashMap<>();
        if (catalogue == null) {
            KernelCases.all().forEach(c -> cases.put(c.name(), new Counts(c.flop(), c.bytes(), c.traffic())));
        } else {
            CatalogueCases.names(catalogue).forEach(n -> cases.put(n, Counts.of(CatalogueCases.named(n, catalogue))));
        }
        cases.keySet().removeIf(name -> !pattern.matcher(name).find());
        if (cases.isEmpty()) {
            throw new ParameterException(spec.commandLine(), "No case's name has \"" + pattern + "\" in it; --list prints them all.");
        }
        if (list) {
            cases.keySet().forEach(System.out::println);
            return 0;
        }
        List<Setting> settings = settings();
        return jmh || catalogue != null ? byJmh(cases, settings.getFirst())
                : inTurns(settings, KernelCases.all().stream().filter(c -> cases.containsKey(c.name())).toList());
    }

    private int byJmh(Map<String, Counts> cases, Setting setting) throws IOException, RunnerException {
        Peak before = Peak.measure(threads);
        List<RunResult> runs = new ArrayList<>(new Runner(options(cases, setting).build()).run());
        Peak peak = before.max(Peak.measure(threads));
        List<KernelResult> results = runs.stream().map(run -> result(run, cases, peak)).toList();
        List<String> table = new ArrayList<>(List.of(peak.line(), KernelResult.HEAD));
        results.forEach(r -> table.add(r.line()));
        table.forEach(System.out::println);
        write(table, Map.of("machine", Machine.describe(), "measured", "jmh", "peak", peak.row(), "results", results.stream().map(KernelResult::row).toList()));
        return runs.size() == cases.size() ? 0 : 1;
    }

    private int inTurns(List<Setting> settings, List<KernelCase> cases) throws IOException {
        boolean alone = settings.size() == 1;
        try (Gauge gauge = new Gauge(threads)) {
            Peak before = Peak.measure(gauge);
            List<KernelComparison> kernels = new KernelRace(settings, threads, rounds, warm, seconds / rounds).of(cases, gauge,
                    k -> System.err.println(alone ? new KernelAlone(k).line(before) : k.line(before)));
            Peak peak = before.max(Peak.measure(gauge));
            return alone ? tellAlone(kernels.stream().map(KernelAlone::new).toList(), peak) : tellCompared(kernels, peak);
        }
    }

    private int tellAlone(List<KernelAlone> kernels, Peak peak) throws IOException {
        List<String> table = new ArrayList<>(List.of(peak.line(), KernelAlone.HEAD));
        kernels.forEach(k -> table.add(k.line(peak)));
        table.forEach(System.out::println);
        write(table, Map.of("machine", Machine.describe(), "measured", "turns", "peak", peak.row(), "results",
                kernels.stream().map(k -> k.row(peak)).toList()));
        return kernels.stream().allMatch(KernelAlone::isMeasured) ? 0 : 1;
    }

    private int tellCompared(List<KernelComparison> comparisons, Peak peak) throws IOException {
        List<KernelSum> sums = KernelSum.of(comparisons, backends, KernelCases.all());
        List<String> table = new ArrayList<>(List.of(peak.line(), KernelComparison.head(backends)));
        comparisons.forEach(c -> table.add(c.line(peak)));
        if (!sums.isEmpty()) {
            table.addAll(List.of("", KernelSum.head(backends)));
            sums.forEach(s -> table.add(s.line(backends)));
        }
        table.forEach(System.out::println);
        write(table, Map.of("machine", Machine.describe(), "measured", "turns", "peak", peak.row(), "results",
                comparisons.stream().map(c -> c.row(peak)).toList(), "sums", sums.stream().map(s -> s.row(backends)).toList()));
        return 0;
    }

    private List<Setting> settings() {
        try {
            List<Setting> settings = backends.stream().map(Setting::of).toList();
            if (settings.stream().anyMatch(s -> s.precision() != Precision.F32)) {
                throw new IllegalArgumentException("kernels are timed in f32");
            }
            return settings;
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
        }
    }

    private void write(List<String> table, Map<String, ?> results) throws IOException {
        if (json != null) {
            Json.write(json, results);
        }
        if (report != null) {
            Report.write(report, spec.commandLine().getParseResult().originalArgs(), table);
        }
    }

    private ChainedOptionsBuilder options(Map<String, Counts> cases, Setting setting) {
        Class<?> benchmark = catalogue == null ? KernelBenchmark.class : CatalogueBenchmark.class;
        ChainedOptionsBuilder options = new OptionsBuilder().include("^" + Pattern.quote(benchmark.getName()) + "\\.").verbosity(VerboseMode.NORMAL)
                .param("name", cases.keySet().toArray(String[]::new))
                .measurementIterations(ITERATIONS).measurementTime(TimeValue.milliseconds((long) (seconds * 1000 / ITERATIONS)))
                .jvmArgs(jvmArgs(ManagementFactory.getRuntimeMXBean().getInputArguments(), setting, threads).toArray(String[]::new));
        return catalogue == null ? options : options.param("size", catalogue.toString());
    }

    /** Returns the options of a benchmark's JVM: those of this one, so that what the user told it holds there, too, and what is asked for here behind them. */
    static List<String> jvmArgs(List<String> own, Setting setting, int threads) {
        List<String> all = new ArrayList<>(own);
        all.addAll(setting.options());
        all.addAll(List.of("-Dgatun.threads=" + threads, "-Dgatun.backend=" + setting.backend()));
        return all;
    }

    private static KernelResult result(RunResult run, Map<String, Counts> cases, Peak peak) {
        String name = run.getParams().getParam("name");
        Statistics times = run.getPrimaryResult().getStatistics();
        return new KernelResult(name, times.getPercentile(50), times.getMax() - times.getMin(), cases.get(name).flop, cases.get(name).bytes,
                cases.get(name).traffic, peak);
    }
}
