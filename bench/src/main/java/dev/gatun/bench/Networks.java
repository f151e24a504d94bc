package dev.gatun.bench;

import dev.gatun.Shape;
import dev.gatun.Tensor;
import dev.gatun.TensorType;
import dev.gatun.models.Zoo;
import dev.gatun.nn.Layer;
import dev.gatun.nn.Parameter;

/**
 * The networks of {@link Zoo}, and one more. Every process draws the same parameters, uniformly with the variance 2/terms of He et al. 2015: signals keep their
 * size from layer to layer. With the first weights of some papers (GoogLeNet's have a deviation of .01) they vanish, and the result is the last bias, whatever
 * the image: then the wrongest kernel gives the right result.
 */
final class Networks {
    private static final String SMALL = "resnet18-32";

    private Networks() {
    }

    /** Returns a new network. */
    static Layer layer(String name) {
        Layer layer = unfilled(name);
        long seed = 0;
        for (Parameter p : layer.parameters().values()) {
            Shape shape = p.type().shape();
            if (shape.rank() > 1) {
                double bound = Math.sqrt(6.0 / shape.elements(1, shape.rank()));
                p.set(Tensor.of(Numbers.between(-bound, bound, Math.toIntExact(shape.elements()), seed++), shape.dims()));
            }
        }
        return layer;
    }

    /** Returns a new network whose parameters will be read from a file: drawing them first would count as its start. */
    static Layer unfilled(String name) {
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
