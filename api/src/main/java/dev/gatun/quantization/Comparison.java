package dev.gatun.quantization;

import dev.gatun.DType;
import dev.gatun.Tensor;
import java.util.Locale;
import java.util.OptionalDouble;

/**
 * What a quantized network loses. A class is the place of the largest number along the last axis of a result; where one is NaN
 * there is none.
 *
 * @param samples how many results were compared
 * @param accuracy the part of the samples that the float32 network classifies as they are labelled
 * @param quantizedAccuracy the same of the quantized network
 * @param agreement the part of the samples that both give the same class
 * @param maxError the largest difference of two numbers
 * @param meanError the mean difference
 * @param meanSize the mean size of the float32 network's numbers: what the errors are to be held against
 */
public record Comparison(long samples, OptionalDouble accuracy, OptionalDouble quantizedAccuracy, double agreement, double maxError, double meanError,
        double meanSize) {
    /** Returns a line for people. */
    @Override
    public String toString() {
        String right = accuracy.isPresent() ? String.format(Locale.ROOT, "accuracy %.2f %% in float32, %.2f %% quantized; ", 100 * accuracy.getAsDouble(),
                100 * quantizedAccuracy.orElseThrow()) : "";
        return right + String.format(Locale.ROOT, "same class for %.2f %% of %d; results differ by %.4g on average, %.4g at most, "
                + "where their mean size is %.4g", 100 * agreement, samples, meanError, maxError, meanSize);
    }

    /** Adds results up. */
    static final class Sums {
        private long samples;
        private long labelled;
        private long right;
        private long quantizedRight;
        private long same;
        private long numbers;
        private double error;
        private double size;
        private double largest;

        /** Adds results without labels, and closes them. */
        void add(Tensor exact, Tensor quantized) {
            long[] none = {};
            add(exact, quantized, none);
        }

        /** Adds classified samples, and closes the results. */
        void add(Tensor exact, Tensor quantized, Tensor labels) {
            add(exact, quantized, labels.cast(DType.I64).toLongArray());
        }

        private void add(Tensor exact, Tensor quantized, long[] labels) {
            int classes = exact.rank() == 0 ? 1 : exact.dim(-1);
            float[] a = exact.toFloatArray();
            float[] b = quantized.toFloatArray();
            exact.close();
            quantized.close();
            for (int i = 0; i < a.length; i++) {
                double d = Math.abs((double) a[i] - b[i]);
                error += d;
                size += Math.abs(a[i]);
                largest = Math.max(largest, d);
            }
            numbers += a.length;
            int rows = a.length / classes;
            if (labels.length > 0 && labels.length != rows) {
                throw new IllegalArgumentException("comparison: there are " + labels.length + " labels for " + rows + " results");
            }
            for (int row = 0; row < rows; row++) {
                int of = argmax(a, row * classes, classes);
                int ofQuantized = argmax(b, row * classes, classes);
                same += of >= 0 && of == ofQuantized ? 1 : 0;
                if (labels.length > 0) {
                    labelled++;
                    right += of == labels[row] ? 1 : 0;
                    quantizedRight += ofQuantized == labels[row] ? 1 : 0;
                }
            }
            samples += rows;
        }

        private static int argmax(float[] values, int from, int count) {
            int best = 0;
            for (int i = 0; i < count; i++) {
                if (Float.isNaN(values[from + i])) {
                    return -1;
                }
                best = values[from + i] > values[from + best] ? i : best;
            }
            return best;
        }

        Comparison comparison() {
            if (samples == 0) {
                throw new IllegalArgumentException("comparison: there are no samples");
            }
            return new Comparison(samples, part(right), part(quantizedRight), (double) same / samples, largest, error / numbers, size / numbers);
        }

        private OptionalDouble part(long count) {
            return labelled == 0 ? OptionalDouble.empty() : OptionalDouble.of((double) count / labelled);
        }
    }
}
