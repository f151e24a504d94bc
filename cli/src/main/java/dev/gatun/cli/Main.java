package dev.gatun.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/**
 * The top command. Exit codes: 0 done; 1 failed, or a check found a difference; 2 wrong usage.
 *
 * <p>A failure prints one sentence on standard error; {@code --debug} prints the stack trace instead.
 */
@Command(name = "gatun", mixinStandardHelpOptions = true, scope = ScopeType.INHERIT, versionProvider = Version.class,
        description = "Trains and runs neural networks on the backends of this machine.",
        exitCodeListHeading = "%nExit codes:%n", exitCodeList = {"0:done", "1:failed", "2:wrong usage"})
public final class Main implements Runnable {
    @Option(names = "--debug", scope = ScopeType.INHERIT, description = "Print the stack trace of a failure.")
    private boolean debug;

    @Spec
    private CommandSpec spec;

    private Main() {
    }

    /** Runs the command that {@code args} names and exits with its code. */
    public static void main(String[] args) {
        System.exit(commandLine().execute(args));
    }

    static CommandLine commandLine() {
        var main = new Main();
        return new CommandLine(main)
                .setExecutionExceptionHandler((failure, commandLine, parsed) -> main.report(failure, commandLine));
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "Name a command.");
    }

    private int report(Exception failure, CommandLine commandLine) {
        if (debug) {
            failure.printStackTrace(commandLine.getErr());
        } else {
            var message = failure.getMessage();
            commandLine.getErr().println("gatun: " + (message == null || message.isBlank() ? failure.getClass().getSimpleName() : message));
        }
        return commandLine.getCommandSpec().exitCodeOnExecutionException();
    }
}
