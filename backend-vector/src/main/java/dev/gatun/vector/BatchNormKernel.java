package dev.gatun.vector;

import static dev.gatun.vector.Native.FLOAT;
import static dev.gatun.vector.Native.getFloat;
import static dev.gatun.vector.Native.putFloat;

import dev.gatun.DType;
import dev.gatun.TensorType;
import java.util.Optional;

/**
 * Batch normalization by the batch's own statistics: y = (x - μ)/√(σ² + ε)·scale + bias for each channel of {@code [N, C, S]}, and its gradient. A worker
 * takes whole channels, a few neighbouring ones together if they are small: memory likes long runs. They are read twice; the last images, which a cache may
 * still hold, are normalized first.
 *
 * @param backward whether (x, scale, mean, variance, dy) -> (dx, dscale, dbias) instead of (x, scale, bias) -> (y, mean, variance)
 */
record BatchNormKernel(boolean backward, double epsilon, long N, int C, long S, Workers workers) implements FrameKernel {
    /** Time of an element in additions. */
    private static final int COST = 6;
    /** Bytes of an image that are wanted in one run. */
    private static final long RUN = 32 << 10;
    /** Bytes of channels that a cache holds, each worker's. */
    private static final long CACHED = 4 << 20;
    /** So many groups of channels are wanted for each worker. */
    private static final int GROUPS = 4;

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
        return group() * Moments.AREA * workers.threads();
    }

    /** Returns how many channels go together. */
    private int group() {
        long bytes = Math.max(1, S * FLOAT);
        long most = Math.min(CACHED / (bytes * Math.max(1, N)), C / (GROUPS * workers.threads()));
        return backward ? 1 : (int) Math.max(1, Math.min(Math.ceilDiv(RUN, bytes), most));
    }

    @Override
    public void run(long frame, int worker, int of) {
        int group = group();
        long area = scratch(frame) + group * Moments.AREA * worker;
        int to = Grid.start(C, group, worker + 1, of);
        for (int c = Grid.start(C, group, worker, of); c < to; c += group) {
            if (backward) {
                gradient(frame, c);
            } else {
                forward(frame, c, Math.min(to, c + group), area);
            }
        }
    }

    private long at(long tensor, long n, int c) {
        return tensor + (n * C + c) * S * FLOAT;
    }

    private void forward(long frame, int c0, int c1, long areas) {
        for (int c = c0; c < c1; c++) {
            Moments.clear(areas + (c - c0) * Moments.AREA);
        }
        for (long n = 0; n < N; n++) {
            for (int c = c0; c < c1; c++) {
                Moments.add(at(address(frame, 0), n, c), S, areas + (c - c0) * Moments.AREA);
            }
        }
        for (int c = c0; c < c1; c++) {
            statistics(frame, c, areas + (c - c0) * Moments.AREA);
        }
        for (long n = N - 1; n >= 0; n--) {
            for (int c = c0; c < c1; c++) {
                long area = areas + (c - c0) * Moments.AREA;
                Moments.scale(at(address(frame, 0), n, c), at(address(frame, 3), n, c), S, getFloat(address(frame, 4) + c * FLOAT), getFloat(area),
                        getFloat(address(frame, 2) + c * FLOAT));
            }
        }
    }

    /** Writes mean and variance to the results, and what a channel is multiplied by to {@code area}. */
    private void statistics(long frame, int c, long area) {
        long x = address(frame, 0);
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
        putFloat(area, (float) (getFloat(address(frame, 1) + c * FLOAT) / Math.sqrt(variance + epsilon)));
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
