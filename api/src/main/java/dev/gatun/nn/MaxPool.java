package dev.gatun.nn;

import dev.gatun.Tensor;
import dev.gatun.op.Ints;
import dev.gatun.op.Pooling.Window;

/**
 * The largest element of each window over the spatial axes; see {@link Pools#maxPool}. The stride is the kernel's size unless {@link #stride} says
 * otherwise. Immutable: each method below returns another layer.
 */
public final class MaxPool extends Layer {
    private final Window window;

    private MaxPool(Window window) {
        this.window = window;
    }

    private static MaxPool of(int axes, int... kernel) {
        Ints k = Ints.of(Conv.each("kernel", 1, axes, kernel));
        Ints none = Ints.filled(axes, 0);
        return new MaxPool(new Window(k, k, none, none, Ints.filled(axes, 1), false));
    }

    /** Returns a layer for {@code [N, C, W]}. */
    public static MaxPool maxPool1d(int kernel) {
        return of(1, kernel);
    }

    /** Returns a layer for {@code [N, C, H, W]}. @param kernel its size, or height and width */
    public static MaxPool maxPool2d(int... kernel) {
        return of(2, kernel);
    }

    /** Returns a layer for {@code [N, C, D, H, W]}. @param kernel its size, or depth, height and width */
    public static MaxPool maxPool3d(int... kernel) {
        return of(3, kernel);
    }

    /** Returns this layer with other strides: one for all axes, or one an axis. */
    public MaxPool stride(int... strides) {
        return new MaxPool(new Window(window.kernel(), axes("stride", 1, strides), window.padBefore(), window.padAfter(), window.dilations(),
                window.ceilMode()));
    }

    /** Returns this layer with places around its input that never win: as many everywhere, or a number an axis. */
    public MaxPool padding(int... padding) {
        Ints p = axes("padding", 0, padding);
        return new MaxPool(new Window(window.kernel(), window.strides(), p, p, window.dilations(), window.ceilMode()));
    }

    /** Returns this layer with {@code dilation} - 1 places between those that a window sees: for all axes, or a number an axis. */
    public MaxPool dilation(int... dilations) {
        return new MaxPool(new Window(window.kernel(), window.strides(), window.padBefore(), window.padAfter(), axes("dilation", 1, dilations),
                window.ceilMode()));
    }

    /** Returns this layer with a last window that need not fit; see {@link Window}. */
    public MaxPool ceilMode() {
        return new MaxPool(new Window(window.kernel(), window.strides(), window.padBefore(), window.padAfter(), window.dilations(), true));
    }

    private Ints axes(String name, int least, int... values) {
        return Ints.of(Conv.each(name, least, window.spatialRank(), values));
    }

    @Override
    public Tensor forward(Tensor x, Pass pass) {
        return pass.isTraining() ? Pools.maxPoolWithIndices(x, window).y() : Pools.maxPool(x, window);
    }

    @Override
    protected String describe() {
        return "MaxPool(kernel " + window.kernel() + ", stride " + window.strides() + ", padding " + window.padBefore()
                + (window.ceilMode() ? ", ceil mode" : "") + ")";
    }
}
