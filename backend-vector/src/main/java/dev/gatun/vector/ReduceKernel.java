package dev.gatun.vector;

import dev.gatun.DType;
import dev.gatun.Shape;
import dev.gatun.TensorType;
import dev.gatun.op.Reduction.Reduce;
import dev.gatun.op.Reduction.ReduceFunction;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Folds of float tensors over any axes. What is left after merging neighbours is kept and reduced axes in turn, and there are two loops: if the innermost
 * axis is reduced, each result is a fold over runs of memory ({@link Fold#run}); if it is kept, a tile of results is folded row by row
 * ({@link Fold#add}).
 *
 * <p>Where there are too few results to share between threads, each is folded in {@link #pieces} pieces. Their number depends on the shape alone, and so do
 * the bits of the result.
 */
final class ReduceKernel implements FrameKernel {
    /** Results that are folded together if the innermost axis is kept: 2 KiB of doubles. */
    private static final int TILE = 256;
    /** Units of work to aim at: enough for any machine, few enough to add up. */
    private static final int UNITS = 64;
    private static final long ELEMENTS_PER_PIECE = 1 << 14;

    private final ReduceFunction function;
    private final boolean inner;
    private final Places kept;
    private final Places reduced;
    private final long length;
    private final int tiles;
    private final int pieces;
    private final boolean parallel;
    private final Workers workers;

    private ReduceKernel(ReduceFunction function, Places kept, Places reduced, boolean inner, Workers workers) {
        this.function = function;
        this.inner = inner;
        Places last = inner ? reduced : kept;
        this.length = last.rank() == 0 ? 1 : last.dim(last.rank() - 1);
        this.kept = inner ? kept : kept.rows();
        this.reduced = inner ? reduced.rows() : reduced;
        this.tiles = inner ? 1 : (int) Math.ceilDiv(length, (long) TILE);
        this.workers = workers;
        long elements = kept.count() * reduced.count();
        long split = inner && this.reduced.count() == 1 ? length : this.reduced.count();
        long wanted = Math.min(Math.ceilDiv((long) UNITS, Math.max(1, this.kept.count() * tiles)), elements / ELEMENTS_PER_PIECE);
        this.pieces = (int) Math.max(1, Math.min(wanted, split));
        this.parallel = elements >= PARALLEL_ELEMENTS && units() > 1;
    }

    /** Returns a kernel, or empty if {@code x} is not of floats or is empty. */
    static Optional<ReduceKernel> of(Reduce op, TensorType x, Workers workers) {
        if (x.dtype() != DType.F32 || x.elements() == 0) {
            return Optional.empty();
        }
        Shape shape = x.shape();
        int innermost = IntStream.range(0, shape.rank()).filter(i -> shape.dim(i) > 1).max().orElse(-1);
        return Optional.of(new ReduceKernel(op.function(), places(shape, op, false), places(shape, op, true), op.axes().contains(innermost), workers));
    }

    private static Places places(Shape shape, Reduce op, boolean reduced) {
        int[] axes = IntStream.range(0, shape.rank()).filter(i -> op.axes().contains(i) == reduced).toArray();
        long[] strides = shape.strides();
        return Places.of(IntStream.of(axes).mapToLong(shape::dim).toArray(), IntStream.of(axes).mapToLong(i -> strides[i]).toArray());
    }

    private long units() {
        return kept.count() * tiles * pieces;
    }

    @Override
    public String name() {
        return inner ? "fold of runs" : "fold of rows";
    }

    @Override
    public int buffers() {
        return 2;
    }

    @Override
    public Workers workers() {
        return workers;
    }

    @Override
    public boolean isParallel() {
        return parallel;
    }

    @Override
    public long scratchBytes() {
        return 8L * TILE * workers.threads() + (pieces > 1 ? 8 * kept.count() * pieces * (inner ? 1 : length) : 0);
    }

    @Override
    public void start(long frame) {
        FrameKernel.super.start(frame);
        if (pieces > 1) {
            join(frame);
        }
    }

    @Override
    public void run(long frame, int worker, int of) {
        long to = Workers.share(units(), worker + 1, of);
        for (long unit = Workers.share(units(), worker, of); unit < to; unit++) {
            if (inner) {
                run(frame, unit / pieces, (int) (unit % pieces));
            } else {
                int piece = (int) (unit / tiles % pieces);
                tile(frame, scratch(frame) + 8L * TILE * worker, unit / tiles / pieces, (int) (unit % tiles), piece);
            }
        }
    }

    private void run(long frame, long result, int piece) {
        long x = address(frame, 0) + 4 * kept.offset(result);
        double value = Fold.identity(function);
        if (reduced.count() == 1) {
            long from = Workers.share(length, piece, pieces);
            value = Fold.run(function, x + 4 * from, Workers.share(length, piece + 1, pieces) - from);
        } else {
            long to = Workers.share(reduced.count(), piece + 1, pieces);
            for (long r = Workers.share(reduced.count(), piece, pieces); r < to; r++) {
                value = Fold.of(function, value, Fold.run(function, x + 4 * reduced.offset(r), length));
            }
        }
        if (pieces == 1) {
            Native.putFloat(address(frame, 1) + 4 * result, (float) value);
        } else {
            Fold.putDouble(partials(frame) + 8 * (result * pieces + piece), value);
        }
    }

    private void tile(long frame, long scratch, long outer, int tile, int piece) {
        long from = (long) tile * TILE;
        int n = (int) Math.min(TILE, length - from);
        long x = address(frame, 0) + 4 * (kept.offset(outer) + from);
        long acc = pieces == 1 ? scratch : partials(frame) + 8 * ((outer * pieces + piece) * length + from);
        double identity = Fold.identity(function);
        for (int j = 0; j < n; j++) {
            Fold.putDouble(acc + 8L * j, identity);
        }
        long to = Workers.share(reduced.count(), piece + 1, pieces);
        for (long r = Workers.share(reduced.count(), piece, pieces); r < to; r++) {
            Fold.add(function, acc, x + 4 * reduced.offset(r), n);
        }
        if (pieces == 1) {
            toFloats(acc, address(frame, 1) + 4 * (outer * length + from), n);
        }
    }

    /** Folds the pieces of each result, in order. */
    private void join(long frame) {
        long width = inner ? 1 : length;
        long y = address(frame, 1);
        for (long outer = 0; outer < kept.count(); outer++) {
            for (long j = 0; j < width; j++) {
                double value = Fold.identity(function);
                for (int piece = 0; piece < pieces; piece++) {
                    value = Fold.of(function, value, Fold.getDouble(partials(frame) + 8 * ((outer * pieces + piece) * width + j)));
                }
                Native.putFloat(y + 4 * (outer * width + j), (float) value);
            }
        }
    }

    private long partials(long frame) {
        return scratch(frame) + 8L * TILE * workers.threads();
    }

    private static void toFloats(long x, long y, int n) {
        for (int i = 0; i < n; i++) {
            Native.putFloat(y + 4L * i, (float) Fold.getDouble(x + 8L * i));
        }
    }
}
