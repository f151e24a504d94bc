package dev.gatun.models;

import dev.gatun.Tensor;
import dev.gatun.nn.Activation;
import dev.gatun.nn.AdaptiveAvgPool;
import dev.gatun.nn.BatchNorm;
import dev.gatun.nn.Conv;
import dev.gatun.nn.Initializers;
import dev.gatun.nn.Layer;
import dev.gatun.nn.Linear;
import dev.gatun.nn.MaxPool;
import dev.gatun.nn.Pass;
import dev.gatun.nn.Sequential;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Residual networks: blocks that compute y = relu(x + f(x)), with torchvision's definitions and parameter names. Source: He, Zhang, Ren and Sun 2016,
 * "Deep residual learning for image recognition"; bottlenecks have their stride in the 3 x 3 convolution ("v1.5").
 */
public final class ResNet extends Layer {
    private static final int[] WIDTHS = {64, 128, 256, 512};

    private final Conv conv1 = child("conv1", conv(3, 64, 7, 2));
    private final BatchNorm bn1 = child("bn1", new BatchNorm(64));
    private final Activation relu = child("relu", Activation.relu());
    private final MaxPool maxpool = child("maxpool", MaxPool.maxPool2d(3).stride(2).padding(1));
    private final List<Sequential> stages = new ArrayList<>();
    private final AdaptiveAvgPool avgpool;
    private final Linear fc;

    private ResNet(int classes, boolean bottlenecks, int... blocks) {
        int inputs = 64;
        for (int s = 0; s < WIDTHS.length; s++) {
            List<Layer> stage = new ArrayList<>();
            int outputs = bottlenecks ? WIDTHS[s] * Bottleneck.EXPANSION : WIDTHS[s];
            for (int b = 0; b < blocks[s]; b++) {
                int stride = b == 0 && s > 0 ? 2 : 1;
                stage.add(bottlenecks ? new Bottleneck(inputs, WIDTHS[s], stride) : new BasicBlock(inputs, outputs, stride));
                inputs = outputs;
            }
            stages.add(child("layer" + (s + 1), new Sequential(stage)));
        }
        avgpool = child("avgpool", new AdaptiveAvgPool(1, 1));
        fc = child("fc", new Linear(inputs, classes));
    }

    /** Returns the network of 18 layers with weights, made of basic blocks. */
    public static ResNet resnet18(int classes) {
        return new ResNet(classes, false, 2, 2, 2, 2);
    }

    /** Returns the network of 34 layers with weights, made of basic blocks. */
    public static ResNet resnet34(int classes) {
        return new ResNet(classes, false, 3, 4, 6, 3);
    }

    /** Returns the network of 50 layers with weights, made of bottlenecks. */
    public static ResNet resnet50(int classes) {
        return new ResNet(classes, true, 3, 4, 6, 3);
    }

    /** Returns the network of 101 layers with weights, made of bottlenecks. */
    public static ResNet resnet101(int classes) {
        return new ResNet(classes, true, 3, 4, 23, 3);
    }

    /** Returns the network of 152 layers with weights, made of bottlenecks. */
    public static ResNet resnet152(int classes) {
        return new ResNet(classes, true, 3, 8, 36, 3);
    }

    /** Returns the logits. @param x {@code [N, 3, 224, 224]}; other sizes fit too @return {@code [N, classes]} */
    @Override
    public Tensor forward(Tensor x, Pass pass) {
        Tensor y = relu.forward(bn1.forward(conv1.forward(x, pass), pass), pass); // [N, 64, 112, 112]
        y = maxpool.forward(y, pass); // [N, 64, 56, 56]
        for (Sequential stage : stages) {
            y = stage.forward(y, pass);
        }
        return fc.forward(avgpool.forward(y, pass).flatten(1), pass);
    }

    /** Returns a convolution without bias that keeps sizes but for its stride. */
    private static Conv conv(int inputs, int outputs, int kernel, int stride) {
        Conv conv = Conv.conv2d(inputs, outputs, kernel).stride(stride).padding(kernel / 2).withoutBias();
        conv.weight().initialize(Initializers.kaimingNormalFanOut());
        return conv;
    }

    /** Returns what fits x to f(x) where their shapes differ. */
    private static Optional<Sequential> downsample(int inputs, int outputs, int stride) {
        return inputs == outputs && stride == 1 ? Optional.empty()
                : Optional.of(new Sequential(conv(inputs, outputs, 1, stride), new BatchNorm(outputs)));
    }

    /** f = two 3 x 3 convolutions, the first with the stride. */
    private static final class BasicBlock extends Layer {
        private final Conv conv1;
        private final BatchNorm bn1;
        private final Conv conv2;
        private final BatchNorm bn2;
        private final Optional<Sequential> downsample;

        BasicBlock(int inputs, int outputs, int stride) {
            conv1 = child("conv1", conv(inputs, outputs, 3, stride));
            bn1 = child("bn1", new BatchNorm(outputs));
            conv2 = child("conv2", conv(outputs, outputs, 3, 1));
            bn2 = child("bn2", new BatchNorm(outputs));
            downsample = downsample(inputs, outputs, stride).map(d -> child("downsample", d));
        }

        @Override
        public Tensor forward(Tensor x, Pass pass) {
            Tensor y = bn1.forward(conv1.forward(x, pass), pass).relu();
            y = bn2.forward(conv2.forward(y, pass), pass);
            return y.add(downsample.map(d -> d.forward(x, pass)).orElse(x)).relu();
        }
    }

    /** f = 1 x 1 to {@code width} channels, 3 x 3 with the stride, 1 x 1 to four times as many. */
    private static final class Bottleneck extends Layer {
        static final int EXPANSION = 4;

        private final Conv conv1;
        private final BatchNorm bn1;
        private final Conv conv2;
        private final BatchNorm bn2;
        private final Conv conv3;
        private final BatchNorm bn3;
        private final Optional<Sequential> downsample;

        Bottleneck(int inputs, int width, int stride) {
            conv1 = child("conv1", conv(inputs, width, 1, 1));
            bn1 = child("bn1", new BatchNorm(width));
            conv2 = child("conv2", conv(width, width, 3, stride));
            bn2 = child("bn2", new BatchNorm(width));
            conv3 = child("conv3", conv(width, EXPANSION * width, 1, 1));
            bn3 = child("bn3", new BatchNorm(EXPANSION * width));
            downsample = downsample(inputs, EXPANSION * width, stride).map(d -> child("downsample", d));
        }

        @Override
        public Tensor forward(Tensor x, Pass pass) {
            Tensor y = bn1.forward(conv1.forward(x, pass), pass).relu();
            y = bn2.forward(conv2.forward(y, pass), pass).relu();
            y = bn3.forward(conv3.forward(y, pass), pass);
            return y.add(downsample.map(d -> d.forward(x, pass)).orElse(x)).relu();
        }
    }
}
