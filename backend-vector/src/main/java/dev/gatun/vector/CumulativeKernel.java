package dev.gatun.vector;

import dev.gatun.DType;
import dev.gatun.TensorType;
import dev.gatun.op.Reduction.Cumulative;
import java.util.Optional;

/** Running sums and products along an axis, in double. */
record CumulativeKernel(Cumulative op, Axis axis, Workers workers) implements LineKernel {
    /** Returns a kernel, or empty if {@code x} is not of floats. */
    static Optional<CumulativeKernel> of(Cumulative op, TensorType x, Workers workers) {
        return x.dtype() == DType.F32 ? Optional.of(new CumulativeKernel(op, Axis.of(x.shape(), op.axis()), workers)) : Optional.empty();
    }

    @Override
    public String name() {
        return "running fold of rows";
    }

    @Override
    public boolean inPlace(int operand, int result) {
        return true;
    }

    @Override
    public int scratchBytesOfLine() {
        return Double.BYTES;
    }

    @Override
    public void walk(long frame, long from, long line, int lines, long scratch) {
        fold(address(frame, 0) + 4 * from, address(frame, 1) + 4 * from, scratch, lines);
    }

    private void fold(long x, long y, long acc, int n) {
        for (int j = 0; j < n; j++) {
            Fold.putDouble(acc + 8L * j, Fold.identity(op.function()));
        }
        for (int i = 0; i < axis.size(); i++) {
            long row = 4 * axis.inner() * (op.reverse() ? axis.size() - 1 - i : i);
            for (int j = 0; j < n; j++) {
                double before = Fold.getDouble(acc + 8L * j);
                double after = Fold.of(op.function(), before, Native.getFloat(x + row + 4L * j));
                Native.putFloat(y + row + 4L * j, (float) (op.exclusive() ? before : after));
                Fold.putDouble(acc + 8L * j, after);
            }
        }
    }
}
