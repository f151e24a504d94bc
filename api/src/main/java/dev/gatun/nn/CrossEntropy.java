package dev.gatun.nn;

import dev.gatun.DType;
import dev.gatun.Shape;
import dev.gatun.Tensor;
import dev.gatun.op.Indexing;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * The cross entropy of logits and class labels: with p = softmax(logits), class weights v (1 if not given), smoothing s and C classes, a sample with
 * label k costs
 *
 * <pre>l = -(1 - s)·v[k]·ln p[k] - s/C · Σ_c v[c]·ln p[c]</pre>
 *
 * and the loss is Σ l / Σ v[k] over the samples whose label is not ignored, or Σ l if summed. Source: PyTorch cross_entropy; smoothing: Szegedy et
 * al. 2016.
 *
 * @param smoothing the share of probability that is spread over all classes, in [0, 1]
 * @param weights {@code [C]}
 * @param ignored a label whose samples do not count
 * @param summed whether the loss is the sum instead of the mean
 */
public record CrossEntropy(double smoothing, Optional<Tensor> weights, OptionalInt ignored, boolean summed) {
    /** The mean over all samples, nothing smoothed, weighted or ignored. */
    public static final CrossEntropy MEAN = new CrossEntropy(0, Optional.empty(), OptionalInt.empty(), false);

    /** Checks the smoothing. */
    public CrossEntropy {
        if (!(smoothing >= 0 && smoothing <= 1)) {
            throw new IllegalArgumentException("crossEntropy: smoothing must be in [0, 1], got " + smoothing);
        }
    }

    /** Returns this loss with a share of the probability spread over all classes. */
    public CrossEntropy smoothing(double share) {
        return new CrossEntropy(share, weights, ignored, summed);
    }

    /** Returns this loss with a weight for each class. @param perClass {@code [C]} */
    public CrossEntropy weighted(Tensor perClass) {
        return new CrossEntropy(smoothing, Optional.of(perClass), ignored, summed);
    }

    /** Returns this loss without the samples of one label, which need not be a class. */
    public CrossEntropy ignoring(int label) {
        return new CrossEntropy(smoothing, weights, OptionalInt.of(label), summed);
    }

    /** Returns this loss as a sum. */
    public CrossEntropy sum() {
        return new CrossEntropy(smoothing, weights, ignored, true);
    }

    /**
     * Returns the loss, of rank 0.
     *
     * @param logits {@code [N, C, ...]}, floating
     * @param labels {@code [N, ...]}, I32 or I64; each a class, from 0, or the ignored label, else the loss is an {@link IndexOutOfBoundsException} when
     *     it is computed; that names the op which meets the label first: in a training step mostly the gradient's {@code scatter_elements_add}
     * @throws IllegalArgumentException if shapes or types do not fit
     */
    public Tensor of(Tensor logits, Tensor labels) {
        return ofLogProbabilities(check("crossEntropy", logits, labels).logSoftmax(1), labels);
    }

    /** Returns the loss of ln p instead of logits. @param logs {@code [N, C, ...]} @param labels as for {@link #of} */
    public Tensor ofLogProbabilities(Tensor logs, Tensor labels) {
        check("nll", logs, labels);
        Optional<Tensor> counts = ignored.isPresent() ? Optional.of(labels.ne(Tensor.scalar(labels.dtype(), ignored.getAsInt()))) : Optional.empty();
        Tensor classes = counts.map(c -> c.where(labels, Tensor.scalar(labels.dtype(), 0))).orElse(labels);
        Tensor picked = Tensor.record(new Indexing.GatherElements(1, false), logs, classes.unsqueeze(1)).getFirst().squeeze(1);   // [N, ...]
        Optional<Tensor> weight = weights.map(v -> weights(v, logs, classes));
        Tensor cost = weight.map(picked::mul).orElse(picked).neg();
        if (smoothing > 0) {
            Tensor all = weights.map(v -> logs.mul(v.reshape(Activations.channels(v.dim(0), logs.rank())))).orElse(logs).sum(1).neg();
            cost = cost.mul(1 - smoothing).add(all.mul(smoothing / logs.dim(1)));
        }
        Tensor total = total(cost, counts);
        if (summed) {
            return total.cast(logs.dtype());
        }
        if (weight.isEmpty() && counts.isEmpty()) {
            return total.div(Math.max(1, labels.type().elements())).cast(logs.dtype());
        }
        return total.div(total(weight.orElse(Tensor.full(logs.dtype(), labels.shape(), 1)), counts)).cast(logs.dtype());
    }

    /** Returns the sum over the samples that count, in a type in which neither it nor their number is too large. */
    private static Tensor total(Tensor each, Optional<Tensor> counts) {
        Tensor wide = each.cast(each.dtype().accumulator());
        return counts.map(c -> c.where(wide, Tensor.scalar(wide.dtype(), 0))).orElse(wide).sum();
    }

    private static Tensor weights(Tensor v, Tensor logs, Tensor classes) {
        if (v.rank() != 1 || v.dim(0) != logs.dim(1)) {
            throw new IllegalArgumentException("crossEntropy: weights" + v.shape() + " must hold one weight for each of " + logs.dim(1) + " classes");
        }
        return Tensor.record(new Indexing.Gather(0, false), v, classes).getFirst();
    }

    private static Tensor check(String op, Tensor logits, Tensor labels) {
        Shape s = logits.shape();
        if (s.rank() < 2 || !labels.shape().equals(s.without(1))) {
            throw new IllegalArgumentException(op + ": logits" + s + " with labels" + labels.shape()
                    + ": the labels must have the shape of the logits without the class axis 1 (reshape [T, N, C] to [T·N, C] first)");
        }
        if (labels.dtype() != DType.I32 && labels.dtype() != DType.I64) {
            throw new IllegalArgumentException(op + ": labels are " + labels.dtype().label()
                    + " but must be i32 or i64, write labels.cast(DType.I64)");
        }
        return logits;
    }
}
