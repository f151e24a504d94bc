package dev.gatun.onednn;

import dev.gatun.DType;
import dev.gatun.TensorType;
import dev.gatun.nn.Activation;
import dev.gatun.nn.BatchNorm;
import dev.gatun.nn.Conv;
import dev.gatun.nn.Layer;
import dev.gatun.nn.Sequential;

/** A network that is small, and yet has primitives beside kernels of the vector backend. */
final class MixedNetwork {
    static final TensorType INPUT = TensorType.of(DType.F32, 2, 3, 21, 19);

    private MixedNetwork() {
    }

    static Layer layer() {
        return new Sequential(Conv.conv2d(3, 32, 3), new BatchNorm(32), Activation.relu(), Conv.conv2d(32, 48, 5), Activation.relu(), Conv.conv2d(48, 9, 1));
    }
}
