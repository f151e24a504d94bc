package dev.gatun.models;

import dev.gatun.Tensor;
import dev.gatun.nn.AdaptiveAvgPool;
import dev.gatun.nn.BatchNorm;
import dev.gatun.nn.Conv;
import dev.gatun.nn.Dropout;
import dev.gatun.nn.Initializers;
import dev.gatun.nn.Layer;
import dev.gatun.nn.Linear;
import dev.gatun.nn.MaxPool;
import dev.gatun.nn.Pass;
import dev.gatun.nn.Sequential;
import java.util.List;

/**
 * GoogLeNet with batch normalization, with torchvision's definition and parameter names (its "5 x 5" branches are 3 x 3). Two auxiliary classifiers
 * give the middle layers a gradient while training. Source: Szegedy et al. 2015, "Going deeper with convolutions".
 */
public final class GoogLeNet extends Layer {
    private final BasicConv conv1 = child("conv1", new BasicConv(3, 64, 7, 2, 3));
    private final MaxPool maxpool1 = child("maxpool1", halving(3));
    private final BasicConv conv2 = child("conv2", new BasicConv(64, 64, 1, 1, 0));
    private final BasicConv conv3 = child("conv3", new BasicConv(64, 192, 3, 1, 1));
    private final MaxPool maxpool2 = child("maxpool2", halving(3));
    private final Inception inception3a = child("inception3a", new Inception(192, 64, 96, 128, 16, 32, 32));
    private final Inception inception3b = child("inception3b", new Inception(256, 128, 128, 192, 32, 96, 64));
    private final MaxPool maxpool3 = child("maxpool3", halving(3));
    private final Inception inception4a = child("inception4a", new Inception(480, 192, 96, 208, 16, 48, 64));
    private final Inception inception4b = child("inception4b", new Inception(512, 160, 112, 224, 24, 64, 64));
    private final Inception inception4c = child("inception4c", new Inception(512, 128, 128, 256, 24, 64, 64));
    private final Inception inception4d = child("inception4d", new Inception(512, 112, 144, 288, 32, 64, 64));
    private final Inception inception4e = child("inception4e", new Inception(528, 256, 160, 320, 32, 128, 128));
    private final MaxPool maxpool4 = child("maxpool4", halving(2));
    private final Inception inception5a = child("inception5a", new Inception(832, 256, 160, 320, 32, 128, 128));
    private final Inception inception5b = child("inception5b", new Inception(832, 384, 192, 384, 48, 128, 128));
    private final Auxiliary aux1;
    private final Auxiliary aux2;
    private final AdaptiveAvgPool avgpool;
    private final Dropout dropout;
    private final Linear fc;

    /** What a training pass gives: the logits, and those of the auxiliary classifiers behind inception 4a and 4d, all {@code [N, classes]}. */
    public record Logits(Tensor main, Tensor aux1, Tensor aux2) { }

    /** Makes a network. */
    public GoogLeNet(int classes) {
        aux1 = child("aux1", new Auxiliary(512, classes));
        aux2 = child("aux2", new Auxiliary(528, classes));
        avgpool = child("avgpool", new AdaptiveAvgPool(1, 1));
        dropout = child("dropout", new Dropout(.2));
        fc = child("fc", linear(1024, classes));
    }

    /** Returns the logits. @param x {@code [N, 3, 224, 224]}; other sizes from 15 on fit too @return {@code [N, classes]} */
    @Override
    public Tensor forward(Tensor x, Pass pass) {
        return head(fourth(third(x, pass), pass), pass);
    }

    /** Returns all logits; the paper trains on loss(main) + .3 loss(aux1) + .3 loss(aux2). @param x {@code [N, 3, 224, 224]} */
    public Logits forwardWithAuxiliaries(Tensor x, Pass pass) {
        Tensor third = third(x, pass);
        Tensor fourth = fourth(third, pass);
        return new Logits(head(fourth, pass), aux1.forward(third, pass), aux2.forward(fourth, pass));
    }

    /** Up to inception 4a. */
    private Tensor third(Tensor x, Pass pass) {
        Tensor y = maxpool1.forward(conv1.forward(x, pass), pass); // [N, 64, 56, 56]
        y = maxpool2.forward(conv3.forward(conv2.forward(y, pass), pass), pass); // [N, 192, 28, 28]
        y = inception3b.forward(inception3a.forward(y, pass), pass); // [N, 480, 28, 28]
        return inception4a.forward(maxpool3.forward(y, pass), pass); // [N, 512, 14, 14]
    }

    /** From there to inception 4d. */
    private Tensor fourth(Tensor x, Pass pass) {
        return inception4d.forward(inception4c.forward(inception4b.forward(x, pass), pass), pass); // [N, 528, 14, 14]
    }

    private Tensor head(Tensor x, Pass pass) {
        Tensor y = maxpool4.forward(inception4e.forward(x, pass), pass); // [N, 832, 7, 7]
        y = inception5b.forward(inception5a.forward(y, pass), pass); // [N, 1024, 7, 7]
        y = avgpool.forward(y, pass).flatten(1);
        return fc.forward(dropout.forward(y, pass), pass);
    }

    private static MaxPool halving(int kernel) {
        return MaxPool.maxPool2d(kernel).stride(2).ceilMode();
    }

    private static Linear linear(int inputs, int outputs) {
        Linear linear = new Linear(inputs, outputs);
        linear.weight().initialize(Initializers.truncatedNormal(0, .01, -2, 2));
        return linear;
    }

    /** Convolution without bias, batch normalization, ReLU. */
    private static final class BasicConv extends Layer {
        private final Conv conv;
        private final BatchNorm bn;

        BasicConv(int inputs, int outputs, int kernel, int stride, int padding) {
            conv = child("conv", Conv.conv2d(inputs, outputs, kernel).stride(stride).padding(padding).withoutBias());
            conv.weight().initialize(Initializers.truncatedNormal(0, .01, -2, 2));
            bn = child("bn", new BatchNorm(outputs, .001, .1));
        }

        @Override
        public Tensor forward(Tensor x, Pass pass) {
            return bn.forward(conv.forward(x, pass), pass).relu();
        }
    }

    /** Four branches over the same input, joined along the channels: 1 x 1; 1 x 1 and 3 x 3; again; pooling and 1 x 1. */
    private static final class Inception extends Layer {
        private final BasicConv branch1;
        private final Sequential branch2;
        private final Sequential branch3;
        private final Sequential branch4;

        Inception(int inputs, int outputs1, int reduced2, int outputs2, int reduced3, int outputs3, int outputs4) {
            branch1 = child("branch1", new BasicConv(inputs, outputs1, 1, 1, 0));
            branch2 = child("branch2", new Sequential(new BasicConv(inputs, reduced2, 1, 1, 0), new BasicConv(reduced2, outputs2, 3, 1, 1)));
            branch3 = child("branch3", new Sequential(new BasicConv(inputs, reduced3, 1, 1, 0), new BasicConv(reduced3, outputs3, 3, 1, 1)));
            branch4 = child("branch4", new Sequential(MaxPool.maxPool2d(3).stride(1).padding(1).ceilMode(),
                    new BasicConv(inputs, outputs4, 1, 1, 0)));
        }

        @Override
        public Tensor forward(Tensor x, Pass pass) {
            return Tensor.concat(1, List.of(branch1.forward(x, pass), branch2.forward(x, pass), branch3.forward(x, pass), branch4.forward(x, pass)));
        }
    }

    /** A classifier on the features of a middle layer. */
    private static final class Auxiliary extends Layer {
        private final AdaptiveAvgPool pool = child("pool", new AdaptiveAvgPool(4, 4));
        private final BasicConv conv;
        private final Linear fc1 = linear(128 * 4 * 4, 1024);
        private final Linear fc2;
        private final Dropout dropout = new Dropout(.7);

        Auxiliary(int inputs, int classes) {
            conv = child("conv", new BasicConv(inputs, 128, 1, 1, 0));
            child("fc1", fc1);
            fc2 = child("fc2", linear(1024, classes));
            child("dropout", dropout);
        }

        @Override
        public Tensor forward(Tensor x, Pass pass) {
            Tensor y = conv.forward(pool.forward(x, pass), pass).flatten(1);
            y = fc1.forward(y, pass).relu();
            return fc2.forward(dropout.forward(y, pass), pass);
        }
    }
}
