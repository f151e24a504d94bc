package dev.gatun.nn;

import dev.gatun.Tensor;
import java.util.Arrays;

/**
 * Resizing of the last axes of a tensor, one after another: result place o of an axis lies at a coordinate of x, which {@code coordinates} says, and
 * takes its value from the places around. Source: ONNX Resize-19.
 *
 * @param rounding of {@code NEAREST} only
 * @param a the coefficient of {@code CUBIC} only (Keys 1981): -.75 in PyTorch, -.5 elsewhere
 * @param excludeOutside whether places outside of x count with weight 0, the others scaled up, instead of repeating the edge
 */
public record Resize(Method method, Coordinates coordinates, Rounding rounding, double a, boolean excludeOutside) {
    /** How values between places are found. */
    public enum Method {
        /** The value of one place. */
        NEAREST,
        /** A line through 2 places along each axis. */
        LINEAR,
        /** A cubic convolution over 4 places along each axis. */
        CUBIC
    }

    /** Where result place o lies in x, with s = out/in the scale of the axis. */
    public enum Coordinates {
        /** (o + .5)/s - .5: places are pixels with an extent. */
        HALF_PIXEL,
        /** As HALF_PIXEL, but 0 where the result has one place only. */
        PYTORCH_HALF_PIXEL,
        /** As HALF_PIXEL, moved so that x and the result have one center where s·in is no integer. */
        HALF_PIXEL_SYMMETRIC,
        /** o·(in - 1)/(out - 1): first and last places meet. */
        ALIGN_CORNERS,
        /** o/s. */
        ASYMMETRIC
    }

    /** Which place is nearest. */
    public enum Rounding {
        /** The one below. */
        FLOOR,
        /** The one above. */
        CEIL,
        /** The nearest; half goes down. */
        ROUND_PREFER_FLOOR,
        /** The nearest; half goes up. */
        ROUND_PREFER_CEIL
    }

    /** PyTorch's nearest. */
    public static final Resize NEAREST = new Resize(Method.NEAREST, Coordinates.ASYMMETRIC, Rounding.FLOOR, 0, false);
    /** PyTorch's linear, bilinear, trilinear, corners not aligned. */
    public static final Resize LINEAR = new Resize(Method.LINEAR, Coordinates.HALF_PIXEL, Rounding.FLOOR, 0, false);
    /** PyTorch's bicubic, corners not aligned. */
    public static final Resize CUBIC = new Resize(Method.CUBIC, Coordinates.HALF_PIXEL, Rounding.FLOOR, -0.75, false);

    /** Returns this resizing under other coordinates. */
    public Resize coordinates(Coordinates other) {
        return new Resize(method, other, rounding, a, excludeOutside);
    }

    /** Returns x with its last axes resized. @param sizes of the result, one for each of the last axes */
    public Tensor to(Tensor x, int... sizes) {
        int lead = x.rank() - sizes.length;
        double[] scales = new double[sizes.length];
        for (int i = 0; i < sizes.length && lead >= 0; i++) {
            scales[i] = (double) sizes[i] / x.dim(lead + i);
        }
        return apply(x, sizes, scales);
    }

    /** Returns x with its last axes scaled: to ⌊in·scale⌋ places. @param scales one for each of the last axes */
    public Tensor by(Tensor x, double... scales) {
        int lead = x.rank() - scales.length;
        int[] sizes = new int[scales.length];
        for (int i = 0; i < sizes.length && lead >= 0; i++) {
            sizes[i] = (int) Math.floor(x.dim(lead + i) * scales[i]);
        }
        return apply(x, sizes, scales);
    }

    private Tensor apply(Tensor x, int[] sizes, double[] scales) {
        int lead = x.rank() - sizes.length;
        Tensor y = x;
        for (int i = 0; i < sizes.length; i++) {
            if (lead < 0 || sizes[i] < 1 || x.dim(lead + i) < 1) {
                throw new IllegalArgumentException("resize: the last axes of x" + x.shape() + " cannot be resized to " + Arrays.toString(sizes));
            }
            int in = x.dim(lead + i);
            if (sizes[i] == in && scales[i] == 1) {
                continue;
            }
            double[] at = new double[sizes[i]];
            for (int o = 0; o < at.length; o++) {
                at[o] = coordinate(o, in, sizes[i], scales[i]);
            }
            y = method == Method.NEAREST ? y.gather(lead + i, Tensor.of(Arrays.stream(at).mapToInt(c -> nearest(c, in)).toArray()))
                    : Separable.along(y, lead + i, weights(at, in));
        }
        return y;
    }

    private double coordinate(int o, int in, int out, double scale) {
        return switch (coordinates) {
            case HALF_PIXEL -> (o + 0.5) / scale - 0.5;
            case PYTORCH_HALF_PIXEL -> out > 1 ? (o + 0.5) / scale - 0.5 : 0;
            case HALF_PIXEL_SYMMETRIC -> in / 2.0 * (1 - out / (scale * in)) + (o + 0.5) / scale - 0.5;
            case ALIGN_CORNERS -> out > 1 ? o * (in - 1.0) / (out - 1) : 0;
            case ASYMMETRIC -> o / scale;
        };
    }

    private int nearest(double at, int in) {
        double place = switch (rounding) {
            case FLOOR -> Math.floor(at);
            case CEIL -> Math.ceil(at);
            case ROUND_PREFER_FLOOR -> Math.ceil(at - 0.5);
            case ROUND_PREFER_CEIL -> Math.floor(at + 0.5);
        };
        return (int) Math.clamp(place, 0, in - 1);
    }

    /** Returns by how much place i of x counts in result place o. */
    private double[][] weights(double[] at, int in) {
        double[][] m = new double[in][at.length];
        for (int o = 0; o < at.length; o++) {
            int first = (int) Math.floor(at[o]) - (method == Method.CUBIC ? 1 : 0);
            int taps = method == Method.CUBIC ? 4 : 2;
            double sum = 0;
            for (int i = first; i < first + taps; i++) {
                double w = kernel(Math.abs(at[o] - i));
                if (!excludeOutside || i >= 0 && i < in) {
                    m[Math.clamp(i, 0, in - 1)][o] += w;
                    sum += w;
                }
            }
            for (int i = 0; i < in && excludeOutside; i++) {
                m[i][o] /= sum;
            }
        }
        return m;
    }

    /** Returns the weight of a place at distance d. */
    private double kernel(double d) {
        if (method == Method.LINEAR) {
            return Math.max(0, 1 - d);
        }
        return d <= 1 ? ((a + 2) * d - (a + 3)) * d * d + 1 : d < 2 ? ((d - 5) * d + 8) * d * a - 4 * a : 0;
    }
}
