package dev.gatun.models;

import dev.gatun.Tensor;
import dev.gatun.nn.Conv;
import dev.gatun.nn.Layer;
import dev.gatun.nn.Linear;
import dev.gatun.nn.MaxPool;
import dev.gatun.nn.Pass;

/**
 * LeNet-5 with ReLU and max pooling, for grey images of 28 x 28 pixels. Source: LeCun, Bottou, Bengio and Haffner 1998, "Gradient-based learning
 * applied to document recognition".
 */
public final class LeNet extends Layer {
    private final Conv conv1 = child("conv1", Conv.conv2d(1, 6, 5).padding(2));
    private final Conv conv2 = child("conv2", Conv.conv2d(6, 16, 5));
    private final MaxPool pool = child("pool", MaxPool.maxPool2d(2));
    private final Linear fc1 = child("fc1", new Linear(16 * 5 * 5, 120));
    private final Linear fc2 = child("fc2", new Linear(120, 84));
    private final Linear fc3;

    /** Makes a network. */
    public LeNet(int classes) {
        fc3 = child("fc3", new Linear(84, classes));
    }

    /** Returns the logits. @param x {@code [N, 1, 28, 28]} @return {@code [N, classes]} */
    @Override
    public Tensor forward(Tensor x, Pass pass) {
        Tensor y = pool.forward(conv1.forward(x, pass).relu(), pass); // [N, 6, 14, 14]
        y = pool.forward(conv2.forward(y, pass).relu(), pass); // [N, 16, 5, 5]
        y = fc1.forward(y.flatten(1), pass).relu();
        y = fc2.forward(y, pass).relu();
        return fc3.forward(y, pass);
    }
}
