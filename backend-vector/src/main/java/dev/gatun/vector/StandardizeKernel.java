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
        long from = Workers.share(rows, worker, of);
        if (backward) {
            for (long row = from; row < to; row++) {
                long at = row * size * FLOAT;
                gradient(address(frame, 0) + at, getFloat(address(frame, 1) + row * FLOAT), address(frame, 2) + at, address(frame, 3) + at);
            }
        } else if (from < to) {
            Moments.clear(area);
            Moments.add(address(frame, 0) + from * size * FLOAT, size, area);
            for (long row = from; row < to; row++) {
                forward(frame, row, row + 1 < to, area);
            }
        }
    }

    /** Computes a row whose moments have been gathered, and gathers those of the next row. */
    private void forward(long frame, long row, boolean hasNext, long area) {
        long at = row * size * FLOAT;
        long x = address(frame, 0) + at;
        long y = address(frame, 1) + at;
        boolean finite = Moments.areFinite(area);
        double mean = finite ? Moments.mean(area) : Fold.sum(x, size) / size;
        double variance = finite ? Moments.variance(area) : Moments.squares(x, size, mean) / size;
        double r = 1 / Math.sqrt(variance + epsilon);
        putFloat(address(frame, 2) + row * FLOAT, (float) r);
        long next = hasNext ? x + size * FLOAT : x;                // after the last row, moments that nobody asks for
        if (size <= Moments.PART) {
            Moments.scaleAndAdd(x, y, (int) size, (float) mean, (float) r, next, area);
            return;
        }
        Moments.scale(x, y, size, (float) mean, (float) r, 0);
        if (hasNext) {
            Moments.clear(area);
            Moments.add(next, size, area);
        }
    }

    private void gradient(long xHat, float r, long dy, long dx) {
        double mean = Fold.sum(dy, size) / size;
        double product = Moments.products(xHat, dy, size, 0) / size;
        Moments.gradient(xHat, dy, dx, size, 0, (float) mean, (float) product, r);
    }
}
