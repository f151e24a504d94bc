package dev.gatun.cli;

import dev.gatun.formats.FormatException;
import dev.gatun.models.data.LabelledImages;
import dev.gatun.models.data.Mnist;
import dev.gatun.models.train.ImageTraining;
import dev.gatun.models.train.Recipe;
import dev.gatun.spi.Backend;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Trains a network on MNIST; see {@link TrainingFolder} for what it leaves. */
@Command(name = "train", description = {"Trains a network on MNIST and tells how many of the test images it gets right.",
    "DIR of --out receives metrics.csv (a row a step), checkpoint.safetensors, model.safetensors and loss.png."})
final class TrainCommand implements Callable<Integer> {
    @Parameters(paramLabel = "RECIPE", completionCandidates = RecipeNames.class, description = "What to train: ${COMPLETION-CANDIDATES}.")
    private String name;

    @Option(names = "--data", paramLabel = "DIR",
            description = "The folder with the four files of MNIST (train-images-idx3-ubyte ..., plain or .gz).")
    private Path data;

    @Option(names = "--out", paramLabel = "DIR", description = "Where results go. Default: runs/RECIPE.")
    private Path out;

    @Option(names = "--resume", description = "Go on from the checkpoint in --out.")
    private boolean resume;

    @Option(names = "--epochs", paramLabel = "N", description = "How often each image is seen. Default: the recipe's.")
    private Integer epochs;

    @Option(names = "--batch", paramLabel = "N", description = "Images a step. Default: the recipe's.")
    private Integer batch;

    @Option(names = "--lr", paramLabel = "R", description = "The learning rate. Default: the recipe's.")
    private Float learningRate;

    @Option(names = "--seed", paramLabel = "N", description = "Decides first values and the order of images. Default: 1.")
    private Long seed;

    @Option(names = "--checkpoint-every", paramLabel = "N", defaultValue = "200",
            description = "Steps from one checkpoint to the next; each epoch ends with one anyway. Default: ${DEFAULT-VALUE}.")
    private int checkpointEvery;

    @Mixin
    private BackendOption backends;

    @Spec
    private CommandSpec spec;

    /** The recipes, for help and completion. */
    static final class RecipeNames implements Iterable<String> {
        @Override
        public Iterator<String> iterator() {
            return Recipe.names().iterator();
        }
    }

    @Override
    public Integer call() throws IOException {
        Recipe recipe = recipe();
        if (data == null) {
            throw usage("train " + name
                    + " needs MNIST: name the folder with its four files (train-images-idx3-ubyte ..., plain or .gz) by --data DIR.");
        }
        if (checkpointEvery < 1) {
            throw usage("--checkpoint-every must be at least 1, got " + checkpointEvery + ".");
        }
        Mnist mnist = Mnist.load(data);
        TrainingFolder folder = new TrainingFolder(out == null ? Path.of("runs", name) : out);
        if (resume) {
            goOn(recipe, mnist, folder);
        } else {
            begin(recipe, mnist, folder);
        }
        return 0;
    }

    private void begin(Recipe recipe, Mnist mnist, TrainingFolder folder) throws IOException {
        requireNoCheckpoint(folder);
        long first = seed == null ? 1 : seed;
        try (Backend backend = backends.open();
                ImageTraining training = training(settings(recipe, Optional.empty()), mnist.train(), first, backend)) {
            folder.create();
            try (TrainingLock _ = folder.lock()) {
                requireNoCheckpoint(folder); // another training may have begun and ended meanwhile
                run(training, folder, mnist, Fingerprint.of(mnist.train()), first, backend);
            }
        }
    }

    private void goOn(Recipe recipe, Mnist mnist, TrainingFolder folder) throws IOException {
        try (TrainingLock _ = folder.lockCheckpoint()) {
            Checkpoint from = Checkpoint.load(folder.checkpoint());
            Fingerprint images = Fingerprint.of(mnist.train());
            requireSame(from, images);
            try (Backend backend = backends.open();
                    ImageTraining training = training(settings(recipe, Optional.of(from)), mnist.train(), from.seed(), backend)) {
                load(training, folder.checkpoint(), from);
                if (training.steps() > training.totalSteps()) {
                    throw usage("the checkpoint was made after step " + training.steps() + ", but --epochs " + training.recipe().epochs() + " ends with step "
                            + training.totalSteps() + ".");
                }
                run(training, folder, mnist, images, from.seed(), backend);
            }
        }
    }

    private void requireNoCheckpoint(TrainingFolder folder) {
        if (Files.exists(folder.checkpoint())) {
            throw usage(folder.checkpoint() + " exists: add --resume to go on with that training, or name another folder by --out DIR.");
        }
    }

    private Recipe recipe() {
        try {
            return Recipe.named(name);
        } catch (IllegalArgumentException unknown) {
            throw usage(unknown.getMessage() + ".");
        }
    }

    /** A checkpoint goes on with the same images in the same order, or not at all. */
    private void requireSame(Checkpoint c, Fingerprint images) {
        if (!c.recipe().equals(name)) {
            throw usage("the checkpoint is of recipe " + c.recipe() + ", not of " + name + ".");
        }
        if (c.data().images() != images.images()) {
            throw usage("the checkpoint was made with " + c.data().images() + " training images, but " + data + " has " + images.images() + ".");
        }
        if (!c.data().matches(images)) {
            throw usage("the checkpoint was made with other images than those in " + data + ": their checksums differ.");
        }
        if (batch != null && batch != c.batch()) {
            throw usage("the checkpoint was made with --batch " + c.batch() + ", so it cannot go on with " + batch + ".");
        }
        if (seed != null && seed != c.seed()) {
            throw usage("the checkpoint was made with --seed " + c.seed() + ", so it cannot go on with " + seed + ".");
        }
    }

    /** What an option says goes before what the checkpoint says, and that before what the recipe says. */
    private Recipe settings(Recipe recipe, Optional<Checkpoint> from) {
        float rate = learningRate != null ? learningRate : from.map(Checkpoint::learningRate).orElse(recipe.learningRate());
        int size = batch != null ? batch : from.map(Checkpoint::batch).orElse(recipe.batch());
        int rounds = epochs != null ? epochs : from.map(Checkpoint::epochs).orElse(recipe.epochs());
        try {
            return recipe.with(rate, size, rounds);
        } catch (IllegalArgumentException wrong) {
            throw usage(wrong.getMessage() + ".");
        }
    }

    private ImageTraining training(Recipe recipe, LabelledImages images, long seed, Backend backend) {
        if (recipe.batch() > images.count()) {
            throw usage("--batch " + recipe.batch() + " is more than the " + images.count() + " training images.");
        }
        return new ImageTraining(recipe, images, seed, backend);
    }

    private static void load(ImageTraining training, Path file, Checkpoint checkpoint) throws FormatException {
        try {
            training.load(checkpoint.state());
        } catch (IllegalArgumentException misfit) {
            throw new FormatException(file, "does not fit the recipe: " + misfit.getMessage());
        }
    }

    private void run(ImageTraining training, TrainingFolder folder, Mnist mnist, Fingerprint images, long seed, Backend backend)
            throws IOException {
        long start = System.nanoTime();
        PrintWriter log = spec.commandLine().getErr();
        log.printf(Locale.ROOT, "%s %s on %s: %d images, batches of %d, epochs: %d%n",
                resume ? "Going on after step " + training.steps() + " with" : "Training", name, backend.name(), mnist.train().count(),
                training.recipe().batch(), training.recipe().epochs());
        log.flush();
        double accuracy;
        String chart;
        try (MetricsLog metrics = resume ? MetricsLog.resume(folder.metrics(), training.steps(), log::println) : MetricsLog.begin(folder.metrics())) {
            accuracy = new TrainingRun(training, mnist, images, seed, backend, folder, checkpointEvery, log).finish(metrics);
            chart = folder.drawLoss("training of " + name, metrics.rows());
        }
        folder.saveModel(training.net());
        log.println("Results are in " + folder.path() + ": metrics.csv, model.safetensors, checkpoint.safetensors, " + chart);
        log.flush();
        PrintWriter results = spec.commandLine().getOut();
        results.printf(Locale.ROOT, "test accuracy %.2f %% (%d images), %.1f s%n", 100 * accuracy, mnist.test().count(),
                (System.nanoTime() - start) / 1e9);
        results.flush();
    }

    private ParameterException usage(String message) {
        return new ParameterException(spec.commandLine(), message);
    }
}
