package dev.gatun.cli;

import dev.gatun.Predictor;
import dev.gatun.models.data.Mnist;
import dev.gatun.models.train.Answers;
import dev.gatun.models.train.ImageTraining;
import dev.gatun.spi.Backend;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.OptionalDouble;

/**
 * Runs a training to its end and keeps its folder up to date: first the row of a step, then, now and then, a checkpoint. A checkpoint is written
 * after all rows up to its step are on the disk, so what is cut from {@code metrics.csv} on resuming is done again.
 *
 * @param data of the training images
 * @param seed that of the training
 * @param checkpointEvery steps from one checkpoint to the next; each epoch ends with one anyway
 * @param log where progress is told
 */
record TrainingRun(ImageTraining training, Mnist mnist, Fingerprint data, long seed, Backend backend, TrainingFolder folder, int checkpointEvery,
        PrintWriter log) {
    private static final int TEST_BATCH = 500;

    /**
     * Trains and returns the accuracy on the test images.
     *
     * @throws IOException if a file cannot be written
     * @throws IllegalStateException on divergence
     */
    double finish(MetricsLog metrics) throws IOException {
        double accuracy = Double.NaN;
        while (training.steps() < training.totalSteps()) {
            accuracy = epoch(metrics);
        }
        return Double.isNaN(accuracy) ? accuracy() : accuracy;
    }

    /** Goes on to the end of an epoch. */
    private double epoch(MetricsLog metrics) throws IOException {
        int length = training.stepsPerEpoch();
        long before = training.steps() / length * length;
        String name = "epoch " + (before / length + 1) + " of " + training.recipe().epochs();
        double accuracy = Double.NaN;
        float loss = 0;
        try (Progress progress = new Progress(name, training.steps() - before, length, log)) {
            do {
                ImageTraining.Step step = training.run();
                loss = step.loss();
                if (!Float.isFinite(loss)) {
                    throw new IllegalStateException("the loss is " + loss + " at step " + step.number()
                            + ": the training has diverged; begin again with a smaller learning rate than " + training.recipe().learningRate()
                            + " (--lr)");
                }
                OptionalDouble test = OptionalDouble.empty();
                if (training.isEpochDone()) {
                    accuracy = accuracy();
                    test = OptionalDouble.of(accuracy);
                }
                metrics.append(new MetricsLog.Row(step.number(), step.epoch() + 1, loss, step.accuracy(), test));
                if (training.isEpochDone() || step.number() % checkpointEvery == 0) {
                    metrics.force();
                    Checkpoint.save(folder.checkpoint(), training, data, seed);
                }
                progress.at(step.number() - before, String.format(Locale.ROOT, "loss %.4f", loss));
            } while (!training.isEpochDone());
        }
        log.printf(Locale.ROOT, "%s done: test accuracy %.2f %%%n", name, 100 * accuracy);
        log.flush();
        return accuracy;
    }

    private double accuracy() {
        try (Predictor predictor = Predictor.of(training.net(), backend)) {
            return Answers.of(predictor, mnist.test(), TEST_BATCH).accuracy();
        }
    }
}
