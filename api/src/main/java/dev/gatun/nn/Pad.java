package dev.gatun.nn;

import dev.gatun.Tensor;
import dev.gatun.op.Ints;

/** Padding of the last axes as a layer; see {@link Pads#pad}. */
public final class Pad extends Layer {
    private final Pads.Mode mode;
    private final Ints sizes;

    /** Makes a layer. @param sizes how many places in front and behind each of the last axes, outermost first: (1, 1) frames an image */
    public Pad(Pads.Mode mode, int... sizes) {
        this.mode = mode;
        this.sizes = Ints.of(sizes);
    }

    @Override
    public Tensor forward(Tensor x, Pass pass) {
        return Pads.pad(x, mode, sizes.toArray(), sizes.toArray());
    }

    @Override
    protected String describe() {
        return "Pad(" + mode + ", " + sizes + ")";
    }
}
