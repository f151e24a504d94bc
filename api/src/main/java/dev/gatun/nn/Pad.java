package dev.gatun.nn;

import dev.gatun.Padding;
import dev.gatun.Tensor;
import dev.gatun.op.Ints;
import java.util.Optional;

/** Padding of the last axes as a layer, with zeros or with what {@link Padding.Mode} repeats. */
public final class Pad extends Layer {
    private final Optional<Padding.Mode> mode;
    private final Ints sizes;

    private Pad(Optional<Padding.Mode> mode, int... sizes) {
        this.mode = mode;
        this.sizes = Ints.of(sizes);
    }

    /** Makes a layer. @param sizes how many places in front and behind each of the last axes, outermost first: (1, 1) frames an image */
    public Pad(Padding.Mode mode, int... sizes) {
        this(Optional.of(mode), sizes);
    }

    /** Returns a layer that pads with zeros; see {@link #Pad(Padding.Mode, int...)}. */
    public static Pad zeros(int... sizes) {
        return new Pad(Optional.empty(), sizes);
    }

    @Override
    public Tensor forward(Tensor x, Pass pass) {
        int lead = x.rank() - sizes.size();
        if (lead < 0) {
            throw new IllegalArgumentException("pad: x" + x.shape() + " has fewer axes than the sizes " + sizes);
        }
        int[] all = new int[x.rank()];
        System.arraycopy(sizes.toArray(), 0, all, lead, sizes.size());
        return mode.map(m -> Padding.repeat(x, m, all, all)).orElseGet(() -> Padding.constant(x, all, all, 0));
    }

    @Override
    protected String describe() {
        return "Pad(" + mode.map(Padding.Mode::name).orElse("ZEROS") + ", " + sizes + ")";
    }
}
