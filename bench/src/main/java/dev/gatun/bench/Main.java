package dev.gatun.bench;

import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The command {@code bench/run}. */
@Command(name = "bench/run", mixinStandardHelpOptions = true, description = "Benchmarks of Gatun.",
        subcommands = {KernelsCommand.class, PeersCommand.class, ColdCommand.class, SoakCommand.class, Main.PeakCommand.class})
public final class Main implements Runnable {
    private Main() {
    }

    /** Runs a command and exits with its code. */
    public static void main(String[] args) {
        System.exit(commandLine().execute(args));
    }

    /** Returns the command, which tells what a machine or an installation lacks in a sentence. What nobody foresaw has its stack trace. */
    static CommandLine commandLine() {
        CommandLine command = new CommandLine(new Main());
        return command.setExecutionExceptionHandler((failure, failed, parsed) -> {
            if (!(failure instanceof IllegalStateException || failure instanceof IOException)) {
                throw failure;
            }
            failed.getErr().println("bench/run: " + failure.getMessage());
            return failed.getCommandSpec().exitCodeOnExecutionException();
        });
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

        @Spec
        private CommandSpec spec;

        @Override
        public Integer call() {
            new Least(spec).number("--threads", threads, 1);
            System.out.println(Peak.measure(threads).line());
            return 0;
        }
    }
}
