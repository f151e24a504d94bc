package dev.gatun.vector;

import static dev.gatun.vector.Native.load;
import static dev.gatun.vector.Native.store;
import static dev.gatun.vector.Simd.F32;
import static dev.gatun.vector.Simd.LANES;
import static jdk.incubator.vector.VectorOperators.EQ;
import static jdk.incubator.vector.VectorOperators.LE;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/** Loops over rows of images for pooling, at every place as if the stride were 1; of such results every S-th is taken. */
final class PoolRows {
    private static final VectorSpecies<Integer> I32 = VectorSpecies.of(int.class, F32.vectorShape());
    private static final IntVector IOTA = IntVector.zero(I32).addIndex(1);

    /** Lanes 0, 2, 4, ..., in either half. */
    private static final VectorShuffle<Float> SECONDS = VectorShuffle.fromOp(F32, i -> 2 * i % LANES);
    private static final VectorMask<Float> UPPER = VectorMask.fromLong(F32, -1L << LANES / 2);

    private PoolRows() {
    }

    /** Fills {@code n} floats, a multiple of the lanes. */
    static void fill(long row, float value, int n) {
        for (int i = 0; i < n; i += LANES) {
            store(row + 4L * i, FloatVector.broadcast(F32, value));
        }
    }

    /** row = max(row, x); NaN wins. */
    static void max(long row, long x, int n) {
        int i = 0;
        for (; i <= n - LANES; i += LANES) {
            store(row + 4L * i, load(row + 4L * i).max(load(x + 4L * i)));
        }
        for (; i < n; i++) {
            Native.putFloat(row + 4L * i, Math.max(Native.getFloat(row + 4L * i), Native.getFloat(x + 4L * i)));
        }
    }

    /** row = row + x. */
    static void add(long row, long x, int n) {
        int i = 0;
        for (; i <= n - LANES; i += LANES) {
            store(row + 4L * i, load(row + 4L * i).add(load(x + 4L * i)));
        }
        for (; i < n; i++) {
            Native.putFloat(row + 4L * i, Native.getFloat(row + 4L * i) + Native.getFloat(x + 4L * i));
        }
    }

    /** Begins a {@link #search} with the first tap of the first row: best = row, at[j] = j. */
    static void begin(long row, long best, long at, int n) {
        for (int j = 0; j < n; j += LANES) {
            store(best + 4L * j, load(row + 4L * j));
            IOTA.add(j).intoMemorySegment(Native.ALL, at + 4L * j, Native.ORDER);
        }
    }

    /**
     * One row of a search for the first maximum: where row[j + k·D] is larger than best[j], or the first NaN, it and its position {@code first + j + k·D}
     * replace best[j] and at[j].
     */
    static void search(long row, long best, long at, int K, int D, int n, int first) {
        for (int j = 0; j < n; j += LANES) {
            FloatVector b = load(best + 4L * j);
            IntVector a = IntVector.fromMemorySegment(I32, Native.ALL, at + 4L * j, Native.ORDER);
            for (int k = 0; k < K; k++) {
                FloatVector v = load(row + 4L * (j + k * D));
                VectorMask<Float> beats = v.compare(LE, b).not().and(b.compare(EQ, b));
                b = b.blend(v, beats);
                a = a.blend(IOTA.add(first + j + k * D), beats.cast(I32));
            }
            store(best + 4L * j, b);
            a.intoMemorySegment(Native.ALL, at + 4L * j, Native.ORDER);
        }
    }

    /** y[o] = row[o·S], for elements of 4 bytes. */
    static void take(long row, long y, int S, int n) {
        if (S == 1) {
            Native.copy(row, y, 4L * n);
            return;
        }
        for (int o = 0; o < n; o++) {
            Native.putInt(y + 4L * o, Native.getInt(row + 4L * o * S));
        }
    }

    /**
     * The same of {@code rows} rows that are {@code step} bytes apart, one behind the other. May read two vectors behind the last row, and write one behind y:
     * rows have few elements, and loops that end with each would take longer.
     */
    static void takeRows(long src, long step, int rows, int S, int n, long y) {
        for (int r = 0; r < rows; r++) {
            if (S == 2) {
                takeSeconds(src, y, n);
            } else {
                take(src, y, S, n);
            }
            src += step;
            y += 4L * n;
        }
    }

    private static void takeSeconds(long src, long y, int n) {
        for (long i = 0; i < 4L * n; i += Simd.BYTES) {
            FloatVector seconds = load(src + 2 * i).rearrange(SECONDS);
            store(y + i, seconds.blend(load(src + 2 * i + Simd.BYTES).rearrange(SECONDS), UPPER));
        }
    }
}
