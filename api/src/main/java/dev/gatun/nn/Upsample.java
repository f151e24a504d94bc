package dev.gatun.nn;

import dev.gatun.Resize;
import dev.gatun.Tensor;
import java.util.Arrays;

/** Makes the spatial axes of {@code [N, C, spatial...]} a number of times as large; see {@link Resize}. */
public final class Upsample extends Layer {
    private final double scale;
    private final Resize resize;

    /** Makes a layer. @param resize e.g. {@link Resize#linear} @throws IllegalArgumentException if {@code scale} is not positive */
    public Upsample(double scale, Resize resize) {
        if (!(scale > 0)) {
            throw new IllegalArgumentException("upsample: the scale must be positive, got " + scale);
        }
        this.scale = scale;
        this.resize = resize;
    }

    @Override
    public Tensor forward(Tensor x, Pass pass) {
        double[] scales = new double[Math.max(0, x.rank() - 2)];
        Arrays.fill(scales, scale);
        return resize.byScales(x, scales);
    }

    @Override
    protected String describe() {
        return "Upsample(" + scale + ", " + resize.interpolation() + ")";
    }
}
