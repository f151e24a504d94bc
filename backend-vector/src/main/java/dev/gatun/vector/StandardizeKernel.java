package dev.gatun.vector;

import static dev.gatun.vector.Native.FLOAT;
import static dev.gatun.vector.Native.getFloat;
import static dev.gatun.vector.Native.putFloat;

import dev.gatun.DType;
import dev.gatun.TensorType;
import java.util.Optional;

/**
 * x̂ = (x - μ)·r, r = 1/√(σ² + ε) over the innermost axes, which are one run of {@code size} floats, and its gradient
 * dx = r·(dy - mean(dy) - x̂·mean(dy·x̂)). A worker takes whole runs.
 *
 * @param backward whether (x̂, r, dy) -> dx instead of x -> (x̂, r)
 */
record StandardizeKernel(boolean backward, double epsilon, long rows, long size, Workers workers) implements FrameKernel {
    /** Time of an element in additions. */
    private static final int COST = 6;

    /** Returns a kernel, or empty if {@code x} is not of floats. */
    static Optional<StandardizeKernel> of(boolean backward, int axis, double epsilon, TensorType x, Workers workers) {
        return x.dtype() == DType.F32
                ? Optional.of(new StandardizeKernel(backward, epsilon, x.shape().elements(0, axis), x.shape().elements(axis, x.shape().rank()), workers))
                : Optional.empty();
    }

    @Override
    public String name() {
        return "standardize of runs";
    }

    @Override
    public boolean inPlace(int operand, int result) {
        return result == 0 && (operand == 0 || backward && operand == 2);
    }

    @Override
    public int buffers() {
        return backward ? 4 : 3;
    }

    @Override
    public boolean isParallel() {
        return COST * rows * size >= PARALLEL_ELEMENTS && rows > 1;
    }

    @Override
    public long scratchBytes() {
        return Moments.AREA * workers.threads();
    }

    @Override
    public void run(long frame, int worker, int of) {
        long area = scratch(frame) + Moments.AREA * worker;
        long to = Workers.share(rows, worker + 1, of);
        for (long row = Workers.share(rows, worker, of); row < to; row++) {
            long at = row * size * FLOAT;
            if (backward) {
                gradient(address(frame, 0) + at, getFloat(address(frame, 1) + row * FLOAT), address(frame, 2) + at, address(frame, 3) + at);
            } else {
                long x = address(frame, 0) + at;
                Moments.clear(area);
                Moments.add(x, size, area);
                boolean finite = Moments.areFinite(area);
                double mean = finite ? Moments.mean(area) : Fold.sum(x, size) / size;
                double variance = finite ? Moments.variance(area) : Moments.squares(x, size, mean) / size;
                double r = 1 / Math.sqrt(variance + epsilon);
                Moments.scale(x, address(frame, 1) + at, size, (float) mean, (float) r, 0);
                putFloat(address(frame, 2) + row * FLOAT, (float) r);
            }
        }
    }

    private void gradient(long xHat, float r, long dy, long dx) {
        double mean = Fold.sum(dy, size) / size;
        double product = Moments.products(xHat, dy, size, 0) / size;
        Moments.gradient(xHat, dy, dx, size, 0, (float) mean, (float) product, r);
    }
}
