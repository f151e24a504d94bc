package dev.gatun.cli;

import dev.gatun.DType;
import dev.gatun.Tensor;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.IntStream;

/**
 * How far a computed tensor is from the expected one: the largest |actual - expected|, as a part of the largest |expected|. Small elements are sums
 * of large ones that cancelled, so their error is that of the large ones; a part of each element itself would say nothing.
 *
 * @param what the tensor's name
 * @param error that part; infinite where shapes or kinds of type differ or one is NaN and the other not
 * @param tolerance how large it may be
 * @param detail where they differ most, for messages
 */
record Difference(String what, double error, double tolerance, String detail) {
    /** Expected numbers that are all smaller stand for zero: float32 cannot tell them from the rounding of numbers around 1. */
    private static final double ZERO = 1e-6;

    /** Compares two tensors. A scalar equals a vector of one element. */
    static Difference of(String what, Tensor actual, Tensor expected, double tolerance) {
        boolean single = actual.type().elements() == 1 && expected.type().elements() == 1;
        if (!single && !actual.shape().equals(expected.shape())) {
            return new Difference(what, Double.POSITIVE_INFINITY, tolerance, "has shape " + actual.shape() + ", expected is " + expected.shape());
        }
        if (isInteger(actual) != isInteger(expected)) {
            return new Difference(what, Double.POSITIVE_INFINITY, tolerance, "has type " + actual.dtype() + ", expected is " + expected.dtype());
        }
        return of(what, doubles(actual), doubles(expected), tolerance);
    }

    /** Returns whether it counts or says yes and no, which a number with a fraction does not. */
    private static boolean isInteger(Tensor t) {
        return !t.dtype().isFloating();
    }

    /**
     * Compares the losses of the steps of a training, each as a part of itself; but one near 0, which is the difference of larger scores, as a part
     * of a tenth of their mean.
     */
    static Difference ofLosses(String what, double[] actual, double[] expected, double tolerance) {
        if (actual.length != expected.length) {
            return new Difference(what, Double.POSITIVE_INFINITY, tolerance,
                    "there are " + actual.length + " steps, expected are " + expected.length);
        }
        double least = Arrays.stream(expected).map(Math::abs).average().orElse(0) / 10;
        Difference worst = new Difference(what, 0, tolerance, "");
        for (int i = 0; i < actual.length; i++) {
            double error = Math.abs(actual[i] - expected[i]) / Math.max(Math.abs(expected[i]), least);
            if (!(error <= worst.error)) {
                worst = new Difference(what + " of step " + i, Double.isNaN(error) ? Double.POSITIVE_INFINITY : error, tolerance,
                        String.format(Locale.ROOT, "it is %.8g, expected %.8g", actual[i], expected[i]));
            }
        }
        return worst;
    }

    /** Compares arrays of one length. */
    static Difference of(String what, double[] actual, double[] expected, double tolerance) {
        double largest = ZERO;
        for (double e : expected) {
            largest = Math.max(largest, Double.isFinite(e) ? Math.abs(e) : 0);
        }
        double worst = 0;
        int at = 0;
        for (int i = 0; i < expected.length; i++) {
            double apart = Double.compare(actual[i], expected[i]) == 0 ? 0 : Math.abs(actual[i] - expected[i]);
            if (!(apart <= worst)) {
                worst = Double.isFinite(apart) ? apart : Double.POSITIVE_INFINITY;
                at = i;
            }
        }
        String detail = expected.length == 0 ? "" : String.format(Locale.ROOT, "element %d is %.8g, expected %.8g", at, actual[at], expected[at]);
        return new Difference(what, worst / largest, tolerance, detail);
    }

    /** Returns whether the error is tolerated. */
    boolean isTolerated() {
        return error <= tolerance;
    }

    /** Returns what is wrong, in a sentence. */
    String message() {
        return String.format(Locale.ROOT, "%s: relative error %.2g, tolerated are %.2g: %s", what, error, tolerance, detail);
    }

    private static double[] doubles(Tensor t) {
        return switch (t.dtype()) {
            case F64 -> t.toDoubleArray();
            case F32 -> {
                float[] floats = t.toFloatArray();
                yield IntStream.range(0, floats.length).mapToDouble(i -> floats[i]).toArray();
            }
            case I64 -> Arrays.stream(t.toLongArray()).asDoubleStream().toArray();
            default -> t.cast(DType.F64).toDoubleArray();
        };
    }
}
