package dev.gatun.models;

import dev.gatun.Tensor;
import dev.gatun.nn.Activation;
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
import java.util.ArrayList;
import java.util.List;

/**
 * The VGG family: five stages of 3 x 3 convolutions, each ended by pooling, and three dense layers, with torchvision's parameter names. Source:
 * Simonyan and Zisserman 2015, "Very deep convolutional networks for large-scale image recognition" (configurations A, B, D, E).
 */
public final class Vgg extends Layer {
    private static final int[] CHANNELS = {64, 128, 256, 512, 512};

    private final Sequential features;
    private final AdaptiveAvgPool avgpool;
    private final Sequential classifier;

    private Vgg(int classes, boolean batchNorm, int... convolutions) {
        features = child("features", features(batchNorm, convolutions));
        avgpool = child("avgpool", new AdaptiveAvgPool(7, 7));
        classifier = child("classifier", new Sequential(
                linear(512 * 7 * 7, 4096), Activation.relu(), new Dropout(.5),
                linear(4096, 4096), Activation.relu(), new Dropout(.5),
                linear(4096, classes)));
    }

    /** Returns configuration A, 11 layers with weights. @param batchNorm whether batch normalization follows each convolution */
    public static Vgg vgg11(int classes, boolean batchNorm) {
        return new Vgg(classes, batchNorm, 1, 1, 2, 2, 2);
    }

    /** Returns configuration B, 13 layers with weights. @param batchNorm whether batch normalization follows each convolution */
    public static Vgg vgg13(int classes, boolean batchNorm) {
        return new Vgg(classes, batchNorm, 2, 2, 2, 2, 2);
    }

    /** Returns configuration D, 16 layers with weights. @param batchNorm whether batch normalization follows each convolution */
    public static Vgg vgg16(int classes, boolean batchNorm) {
        return new Vgg(classes, batchNorm, 2, 2, 3, 3, 3);
    }

    /** Returns configuration E, 19 layers with weights. @param batchNorm whether batch normalization follows each convolution */
    public static Vgg vgg19(int classes, boolean batchNorm) {
        return new Vgg(classes, batchNorm, 2, 2, 4, 4, 4);
    }

    private static Sequential features(boolean batchNorm, int... convolutions) {
        List<Layer> layers = new ArrayList<>();
        int inputs = 3;
        for (int stage = 0; stage < CHANNELS.length; stage++) {
            for (int i = 0; i < convolutions[stage]; i++) {
                Conv conv = Conv.conv2d(inputs, CHANNELS[stage], 3).padding(1);
                conv.weight().initialize(Initializers.kaimingNormalFanOut());
                conv.bias().orElseThrow().initialize(Initializers.zeros());
                layers.add(conv);
                if (batchNorm) {
                    layers.add(new BatchNorm(CHANNELS[stage]));
                }
                layers.add(Activation.relu());
                inputs = CHANNELS[stage];
            }
            layers.add(MaxPool.maxPool2d(2));
        }
        return new Sequential(layers);
    }

    private static Linear linear(int inputs, int outputs) {
        Linear linear = new Linear(inputs, outputs);
        linear.weight().initialize(Initializers.normal(0, .01));
        linear.bias().orElseThrow().initialize(Initializers.zeros());
        return linear;
    }

    /** Returns the logits. @param x {@code [N, 3, 224, 224]}; other sizes from 32 on fit too @return {@code [N, classes]} */
    @Override
    public Tensor forward(Tensor x, Pass pass) {
        Tensor y = features.forward(x, pass);
        return classifier.forward(avgpool.forward(y, pass).flatten(1), pass);
    }
}
