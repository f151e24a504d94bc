package dev.gatun.bench;

import dev.gatun.Backends;
import dev.gatun.spi.Backend;
import java.io.BufferedReader;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * Looks for kernels that stay slow: starts one JVM after the other, in each of which the same small works come in another order until they are compiled, and
 * then compares what a call takes and what it leaves on the heap. What the JIT compiler makes of a kernel must not depend on what was called before it.
 */
@Command(name = "cold", mixinStandardHelpOptions = true,
        description = "Starts JVMs that call kernels in different orders, and tells which kernels stayed slow.")
final class ColdCommand implements Callable<Integer> {
    /** How long one work is called before the next comes. */
    private static final long SLICE_NANOS = 60_000_000;
    private static final int SLICE_CALLS = 150;
    /** How often each work is measured in the end. What was compiled badly stays slow; a processor that the system takes away for a while comes back. */
    private static final int TURNS = 3;

    @Parameters(paramLabel = "REGEX", arity = "0..1", defaultValue = ".*", description = "The works whose name it finds, such as 'gemm|conv'.")
    private Pattern pattern;

    @Option(names = "--count", paramLabel = "N", description = "How many JVMs. Default: ${DEFAULT-VALUE}.")
    private int count = 20;

    @Option(names = "--first", paramLabel = "SEED", description = "The first order. Default: ${DEFAULT-VALUE}.")
    private long first = 1;

    @Option(names = "--seconds", paramLabel = "S", description = "How long the works may take to get compiled. Default: ${DEFAULT-VALUE}.")
    private double seconds = 40;

    @Option(names = "--backend", paramLabel = "NAME", description = "The backend. Default: ${DEFAULT-VALUE}.")
    private String backend = "vector";

    @Option(names = "--child", hidden = true)
    private Long child;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (child != null) {
            judge(child);
            return 0;
        }
        new Least(spec).number("--count", count, 1).number("--seconds", seconds, 0).backend(backend);
        if (works().isEmpty()) {
            throw new ParameterException(spec.commandLine(), "No work has \"" + pattern + "\" in its name; there are "
                    + SmallWork.all().stream().map(SmallWork::name).toList() + ".");
        }
        ColdTable table = new ColdTable();
        for (long seed = first; seed < first + count; seed++) {
            for (String line : lines(seed)) {
                table.add(seed, line);
            }
        }
        table.lines().forEach(System.out::println);
        System.out.println(table.stuck() + " stuck in " + count + " JVMs");
        return table.stuck() == 0 ? 0 : 1;
    }

    private List<SmallWork> works() {
        return SmallWork.all().stream().filter(w -> pattern.matcher(w.name()).find()).toList();
    }

    private List<String> lines(long seed) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(ProcessHandle.current().info().command().orElse("java")));
        command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), Main.class.getName(), "cold", pattern.pattern(), "--child", String.valueOf(seed),
                "--seconds", String.valueOf(seconds), "--backend", backend));
        Process process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
        try (BufferedReader out = process.inputReader()) {
            List<String> lines = out.lines().filter(ColdTable::isLine).toList();
            if (process.waitFor() != 0) {
                throw new IllegalStateException("the JVM of order " + seed + " ended with " + process.exitValue());
            }
            return lines;
        }
    }

    /**
     * Calls all works in turn, in another order each time, until in three turns none leaves garbage or time is up, and prints what the fastest call of these
     * took and what each left on the heap in the last.
     */
    private void judge(long seed) {
        Random random = new Random(seed);
        var memory = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        try (Backend opened = Backends.open(backend)) {
            List<SmallWork> works = works();
            Runnable[] calls = new Runnable[works.size()];
            double[] micros = new double[works.size()];
            long[] bytes = new long[works.size()];
            List<Integer> order = new ArrayList<>(IntStream.range(0, works.size()).boxed().toList());
            long begin = System.nanoTime();
            int clean = 0;
            while (clean < TURNS) {
                Collections.shuffle(order, random);
                for (int i : order) {
                    if (calls[i] == null) {
                        calls[i] = works.get(i).prepare(opened);
                    }
                    long allocated = memory.getTotalThreadAllocatedBytes();
                    long start = System.nanoTime();
                    long before = start;
                    long best = Long.MAX_VALUE;
                    int count = 0;
                    for (; before - start < SLICE_NANOS || count < SLICE_CALLS; count++) {
                        calls[i].run();
                        long after = System.nanoTime();
                        best = Math.min(best, after - before);
                        before = after;
                    }
                    micros[i] = clean == 0 ? best / 1e3 : Math.min(micros[i], best / 1e3);
                    bytes[i] = (memory.getTotalThreadAllocatedBytes() - allocated) / count;
                }
                boolean late = System.nanoTime() - begin > seconds * 1e9;
                clean = late || LongStream.of(bytes).noneMatch(b -> b > ColdTable.GARBAGE) ? clean + 1 : 0;
            }
            System.out.println(ColdTable.end((System.nanoTime() - begin) / 1e9));
            for (int i = 0; i < works.size(); i++) {
                System.out.println(ColdTable.line(works.get(i).name(), micros[i], bytes[i]));
            }
        }
    }
}
