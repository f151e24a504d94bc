package dev.gatun.models.train;

import dev.gatun.Predictor;
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
    /** Asks {@code predictor} about all images, {@code batch} at a time. */
    public static Answers of(Predictor predictor, LabelledImages images, int batch) {
        Batches batches = Batches.inOrder(images, batch);
        float[] logits = new float[images.count() * images.classes()];
        double[] millis = new double[batches.count()];
        int filled = 0;
        for (int i = 0; i < batches.count(); i++) {
            try (Batch b = batches.batch(0, i)) {
                long start = System.nanoTime();
                float[] some;
                try (Tensor y = predictor.predict(b.x())) {
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

    /** Returns the class that scores highest for image {@code i}; of equal ones the first. */
    public int best(int i) {
        int classes = logits.length / labels.length;
        int best = 0;
        for (int c = 1; c < classes; c++) {
            if (logits[i * classes + c] > logits[i * classes + best]) {
                best = c;
            }
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

    /** Returns the share of images for which {@code other} says the same class. */
    public double agreement(Answers other) {
        int same = 0;
        for (int i = 0; i < count(); i++) {
            same += best(i) == other.best(i) ? 1 : 0;
        }
        return (double) same / count();
    }

    /** Returns the largest difference between two scores, max |x - y|; NaN if one of them is. */
    public double difference(Answers other) {
        double largest = 0;
        for (int i = 0; i < logits.length; i++) {
            largest = Math.max(largest, Math.abs((double) logits[i] - other.logits[i]));
        }
        return largest;
    }
}
