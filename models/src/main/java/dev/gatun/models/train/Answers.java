package dev.gatun.models.train;

import dev.gatun.Predictor;
import dev.gatun.Shape;
import dev.gatun.Tensor;
import dev.gatun.models.data.Batch;
import dev.gatun.models.data.Batches;
import dev.gatun.models.data.LabelledImages;
import java.util.Arrays;

/**
 * What a classifier says about N labelled images.
 *
 * @param logits its scores, {@code [N, classes]} row-major
 * @param labels the right classes
 * @param millisPerImage median over the batches of their time, divided by their size; a first call's compilation does not count where there are
 * several
 */
public record Answers(float[] logits, byte[] labels, double millisPerImage) {
    /** @throws IllegalArgumentException if there are no images, or not as many scores for each */
    public Answers {
        if (labels.length == 0 || logits.length == 0 || logits.length % labels.length != 0) {
            throw new IllegalArgumentException("answers: " + logits.length + " scores do not make those of " + labels.length + " images");
        }
    }

    /**
     * Asks {@code predictor} about all images, {@code batch} at a time.
     *
     * @throws IllegalArgumentException if there are no images, or the predictor does not give a score for each of their classes
     */
    public static Answers of(Predictor predictor, LabelledImages images, int batch) {
        if (images.count() == 0) {
            throw new IllegalArgumentException("answers: there are no images to ask about");
        }
        Batches batches = Batches.inOrder(images, batch);
        float[] logits = new float[images.count() * images.classes()];
        double[] millis = new double[batches.count()];
        int filled = 0;
        for (int i = 0; i < batches.count(); i++) {
            try (Batch b = batches.batch(0, i)) {
                long start = System.nanoTime();
                float[] some;
                try (Tensor y = predictor.predict(b.x())) {
                    if (!y.shape().equals(Shape.of(b.size(), images.classes()))) {
                        throw new IllegalArgumentException("answers: the predictor gives " + y.shape() + " for " + b.size() + " images of "
                                + images.classes() + " classes");
                    }
                    some = y.toFloatArray();
                }
                millis[i] = (System.nanoTime() - start) / 1e6 / b.size();
                System.arraycopy(some, 0, logits, filled, some.length);
                filled += some.length;
            }
        }
        Arrays.sort(millis);
        return new Answers(logits, images.labels(), millis[(millis.length - 1) / 2]);
    }

    /** Returns N. */
    public int count() {
        return labels.length;
    }

    /** Returns the class that scores highest for image {@code i}; of equal ones the first; -1, which is no class, if a score is NaN. */
    public int best(int i) {
        int classes = logits.length / labels.length;
        int best = 0;
        for (int c = 0; c < classes; c++) {
            float score = logits[i * classes + c];
            if (Float.isNaN(score)) {
                return -1;
            }
            best = score > logits[i * classes + best] ? c : best;
        }
        return best;
    }

    /** Returns the share of images that are classified right. */
    public double accuracy() {
        int right = 0;
        for (int i = 0; i < count(); i++) {
            right += best(i) == labels[i] ? 1 : 0;
        }
        return (double) right / count();
    }

    /** Returns the share of images for which {@code other} says the same class. @throws IllegalArgumentException if it has not as many scores */
    public double agreement(Answers other) {
        requireComparable(other);
        int same = 0;
        for (int i = 0; i < count(); i++) {
            same += best(i) >= 0 && best(i) == other.best(i) ? 1 : 0;
        }
        return (double) same / count();
    }

    /** Returns the largest difference between two scores, max |x - y|; NaN if one is. @throws IllegalArgumentException if there are not as many */
    public double difference(Answers other) {
        requireComparable(other);
        double largest = 0;
        for (int i = 0; i < logits.length; i++) {
            largest = Math.max(largest, Math.abs((double) logits[i] - other.logits[i]));
        }
        return largest;
    }

    private void requireComparable(Answers other) {
        if (count() != other.count() || logits.length != other.logits.length) {
            throw new IllegalArgumentException("answers: " + logits.length + " scores of " + count() + " images cannot be compared with "
                    + other.logits.length + " of " + other.count());
        }
    }
}
