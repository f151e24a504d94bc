package dev.gatun.models;

import dev.gatun.Tensor;
import dev.gatun.nn.Layer;
import dev.gatun.nn.Linear;
import dev.gatun.nn.Pass;
import java.util.ArrayList;
import java.util.List;

/** A multilayer perceptron: linear layers {@code fc1}, {@code fc2} ... with ReLUs between them. Source: Rumelhart, Hinton and Williams 1986. */
public final class Mlp extends Layer {
    private final List<Linear> layers = new ArrayList<>();

    /**
     * Makes a network.
     *
     * @param widths inputs, width of each hidden layer, outputs: {@code new Mlp(784, 128, 10)}
     * @throws IllegalArgumentException if there are fewer than two
     */
    public Mlp(int... widths) {
        if (widths.length < 2) {
            throw new IllegalArgumentException("mlp: needs the number of inputs and of outputs, got " + widths.length + " widths");
        }
        for (int i = 1; i < widths.length; i++) {
            layers.add(child("fc" + i, new Linear(widths[i - 1], widths[i])));
        }
    }

    /** Returns the logits. @param x {@code [N, ...]} with as many elements a sample as the network has inputs @return {@code [N, outputs]} */
    @Override
    public Tensor forward(Tensor x, Pass pass) {
        Tensor y = layers.getFirst().forward(x.flatten(1), pass);
        for (Linear layer : layers.subList(1, layers.size())) {
            y = layer.forward(y.relu(), pass);
        }
        return y;
    }
}
