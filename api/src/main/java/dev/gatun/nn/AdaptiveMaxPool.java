package dev.gatun.nn;

import dev.gatun.Tensor;
import dev.gatun.op.Ints;

/** The largest elements of windows chosen so that the result has given spatial sizes; see {@link Pools#adaptiveMaxPool}. */
public final class AdaptiveMaxPool extends Layer {
    private final Ints sizes;

    /** Makes a layer. @param sizes of the result, one a spatial axis: {@code new AdaptiveMaxPool(6, 6)} */
    public AdaptiveMaxPool(int... sizes) {
        this.sizes = Ints.of(Conv.each("adaptiveMaxPool", 1, sizes.length, sizes));
    }

    @Override
    public Tensor forward(Tensor x, Pass pass) {
        return Pools.adaptiveMaxPool(x, sizes.toArray());
    }

    @Override
    protected String describe() {
        return "AdaptiveMaxPool(" + sizes + ")";
    }
}
