package dev.gatun.vector;

import static dev.gatun.vector.Native.FLOAT;
import static dev.gatun.vector.Simd.F32;
import static dev.gatun.vector.Simd.LANES;

import dev.gatun.DType;
import dev.gatun.TensorType;
import dev.gatun.op.Normalization;
import java.util.Optional;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/** y = x·(k + α/size·Σ x²)^-β, the sum over neighbouring channels of {@code [N, C, S]}, for vectors of places at once. */
record LocalResponseNormKernel(Normalization.LocalResponseNorm op, long N, int C, long S, Workers workers) implements FrameKernel {
    /** Time of an element in additions, besides the window. */
    private static final int COST = 16;

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
    public void run(long frame, int worker, int of) {
        long to = Workers.share(N * C, worker + 1, of);
        for (long plane = Workers.share(N * C, worker, of); plane < to; plane++) {
            int c = (int) (plane % C);
            int from = Math.max(0, c - op.size() / 2);
            int end = Math.min(C, c - op.size() / 2 + op.size());
            long image = address(frame, 0) + (plane - c) * S * FLOAT;
            channel(image + c * S * FLOAT, image + from * S * FLOAT, end - from, address(frame, 1) + plane * S * FLOAT);
        }
    }

    /** One channel of the result. @param window address of the first channel of the sum */
    private void channel(long x, long window, int channels, long y) {
        float factor = (float) (op.alpha() / op.size());
        for (long i = 0; i < S; i += LANES) {
            VectorMask<Float> mask = Tails.mask(S - i);
            FloatVector sum = FloatVector.zero(F32);
            for (int c = 0; c < channels; c++) {
                FloatVector v = Tails.load(window + (c * S + i) * FLOAT, mask);
                sum = v.fma(v, sum);
            }
            FloatVector base = sum.mul(factor).add((float) op.k());
            FloatVector power = FloatMath.exp(FloatMath.log(base).mul((float) -op.beta()));
            Tails.store(y + i * FLOAT, Tails.load(x + i * FLOAT, mask).mul(power), mask);
        }
    }
}
