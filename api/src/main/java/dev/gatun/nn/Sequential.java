package dev.gatun.nn;

import dev.gatun.Tensor;
import java.util.List;

/** Layers one after another; the children are called "0", "1", ... */
public final class Sequential extends Layer {
    private final List<Layer> layers;

    /** Makes a chain. */
    public Sequential(Layer... layers) {
        this(List.of(layers));
    }

    /** Makes a chain. */
    public Sequential(List<? extends Layer> layers) {
        this.layers = List.copyOf(layers);
        for (int i = 0; i < layers.size(); i++) {
            child(Integer.toString(i), layers.get(i));
        }
    }

    /** Returns the layers in order. */
    public List<Layer> layers() {
        return layers;
    }

    @Override
    public Tensor forward(Tensor x, Pass pass) {
        Tensor y = x;
        for (Layer layer : layers) {
            y = layer.forward(y, pass);
        }
        return y;
    }
}
