package dev.gatun.bench;

import dev.gatun.TensorType;
import dev.gatun.models.Zoo;
import dev.gatun.nn.Layer;

/** The networks of {@link Zoo}, and one more. Parameters are drawn from seed 0: every process has the same. */
final class Networks {
    private static final String SMALL = "resnet18-32";

    private Networks() {
    }

    /** Returns a new network. */
    static Layer layer(String name) {
        return name.equals(SMALL) ? new SmallResNet(10) : Zoo.layer(name);
    }

    /** Returns the type of its input. */
    static TensorType input(String name, int batch) {
        return name.equals(SMALL) ? KernelCase.f32(batch, 3, 32, 32) : Zoo.input(name, batch);
    }

    /** Returns how many classes it knows. */
    static int classes(String name) {
        return name.equals(SMALL) || name.equals("lenet") ? 10 : 1000;
    }
}
