package dev.gatun.models.train;

import dev.gatun.DType;
import dev.gatun.Tensor;
import dev.gatun.models.data.Batch;
import dev.gatun.models.data.Batches;
import dev.gatun.models.data.LabelledImages;
import dev.gatun.nn.Layer;
import dev.gatun.nn.Losses;
import dev.gatun.optim.TrainStep;
import dev.gatun.spi.Backend;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;

/**
 * A classifier of images while it is trained. All that the next step depends on is in {@link #state}, the recipe, the seed and the images: a training
 * that is taken up from there goes on with the same bits. Not thread-safe; the backend stays the caller's to close.
 */
public final class ImageTraining implements AutoCloseable {
    private static final String MODEL = "model.";
    private static final String OPTIMIZER = "optimizer.";

    private final Recipe recipe;
    private final Layer net;
    private final Batches batches;
    private final TrainStep step;

    /**
     * What a step saw.
     *
     * @param number from 1
     * @param epoch from 0
     * @param loss mean cross entropy of the batch, before the step
     * @param accuracy share of the batch that was classified right, before the step
     */
    public record Step(long number, int epoch, float loss, float accuracy) { }

    /**
     * Begins a training with a new network.
     *
     * @param seed decides first values and the order of images
     * @throws IllegalArgumentException if there are fewer images than a batch takes
     */
    public ImageTraining(Recipe recipe, LabelledImages images, long seed, Backend backend) {
        this.recipe = recipe;
        batches = Batches.shuffled(images, recipe.batch(), seed);
        net = recipe.network().get();
        net.initialize(seed);
        step = TrainStep.minimizing(net, (pass, inputs) -> {
            Tensor labels = inputs.get(1);
            Tensor logits = net.forward(inputs.get(0), pass);
            return List.of(Losses.crossEntropy(logits, labels), logits.argmax(1).eq(labels).cast(DType.F32).mean());
        }, recipe.optimizer(), backend).seed(~seed);    // Not the seed itself: dropout would drop what the first epochs' orders are made of.
    }

    /** Returns what is trained and how. */
    public Recipe recipe() {
        return recipe;
    }

    /** Returns the network that is trained. */
    public Layer net() {
        return net;
    }

    /** Returns how many steps an epoch has. */
    public int stepsPerEpoch() {
        return batches.count();
    }

    /** Returns how many steps the whole training has. */
    public long totalSteps() {
        return (long) recipe.epochs() * batches.count();
    }

    /** Returns how many steps were done. */
    public long steps() {
        return step.steps();
    }

    /** Returns whether the last step ended an epoch. */
    public boolean isEpochDone() {
        return steps() > 0 && steps() % batches.count() == 0;
    }

    /** Does one step on the next batch. */
    public Step run() {
        int epoch = Math.toIntExact(steps() / batches.count());
        try (Batch batch = batches.batch(epoch, (int) (steps() % batches.count()))) {
            List<Tensor> results = step.run(recipe.learningRate(epoch), batch.x(), batch.labels());
            try (Tensor loss = results.get(0); Tensor accuracy = results.get(1)) {
                return new Step(steps(), epoch, (float) loss.item(), (float) accuracy.item());
            }
        }
    }

    /** Returns parameters, buffers and the optimizer's state by name. The tensors may be this training's own: read them before the next step. */
    public SequencedMap<String, Tensor> state() {
        SequencedMap<String, Tensor> state = new LinkedHashMap<>();
        net.parameters().forEach((name, p) -> state.put(MODEL + name, p.value()));
        step.state().forEach((name, t) -> state.put(OPTIMIZER + name, t));
        return state;
    }

    /**
     * Goes on from a state that {@link #state} gave; the tensors stay the caller's, who may close them.
     *
     * @throws IllegalArgumentException if it is of another network or optimizer, or has other names; then nothing is changed
     * @throws IllegalStateException if this training or a tensor is closed; then nothing is changed
     */
    public void load(Map<String, Tensor> state) {
        state.keySet().stream().filter(name -> !name.startsWith(MODEL) && !name.startsWith(OPTIMIZER)).findFirst().ifPresent(name -> {
            throw new IllegalArgumentException("training: the state has " + name + ", but names begin with " + MODEL + " or " + OPTIMIZER);
        });
        Map<String, Tensor> before = new LinkedHashMap<>();
        net.parameters().forEach((name, p) -> before.put(name, p.value()));
        net.load(below(MODEL, state));
        try {
            step.load(below(OPTIMIZER, state));
        } catch (RuntimeException | Error refused) {
            net.load(before);
            throw refused;
        }
    }

    private static Map<String, Tensor> below(String prefix, Map<String, Tensor> state) {
        Map<String, Tensor> part = new LinkedHashMap<>();
        state.forEach((name, t) -> {
            if (name.startsWith(prefix)) {
                part.put(name.substring(prefix.length()), t);
            }
        });
        return part;
    }

    @Override
    public void close() {
        step.close();
    }
}
