package dev.gatun.vector;

import static dev.gatun.vector.Native.FLOAT;
import static dev.gatun.vector.Native.getFloat;
import static dev.gatun.vector.Native.putFloat;

import dev.gatun.DType;
import dev.gatun.op.Elementwise.BinaryFunction;
import dev.gatun.op.Indexing.ScatterFunction;
import java.util.Optional;

/**
 * How updates meet what is there: y = f(y, u) over neighbours. Floats only, but for SET.
 *
 * @param bytes of an element
 */
record ScatterUpdate(ScatterFunction function, int bytes) {
    /** What the loops over floats count in ints; whole vectors at any width. */
    private static final int BLOCK = 1 << 20;

    /** Returns the update, or empty if it would combine others than floats. */
    static Optional<ScatterUpdate> of(ScatterFunction function, DType dtype) {
        return function == ScatterFunction.SET || dtype == DType.F32 ? Optional.of(new ScatterUpdate(function, dtype.bytes())) : Optional.empty();
    }

    /** Combines {@code n} elements at {@code y} with those at {@code u}. */
    void apply(long u, long y, long n) {
        if (n == 1) {
            element(u, y);
            return;
        }
        switch (function) {
            case SET -> StridedCopy.copy(u, y, n * bytes);
            case ADD -> floats(BinaryFunction.ADD, u, y, n);
            case MUL -> floats(BinaryFunction.MUL, u, y, n);
            case MIN -> floats(BinaryFunction.MIN, u, y, n);
            case MAX -> floats(BinaryFunction.MAX, u, y, n);
        }
    }

    private void floats(BinaryFunction f, long u, long y, long n) {
        long i = 0;
        while (n - i >= Simd.LANES) {
            int block = (int) Math.min(BLOCK, (n - i) / Simd.LANES * Simd.LANES);
            FloatBinary.run(f, y + FLOAT * i, u + FLOAT * i, y + FLOAT * i, block);
            i += block;
        }
        for (; i < n; i++) {
            element(u + FLOAT * i, y + FLOAT * i);
        }
    }

    private void element(long u, long y) {
        switch (function) {
            case SET -> StridedCopy.copy(u, y, bytes);
            case ADD -> putFloat(y, getFloat(y) + getFloat(u));
            case MUL -> putFloat(y, getFloat(y) * getFloat(u));
            case MIN -> putFloat(y, Math.min(getFloat(y), getFloat(u)));
            case MAX -> putFloat(y, Math.max(getFloat(y), getFloat(u)));
        }
    }
}
