package dev.gatun.cli;

import dev.gatun.cli.Outcome.Status;
import dev.gatun.spi.Backend;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Checks an installation: computes cases whose right numbers are known, a line each as it is done, totals last. */
@Command(name = "selftest", description = "Checks this installation: computes layers, networks and trainings whose right numbers are known.")
final class SelfTestCommand implements Callable<Integer> {
    @Option(names = "--goldens", paramLabel = "DIR",
            description = "Take the cases of layers/, models/ and training/ below this folder. Default: the layers that come with the command.")
    private Path goldens;

    @Option(names = "--data", paramLabel = "DIR", description = "The folder of the data sets that training cases read: mnist/ and text/.")
    private Path data;

    @Mixin
    private JsonOption json;

    @Mixin
    private BackendOption backend;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        if (goldens != null) {
            return run(Goldens.below(goldens, Optional.ofNullable(data)));
        }
        try (ShippedGoldens shipped = ShippedGoldens.open()) {
            return run(Goldens.below(shipped.folder(), Optional.ofNullable(data)));
        }
    }

    private int run(List<GoldenCase> cases) throws IOException {
        PrintWriter out = spec.commandLine().getOut();
        long start = System.nanoTime();
        List<Outcome> outcomes = new ArrayList<>();
        json.write(List.of());
        try (Backend opened = backend.open()) {
            for (GoldenCase c : cases) {
                Outcome outcome = outcome(c, opened);
                outcomes.add(outcome);
                out.println(outcome.line());
                out.flush();
                json.write(outcomes.stream().map(Outcome::row).toList());
            }
            out.printf(Locale.ROOT, "%d cases on %s: %d passed, %d failed, %d unsupported, in %.1f s%n", cases.size(), opened.name(),
                    count(outcomes, Status.PASSED), count(outcomes, Status.FAILED), count(outcomes, Status.UNSUPPORTED),
                    (System.nanoTime() - start) / 1e9);
            out.flush();
        }
        json.writeAll(outcomes.stream().map(Outcome::row).toList());
        return count(outcomes, Status.FAILED) == 0 ? 0 : 1;
    }

    private Outcome outcome(GoldenCase c, Backend backend) {
        try {
            List<Difference> differences = c.run(backend);
            double worst = differences.stream().mapToDouble(Difference::error).max().orElseThrow();
            return differences.stream().filter(d -> !d.isTolerated()).findFirst()
                    .map(d -> new Outcome(c.kind(), c.name(), Status.FAILED, worst, d.message()))
                    .orElseGet(() -> new Outcome(c.kind(), c.name(), Status.PASSED, worst, ""));
        } catch (UnsupportedOperationException e) {
            return failure(c, Status.UNSUPPORTED, e);
        } catch (Exception | OutOfMemoryError e) {
            return failure(c, Status.FAILED, e);
        }
    }

    private Outcome failure(GoldenCase c, Status status, Throwable e) {
        if (Main.isDebugging(spec)) {
            e.printStackTrace(spec.commandLine().getErr());
        }
        return new Outcome(c.kind(), c.name(), status, Double.NaN, Failure.sentence(e));
    }

    private static long count(List<Outcome> outcomes, Status status) {
        return outcomes.stream().filter(o -> o.status() == status).count();
    }
}
