package dev.gatun.vector;

import static dev.gatun.vector.Native.FLOAT;
import static dev.gatun.vector.Native.getFloat;
import static dev.gatun.vector.Native.putFloat;

import dev.gatun.DType;
import dev.gatun.TensorType;
import java.util.Optional;

/**
 * Batch normalization by the batch's own statistics: y = (x - μ)/√(σ² + ε)·scale + bias for each channel of {@code [N, C, S]}, and its gradient. A worker
 * takes whole channels: the last images, which a cache may still hold, are normalized first.
 *
 * @param backward whether (x, scale, mean, variance, dy) -> (dx, dscale, dbias) instead of (x, scale, bias) -> (y, mean, variance)
 */
record BatchNormKernel(boolean backward, double epsilon, long N, int C, long S, Workers workers) implements FrameKernel {
    /** Time of an element in additions. */
    private static final int COST = 6;

    /** Returns a kernel, or empty if {@code x} is not of floats. */
    static Optional<BatchNormKernel> of(boolean backward, double epsilon, TensorType x, Workers workers) {
        int rank = x.shape().rank();
        return x.dtype() == DType.F32
                ? Optional.of(new BatchNormKernel(backward, epsilon, x.shape().dim(0), x.shape().dim(1), x.shape().elements(2, rank), workers))
                : Optional.empty();
    }

    @Override
    public String name() {
        return "batch norm a channel";
    }

    @Override
    public boolean inPlace(int operand, int result) {
        // A channel's statistics are taken before its elements are written; the gradient reads x and dy at the place where it writes dx.
        return result == 0 && (operand == 0 || backward && operand == 4);
    }

    @Override
    public int buffers() {
        return backward ? 8 : 6;
    }

    @Override
    public boolean isParallel() {
        return COST * N * C * S >= PARALLEL_ELEMENTS && C > 1;
    }

    @Override
    public long scratchBytes() {
        return Moments.AREA * workers.threads();
    }

    @Override
    public void run(long frame, int worker, int of) {
        long area = scratch(frame) + Moments.AREA * worker;
        int to = (int) Workers.share(C, worker + 1, of);
        for (int c = (int) Workers.share(C, worker, of); c < to; c++) {
            if (backward) {
                gradient(frame, c);
            } else {
                forward(frame, c, area);
            }
        }
    }

    private long at(long tensor, long n, int c) {
        return tensor + (n * C + c) * S * FLOAT;
    }

    private void forward(long frame, int c, long area) {
        long x = address(frame, 0);
        Moments.clear(area);
        for (long n = 0; n < N; n++) {
            Moments.add(at(x, n, c), S, area);
        }
        double mean = Moments.mean(area);
        double variance = Moments.variance(area);
        if (!Moments.areFinite(area)) {
            double sum = 0;
            for (long n = 0; n < N; n++) {
                sum += Fold.sum(at(x, n, c), S);
            }
            mean = sum / (N * S);
            double squares = 0;
            for (long n = 0; n < N; n++) {
                squares += Moments.squares(at(x, n, c), S, mean);
            }
            variance = squares / (N * S);
        }
        float factor = (float) (getFloat(address(frame, 1) + c * FLOAT) / Math.sqrt(variance + epsilon));
        float bias = getFloat(address(frame, 2) + c * FLOAT);
        for (long n = N - 1; n >= 0; n--) {
            Moments.scale(at(x, n, c), at(address(frame, 3), n, c), S, (float) mean, factor, bias);
        }
        putFloat(address(frame, 4) + c * FLOAT, (float) mean);
        putFloat(address(frame, 5) + c * FLOAT, (float) variance);
    }

    private void gradient(long frame, int c) {
        long x = address(frame, 0);
        float scale = getFloat(address(frame, 1) + c * FLOAT);
        float mean = getFloat(address(frame, 2) + c * FLOAT);
        double r = 1 / Math.sqrt(getFloat(address(frame, 3) + c * FLOAT) + epsilon);
        long dy = address(frame, 4);
        double dbias = 0;
        double products = 0;
        for (long n = 0; n < N; n++) {
            dbias += Fold.sum(at(dy, n, c), S);
            products += Moments.products(at(x, n, c), at(dy, n, c), S, mean);
        }
        double dscale = products * r;
        double m = N * S;
        // dx = scale·r·(dy - dbias/m - (x - μ)·r·dscale/m)
        float meanDy = (float) (dbias / m);
        float slope = (float) (r * dscale / m);
        float factor = (float) (scale * r);
        for (long n = 0; n < N; n++) {
            Moments.gradient(at(x, n, c), at(dy, n, c), at(address(frame, 5), n, c), S, mean, meanDy, slope, factor);
        }
        putFloat(address(frame, 6) + c * FLOAT, (float) dscale);
        putFloat(address(frame, 7) + c * FLOAT, (float) dbias);
    }
}
