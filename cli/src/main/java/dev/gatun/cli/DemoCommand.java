package dev.gatun.cli;

import dev.gatun.Backends;
import dev.gatun.Backends.Discovered;
import dev.gatun.Predictor;
import dev.gatun.models.data.Batch;
import dev.gatun.models.data.Batches;
import dev.gatun.models.data.Digits;
import dev.gatun.models.data.LabelledImages;
import dev.gatun.models.train.Answers;
import dev.gatun.models.train.ImageTraining;
import dev.gatun.models.train.Recipe;
import dev.gatun.nn.Layer;
import dev.gatun.spi.Backend;
import dev.gatun.spi.BackendProvider.Availability;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * The product in a minute: trains a small network on one backend, then runs the trained network on all that can run here and compares what they say.
 */
@Command(name = "demo", description = {
    "Trains a small network on drawn digits, then runs the one trained network on every backend that can run here.",
    "Exit code 1 means that it learnt too little, or that backends do not agree."})
final class DemoCommand implements Callable<Integer> {
    private static final int LEARNT = 5_120;
    private static final int UNSEEN = 2_000;
    private static final int BATCH = 100;
    /** Where only a slow backend can run, training ends after this time with what has been learnt by then. */
    private static final double SECONDS = 35;
    /** Steps over which the share of right answers is smoothed. */
    private static final int SMOOTHING = 20;
    private static final double PROMISED = .98;
    /** Sums in another order may turn the answer on a digit that is close to two classes. */
    private static final double AGREEMENT = .999;

    @Option(names = "--seed", paramLabel = "N", defaultValue = "1",
            description = "Decides the digits, first values and order. Default: ${DEFAULT-VALUE}.")
    private long seed;

    @Mixin
    private BackendOption backends;

    @Spec
    private CommandSpec spec;

    /** What a backend said, and by which kernels. */
    private record Run(Discovered backend, Answers answers, String kernels) {
        private static Run of(Discovered backend, Layer net, LabelledImages images, Backend open) {
            try (Predictor predictor = Predictor.of(net, open); Batch batch = Batches.inOrder(images, BATCH).batch(0, 0)) {
                // The first line names the backend.
                String kernels = predictor.explain(batch.x().type()).lines().skip(1).collect(Collectors.joining("\n"));
                return new Run(backend, Answers.of(predictor, images, BATCH), kernels);
            }
        }
    }

    @Override
    public Integer call() {
        long start = System.nanoTime();
        PrintWriter out = spec.commandLine().getOut();
        try (Backend backend = backends.open()) {
            // One seed, two ranges of numbers: no digit is in both.
            LabelledImages learnt = Digits.draw(seed, 0, LEARNT);
            LabelledImages unseen = Digits.draw(seed, LEARNT, UNSEEN);
            out.printf(Locale.ROOT, "Drew %d digits of 28 x 28 pixels to learn from and %d others to test (seed %d).%n", LEARNT, UNSEEN, seed);
            out.flush();
            try (ImageTraining training = new ImageTraining(Recipe.DRAWN_DIGITS, learnt, seed, backend)) {
                train(training, backend, out);
                return compare(training.net(), unseen, backend, start, out);
            }
        }
    }

    private void train(ImageTraining training, Backend backend, PrintWriter out) {
        long start = System.nanoTime();
        double right = 0;
        try (Progress progress = new Progress("training", 0, training.totalSteps(), spec.commandLine().getErr())) {
            while (training.steps() < training.totalSteps() && seconds(start) < SECONDS) {
                ImageTraining.Step step = training.run();
                right += (step.accuracy() - right) / Math.min(step.number(), SMOOTHING);
                progress.at(step.number(), String.format(Locale.ROOT, "%.1f %% right", 100 * right));
            }
        }
        out.printf(Locale.ROOT, "Trained LeNet (%d parameters) on %s: %d steps of %d digits in %.1f s%s.%n%n", training.net().parameterCount(),
                backend.name(), training.steps(), training.recipe().batch(), seconds(start),
                training.steps() < training.totalSteps() ? ", when time was up; " + training.totalSteps() + " steps were planned" : "");
        out.flush();
    }

    /** Runs the network on all backends, the one that trained it first, and returns the exit code. */
    private int compare(Layer net, LabelledImages unseen, Backend trainer, long start, PrintWriter out) {
        Comparator<Discovered> trainerFirst = Comparator.comparing(d -> !d.name().equals(trainer.name()));
        List<Run> runs = new ArrayList<>();
        List<List<String>> table = new ArrayList<>();
        table.add(List.of("backend", "device", "right", "same answers", "largest difference", "ms an image"));
        List<String> refused = new ArrayList<>();
        int failures = 0;
        for (Discovered d : Backends.discovered().stream().sorted(trainerFirst).toList()) {
            switch (d.availability()) {
                case Availability.Refused(String reason, String remedy) -> refused.add(d.name() + " cannot run here: " + reason + "; " + remedy);
                case Availability.Usable usable -> {
                    try {
                        Run run = d.name().equals(trainer.name()) ? Run.of(d, net, unseen, trainer) : runOn(d, net, unseen);
                        runs.add(run);
                        table.add(row(run, usable, runs.getFirst().answers()));
                    } catch (RuntimeException | LinkageError failure) {
                        failures++;
                        refused.add(d.name() + " failed: " + Failure.sentence(failure));
                    }
                }
            }
        }
        print(table, out);
        printSharedKernels(runs, out);
        refused.forEach(out::println);
        out.println();
        return conclude(runs, failures, seconds(start), out);
    }

    private static Run runOn(Discovered backend, Layer net, LabelledImages images) {
        try (Backend open = Backends.open(backend.name())) {
            return Run.of(backend, net, images, open);
        }
    }

    /** Says which backends ran what another ran: their agreement shows nothing. */
    private static void printSharedKernels(List<Run> runs, PrintWriter out) {
        for (int i = 1; i < runs.size(); i++) {
            Run run = runs.get(i);
            runs.subList(0, i).stream().filter(r -> r.kernels().equals(run.kernels())).findFirst().ifPresent(r ->
                    out.println("Both " + r.backend().name() + " and " + run.backend().name() + " chose the same kernels for a network this small."));
        }
    }

    private static List<String> row(Run run, Availability.Usable usable, Answers first) {
        Answers a = run.answers();
        boolean isFirst = a == first;
        return List.of(run.backend().name(), usable.device() + ", " + usable.instructions(), percent(a.accuracy()),
                isFirst ? "" : percent(a.agreement(first)), isFirst ? "" : String.format(Locale.ROOT, "%.1e", a.difference(first)),
                String.format(Locale.ROOT, "%.3f", a.millisPerImage()));
    }

    private static int conclude(List<Run> runs, int failures, double seconds, PrintWriter out) {
        if (runs.isEmpty()) {
            out.println("No backend could run the trained network.");
            out.flush();
            return 1;
        }
        Answers first = runs.getFirst().answers();
        double accuracy = runs.stream().mapToDouble(r -> r.answers().accuracy()).min().orElseThrow();
        double agreement = runs.stream().mapToDouble(r -> r.answers().agreement(first)).min().orElseThrow();
        boolean good = accuracy >= PROMISED && agreement >= AGREEMENT && failures == 0;
        String verdict = good ? "Done" : accuracy < PROMISED ? "It learnt too little" : failures > 0 ? "Not every backend worked"
                : "The backends do not agree";
        out.printf(Locale.ROOT, "%s: one trained network, %d backend%s: at least %s of %d unseen digits right, %s of the answers the same, "
                + "%.1f s in all.%n", verdict, runs.size(), runs.size() == 1 ? "" : "s", percent(accuracy), first.count(), percent(agreement), seconds);
        out.flush();
        return good ? 0 : 1;
    }

    private static void print(List<List<String>> table, PrintWriter out) {
        int columns = table.getFirst().size();
        int[] widths = new int[columns];
        table.forEach(row -> {
            for (int c = 0; c < columns; c++) {
                widths[c] = Math.max(widths[c], row.get(c).length());
            }
        });
        for (List<String> row : table) {
            StringBuilder line = new StringBuilder();
            for (int c = 0; c < columns; c++) {
                // Words to the left, numbers to the right.
                line.append(String.format(Locale.ROOT, c < 2 ? "%-" + widths[c] + "s  " : "%" + widths[c] + "s  ", row.get(c)));
            }
            out.println(line.toString().stripTrailing());
        }
    }

    private static String percent(double share) {
        return String.format(Locale.ROOT, "%.2f %%", 100 * share);
    }

    private static double seconds(long since) {
        return (System.nanoTime() - since) / 1e9;
    }
}
