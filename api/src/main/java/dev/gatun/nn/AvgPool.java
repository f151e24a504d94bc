package dev.gatun.nn;

import dev.gatun.Tensor;
import dev.gatun.op.Ints;
import dev.gatun.op.Pooling.Window;

/**
 * The mean of each window over the spatial axes; see {@link Pools#avgPool}. The stride is the kernel's size unless {@link #stride} says otherwise,
 * and padding counts unless {@link #excludingPadding} is asked for. Immutable: each method below returns another layer.
 */
public final class AvgPool extends Layer {
    private final Window window;
    private final boolean countPadding;

    private AvgPool(Window window, boolean countPadding) {
        this.window = window;
        this.countPadding = countPadding;
    }

    private static AvgPool of(int axes, int... kernel) {
        Ints k = Ints.of(Conv.each("kernel", 1, axes, kernel));
        Ints none = Ints.filled(axes, 0);
        return new AvgPool(new Window(k, k, none, none, Ints.filled(axes, 1), false), true);
    }

    /** Returns a layer for {@code [N, C, W]}. */
    public static AvgPool avgPool1d(int kernel) {
        return of(1, kernel);
    }

    /** Returns a layer for {@code [N, C, H, W]}. @param kernel its size, or height and width */
    public static AvgPool avgPool2d(int... kernel) {
        return of(2, kernel);
    }

    /** Returns a layer for {@code [N, C, D, H, W]}. @param kernel its size, or depth, height and width */
    public static AvgPool avgPool3d(int... kernel) {
        return of(3, kernel);
    }

    /** Returns this layer with other strides: one for all axes, or one an axis. */
    public AvgPool stride(int... strides) {
        return new AvgPool(new Window(window.kernel(), axes("stride", 1, strides), window.padBefore(), window.padAfter(), window.dilations(),
                window.ceilMode()), countPadding);
    }

    /** Returns this layer with zeros around its input: as many everywhere, or a number an axis. */
    public AvgPool padding(int... padding) {
        Ints p = axes("padding", 0, padding);
        return new AvgPool(new Window(window.kernel(), window.strides(), p, p, window.dilations(), window.ceilMode()), countPadding);
    }

    /** Returns this layer with means over what lies inside of its input only. */
    public AvgPool excludingPadding() {
        return new AvgPool(window, false);
    }

    /** Returns this layer with a last window that need not fit; see {@link Window}. */
    public AvgPool ceilMode() {
        return new AvgPool(new Window(window.kernel(), window.strides(), window.padBefore(), window.padAfter(), window.dilations(), true),
                countPadding);
    }

    private Ints axes(String name, int least, int... values) {
        return Ints.of(Conv.each(name, least, window.spatialRank(), values));
    }

    @Override
    public Tensor forward(Tensor x, Pass pass) {
        return Pools.avgPool(x, window, countPadding);
    }

    @Override
    protected String describe() {
        return "AvgPool(kernel " + window.kernel() + ", stride " + window.strides() + ", padding " + window.padBefore()
                + (countPadding ? "" : " excluded") + (window.ceilMode() ? ", ceil mode" : "") + ")";
    }
}
