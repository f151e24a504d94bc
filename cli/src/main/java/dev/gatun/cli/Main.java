package dev.gatun.cli;

import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExecutionException;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.RunLast;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * The top command. Exit codes: 0 done; 1 failed, or a check found a difference; 2 wrong usage.
 *
 * <p>Results go to standard output, all else to standard error. A failure is told in one sentence; {@code --debug} adds the stack trace.
 * A command reports a failure by throwing: {@link Failure} makes the sentence of it.
 */
@Command(name = "gatun", scope = ScopeType.INHERIT, mixinStandardHelpOptions = true, versionProvider = Version.class,
        description = "Trains and runs neural networks on the backends of this machine.",
        subcommands = {
            BackendsCommand.class,
            BenchCommand.class,
            SelfTestCommand.class,
            DemoCommand.class,
            TrainCommand.class,
        },
        exitCodeListHeading = "%nExit codes:%n", exitCodeList = {"0:done", "1:failed, or a check found a difference", "2:wrong usage"})
public final class Main implements Runnable {
    @Option(names = "--debug", scope = ScopeType.INHERIT, description = "Print the stack trace of a failure.")
    private boolean debug;

    @Spec
    private CommandSpec spec;

    private Main() {
    }

    /** Runs the command that {@code args} names and exits with its code. */
    public static void main(String[] args) {
        var results = new StandardOutput(new FileOutputStream(FileDescriptor.out));
        var encoding = System.out.charset();
        System.setOut(new PrintStream(new BufferedOutputStream(results), true, encoding));
        int exitCode = commandLine().execute(args);
        System.out.flush();
        if (exitCode == 0 && results.loss().isPresent()) {
            System.err.println("gatun: standard output cannot be written: " + Failure.sentence(results.loss().get()));
            exitCode = 1;
        }
        System.exit(exitCode);
    }

    static CommandLine commandLine() {
        var main = new Main();
        return new CommandLine(main)
                .registerConverter(Path.class, Main::path)
                .setParameterExceptionHandler((mistake, args) -> main.refuse(mistake))
                .setExecutionStrategy(Main::run)
                .setExecutionExceptionHandler((failure, command, parsed) -> main.report(failure, command));
    }

    private static Path path(String text) {
        if (text.isEmpty()) {
            throw new TypeConversionException("it is empty, and names no file or folder");
        }
        try {
            return Path.of(text);
        } catch (InvalidPathException e) {
            throw new TypeConversionException("it is no path here: " + e.getReason()
                    + " (letters beyond ASCII need a locale that has them, such as LC_ALL=C.UTF-8)");
        }
    }

    /** Returns whether the user asked for stack traces. @param command one of ours, at any depth */
    static boolean isDebugging(CommandSpec command) {
        return command.root().userObject() instanceof Main main && main.debug;
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "Name a command.");
    }

    private int refuse(ParameterException mistake) {
        var command = mistake.getCommandLine();
        command.getErr().println("gatun: " + mistake.getMessage());
        UnmatchedArgumentException.printSuggestions(mistake, command.getErr());
        command.getErr().println("Try '" + command.getCommandSpec().qualifiedName() + " --help'.");
        return printTrace(mistake, command, command.getCommandSpec().exitCodeOnInvalidInput());
    }

    /** Runs the command that was parsed. What lacks a class or memory is a failure like others, and no bug that a stack trace would explain. */
    private static int run(ParseResult parsed) {
        try {
            return new RunLast().execute(parsed);
        } catch (LinkageError | OutOfMemoryError e) {
            throw new ExecutionException(parsed.commandSpec().commandLine(), Failure.sentence(e), e);
        }
    }

    private int report(Exception failure, CommandLine command) {
        command.getErr().println("gatun: " + Failure.sentence(failure));
        return printTrace(failure, command, command.getCommandSpec().exitCodeOnExecutionException());
    }

    private int printTrace(Exception failure, CommandLine command, int exitCode) {
        if (debug) {
            failure.printStackTrace(command.getErr());
        }
        command.getErr().flush();
        return exitCode;
    }
}
