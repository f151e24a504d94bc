package dev.gatun.bench;

import dev.gatun.Tensor;
import dev.gatun.nn.AdaptiveAvgPool;
import dev.gatun.nn.BatchNorm;
import dev.gatun.nn.Conv;
import dev.gatun.nn.Layer;
import dev.gatun.nn.Linear;
import dev.gatun.nn.Pass;
import dev.gatun.nn.Sequential;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** ResNet-18 for images of 32 x 32 pixels, as it is commonly trained on them: a stem of 3 x 3 with stride 1, without pooling. */
final class SmallResNet extends Layer {
    private final Conv conv1 = child("conv1", conv(3, 64, 3, 1));
    private final BatchNorm bn1 = child("bn1", new BatchNorm(64));
    private final Sequential blocks;
    private final AdaptiveAvgPool avgpool = child("avgpool", new AdaptiveAvgPool(1, 1));
    private final Linear fc;

    SmallResNet(int classes) {
        List<Layer> all = new ArrayList<>();
        int inputs = 64;
        for (int width : new int[] {64, 128, 256, 512}) {
            all.add(new Block(inputs, width, width == 64 ? 1 : 2));
            all.add(new Block(width, width, 1));
            inputs = width;
        }
        blocks = child("blocks", new Sequential(all));
        fc = child("fc", new Linear(inputs, classes));
    }

    @Override
    public Tensor forward(Tensor x, Pass pass) {
        Tensor y = bn1.forward(conv1.forward(x, pass), pass).relu();
        return fc.forward(avgpool.forward(blocks.forward(y, pass), pass).flatten(1), pass);
    }

    private static Conv conv(int inputs, int outputs, int kernel, int stride) {
        return Conv.conv2d(inputs, outputs, kernel).stride(stride).padding(kernel / 2).withoutBias();
    }

    private static final class Block extends Layer {
        private final Conv conv1;
        private final BatchNorm bn1;
        private final Conv conv2;
        private final BatchNorm bn2;
        private final Optional<Sequential> downsample;

        Block(int inputs, int outputs, int stride) {
            conv1 = child("conv1", conv(inputs, outputs, 3, stride));
            bn1 = child("bn1", new BatchNorm(outputs));
            conv2 = child("conv2", conv(outputs, outputs, 3, 1));
            bn2 = child("bn2", new BatchNorm(outputs));
            downsample = inputs == outputs ? Optional.empty()
                    : Optional.of(child("downsample", new Sequential(conv(inputs, outputs, 1, stride), new BatchNorm(outputs))));
        }

        @Override
        public Tensor forward(Tensor x, Pass pass) {
            Tensor y = bn1.forward(conv1.forward(x, pass), pass).relu();
            y = bn2.forward(conv2.forward(y, pass), pass);
            return y.add(downsample.map(d -> d.forward(x, pass)).orElse(x)).relu();
        }
    }
}
