package dev.gatun.vector;

import static dev.gatun.vector.Native.load;
import static dev.gatun.vector.Native.store;
import static dev.gatun.vector.Simd.BYTES;
import static dev.gatun.vector.Simd.F32;
import static dev.gatun.vector.Simd.LANES;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorShuffle;

/**
 * The fold of a pool's windows in two steps, as a rectangle can be folded: neighbours in a row, and rows. Many windows go together, three operands at a time,
 * in few and long loops; what is not there, a place outside of the image or an operand too many, is {@link #neutral}.
 */
public enum WindowFold {
    /** The largest element; NaN wins. */
    LARGEST(Float.NEGATIVE_INFINITY),

    /** The sum. */
    SUM(0);

    // Every second lane of a and b is a.rearrange(EVENS).blend(b.rearrange(EVENS), SECOND).
    private static final VectorShuffle<Float> EVENS = VectorShuffle.fromOp(F32, i -> 2 * i % LANES);
    private static final VectorMask<Float> SECOND = VectorMask.fromLong(F32, -1L << LANES / 2);

    private final float neutral;

    WindowFold(float neutral) {
        this.neutral = neutral;
    }

    /** Returns the fold of nothing. */
    public float neutral() {
        return neutral;
    }

    /** Fills {@code bytes} bytes with neutral elements, one by one: a loop that stores the same vector now and then makes objects of it for ever. */
    public void clear(long row, long bytes) {
        float element = neutral;
        for (long i = 0; i < bytes; i += Native.FLOAT) {
            Native.putFloat(row + i, element);
        }
    }

    /** Returns the fold of two. */
    float of(float a, float b) {
        return switch (this) {
            case LARGEST -> Math.max(a, b);
            case SUM -> a + b;
        };
    }

    /**
     * Folds neighbours, of stride 1 or of vectors: to[j] = f(row[j·step + k·tap]) over k in 0..K-1, for vectors j.
     *
     * @param tap bytes from one place of a window to the next
     * @param step bytes from one window's first vector to the next one's
     * @param nothing the address of a vector of neutral elements
     * @param bytes of the result, a multiple of the vector's
     */
    public void neighbours(long row, int K, long tap, long step, long nothing, long to, long bytes) {
        three(row, step, K > 1 ? row + tap : nothing, K > 1 ? step : 0, K > 2 ? row + 2 * tap : nothing, K > 2 ? step : 0, to, bytes);
        for (int k = 3; k < K; k += 2) {
            boolean two = k + 1 < K;
            three(to, BYTES, row + k * tap, step, two ? row + (k + 1) * tap : nothing, two ? step : 0, to, bytes);
        }
    }

    /**
     * Folds rows of an image: to[i] = f(x[r][i]) over the rows r of a table.
     *
     * @param table the number of a row of x, or -1 for one outside of the image, {@code taps} of them from place {@code first} on
     * @param rowBytes from row to row of x
     * @param nothing the address of a vector of neutral elements
     * @param bytes of the result, a multiple of the vector's
     */
    public void rows(int[] table, int first, int taps, long x, long rowBytes, long nothing, long to, long bytes) {
        long a = nothing;
        long b = nothing;
        int held = 0;                              // operands that wait in a and b
        for (int k = first; k < first + taps; k++) {
            long row = x + table[k] * rowBytes;
            if (table[k] >= 0 && held == 0) {
                a = row;
                held = 1;
            } else if (table[k] >= 0 && held == 1) {
                b = row;
                held = 2;
            } else if (table[k] >= 0) {
                three(a, BYTES, b, BYTES, row, BYTES, to, bytes);
                a = to;
                held = 1;
            }
        }
        if (held != 1 || a != to) {
            three(a, held > 0 ? BYTES : 0, held > 1 ? b : nothing, held > 1 ? BYTES : 0, nothing, 0, to, bytes);
        }
    }

    private void three(long a, long stepA, long b, long stepB, long c, long stepC, long to, long bytes) {
        switch (this) {
            case LARGEST -> largest(a, stepA, b, stepB, c, stepC, to, bytes);
            case SUM -> sum(a, stepA, b, stepB, c, stepC, to, bytes);
        }
    }

    private static void largest(long a, long stepA, long b, long stepB, long c, long stepC, long to, long bytes) {
        for (long i = 0; i < bytes; i += BYTES) {
            store(to + i, load(a).max(load(b)).max(load(c)));
            a += stepA;
            b += stepB;
            c += stepC;
        }
    }

    private static void sum(long a, long stepA, long b, long stepB, long c, long stepC, long to, long bytes) {
        for (long i = 0; i < bytes; i += BYTES) {
            store(to + i, load(a).add(load(b)).add(load(c)));
            a += stepA;
            b += stepB;
            c += stepC;
        }
    }

    /**
     * Folds up to three rows of many windows: to[t] = f(x[s + k·tap]) over k in 0..taps-1, for vectors, of which a table says t and s in bytes.
     *
     * @param tap bytes from row to row of a window
     * @param nothing the address of a vector of neutral elements
     */
    void tabled(int[] table, int vectors, int taps, long tap, long x, long nothing, long to) {
        long b = taps > 1 ? x + tap : nothing;
        long c = taps > 2 ? x + 2 * tap : nothing;
        switch (this) {
            case LARGEST -> largestTabled(table, vectors, x, b, taps > 1 ? -1 : 0, c, taps > 2 ? -1 : 0, to);
            case SUM -> sumTabled(table, vectors, x, b, taps > 1 ? -1 : 0, c, taps > 2 ? -1 : 0, to);
        }
    }

    private static void largestTabled(int[] table, int vectors, long a, long b, int maskB, long c, int maskC, long to) {
        for (int at = 0; at < 2 * vectors; at += 2) {
            int i = table[at + 1];
            store(to + table[at], load(a + i).max(load(b + (i & maskB))).max(load(c + (i & maskC))));
        }
    }

    private static void sumTabled(int[] table, int vectors, long a, long b, int maskB, long c, int maskC, long to) {
        for (int at = 0; at < 2 * vectors; at += 2) {
            int i = table[at + 1];
            store(to + table[at], load(a + i).add(load(b + (i & maskB))).add(load(c + (i & maskC))));
        }
    }

    /** Folds up to three neighbours with stride 2: to[j] = f(row[2j + k·D]) over k in 0..K-1, for floats j. @param nothing two vectors of neutral elements */
    void evenNeighbours(long row, int K, int D, long nothing, long to, long bytes) {
        long b = K > 1 ? row + 4L * D : nothing;
        long c = K > 2 ? row + 8L * D : nothing;
        switch (this) {
            case LARGEST -> largestOfEvens(row, b, K > 1 ? 2 * BYTES : 0, c, K > 2 ? 2 * BYTES : 0, to, bytes);
            case SUM -> sumOfEvens(row, b, K > 1 ? 2 * BYTES : 0, c, K > 2 ? 2 * BYTES : 0, to, bytes);
        }
    }

    private static void largestOfEvens(long a, long b, long stepB, long c, long stepC, long to, long bytes) {
        for (long i = 0; i < bytes; i += BYTES) {
            FloatVector x = load(a + 2 * i).rearrange(EVENS).blend(load(a + 2 * i + BYTES).rearrange(EVENS), SECOND);
            FloatVector y = load(b).rearrange(EVENS).blend(load(b + BYTES).rearrange(EVENS), SECOND);
            FloatVector z = load(c).rearrange(EVENS).blend(load(c + BYTES).rearrange(EVENS), SECOND);
            store(to + i, x.max(y).max(z));
            b += stepB;
            c += stepC;
        }
    }

    private static void sumOfEvens(long a, long b, long stepB, long c, long stepC, long to, long bytes) {
        for (long i = 0; i < bytes; i += BYTES) {
            FloatVector x = load(a + 2 * i).rearrange(EVENS).blend(load(a + 2 * i + BYTES).rearrange(EVENS), SECOND);
            FloatVector y = load(b).rearrange(EVENS).blend(load(b + BYTES).rearrange(EVENS), SECOND);
            FloatVector z = load(c).rearrange(EVENS).blend(load(c + BYTES).rearrange(EVENS), SECOND);
            store(to + i, x.add(y).add(z));
            b += stepB;
            c += stepC;
        }
    }
}
