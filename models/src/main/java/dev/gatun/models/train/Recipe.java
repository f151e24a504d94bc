package dev.gatun.models.train;

import dev.gatun.models.LeNet;
import dev.gatun.models.Mlp;
import dev.gatun.nn.Layer;
import dev.gatun.optim.Adam;
import dev.gatun.optim.Optimizer;
import dev.gatun.optim.Sgd;
import java.util.List;
import java.util.function.Supplier;

/**
 * How a classifier of handwritten digits is trained.
 *
 * @param name what the command line calls it
 * @param network makes the network; its first values are drawn by {@link dev.gatun.nn.Module#initialize}
 * @param optimizer the rule that changes parameters
 * @param learningRate of the first epoch
 * @param decay what it is multiplied by from one epoch to the next
 * @param batch images a step
 * @param epochs how often each image is seen
 */
public record Recipe(String name, Supplier<Layer> network, Optimizer optimizer, float learningRate, float decay, int batch, int epochs) {
    /** LeNet-5 by SGD with momentum: 98.5 % and more of MNIST's test images after 2 epochs. */
    public static final Recipe LENET = new Recipe("lenet", () -> new LeNet(10), Sgd.momentum(.9), .02f, .2f, 64, 2);

    /** One hidden layer of 128 by Adam: 97 % and more of MNIST's test images after 3 epochs. */
    public static final Recipe MLP = new Recipe("mlp", () -> new Mlp(784, 128, 10), new Adam(), 2e-3f, .3f, 64, 3);

    /** LeNet-5 on drawn digits: 98 % and more of unseen ones after 5,000 have been seen twice. */
    public static final Recipe DRAWN_DIGITS = new Recipe("digits", () -> new LeNet(10), new Adam(), 3e-3f, .3f, 32, 2);

    private static final List<Recipe> FOR_MNIST = List.of(LENET, MLP);

    /** Returns the names of the recipes for MNIST. */
    public static List<String> names() {
        return FOR_MNIST.stream().map(Recipe::name).toList();
    }

    /** Returns a recipe for MNIST. @throws IllegalArgumentException if there is none of that name; the message lists those there are */
    public static Recipe named(String name) {
        return FOR_MNIST.stream().filter(r -> r.name().equals(name)).findFirst()
                .orElseThrow(() -> new IllegalArgumentException("recipe \"" + name + "\" is unknown; there are " + String.join(", ", names())));
    }

    /** Returns the learning rate of an epoch. It does not depend on how many follow, so that a training can be made longer. @param epoch from 0 */
    public float learningRate(int epoch) {
        return (float) (learningRate * StrictMath.pow(decay, epoch));
    }

    /** Returns this recipe with other figures. @throws IllegalArgumentException if one is not positive */
    public Recipe with(float learningRate, int batch, int epochs) {
        if (!(learningRate > 0 && learningRate < Float.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("the learning rate must be positive, got " + learningRate);
        }
        if (batch < 1 || epochs < 1) {
            throw new IllegalArgumentException("batch and epochs must be at least 1, got " + batch + " and " + epochs);
        }
        return new Recipe(name, network, optimizer, learningRate, decay, batch, epochs);
    }
}
