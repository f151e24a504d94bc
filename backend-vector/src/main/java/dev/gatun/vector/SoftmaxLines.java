package dev.gatun.vector;

import static dev.gatun.vector.Native.FLOAT;
import static dev.gatun.vector.Native.getFloat;
import static dev.gatun.vector.Native.load;
import static dev.gatun.vector.Native.putFloat;
import static dev.gatun.vector.Native.store;
import static dev.gatun.vector.Simd.F32;
import static dev.gatun.vector.Simd.LANES;
import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.MAX;

import java.lang.invoke.MethodHandles;
import jdk.incubator.vector.FloatVector;

/**
 * Softmax of lines of {@code n} floats, one behind the other: y = v·r with v = exp(x - max), r = 1/Σ v. Or its logarithm: y = v - r with v = x - max,
 * r = ln Σ exp v.
 *
 * <p>Three lines are under way in one loop, which waits for memory while it computes: the next one arrives and is searched for its largest element, this
 * one's v are computed and <em>held</em> in the first-level cache, and the last one's v become y. Long lines are not held: their v lie in y, and become
 * results in a loop of their own.
 *
 * <p>The search passes over NaN, which takes two instructions in place of six: the sum has the NaN as well, and makes all of the line NaN.
 */
record SoftmaxLines(int n, boolean log) {
    /** Elements that are summed up as floats, and of one call of a loop. */
    private static final int BLOCK = 1024;
    /** Elements of a line that is held. */
    private static final int HELD = 8192;

    private static final Loop EXPONENTIALS = Loop.withLines(MethodHandles.lookup(), "exponentialsLoop");
    private static final Loop DIFFERENCES = Loop.withLines(MethodHandles.lookup(), "differencesLoop");

    // The area: the sum and the next line's maximum, lane by lane; a tail of less than a vector; the next line's maximum.
    private static final long LARGEST = 64;
    private static final long TAIL = 128;
    private static final long NEXT_MAX = 192;
    private static final long AREA = 256;

    private boolean isHeld() {
        return n <= HELD;
    }

    /** Returns the bytes of one of two lines of v, or of what is finished while there is none. */
    private long heldBytes() {
        return Math.ceilDiv(FLOAT * (isHeld() ? n : BLOCK), 64L) * 64;
    }

    /** Returns the bytes of scratch memory that {@link #run} needs. */
    long scratchBytes() {
        return AREA + 2 * heldBytes();
    }

    /** Computes {@code lines} lines; y may be x. @param area address of {@link #scratchBytes} bytes */
    void run(long x, long y, long lines, long area) {
        if (lines == 0) {
            return;
        }
        long bytes = FLOAT * n;
        long last = area + AREA + heldBytes();                // before the first line, something is finished that nobody reads
        long lastY = last;
        float r = 1;
        putFloat(area + NEXT_MAX, Fold.max(x, n));
        for (long line = 0; line < lines; line++) {
            long held = isHeld() ? area + AREA + (line & 1) * heldBytes() : y;
            double sum = line(x, held, line + 1 < lines ? x + bytes : x, last, lastY, r, area);
            r = (float) (log ? Math.log(sum) : 1 / sum);
            if (isHeld()) {
                last = held;
                lastY = y;
            } else {
                finish(y, y, r);
            }
            x += bytes;
            y += bytes;
        }
        if (isHeld()) {
            finish(last, lastY, r);
        }
    }

    /**
     * Computes v of a line, y of the last one if that is held, and the next line's maximum.
     *
     * @param r of the last line
     * @return Σ exp(x - max)
     */
    private double line(long x, long v, long next, long last, long lastY, float r, long area) {
        int whole = n & -LANES;
        float max = getFloat(area + NEXT_MAX);
        float largest = Float.NEGATIVE_INFINITY;
        double sum = 0;
        for (int from = 0; from < whole; from += BLOCK) {
            long at = FLOAT * from;
            long finished = isHeld() ? at : 0;
            (log ? DIFFERENCES : EXPONENTIALS).run(x + at, v + at, next + at, last + finished, lastY + finished, Math.min(BLOCK, whole - from), max, r, area);
            sum += FloatMath.sum(load(area));
            largest = Math.max(largest, load(area + LARGEST).reduceLanes(MAX));
        }
        if (whole < n) {
            long at = FLOAT * whole;
            largest = Math.max(largest, Fold.max(next + at, n - whole));
            if (isHeld()) {
                finishTail(last + at, lastY + at, n - whole, r);
            }
            sum += tail(x + at, v + at, n - whole, max, area + TAIL);
        }
        putFloat(area + NEXT_MAX, largest);
        return sum;
    }

    /** Computes less than a vector of v. @return their Σ exp(x - max) */
    private double tail(long x, long v, int count, float max, long exp) {
        for (int i = 0; i < count; i++) {
            float d = getFloat(x + FLOAT * i) - max;
            putFloat(exp + FLOAT * i, d);
            putFloat(v + FLOAT * i, d);
        }
        FloatUnary.exp(exp, exp, LANES);
        if (!log) {
            Native.copy(exp, v, FLOAT * count);
        }
        return Fold.sum(exp, count);
    }

    /** v = exp(x - max), with Σ v and the largest elements of the next line, lane by lane, and y = v·r of the last one. */
    private static void exponentialsLoop(long x, long v, long next, long last, long lastY, int n, float max, float r, long area) {
        FloatVector sum = FloatVector.zero(F32);
        FloatVector largest = FloatVector.broadcast(F32, Float.NEGATIVE_INFINITY);
        for (int i = 0; i < n; i += LANES) {
            FloatVector exp = FloatMath.expOfNegative(load(x + FLOAT * i).sub(max));
            FloatVector candidate = load(next + FLOAT * i);
            largest = largest.blend(candidate, candidate.compare(GT, largest));
            sum = sum.add(exp);
            store(lastY + FLOAT * i, load(last + FLOAT * i).mul(r));
            store(v + FLOAT * i, exp);
        }
        store(area, sum);
        store(area + LARGEST, largest);
    }

    /** v = x - max, with Σ exp v and the largest elements of the next line, lane by lane, and y = v - r of the last one. */
    private static void differencesLoop(long x, long v, long next, long last, long lastY, int n, float max, float r, long area) {
        FloatVector sum = FloatVector.zero(F32);
        FloatVector largest = FloatVector.broadcast(F32, Float.NEGATIVE_INFINITY);
        for (int i = 0; i < n; i += LANES) {
            FloatVector d = load(x + FLOAT * i).sub(max);
            FloatVector candidate = load(next + FLOAT * i);
            largest = largest.blend(candidate, candidate.compare(GT, largest));
            sum = sum.add(FloatMath.expOfNegative(d));
            store(lastY + FLOAT * i, load(last + FLOAT * i).sub(r));
            store(v + FLOAT * i, d);
        }
        store(area, sum);
        store(area + LARGEST, largest);
    }

    /** Makes a line's v results. */
    private void finish(long v, long y, float r) {
        int whole = n & -LANES;
        float factor = log ? 1 : r;                           // not a choice in the loop: vectors of both sides would be objects
        float subtrahend = log ? r : 0;
        for (int i = 0; i < whole; i += LANES) {
            store(y + FLOAT * i, load(v + FLOAT * i).mul(factor).sub(subtrahend));
        }
        finishTail(v + FLOAT * whole, y + FLOAT * whole, n - whole, r);
    }

    private void finishTail(long v, long y, int count, float r) {
        for (int i = 0; i < count; i++) {
            putFloat(y + FLOAT * i, log ? getFloat(v + FLOAT * i) - r : getFloat(v + FLOAT * i) * r);
        }
    }
}
