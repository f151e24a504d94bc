package dev.gatun.nn;

import dev.gatun.DType;
import dev.gatun.Tensor;
import dev.gatun.random.Draws;

/**
 * While training, sets each element to 0 with probability p and divides the others by 1 - p, so that the expected value stays; otherwise passes x on.
 * Source: Srivastava et al. 2014.
 */
public final class Dropout extends Layer {
    private final double p;

    /** Makes a layer. @param p in [0, 1) @throws IllegalArgumentException if it is not */
    public Dropout(double p) {
        this.p = requireProbability("dropout", p);
    }

    static double requireProbability(String layer, double p) {
        if (!(p >= 0 && p < 1)) {
            throw new IllegalArgumentException(layer + ": the probability must be in [0, 1), got " + p);
        }
        return p;
    }

    @Override
    public Tensor forward(Tensor x, Pass pass) {
        return p > 0 && pass.isTraining(this) ? drop(x, p, pass.nextKey()) : x;
    }

    /** Returns x with elements dropped. @param key see {@link Draws} */
    static Tensor drop(Tensor x, double p, Tensor key) {
        Tensor kept = Draws.uniform(key, x.shape()).ge(Tensor.scalar(DType.F32, p));
        return kept.where(x.div(1 - p), Tensor.scalar(x.dtype(), 0));
    }

    @Override
    protected String describe() {
        return "Dropout(" + p + ")";
    }
}
