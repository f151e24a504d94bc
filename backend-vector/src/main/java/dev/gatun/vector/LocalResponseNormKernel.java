package dev.gatun.vector;

import static dev.gatun.vector.Native.FLOAT;
import static dev.gatun.vector.Native.getFloat;
import static dev.gatun.vector.Native.load;
import static dev.gatun.vector.Native.putFloat;
import static dev.gatun.vector.Native.store;
import static dev.gatun.vector.Simd.F32;
import static dev.gatun.vector.Simd.LANES;

import dev.gatun.DType;
import dev.gatun.TensorType;
import dev.gatun.op.Normalization;
import java.util.Optional;
import jdk.incubator.vector.FloatVector;

/** y = x·(k + α/size·Σ x²)^-β, the sum over neighbouring channels of {@code [N, C, S]}: pass by pass over a block of places in the first-level cache. */
record LocalResponseNormKernel(Normalization.LocalResponseNorm op, long N, int C, long S, Workers workers) implements FrameKernel {
    /** Time of an element in additions, besides the window. */
    private static final int COST = 16;
    /** Places of a block. */
    private static final int BLOCK = 512;

    /** Returns a kernel, or empty if {@code x} is not of floats. */
    static Optional<LocalResponseNormKernel> of(Normalization.LocalResponseNorm op, TensorType x, Workers workers) {
        return x.dtype() == DType.F32
                ? Optional.of(new LocalResponseNormKernel(op, x.shape().dim(0), x.shape().dim(1), x.shape().elements(2, x.shape().rank()), workers))
                : Optional.empty();
    }

    @Override
    public String name() {
        return "local response norm";
    }

    @Override
    public int buffers() {
        return 2;
    }

    @Override
    public boolean isParallel() {
        return (COST + op.size()) * N * C * S >= PARALLEL_ELEMENTS && N * C > 1;
    }

    @Override
    public long scratchBytes() {
        return BLOCK * FLOAT * workers.threads();
    }

    @Override
    public void run(long frame, int worker, int of) {
        long block = scratch(frame) + BLOCK * FLOAT * worker;
        long to = Workers.share(N * C, worker + 1, of);
        for (long plane = Workers.share(N * C, worker, of); plane < to; plane++) {
            int c = (int) (plane % C);
            int from = Math.max(0, c - op.size() / 2);
            int end = Math.min(C, c - op.size() / 2 + op.size());
            long window = address(frame, 0) + (plane - c + from) * S * FLOAT;
            for (long i = 0; i < S; i += BLOCK) {
                int n = (int) Math.min(BLOCK, S - i);
                power(window + i * FLOAT, end - from, block, n);
                multiply(address(frame, 0) + (plane * S + i) * FLOAT, block, address(frame, 1) + (plane * S + i) * FLOAT, n);
            }
        }
    }

    /** power = (k + α/size · Σ x²)^-β = exp(-β ln(...)) over {@code channels} channels, pass by pass. */
    private void power(long x, int channels, long power, int n) {
        int lanes = n + LANES - 1 & -LANES;
        PoolRows.fill(power, 0, lanes);
        for (int c = 0; c < channels; c++) {
            addSquares(x + c * S * FLOAT, power, n);
        }
        scale(power, (float) (op.alpha() / op.size()), (float) op.k(), lanes);
        FloatUnary.log(power, power, lanes);
        scale(power, (float) -op.beta(), 0, lanes);
        FloatUnary.exp(power, power, lanes);
    }

    private static void addSquares(long x, long sum, int n) {
        int i = 0;
        for (; i <= n - LANES; i += LANES) {
            FloatVector v = load(x + i * FLOAT);
            store(sum + i * FLOAT, v.fma(v, load(sum + i * FLOAT)));
        }
        for (; i < n; i++) {
            float v = getFloat(x + i * FLOAT);
            putFloat(sum + i * FLOAT, Math.fma(v, v, getFloat(sum + i * FLOAT)));
        }
    }

    /** x = factor · x + summand. */
    private static void scale(long x, float factor, float summand, int n) {
        FloatVector a = FloatVector.broadcast(F32, factor);
        FloatVector b = FloatVector.broadcast(F32, summand);
        for (int i = 0; i < n; i += LANES) {
            store(x + i * FLOAT, load(x + i * FLOAT).fma(a, b));
        }
    }

    private static void multiply(long a, long b, long y, int n) {
        int i = 0;
        for (; i <= n - LANES; i += LANES) {
            store(y + i * FLOAT, load(a + i * FLOAT).mul(load(b + i * FLOAT)));
        }
        for (; i < n; i++) {
            putFloat(y + i * FLOAT, getFloat(a + i * FLOAT) * getFloat(b + i * FLOAT));
        }
    }
}
