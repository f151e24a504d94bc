package dev.gatun.vector;

import static dev.gatun.vector.Native.getFloat;
import static dev.gatun.vector.Native.load;
import static dev.gatun.vector.Simd.F32;
import static dev.gatun.vector.Simd.LANES;
import static java.lang.foreign.ValueLayout.JAVA_DOUBLE_UNALIGNED;
import static jdk.incubator.vector.VectorOperators.F2D;
import static jdk.incubator.vector.VectorOperators.MAX;
import static jdk.incubator.vector.VectorOperators.MIN;

import dev.gatun.op.Reduction.ReduceFunction;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/**
 * Folds over runs of floats. Sums and products are accumulated in double: then neither the order nor the number of accumulators can be seen in the float
 * result, ten million elements lose nothing, and large ones of both signs do not overflow on the way. It costs no time where memory is the limit.
 *
 * <p>A fold's value so far is a double; {@link #identity} is that of no element.
 */
final class Fold {
    /** The doubles of one vector. */
    static final VectorSpecies<Double> F64 = VectorSpecies.of(double.class, F32.vectorShape());
    /** To read with only: storing vectors of two shapes spoils a profile, see {@link Native#store}. */
    private static final VectorSpecies<Float> HALF = VectorSpecies.of(float.class, VectorShape.forBitSize(F32.vectorBitSize() / 2));
    static final int DOUBLES = F64.length();

    private static final int STREAMS = 4;
    /** Floats of a stream: 8 KiB. */
    private static final long STREAM = 2048;
    /** Floats of a run from which on that is faster: less is often in the first caches, where it is slower. */
    private static final long LARGE = 1 << 16;

    private static final long HALF_BYTES = Simd.BYTES / 2;

    // Not final: the JIT compiler does not unroll a loop whose step it does not know.
    private static long step = Simd.BYTES;

    // Lane i of v.rearrange(SWAP_k) is lane i ^ k of v.
    private static final VectorShuffle<Double> SWAP_4 = VectorShuffle.fromOp(F64, i -> (i ^ 4) % DOUBLES);
    private static final VectorShuffle<Double> SWAP_2 = VectorShuffle.fromOp(F64, i -> (i ^ 2) % DOUBLES);

    private Fold() {
    }

    /** Returns the fold of nothing. */
    static double identity(ReduceFunction function) {
        return switch (function) {
            case SUM -> 0;
            case PROD -> 1;
            case MAX -> Double.NEGATIVE_INFINITY;
            case MIN -> Double.POSITIVE_INFINITY;
        };
    }

    /** Returns the fold of two folds. */
    static double of(ReduceFunction function, double a, double b) {
        return switch (function) {
            case SUM -> a + b;
            case PROD -> a * b;
            case MAX -> Math.max(a, b);
            case MIN -> Math.min(a, b);
        };
    }

    /** Returns the fold of {@code n} floats side by side. */
    static double run(ReduceFunction function, long x, long n) {
        return switch (function) {
            case SUM -> sum(x, n);
            case PROD -> product(x, n);
            case MAX -> max(x, n);
            case MIN -> min(x, n);
        };
    }

    /** acc[j] = f(acc[j], x[j]) for {@code n} doubles and floats. */
    static void add(ReduceFunction function, long acc, long x, int n) {
        switch (function) {
            case SUM -> addSum(acc, x, n);
            case PROD -> addProduct(acc, x, n);
            case MAX -> addMax(acc, x, n);
            case MIN -> addMin(acc, x, n);
        }
    }

    static double sum(long x, long n) {
        double sum = 0;
        long streamed = n < LARGE ? 0 : n - n % (STREAMS * STREAM);
        for (long i = 0; i < streamed; i += STREAMS * STREAM) {
            sum += streams(x + 4 * i);
        }
        return sum + rest(x + 4 * streamed, n - streamed);
    }

    /**
     * Sums floats in several streams: prefetchers, which follow each for itself, then fetch more at a time than for one. 64 MB on one thread of an Intel
     * processor with 2 MiB of second-level cache: 1.3 and 1.9 times as fast.
     */
    private static double streams(long x) {
        DoubleVector s0 = DoubleVector.zero(F64);
        DoubleVector s1 = s0;
        DoubleVector s2 = s0;
        DoubleVector s3 = s0;
        long bytes = step;
        for (long i = 0; i < 4 * STREAM; i += bytes) {
            s0 = s0.add(doubles(x + i)).add(doubles(x + i + HALF_BYTES));
            s1 = s1.add(doubles(x + 4 * STREAM + i)).add(doubles(x + 4 * STREAM + i + HALF_BYTES));
            s2 = s2.add(doubles(x + 8 * STREAM + i)).add(doubles(x + 8 * STREAM + i + HALF_BYTES));
            s3 = s3.add(doubles(x + 12 * STREAM + i)).add(doubles(x + 12 * STREAM + i + HALF_BYTES));
        }
        return sumOfLanes(s0.add(s1).add(s2.add(s3)));
    }

    private static double rest(long x, long n) {
        DoubleVector s0 = DoubleVector.zero(F64);
        DoubleVector s1 = s0;
        long i = 0;
        for (; i <= n - 2 * DOUBLES; i += 2 * DOUBLES) {        // more accumulators would wait for memory all the same
            s0 = s0.add(doubles(x + 4 * i));
            s1 = s1.add(doubles(x + 4 * (i + DOUBLES)));
        }
        double sum = sumOfLanes(s0.add(s1));
        for (; i < n; i++) {
            sum += getFloat(x + 4 * i);
        }
        return sum;
    }

    static double product(long x, long n) {
        DoubleVector p0 = DoubleVector.broadcast(F64, 1);
        DoubleVector p1 = p0;
        long i = 0;
        for (; i <= n - 2 * DOUBLES; i += 2 * DOUBLES) {
            p0 = p0.mul(doubles(x + 4 * i));
            p1 = p1.mul(doubles(x + 4 * (i + DOUBLES)));
        }
        double product = productOfLanes(p0.mul(p1));
        for (; i < n; i++) {
            product *= getFloat(x + 4 * i);
        }
        return product;
    }

    static float max(long x, long n) {
        FloatVector m0 = FloatVector.broadcast(F32, Float.NEGATIVE_INFINITY);
        FloatVector m1 = m0;
        long i = 0;
        for (; i <= n - 2 * LANES; i += 2 * LANES) {
            m0 = m0.max(load(x + 4 * i));
            m1 = m1.max(load(x + 4 * (i + LANES)));
        }
        float max = m0.max(m1).reduceLanes(MAX);
        for (; i < n; i++) {
            max = Math.max(max, getFloat(x + 4 * i));
        }
        return max;
    }

    static float min(long x, long n) {
        FloatVector m0 = FloatVector.broadcast(F32, Float.POSITIVE_INFINITY);
        FloatVector m1 = m0;
        long i = 0;
        for (; i <= n - 2 * LANES; i += 2 * LANES) {
            m0 = m0.min(load(x + 4 * i));
            m1 = m1.min(load(x + 4 * (i + LANES)));
        }
        float min = m0.min(m1).reduceLanes(MIN);
        for (; i < n; i++) {
            min = Math.min(min, getFloat(x + 4 * i));
        }
        return min;
    }

    private static void addSum(long acc, long x, int n) {
        int i = 0;
        for (; i <= n - DOUBLES; i += DOUBLES) {
            put(acc + 8L * i, get(acc + 8L * i).add(doubles(x + 4L * i)));
        }
        for (; i < n; i++) {
            putDouble(acc + 8L * i, getDouble(acc + 8L * i) + getFloat(x + 4L * i));
        }
    }

    private static void addProduct(long acc, long x, int n) {
        int i = 0;
        for (; i <= n - DOUBLES; i += DOUBLES) {
            put(acc + 8L * i, get(acc + 8L * i).mul(doubles(x + 4L * i)));
        }
        for (; i < n; i++) {
            putDouble(acc + 8L * i, getDouble(acc + 8L * i) * getFloat(x + 4L * i));
        }
    }

    private static void addMax(long acc, long x, int n) {
        int i = 0;
        for (; i <= n - DOUBLES; i += DOUBLES) {
            put(acc + 8L * i, get(acc + 8L * i).max(doubles(x + 4L * i)));
        }
        for (; i < n; i++) {
            putDouble(acc + 8L * i, Math.max(getDouble(acc + 8L * i), getFloat(x + 4L * i)));
        }
    }

    private static void addMin(long acc, long x, int n) {
        int i = 0;
        for (; i <= n - DOUBLES; i += DOUBLES) {
            put(acc + 8L * i, get(acc + 8L * i).min(doubles(x + 4L * i)));
        }
        for (; i < n; i++) {
            putDouble(acc + 8L * i, Math.min(getDouble(acc + 8L * i), getFloat(x + 4L * i)));
        }
    }

    /** Returns the sum of the lanes, always in one order, which {@code reduceLanes} leaves open. */
    static double sumOfLanes(DoubleVector v) {
        DoubleVector s = v;
        if (DOUBLES >= 8) {
            s = s.add(s.rearrange(SWAP_4));
        }
        if (DOUBLES >= 4) {
            s = s.add(s.rearrange(SWAP_2));
        }
        return s.lane(0) + s.lane(1);
    }

    private static double productOfLanes(DoubleVector v) {
        DoubleVector p = v;
        if (DOUBLES >= 8) {
            p = p.mul(p.rearrange(SWAP_4));
        }
        if (DOUBLES >= 4) {
            p = p.mul(p.rearrange(SWAP_2));
        }
        return p.lane(0) * p.lane(1);
    }

    /** Reads a vector of doubles from floats. */
    static DoubleVector doubles(long x) {
        return (DoubleVector) FloatVector.fromMemorySegment(HALF, Native.ALL, x, Native.ORDER).convertShape(F2D, F64, 0);
    }

    static DoubleVector get(long address) {
        return DoubleVector.fromMemorySegment(F64, Native.ALL, address, Native.ORDER);
    }

    static void put(long address, DoubleVector v) {
        v.intoMemorySegment(Native.ALL, address, Native.ORDER);
    }

    static double getDouble(long address) {
        return Native.ALL.get(JAVA_DOUBLE_UNALIGNED, address);
    }

    static void putDouble(long address, double value) {
        Native.ALL.set(JAVA_DOUBLE_UNALIGNED, address, value);
    }
}
