package dev.gatun;

import java.util.Arrays;

/**
 * One axis that {@link Resize} changes. The scale is the fraction to/from, kept in two parts so that places halfway between elements are met exactly.
 *
 * @param in I, its size in x
 * @param out O, its size in y
 */
record ResizeAxis(int in, int out, double from, double to) {
    static ResizeAxis toSize(int in, int out) {
        return new ResizeAxis(in, out, in, out);
    }

    static ResizeAxis byScale(int in, double scale) {
        return new ResizeAxis(in, (int) (in * scale), 1, scale);
    }

    /** Returns an axis with the scale of {@code model}, its size rounded to the nearest. */
    static ResizeAxis like(ResizeAxis model, int in) {
        return new ResizeAxis(in, (int) Math.max(1, Math.floor(in * model.to / model.from + 0.5)), model.from, model.to);
    }

    double scale() {
        return to / from;
    }

    /** Returns whether every place of y stands for the same place of x. */
    boolean isIdentity() {
        return from == to;
    }

    /** Returns x̂ for each ŷ. */
    double[] places(Resize.Coordinates coordinates) {
        double length = in * to / from;
        double[] places = new double[out];
        for (int o = 0; o < out; o++) {
            double middle = (o + 0.5) * from / to - 0.5;
            places[o] = switch (coordinates) {
                case HALF_PIXEL -> middle;
                case HALF_PIXEL_SYMMETRIC -> in / 2.0 * (1 - out / length) + middle;
                case PYTORCH_HALF_PIXEL -> out > 1 ? middle : 0;
                case ALIGN_CORNERS -> out > 1 ? o * (in - 1.0) / (length - 1) : 0;
                case ASYMMETRIC -> o * from / to;
            };
        }
        return places;
    }

    /** Returns x̂ for each ŷ of the region from {@code start} to {@code end}, parts of the length of x. */
    double[] region(double start, double end) {
        double[] places = new double[out];
        for (int o = 0; o < out; o++) {
            double inside = out > 1 ? o * (end - start) * (in - 1) / (out - 1) : (end - start) * (in - 1) / 2;
            places[o] = start * (in - 1) + inside;
        }
        return places;
    }

    /** Returns the elements of x that make each place of y. @param places x̂ for each ŷ */
    Taps taps(Resize r, double[] places) {
        return switch (r.interpolation()) {
            case NEAREST -> nearest(r.rounding(), places);
            case LINEAR, CUBIC -> weighted(r, places);
        };
    }

    private Taps nearest(Resize.Rounding rounding, double[] places) {
        Taps taps = new Taps(new int[1][places.length], new double[1][places.length]);
        for (int o = 0; o < places.length; o++) {
            double at = places[o];
            double nearest = switch (rounding) {
                case ROUND_PREFER_FLOOR -> Math.ceil(at - 0.5);
                case ROUND_PREFER_CEIL -> Math.floor(at + 0.5);
                case FLOOR -> Math.floor(at);
                case CEIL -> Math.ceil(at);
            };
            taps.elements()[0][o] = (int) Math.clamp(nearest, 0, in - 1);
            taps.weights()[0][o] = 1;
        }
        return taps;
    }

    private Taps weighted(Resize r, double[] places) {
        // Antialiasing stretches the kernel over 1/scale elements of x for each of y.
        double shrink = r.antialias() ? Math.min(1, to / from) : 1;
        int reach = r.interpolation() == Resize.Interpolation.LINEAR ? 1 : 2;
        int first = (int) Math.floor(-reach / shrink) + 1;
        int count = 2 - 2 * first;
        Taps taps = new Taps(new int[count][places.length], new double[count][places.length]);
        for (int o = 0; o < places.length; o++) {
            double floor = Math.floor(places[o]);
            double sum = 0;
            for (int k = 0; k < count; k++) {
                double element = floor + first + k;
                double d = (first + k - (places[o] - floor)) * shrink;
                boolean isExcluded = r.excludeOutside() && (element < 0 || element >= in);
                double weight = isExcluded ? 0 : reach == 1 ? Math.max(0, 1 - Math.abs(d)) : cubic(Math.abs(d), r.cubicCoefficient());
                taps.elements()[k][o] = (int) Math.clamp(element, 0, in - 1);
                taps.weights()[k][o] = weight;
                sum += weight;
            }
            if (r.antialias() || r.excludeOutside()) {
                for (int k = 0; k < count; k++) {
                    taps.weights()[k][o] /= sum;
                }
            }
        }
        return taps;
    }

    private static double cubic(double d, double a) {
        if (d <= 1) {
            return ((a + 2) * d - (a + 3)) * d * d + 1;
        }
        return d < 2 ? ((a * d - 5 * a) * d + 8 * a) * d - 4 * a : 0;
    }

    /** y[o] = Σₖ weights[k][o] · x[elements[k][o]]. */
    record Taps(int[][] elements, double[][] weights) {
        Tensor apply(Tensor x, int axis) {
            Tensor y = null;
            for (int k = 0; k < elements.length; k++) {
                if (Arrays.stream(weights[k]).anyMatch(w -> w != 0)) {
                    Tensor part = x.gather(axis, Tensor.of(elements[k]));
                    if (Arrays.stream(weights[k]).anyMatch(w -> w != 1)) {
                        part = part.mul(Tensor.of(weights[k]).cast(x.dtype()).reshape(Resize.along(x.rank(), axis, weights[k].length)));
                    }
                    y = y == null ? part : y.add(part);
                }
            }
            return y;
        }
    }
}
