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
 * @param learningRate of every step
 * @param batch images a step
 * @param epochs how often each image is seen
 */
public record Recipe(String name, Supplier<Layer> network, Optimizer optimizer, float learningRate, int batch, int epochs) {
    /** LeNet-5 by SGD with momentum: 98.5 % and more of MNIST's test images after 2 epochs. */
    public static final Recipe LENET = new Recipe("lenet", () -> new LeNet(10), Sgd.momentum(.9), .05f, 64, 2);

    /** One hidden layer of 128 by Adam: 97 % and more of MNIST's test images after 3 epochs. */
    public static final Recipe MLP = new Recipe("mlp", () -> new Mlp(784, 128, 10), new Adam(), 1e-3f, 64, 3);

    private static final List<Recipe> ALL = List.of(LENET, MLP);

    /** Returns the names of all recipes. */
    public static List<String> names() {
        return ALL.stream().map(Recipe::name).toList();
    }

    /** Returns a recipe. @throws IllegalArgumentException if there is none of that name; the message lists those there are */
    public static Recipe named(String name) {
        return ALL.stream().filter(r -> r.name().equals(name)).findFirst()
                .orElseThrow(() -> new IllegalArgumentException("recipe \"" + name + "\" is unknown; there are " + String.join(", ", names())));
    }

    /** Returns this recipe with other figures. @throws IllegalArgumentException if one is not positive */
    public Recipe with(float learningRate, int batch, int epochs) {
        if (!(learningRate > 0 && learningRate < Float.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("the learning rate must be positive, got " + learningRate);
        }
        if (batch < 1 || epochs < 1) {
            throw new IllegalArgumentException("batch and epochs must be at least 1, got " + batch + " and " + epochs);
        }
        return new Recipe(name, network, optimizer, learningRate, batch, epochs);
    }
}
