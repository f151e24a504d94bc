package dev.gatun.nn;

import dev.gatun.Tensor;
import dev.gatun.op.Ints;

/** Means over windows chosen so that the result has given spatial sizes; see {@link Pools#adaptiveAvgPool}. */
public final class AdaptiveAvgPool extends Layer {
    private final Ints sizes;

    /** Makes a layer. @param sizes of the result, one a spatial axis: {@code new AdaptiveAvgPool(6, 6)} */
    public AdaptiveAvgPool(int... sizes) {
        this.sizes = Ints.of(Conv.each("adaptiveAvgPool", 1, sizes.length, sizes));
    }

    @Override
    public Tensor forward(Tensor x, Pass pass) {
        return Pools.adaptiveAvgPool(x, sizes.toArray());
    }

    @Override
    protected String describe() {
        return "AdaptiveAvgPool(" + sizes + ")";
    }
}
