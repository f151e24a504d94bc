package dev.gatun.random;

import dev.gatun.Bits;
import dev.gatun.DType;
import dev.gatun.Shape;
import dev.gatun.Sorting;
import dev.gatun.Tensor;
import dev.gatun.op.Random.Distribution;
import dev.gatun.op.Random.Draw;

/** Random tensors, recorded like any other op. A key, I64 [2] = (seed, stream), says which: the same key gives the same numbers on every backend. */
public final class Draws {
    private Draws() {
    }

    /** Returns the key (seed, stream). Streams of one seed are independent of each other. */
    public static Tensor key(long seed, long stream) {
        return Tensor.of(new long[] {seed, stream}, 2);
    }

    /** Returns F32 numbers in [0, 1), multiples of 2⁻²⁴. */
    public static Tensor uniform(Tensor key, Shape shape) {
        return draw(key, Distribution.UNIFORM, shape);
    }

    /**
     * Returns F32 numbers in [low, high), both rounded to F32.
     *
     * @throws IllegalArgumentException if {@code low} is not less than {@code high} then, or their difference is infinite
     */
    public static Tensor uniform(Tensor key, double low, double high, Shape shape) {
        if (!((float) low < (float) high)) {
            throw new IllegalArgumentException("uniform: f32 has no numbers from " + low + " to " + high);
        }
        if (!Float.isFinite((float) (high - low))) {
            throw new IllegalArgumentException("uniform: from " + low + " to " + high + " is further than f32 reaches");
        }
        // The sum may round up to high, which does not belong to the range.
        Tensor below = Tensor.scalar(DType.F32, Math.nextDown((float) high));
        return uniform(key, shape).mul(high - low).add(low).min(below);
    }

    /**
     * Returns I64 numbers in [low, high); none is likelier than another by more than 2⁻³².
     *
     * @throws IllegalArgumentException if there are none, or more than 2³¹
     */
    public static Tensor integers(Tensor key, long low, long high, Shape shape) {
        if (low >= high || high - low > 1L << 31 || high - low < 0) {
            throw new IllegalArgumentException("integers: the range from " + low + " to " + high + " must hold 1 to 2^31 numbers");
        }
        // 32 random bits times the range, shifted down.
        Tensor product = bits(key, shape).cast(DType.I64).mul(Tensor.scalar(DType.I64, high - low));
        return Bits.shiftRight(product, Tensor.scalar(DType.I64, 32)).add(Tensor.of(new long[] {low}).reshape(Shape.SCALAR));
    }

    /** Returns F32 numbers of the standard normal distribution. */
    public static Tensor normal(Tensor key, Shape shape) {
        return draw(key, Distribution.NORMAL, shape);
    }

    /**
     * Returns F32 numbers of the normal distribution.
     *
     * @throws IllegalArgumentException if {@code deviation}, the standard deviation, is negative or no number of F32
     */
    public static Tensor normal(Tensor key, double mean, double deviation, Shape shape) {
        if (!(deviation >= 0 && Float.isFinite((float) deviation))) {
            throw new IllegalArgumentException("normal: the standard deviation must be a number of f32 and not negative, got " + deviation);
        }
        return normal(key, shape).mul(deviation).add(mean);
    }

    /** Returns U32 numbers, each value with equal probability. */
    public static Tensor bits(Tensor key, Shape shape) {
        return draw(key, Distribution.BITS, shape);
    }

    /** Returns BOOL elements, each true with probability {@code p}. @throws IllegalArgumentException if {@code p} is not in [0, 1] */
    public static Tensor bernoulli(Tensor key, double p, Shape shape) {
        if (!(p >= 0 && p <= 1)) {
            throw new IllegalArgumentException("bernoulli: a probability is in [0, 1], got " + p);
        }
        return uniform(key, shape).lt(Tensor.scalar(DType.F32, p));
    }

    /** Returns BOOL elements, each true with the probability at its place. @param p F32, in [0, 1] */
    public static Tensor bernoulli(Tensor key, Tensor p) {
        return uniform(key, p.shape()).lt(p);
    }

    /**
     * Returns I64 positions along {@code axis}, which is dropped, drawn with the probabilities softmax(logits): the largest of logits - ln(-ln u), u
     * uniform. Source: Gumbel 1954, Maddison et al. 2014.
     *
     * @param logits F32
     */
    public static Tensor categorical(Tensor key, Tensor logits, int axis) {
        return logits.sub(uniform(key, logits.shape()).log().neg().log()).argmax(axis);
    }

    /** Returns 0 ... n - 1 in random order, as I64. */
    public static Tensor permutation(Tensor key, int n) {
        return Sorting.argsort(bits(key, Shape.of(n)), 0, false);
    }

    private static Tensor draw(Tensor key, Distribution distribution, Shape shape) {
        return Tensor.record(new Draw(distribution, shape), key).getFirst();
    }
}
