package dev.gatun.random;

import dev.gatun.DType;
import dev.gatun.Shape;
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

    /** Returns F32 numbers of the standard normal distribution. */
    public static Tensor normal(Tensor key, Shape shape) {
        return draw(key, Distribution.NORMAL, shape);
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

    private static Tensor draw(Tensor key, Distribution distribution, Shape shape) {
        return Tensor.record(new Draw(distribution, shape), key).getFirst();
    }
}
