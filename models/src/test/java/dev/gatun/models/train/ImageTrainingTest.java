package dev.gatun.models.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.Backends;
import dev.gatun.Predictor;
import dev.gatun.Shape;
import dev.gatun.Tensor;
import dev.gatun.models.Mlp;
import dev.gatun.models.data.Batch;
import dev.gatun.models.data.Batches;
import dev.gatun.models.data.Digits;
import dev.gatun.models.data.LabelledImages;
import dev.gatun.nn.Layer;
import dev.gatun.nn.Linear;
import dev.gatun.nn.Losses;
import dev.gatun.nn.Pass;
import dev.gatun.optim.Adam;
import dev.gatun.optim.Sgd;
import dev.gatun.random.Draws;
import dev.gatun.spi.Backend;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class ImageTrainingTest {
    private static final LabelledImages IMAGES = Digits.draw(1, 0, 100);
    private static final Recipe SMALL = Recipe.MLP.with(1e-3f, 16, 2);

    private static Backend backend;

    @BeforeAll
    static void open() {
        backend = Backends.open("reference");
    }

    @AfterAll
    static void close() {
        backend.close();
    }

    private static List<ImageTraining.Step> run(ImageTraining training, int steps) {
        List<ImageTraining.Step> done = new ArrayList<>();
        for (int i = 0; i < steps; i++) {
            done.add(training.run());
        }
        return done;
    }

    /** Returns a state as a checkpoint keeps it: of tensors that are nobody else's. */
    private static Map<String, Tensor> copy(Map<String, Tensor> state) {
        Map<String, Tensor> copy = new LinkedHashMap<>();
        state.forEach((name, t) -> {
            byte[] bytes = new byte[(int) t.type().bytes()];
            t.copyTo(MemorySegment.ofArray(bytes));
            copy.put(name, Tensor.of(t.type(), MemorySegment.ofArray(bytes)));
        });
        return copy;
    }

    @Test
    void stepsGoRoundTheEpochs() {
        try (ImageTraining training = new ImageTraining(SMALL, IMAGES, 7, backend)) {
            assertEquals(6, training.stepsPerEpoch());
            assertEquals(12, training.totalSteps());
            assertFalse(training.isEpochDone());
            List<ImageTraining.Step> steps = run(training, 6);
            assertTrue(training.isEpochDone());
            steps.add(training.run());
            assertFalse(training.isEpochDone());
            assertEquals(List.of(1L, 2L, 3L, 4L, 5L, 6L, 7L), steps.stream().map(ImageTraining.Step::number).toList());
            assertEquals(List.of(0, 0, 0, 0, 0, 0, 1), steps.stream().map(ImageTraining.Step::epoch).toList());
        }
    }

    @Test
    void firstLossIsThatOfGuessing() {
        try (ImageTraining training = new ImageTraining(SMALL, IMAGES, 7, backend)) {
            ImageTraining.Step first = training.run();
            assertEquals(Math.log(10), first.loss(), .5);
            assertEquals(0, first.accuracy() * 16 % 1, "a share of 16 images");
        }
    }

    @Test
    void trainingTakenUpFromAStateGoesOnWithTheSameBits() {
        List<ImageTraining.Step> uninterrupted;
        try (ImageTraining training = new ImageTraining(SMALL, IMAGES, 7, backend)) {
            uninterrupted = run(training, 12);
        }
        for (int stop : new int[] {1, 5, 6, 11}) {
            Map<String, Tensor> state;
            try (ImageTraining training = new ImageTraining(SMALL, IMAGES, 7, backend)) {
                assertEquals(uninterrupted.subList(0, stop), run(training, stop));
                state = copy(training.state());
            }
            try (ImageTraining training = new ImageTraining(SMALL, IMAGES, 7, backend)) {
                training.load(state);
                assertEquals(stop, training.steps());
                assertEquals(uninterrupted.subList(stop, 12), run(training, 12 - stop), "stopped after " + stop);
            }
        }
    }

    @Test
    void otherSeedIsAnotherTraining() {
        try (ImageTraining a = new ImageTraining(SMALL, IMAGES, 7, backend); ImageTraining b = new ImageTraining(SMALL, IMAGES, 8, backend)) {
            assertNotEquals(a.run(), b.run());
        }
    }

    /** Logits that are random numbers of the pass; the weight is there to be trained. */
    private static final class Noise extends Layer {
        private final Linear linear = child("linear", new Linear(1, 1));

        @Override
        public Tensor forward(Tensor x, Pass pass) {
            return Draws.uniform(pass.nextKey(), Shape.of(x.dim(0), 10)).add(pass.get(linear.weight()).mul(0));
        }
    }

    @Test
    void dropoutDrawsOtherNumbersThanTheOrderOfImages() {
        Recipe noise = new Recipe("noise", Noise::new, new Adam(), 1e-3f, 1, 16, 1);
        try (ImageTraining training = new ImageTraining(noise, IMAGES, 7, backend); Batch first = Batches.shuffled(IMAGES, 16, 7).batch(0, 0)) {
            Tensor ofTheOrder = Losses.crossEntropy(Draws.uniform(Draws.key(7, 0), Shape.of(16, 10)), first.labels());
            assertNotEquals((float) ofTheOrder.item(), training.run().loss(), 1e-4f);
        }
    }

    @Test
    void stateOfAnotherNetworkIsRefused() {
        try (ImageTraining mlp = new ImageTraining(SMALL, IMAGES, 7, backend);
                ImageTraining lenet = new ImageTraining(Recipe.LENET.with(.05f, 16, 1), IMAGES, 7, backend)) {
            assertThrows(IllegalArgumentException.class, () -> lenet.load(mlp.state()));
        }
    }

    @Test
    void stateThatIsRefusedChangesNothing() {
        Recipe bySgd = new Recipe("sgd", SMALL.network(), Sgd.momentum(.9), 1e-2f, 1, 16, 2);
        try (ImageTraining training = new ImageTraining(SMALL, IMAGES, 7, backend); ImageTraining other = new ImageTraining(bySgd, IMAGES, 8, backend);
                ImageTraining uninterrupted = new ImageTraining(SMALL, IMAGES, 7, backend)) {
            List<ImageTraining.Step> expected = run(uninterrupted, 4);
            run(training, 2);
            other.run();
            Map<String, Tensor> ofSgd = copy(other.state());
            assertThrows(IllegalArgumentException.class, () -> training.load(ofSgd));
            Map<String, Tensor> tooMuch = copy(training.state());
            tooMuch.put("epoch", Tensor.of(new float[] {1}));
            assertEquals("training: the state has epoch, but names begin with model. or optimizer.",
                    assertThrows(IllegalArgumentException.class, () -> training.load(tooMuch)).getMessage());
            Map<String, Tensor> tooLittle = copy(other.state());
            tooLittle.keySet().removeIf(name -> name.startsWith("model."));
            assertThrows(IllegalArgumentException.class, () -> training.load(tooLittle));
            assertEquals(expected.subList(2, 4), run(training, 2));
        }
    }

    @Test
    void moreThanABatchOfImagesIsNeeded() {
        assertThrows(IllegalArgumentException.class, () -> new ImageTraining(Recipe.MLP.with(1e-3f, 101, 1), IMAGES, 7, backend));
    }

    @Test
    void whatIsLearntIsSeenInTheAnswers() {
        Recipe steady = new Recipe("steady", () -> new Mlp(784, 128, 10), new Adam(), 1e-3f, 1, 16, 10);
        try (ImageTraining training = new ImageTraining(steady, IMAGES, 7, backend)) {
            double before = answers(training).accuracy();
            run(training, 60);
            Answers after = answers(training);
            assertTrue(after.accuracy() > .8 && after.accuracy() > before + .3, before + " then " + after.accuracy());
            assertTrue(after.millisPerImage() > 0);
        }
    }

    private static Answers answers(ImageTraining training) {
        try (Predictor predictor = Predictor.of(training.net(), backend)) {
            return Answers.of(predictor, IMAGES, 30);
        }
    }

    @Test
    void answersAreComparedImageByImage() {
        Answers a = new Answers(new float[] {1, 2, 0, 5, 5, 5, 3, 0, 0, 0, 0, 9}, new byte[] {1, 0, 0, 1}, 1);
        Answers b = new Answers(new float[] {1, 2, 0, 5, 6, 5, 3, 0, 0, 0, 0, 9.5f}, new byte[] {1, 0, 0, 1}, 1);
        assertArrayEquals(new int[] {1, 0, 0, 2}, new int[] {a.best(0), a.best(1), a.best(2), a.best(3)});
        assertEquals(.75, a.accuracy());
        assertEquals(.5, b.accuracy());
        assertEquals(.75, a.agreement(b));
        assertEquals(1, a.difference(b));
        Answers broken = new Answers(new float[] {Float.NaN, 2, 0, 5, 5, 5, 3, 0, 0, 0, 0, 9}, a.labels(), 1);
        assertTrue(Double.isNaN(a.difference(broken)));
    }

    @Test
    void networkThatGivesNaNKnowsNothing() {
        float nan = Float.NaN;
        Answers lost = new Answers(new float[] {nan, nan, nan, 5, 5, nan, 3, 0, 0, 0, 0, 9}, new byte[] {0, 0, 0, 2}, 1);
        assertArrayEquals(new int[] {-1, -1, 0, 2}, new int[] {lost.best(0), lost.best(1), lost.best(2), lost.best(3)});
        assertEquals(.5, lost.accuracy());
        assertEquals(.5, lost.agreement(lost));
    }

    @Test
    void answersThatCannotBeComparedAreRefused() {
        Answers two = new Answers(new float[] {1, 2, 3, 4}, new byte[] {0, 1}, 1);
        Answers one = new Answers(new float[] {1, 2}, new byte[] {0}, 1);
        assertEquals("answers: 2 scores of 1 images cannot be compared with 4 of 2",
                assertThrows(IllegalArgumentException.class, () -> one.agreement(two)).getMessage());
        assertThrows(IllegalArgumentException.class, () -> two.agreement(one));
        assertThrows(IllegalArgumentException.class, () -> one.difference(two));
        assertThrows(IllegalArgumentException.class, () -> new Answers(new float[3], new byte[2], 1));
        try (Predictor predictor = Predictor.of(new Mlp(784, 4), backend)) {
            assertEquals("answers: there are no images to ask about",
                    assertThrows(IllegalArgumentException.class, () -> Answers.of(predictor, IMAGES.slice(0, 0), 10)).getMessage());
            assertEquals("answers: the predictor gives [10, 4] for 10 images of 10 classes",
                    assertThrows(IllegalArgumentException.class, () -> Answers.of(predictor, IMAGES, 10)).getMessage());
        }
    }

    @Test
    void learningRateFallsFromEpochToEpochHoweverManyThereAre() {
        Recipe recipe = Recipe.LENET.with(.5f, 64, 2);
        assertEquals(.5f, recipe.learningRate(0));
        assertEquals(.5f * recipe.decay(), recipe.learningRate(1), 1e-7f);
        assertEquals(recipe.learningRate(1), recipe.with(.5f, 64, 9).learningRate(1));
    }

    @Test
    void recipesAreFoundByName() {
        for (String name : Recipe.names()) {
            assertEquals(name, Recipe.named(name).name());
        }
        assertEquals("recipe \"lenot\" is unknown; there are lenet, mlp",
                assertThrows(IllegalArgumentException.class, () -> Recipe.named("lenot")).getMessage());
        assertThrows(IllegalArgumentException.class, () -> Recipe.MLP.with(0, 1, 1));
        assertThrows(IllegalArgumentException.class, () -> Recipe.MLP.with(Float.NaN, 1, 1));
        assertThrows(IllegalArgumentException.class, () -> Recipe.MLP.with(1, 0, 1));
        assertThrows(IllegalArgumentException.class, () -> Recipe.MLP.with(1, 1, 0));
    }
}
