package dev.gatun;

import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Images at another resolution: along each resized axis, y is a weighted sum of the elements of x around the place of x that a place of y stands for.
 *
 * {@snippet :
 * Tensor large = Resize.linear().toSizes(images, 224, 224);                          // [N, C, H, W] -> [N, C, 224, 224]
 * Tensor twice = Resize.nearest().byScales(images, 2, 2);
 * }
 *
 * <p>Axes are independent of each other, so each is a sum of gathers, and gradients are sums of scatters. Source: ONNX Resize-19, whose attributes
 * and defaults these are. They are also PyTorch's defaults for linear and cubic; its nearest is
 * {@code nearest().with(Coordinates.ASYMMETRIC).with(Rounding.FLOOR)}. What is beyond the border is the outermost element.
 *
 * @param interpolation how many elements are weighted, and how
 * @param coordinates which place of x a place of y stands for
 * @param rounding which neighbour is nearest, for {@link Interpolation#NEAREST}
 * @param cubicCoefficient a of {@link Interpolation#CUBIC}: -0.75 in PyTorch, -0.5 in TensorFlow
 * @param excludeOutside whether elements beyond the border get weight 0 and the others are scaled up, instead of repeating the outermost
 * @param antialias whether the kernel is widened where x is shrunk, so that every element has a part; not for {@link Interpolation#NEAREST}
 */
public record Resize(Interpolation interpolation, Coordinates coordinates, Rounding rounding, double cubicCoefficient, boolean excludeOutside,
        boolean antialias) {
    /** Kernels; d is the distance of an element from the place that is asked for. */
    public enum Interpolation {
        /** The nearest element. Any element type; the others are for floating types. */
        NEAREST,
        /** Weights max(0, 1 - |d|): the two neighbours. */
        LINEAR,
        /** Weights (a + 2)|d|³ - (a + 3)|d|² + 1 for |d| ≤ 1, a(|d|³ - 5|d|² + 8|d| - 4) for |d| < 2: four neighbours. Source: Keys 1981. */
        CUBIC
    }

    /** The place x̂ of x, of size I, that place ŷ of y, of size O, stands for; s is the scale: O/I, or as given, when s·I may have a fraction. */
    public enum Coordinates {
        /** x̂ = (ŷ + ½)/s - ½: pixels are squares, their places the middles. */
        HALF_PIXEL,
        /** As HALF_PIXEL, moved by I/2·(1 - O/(s·I)), so that the middles of both images meet even if s·I was rounded to O. */
        HALF_PIXEL_SYMMETRIC,
        /** As HALF_PIXEL, but 0 if O = 1. */
        PYTORCH_HALF_PIXEL,
        /** x̂ = ŷ·(I - 1)/(s·I - 1): the outer elements meet. */
        ALIGN_CORNERS,
        /** x̂ = ŷ/s: the first elements meet. */
        ASYMMETRIC
    }

    /** Which neighbour is nearest. */
    public enum Rounding {
        /** The nearest; of two the lower. */
        ROUND_PREFER_FLOOR,
        /** The nearest; of two the upper. */
        ROUND_PREFER_CEIL,
        /** The lower. */
        FLOOR,
        /** The upper. */
        CEIL
    }

    /** What sizes mean if they change the proportions of the axes. */
    public enum AspectRatio {
        /** They are exactly so. */
        STRETCH,
        /** All axes are scaled alike, as far as none is larger. */
        NOT_LARGER,
        /** All axes are scaled alike, until none is smaller. */
        NOT_SMALLER
    }

    /** Checks a. @throws IllegalArgumentException if it is not finite */
    public Resize {
        if (!Double.isFinite(cubicCoefficient)) {
            throw new IllegalArgumentException("resize: the cubic coefficient must be finite, got " + cubicCoefficient);
        }
    }

    private static Resize of(Interpolation interpolation) {
        return new Resize(interpolation, Coordinates.HALF_PIXEL, Rounding.ROUND_PREFER_FLOOR, -0.75, false, false);
    }

    /** Returns nearest neighbours with half pixels. */
    public static Resize nearest() {
        return of(Interpolation.NEAREST);
    }

    /** Returns linear interpolation with half pixels: bilinear on two axes. */
    public static Resize linear() {
        return of(Interpolation.LINEAR);
    }

    /** Returns cubic interpolation with half pixels and a = -0.75. */
    public static Resize cubic() {
        return of(Interpolation.CUBIC);
    }

    /** Returns this with other coordinates. */
    public Resize with(Coordinates other) {
        return new Resize(interpolation, other, rounding, cubicCoefficient, excludeOutside, antialias);
    }

    /** Returns this with another rounding. */
    public Resize with(Rounding other) {
        return new Resize(interpolation, coordinates, other, cubicCoefficient, excludeOutside, antialias);
    }

    /** Returns this with another a. */
    public Resize withCubicCoefficient(double a) {
        return new Resize(interpolation, coordinates, rounding, a, excludeOutside, antialias);
    }

    /** Returns this with weight 0 for what is beyond the border. */
    public Resize excludingOutside() {
        return new Resize(interpolation, coordinates, rounding, cubicCoefficient, true, antialias);
    }

    /** Returns this with kernels widened where x is shrunk. */
    public Resize antialiased() {
        return new Resize(interpolation, coordinates, rounding, cubicCoefficient, excludeOutside, true);
    }

    /** Returns x with its last axes resized to {@code sizes}. @throws IllegalArgumentException if x has fewer axes or a size is less than 1 */
    public Tensor toSizes(Tensor x, int... sizes) {
        return toSizes(x, last(x, sizes.length), sizes, AspectRatio.STRETCH);
    }

    /**
     * Returns x with {@code axes} resized to {@code sizes}.
     *
     * @param axes distinct
     * @param sizes one an axis, at least 1
     * @throws IllegalArgumentException if the arrays differ in length, an axis comes twice or is empty, or x is not floating where it must be
     */
    public Tensor toSizes(Tensor x, int[] axes, int[] sizes, AspectRatio ratio) {
        int[] a = checked(x, axes, sizes.length);
        ResizeAxis[] resized = new ResizeAxis[a.length];
        int alike = 0;
        for (int i = 0; i < a.length; i++) {
            requireSize(sizes[i]);
            resized[i] = ResizeAxis.toSize(x.dim(a[i]), sizes[i]);
            boolean isBetter = switch (ratio) {
                case STRETCH -> false;
                case NOT_LARGER -> resized[i].scale() < resized[alike].scale();
                case NOT_SMALLER -> resized[i].scale() > resized[alike].scale();
            };
            alike = isBetter ? i : alike;
        }
        if (ratio != AspectRatio.STRETCH) {
            ResizeAxis model = resized[alike];
            Arrays.setAll(resized, i -> ResizeAxis.like(model, x.dim(a[i])));
        }
        return resize(x, a, resized);
    }

    /** Returns x with its last axes resized by {@code scales}. @throws IllegalArgumentException as {@link #byScales(Tensor, int[], double[])} */
    public Tensor byScales(Tensor x, double... scales) {
        return byScales(x, last(x, scales.length), scales);
    }

    /**
     * Returns x with {@code axes} resized to O = ⌊I · scale⌋.
     *
     * @param axes distinct
     * @param scales one an axis
     * @throws IllegalArgumentException if the arrays differ in length, an axis comes twice or is empty, a scale is not positive or leaves nothing of
     *         an axis, or x is not floating where it must be
     */
    public Tensor byScales(Tensor x, int[] axes, double[] scales) {
        int[] a = checked(x, axes, scales.length);
        ResizeAxis[] resized = new ResizeAxis[a.length];
        for (int i = 0; i < a.length; i++) {
            if (!(scales[i] > 0 && x.dim(a[i]) * scales[i] <= Integer.MAX_VALUE)) {
                throw new IllegalArgumentException("resize: the " + x.dim(a[i]) + " places of axis " + a[i] + " of x" + x.shape()
                        + " cannot be scaled by " + scales[i]);
            }
            resized[i] = ResizeAxis.byScale(x.dim(a[i]), scales[i]);
            requireSize(resized[i].out());
        }
        return resize(x, a, resized);
    }

    /**
     * Returns a region of x, resized: x̂ = (I - 1)·(start + ŷ·(end - start)/(O - 1)), its middle if O = 1. Source: ONNX Resize-19 with
     * tf_crop_and_resize, whatever {@link #coordinates} say.
     *
     * @param axes distinct
     * @param starts one an axis, as a part of its length: 0 is the first element, 1 the last
     * @param ends one an axis; less than its start mirrors
     * @param sizes one an axis, at least 1
     * @param outside the value of places that are not in x
     * @throws IllegalArgumentException as {@link #toSizes(Tensor, int[], int[], AspectRatio)}
     */
    public Tensor crop(Tensor x, int[] axes, double[] starts, double[] ends, int[] sizes, double outside) {
        int[] a = checked(x, axes, sizes.length);
        if (starts.length != a.length || ends.length != a.length) {
            throw new IllegalArgumentException("resize: " + a.length + " axes need as many starts and ends, got " + starts.length + " and "
                    + ends.length);
        }
        Tensor y = x;
        for (int i = 0; i < a.length; i++) {
            requireSize(sizes[i]);
            ResizeAxis axis = ResizeAxis.toSize(x.dim(a[i]), sizes[i]);
            y = axis.taps(this, axis.region(starts[i], ends[i])).apply(y, a[i]);
        }
        // Outside places come last: sums of weights would not leave the value exactly as it is.
        Tensor value = Tensor.scalar(x.dtype(), outside);
        for (int i = 0; i < a.length; i++) {
            int in = x.dim(a[i]);
            double[] places = ResizeAxis.toSize(in, sizes[i]).region(starts[i], ends[i]);
            boolean[] isOutside = new boolean[places.length];
            boolean any = false;
            for (int o = 0; o < places.length; o++) {
                isOutside[o] = places[o] < 0 || places[o] > in - 1;
                any |= isOutside[o];
            }
            if (any) {
                y = Tensor.of(isOutside).reshape(along(y.rank(), a[i], places.length)).where(value, y);
            }
        }
        return y;
    }

    private Tensor resize(Tensor x, int[] axes, ResizeAxis[] resized) {
        Tensor y = x;
        for (int i = 0; i < axes.length; i++) {
            if (!resized[i].isIdentity()) {
                y = resized[i].taps(this, resized[i].places(coordinates)).apply(y, axes[i]);
            }
        }
        return y;
    }

    /** Checks operand and axes. @return the axes counted from the start */
    private int[] checked(Tensor x, int[] axes, int values) {
        if (interpolation != Interpolation.NEAREST && !x.dtype().isFloating()) {
            throw new IllegalArgumentException("resize: x is " + x.dtype().label() + " but must be floating to be weighted, write"
                    + " x.cast(DType.F32) or use nearest neighbours");
        }
        int[] a = Arrays.stream(axes).map(axis -> x.shape().axis(axis)).toArray();
        if (a.length != values || Arrays.stream(a).distinct().count() < a.length) {
            throw new IllegalArgumentException("resize: axes " + Arrays.toString(axes) + " must be different, and as many as the " + values
                    + " sizes or scales");
        }
        for (int axis : a) {
            if (x.dim(axis) == 0) {
                throw new IllegalArgumentException("resize: axis " + axis + " of x" + x.shape() + " is empty");
            }
        }
        return a;
    }

    private static int[] last(Tensor x, int count) {
        if (count > x.rank()) {
            throw new IllegalArgumentException("resize: x" + x.shape() + " has fewer axes than the " + count + " sizes or scales");
        }
        return IntStream.range(x.rank() - count, x.rank()).toArray();
    }

    private static void requireSize(int size) {
        if (size < 1) {
            throw new IllegalArgumentException("resize: an axis of the result would have size " + size + ", at least 1 is needed");
        }
    }

    /** Returns the shape in which a vector of {@code size} lies along {@code axis}. */
    static Shape along(int rank, int axis, int size) {
        int[] dims = new int[rank];
        Arrays.fill(dims, 1);
        dims[axis] = size;
        return Shape.of(dims);
    }
}
