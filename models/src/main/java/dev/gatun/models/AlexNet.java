package dev.gatun.models;

import dev.gatun.Tensor;
import dev.gatun.nn.Activation;
import dev.gatun.nn.AdaptiveAvgPool;
import dev.gatun.nn.Conv;
import dev.gatun.nn.Dropout;
import dev.gatun.nn.Layer;
import dev.gatun.nn.Linear;
import dev.gatun.nn.MaxPool;
import dev.gatun.nn.Pass;
import dev.gatun.nn.Sequential;

/**
 * AlexNet in its one-column form, with torchvision's parameter names. Source: Krizhevsky 2014, "One weird trick for parallelizing convolutional
 * neural networks".
 */
public final class AlexNet extends Layer {
    private final Sequential features = child("features", new Sequential(
            Conv.conv2d(3, 64, 11).stride(4).padding(2), Activation.relu(), MaxPool.maxPool2d(3).stride(2),
            Conv.conv2d(64, 192, 5).padding(2), Activation.relu(), MaxPool.maxPool2d(3).stride(2),
            Conv.conv2d(192, 384, 3).padding(1), Activation.relu(),
            Conv.conv2d(384, 256, 3).padding(1), Activation.relu(),
            Conv.conv2d(256, 256, 3).padding(1), Activation.relu(), MaxPool.maxPool2d(3).stride(2)));
    private final AdaptiveAvgPool avgpool = child("avgpool", new AdaptiveAvgPool(6, 6));
    private final Sequential classifier;

    /** Makes a network. */
    public AlexNet(int classes) {
        classifier = child("classifier", new Sequential(
                new Dropout(.5), new Linear(256 * 6 * 6, 4096), Activation.relu(),
                new Dropout(.5), new Linear(4096, 4096), Activation.relu(),
                new Linear(4096, classes)));
    }

    /** Returns the logits. @param x {@code [N, 3, 224, 224]}; other sizes from 63 on fit too @return {@code [N, classes]} */
    @Override
    public Tensor forward(Tensor x, Pass pass) {
        Tensor y = features.forward(x, pass);
        return classifier.forward(avgpool.forward(y, pass).flatten(1), pass);
    }
}
