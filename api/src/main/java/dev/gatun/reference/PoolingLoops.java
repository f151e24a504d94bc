package dev.gatun.reference;

import dev.gatun.Shape;
import dev.gatun.TensorType;
import dev.gatun.op.Ints;
import dev.gatun.op.Pooling;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/** The loops of {@link Pooling}, for any number of spatial axes. A plane is one channel of one sample: I places of x, O places of y. */
final class PoolingLoops {
    private PoolingLoops() {
    }

    /** Returns the loop of {@code op} for the given types. */
    static Loop of(Pooling op, List<TensorType> in, List<TensorType> out) {
        return switch (op) {
            case Pooling.MaxPool p -> (a, y) -> maxPool(p, a[0], y);
            case Pooling.MaxPoolBackward p -> (a, y) -> maxPoolBackward(a[0], a[1], y[0]);
            case Pooling.AvgPool p -> (a, y) -> avgPool(p, a[0], y[0]);
            case Pooling.AvgPoolBackward p -> (a, y) -> avgPoolBackward(p, a[0], y[0]);
        };
    }

    /** y[o] = max x[i] over the pairs (o, i) of all taps; a window without a place inside of x gives -∞ and the index -1. */
    private static void maxPool(Pooling.MaxPool op, Elements src, Elements[] results) {
        Elements dst = results[0];
        List<Tap> taps = taps(op.window(), spatial(src.shape()), spatial(dst.shape()));
        int I = places(src.shape());
        int O = places(dst.shape());
        double[] x = Doubles.of(src);
        double[] largest = new double[O];
        int[] index = new int[O];
        for (int plane = 0; plane < planes(src.shape()); plane++) {
            Arrays.fill(largest, Double.NEGATIVE_INFINITY);
            Arrays.fill(index, -1);
            // Taps come in row-major order, and so do the places of each window: of equal elements the first stays.
            for (Tap tap : taps) {
                for (int pair = 0; pair < tap.size(); pair++) {
                    int o = tap.outputs()[pair];
                    int i = tap.inputs()[pair];
                    double v = x[plane * I + i];
                    if (index[o] < 0 || v > largest[o] || Double.isNaN(v) && !Double.isNaN(largest[o])) {
                        largest[o] = v;
                        index[o] = i;
                    }
                }
            }
            for (int o = 0; o < O; o++) {
                dst.set((long) plane * O + o, largest[o]);
                if (op.indices()) {
                    results[1].setLong((long) plane * O + o, index[o]);
                }
            }
        }
    }

    /** dx[index[o]] += dy[o]; the index -1 of a window without a place receives nothing. */
    private static void maxPoolBackward(Elements diffDst, Elements index, Elements diffSrc) {
        int I = places(diffSrc.shape());
        int O = places(diffDst.shape());
        double[] dx = Doubles.zeros(diffSrc);
        for (int plane = 0; plane < planes(diffDst.shape()); plane++) {
            for (int o = 0; o < O; o++) {
                long i = index.getLong((long) plane * O + o);
                if (i != -1) {
                    dx[plane * I + (int) Objects.checkIndex(i, (long) I)] += diffDst.get((long) plane * O + o);
                }
            }
        }
        Doubles.store(dx, diffSrc);
    }

    /** y[o] = Σ x[i] / divisor[o] over the pairs (o, i) of all taps. */
    private static void avgPool(Pooling.AvgPool op, Elements src, Elements dst) {
        List<Tap> taps = taps(op.window(), spatial(src.shape()), spatial(dst.shape()));
        double[] divisors = divisors(op.window(), op.divisor(), spatial(src.shape()), spatial(dst.shape()));
        int I = places(src.shape());
        int O = places(dst.shape());
        double[] x = Doubles.of(src);
        double[] y = Doubles.zeros(dst);
        for (int plane = 0; plane < planes(src.shape()); plane++) {
            for (Tap tap : taps) {
                for (int pair = 0; pair < tap.size(); pair++) {
                    y[plane * O + tap.outputs()[pair]] += x[plane * I + tap.inputs()[pair]];
                }
            }
            for (int o = 0; o < O; o++) {
                y[plane * O + o] /= divisors[o];
            }
        }
        Doubles.store(y, dst);
    }

    /** dx[i] = Σ dy[o] / divisor[o] over the pairs (o, i) of all taps. */
    private static void avgPoolBackward(Pooling.AvgPoolBackward op, Elements diffDst, Elements diffSrc) {
        List<Tap> taps = taps(op.window(), op.spatial(), spatial(diffDst.shape()));
        double[] divisors = divisors(op.window(), op.divisor(), op.spatial(), spatial(diffDst.shape()));
        int I = places(diffSrc.shape());
        int O = places(diffDst.shape());
        double[] dy = Doubles.of(diffDst);
        double[] dx = Doubles.zeros(diffSrc);
        for (int plane = 0; plane < planes(diffDst.shape()); plane++) {
            for (Tap tap : taps) {
                for (int pair = 0; pair < tap.size(); pair++) {
                    int o = tap.outputs()[pair];
                    dx[plane * I + tap.inputs()[pair]] += dy[plane * O + o] / divisors[o];
                }
            }
        }
        Doubles.store(dx, diffSrc);
    }

    /** What the sum of each window is divided by. */
    private static double[] divisors(Pooling.Window w, Pooling.Divisor divisor, Ints in, Ints out) {
        return switch (divisor) {
            case VALID -> count(taps(w, in, out), out);
            case PADDED -> count(Tap.of(padded(w, in), w.kernel(), out, w.strides(), Ints.filled(in.size(), 0), w.dilations()), out);
            case ONE -> {
                double[] ones = new double[places(out)];
                Arrays.fill(ones, 1);
                yield ones;
            }
        };
    }

    /** The number of pairs of each window, 1 for none: its sum is 0, and so shall be its mean. */
    private static double[] count(List<Tap> taps, Ints out) {
        double[] count = new double[places(out)];
        for (Tap tap : taps) {
            for (int o : tap.outputs()) {
                count[o]++;
            }
        }
        for (int o = 0; o < count.length; o++) {
            count[o] = Math.max(1, count[o]);
        }
        return count;
    }

    /** The sizes of the image that has its declared padding inside. */
    private static Ints padded(Pooling.Window w, Ints in) {
        int[] sizes = in.toArray();
        for (int axis = 0; axis < sizes.length; axis++) {
            sizes[axis] += w.padBefore().get(axis) + w.padAfter().get(axis);
        }
        return Ints.of(sizes);
    }

    private static List<Tap> taps(Pooling.Window w, Ints in, Ints out) {
        return Tap.of(in, w.kernel(), out, w.strides(), w.padBefore(), w.dilations());
    }

    private static Ints spatial(Shape shape) {
        return Ints.of(shape.slice(2, shape.rank()).dims());
    }

    private static int places(Ints spatial) {
        return (int) Shape.of(spatial.toArray()).elements();
    }

    private static int places(Shape shape) {
        return (int) shape.elements(2, shape.rank());
    }

    private static int planes(Shape shape) {
        return (int) shape.elements(0, 2);
    }
}
