package dev.gatun.cli;

import dev.gatun.Gradients;
import dev.gatun.Tensor;
import dev.gatun.models.Dcgan;
import dev.gatun.models.data.LabelledImages;
import dev.gatun.models.data.LabelledImages.PixelScale;
import dev.gatun.nn.Losses;
import dev.gatun.nn.Pass;
import dev.gatun.optim.Adam;
import dev.gatun.optim.TrainStep;
import dev.gatun.spi.Backend;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.function.UnaryOperator;

/**
 * A generator against a discriminator on the first training images of MNIST in their order, scaled to [-1, 1] and padded by 2 with -1; batches of
 * 16. A step trains D once on G(z) detached, then G on the same G(z); z of step i is filled by the name {@code z<i>}, mixing factors by {@code
 * eps<i>}.
 *
 * @param critic the loss of D
 * @param generator the loss of G by D's scores of what G made
 */
record GanTraining(Dcgan gan, int steps, Adam optimizer, float learningRate, Critic critic, UnaryOperator<Tensor> generator)
        implements GoldenTraining {
    private static final int BATCH = 16;
    private static final int NOISE = 32;
    private static final double PENALTY = 10;

    /** The loss of D. */
    private interface Critic {
        Tensor loss(Dcgan.Discriminator d, Tensor real, Tensor fake, Tensor eps, Pass pass);
    }

    /** D on bce(D(x), 1) + bce(D(G(z)), 0), G on bce(D(G(z)), 1), of logits. Source: Radford et al. 2016. */
    static GanTraining crossEntropy(Dcgan gan, int steps) {
        return new GanTraining(gan, steps, new Adam().betas(.5, .999), 2e-4f,
                (d, real, fake, _, pass) -> bce(d.forward(real, pass), 1).add(bce(d.forward(fake, pass), 0)), scores -> bce(scores, 1));
    }

    /**
     * D on mean D(G(z)) - mean D(x) + 10 mean (‖∂ΣD(m)/∂m‖₂ - 1)² with m = eps·x + (1 - eps)·G(z), differentiated through the inner gradient; G on
     * -mean D(G(z)). Source: Gulrajani et al. 2017.
     */
    static GanTraining wasserstein(Dcgan gan, int steps) {
        return new GanTraining(gan, steps, new Adam().betas(0, .9), 1e-4f, GanTraining::wassersteinCritic, Losses::wassersteinGenerator);
    }

    private static Tensor wassersteinCritic(Dcgan.Discriminator d, Tensor real, Tensor fake, Tensor eps, Pass pass) {
        Tensor mix = eps.mul(real).add(eps.neg().add(1).mul(fake));
        Tensor slope = Gradients.of(d.forward(mix, pass).sum(), mix).getFirst();
        Tensor norm = slope.square().sum(1, 2, 3).sqrt();
        Tensor distance = Losses.wassersteinCritic(d.forward(real, pass), d.forward(fake, pass));
        return distance.add(norm.sub(1).square().mean().mul(PENALTY));
    }

    private static Tensor bce(Tensor scores, double target) {
        return Losses.bceLogits(scores, Tensor.full(scores.dtype(), scores.shape(), target));
    }

    @Override
    public Result run(Backend backend, Path data) throws IOException {
        NamedFill.fill(gan);
        LabelledImages images = GoldenTraining.mnist(data, PixelScale.UNIT, steps * BATCH);
        double[] d = new double[steps];
        double[] g = new double[steps];
        try (TrainStep critics = TrainStep.minimizing(gan.discriminator(), this::criticObjective, optimizer, backend);
                TrainStep generators = TrainStep.minimizing(gan.generator(), this::generatorObjective, optimizer, backend)) {
            for (int i = 0; i < steps; i++) {
                Tensor real = images.batch(GoldenTraining.batch(i, BATCH)).x();
                Tensor z = NamedFill.tensor("z" + i, NamedFill.Range.INPUT, BATCH, NOISE, 1, 1);
                Tensor eps = NamedFill.tensor("eps" + i, NamedFill.Range.UNIT, BATCH, 1, 1, 1);
                d[i] = critics.run(learningRate, real, z, eps).getFirst().item();
                g[i] = generators.run(learningRate, z).getFirst().item();
            }
        }
        SequencedMap<String, double[]> losses = new LinkedHashMap<>();
        losses.put("d", d);
        losses.put("g", g);
        return new Result(losses, gan);
    }

    private List<Tensor> criticObjective(Pass pass, List<Tensor> in) {
        // G's statistics move once a step, where G is trained.
        Tensor fake = gan.generator().forward(in.get(1), pass.withoutUpdates()).detach();
        return List.of(critic.loss(gan.discriminator(), scaled(in.get(0)), fake, in.get(2), pass));
    }

    private List<Tensor> generatorObjective(Pass pass, List<Tensor> in) {
        Tensor fake = gan.generator().forward(in.getFirst(), pass);
        return List.of(generator.apply(gan.discriminator().forward(fake, pass)));
    }

    /** Returns 2x - 1 with two -1 on each side. */
    private static Tensor scaled(Tensor x) {
        return GoldenTraining.padded(x.mul(2)).sub(1);
    }
}
