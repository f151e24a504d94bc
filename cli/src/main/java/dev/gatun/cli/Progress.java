package dev.gatun.cli;

import java.io.Console;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.Optional;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;

/** How far a piece of work is: a bar on a terminal, else a line now and then, so that a log file stays readable. */
final class Progress implements AutoCloseable {
    private static final int LINES = 4;

    private final String task;
    private final long total;
    private final PrintWriter log;
    private final Optional<ProgressBar> bar;

    /** Begins at {@code done} of {@code total} pieces. */
    Progress(String task, long done, long total, PrintWriter log) {
        this.task = task;
        this.total = total;
        this.log = log;
        bar = isTerminal() ? Optional.of(new ProgressBarBuilder().setTaskName(task).startsFrom(done, Duration.ZERO).setInitialMax(total).build())
                : Optional.empty();
    }

    private static boolean isTerminal() {
        Console console = System.console();
        return console != null && console.isTerminal();
    }

    /** Says that {@code done} pieces are done. @param message what else there is to know */
    void at(long done, String message) {
        bar.ifPresentOrElse(b -> b.stepTo(done).setExtraMessage(" " + message), () -> {
            // Lines come where another quarter is full.
            if (done * LINES / total > (done - 1) * LINES / total) {
                log.println(task + ": " + done + " of " + total + ", " + message);
                log.flush();
            }
        });
    }

    @Override
    public void close() {
        bar.ifPresent(ProgressBar::close);
    }
}
