package dev.gatun.bench;

import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The command {@code bench/run}. */
@Command(name = "bench/run", mixinStandardHelpOptions = true, description = "Benchmarks of Gatun.",
        subcommands = {KernelsCommand.class, PeersCommand.class, ColdCommand.class, SoakCommand.class, Main.PeakCommand.class})
public final class Main implements Runnable {
    private Main() {
    }

    /** Runs a command and exits with its code. */
    public static void main(String[] args) {
        System.exit(new CommandLine(new Main()).execute(args));
    }

    @Override
    public void run() {
        CommandLine.usage(this, System.out);
    }

    /** Measures the machine. */
    @Command(name = "peak", mixinStandardHelpOptions = true, description = "Measures this machine's peak: multiply-adds and memory traffic.")
    static final class PeakCommand implements Callable<Integer> {
        @Option(names = "--threads", paramLabel = "N", description = "Threads. Default: as many as there are processors.")
        private int threads = Runtime.getRuntime().availableProcessors();

        @Override
        public Integer call() {
            System.out.println(Peak.measure(threads).line());
            return 0;
        }
    }
}
