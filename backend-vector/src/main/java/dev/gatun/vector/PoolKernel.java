package dev.gatun.vector;

import static dev.gatun.vector.Simd.BYTES;
import static dev.gatun.vector.Simd.F32;
import static dev.gatun.vector.Simd.LANES;

import dev.gatun.DType;
import dev.gatun.TensorType;
import dev.gatun.op.Pooling;
import dev.gatun.op.Pooling.Divisor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import jdk.incubator.vector.FloatVector;

/**
 * The largest element, or the mean, of each window of row-major images: rows are folded, then neighbours ({@link WindowFold}). Workers share the planes.
 *
 * <p>Images are narrow, and a loop over one row of them does little. So in the usual case, windows of up to three rows that halve or keep the width, the rows
 * of a strip are <em>joined</em>: one loop folds the rows of all its windows, and another the neighbours, as if the first of a row came after the last of the
 * row before; the few windows at the left and right border are then computed again. Otherwise each folded row stands between neutral elements.
 */
final class PoolKernel implements FrameKernel {
    /** Bytes of folded rows of a strip: so few that the next one's rows are on their way from memory while neighbours are folded, which needs none. */
    private static final int STRIP = 2 << 10;

    /** So many windows of a row may be computed again. */
    private static final int BORDER = 3;

    private final PoolGeometry geometry;
    private final WindowFold fold;
    private final int[] border;
    private final boolean joined;
    private final int strip;
    private final int[] rows;
    private final int[] table;
    private final Factors factors;
    private final Workers workers;

    private PoolKernel(PoolGeometry geometry, WindowFold fold, Divisor divisor, Workers workers) {
        PoolGeometry.Axis width = geometry.width();
        this.geometry = geometry;
        this.fold = fold;
        this.workers = workers;
        this.border = width.border();
        this.joined = geometry.depth().equals(PoolGeometry.Axis.NONE) && geometry.height().K() <= 3 && width.I() >= LANES && width.P() <= LANES
                && border.length <= BORDER && width.O() * width.S() == width.I() && (width.S() == 1 || width.S() == 2 && width.K() <= 3);
        this.strip = joined ? Math.clamp(STRIP / (4L * width.I()), 1, Math.max(1, geometry.height().O())) : 1;
        this.rows = geometry.rows();
        this.table = joined ? table() : new int[0];
        this.factors = fold == WindowFold.SUM ? Factors.of(geometry, divisor, strip) : Factors.NONE;
    }

    /** Returns a kernel, or empty if x is not of floats, has more than three spatial axes or more places than an int counts, or if positions are wanted. */
    static Optional<PoolKernel> of(Pooling op, TensorType x, TensorType y, Workers workers) {
        if (x.dtype() != DType.F32 || op.window().spatialRank() > 3) {
            return Optional.empty();
        }
        PoolGeometry geometry = PoolGeometry.of(op.window(), x.shape().dims(), y.shape().dims());
        if (!geometry.isCountable()) {
            return Optional.empty();
        }
        return switch (op) {
            case Pooling.MaxPool max -> max.indices() ? Optional.empty() : Optional.of(new PoolKernel(geometry, WindowFold.LARGEST, Divisor.ONE, workers));
            case Pooling.AvgPool avg -> Optional.of(new PoolKernel(geometry, WindowFold.SUM, avg.divisor(), workers));
            case Pooling.MaxPoolBackward _, Pooling.AvgPoolBackward _ -> Optional.empty();
        };
    }

    /**
     * What the sums of a strip of rows are multiplied by. Divisors are counts of rows times counts of columns; strips whose rows count alike, all but those
     * at the border, share theirs.
     *
     * @param kinds of strips @param kindOf each strip
     */
    private record Factors(List<float[]> kinds, int[] kindOf) {
        static final Factors NONE = new Factors(List.of(), new int[0]);

        static Factors of(PoolGeometry geometry, Divisor divisor, int strip) {
            int rows = geometry.outputRows();
            int[] columns = IntStream.range(0, geometry.width().O()).map(o -> geometry.width().count(o, divisor)).toArray();
            List<float[]> kinds = new ArrayList<>();
            Map<List<Integer>, Integer> known = new HashMap<>();
            int[] kindOf = new int[Math.ceilDiv(rows, strip)];
            for (int s = 0; s < kindOf.length; s++) {
                List<Integer> counts = IntStream.range(s * strip, Math.min(rows, (s + 1) * strip)).mapToObj(o -> geometry.rowCount(o, divisor)).toList();
                kindOf[s] = known.computeIfAbsent(counts, key -> {
                    kinds.add(factors(key, columns));
                    return kinds.size() - 1;
                });
            }
            return new Factors(kinds, kindOf);
        }

        private static float[] factors(List<Integer> rows, int[] columns) {
            float[] factors = new float[rows.size() * columns.length + LANES];
            for (int i = 0; i < rows.size() * columns.length; i++) {
                factors[i] = 1f / Math.max(1, rows.get(i / columns.length) * columns[i % columns.length]);
            }
            return factors;
        }

        float[] ofStrip(int strip) {
            return kinds.get(kindOf[strip]);
        }
    }

    /** Rounds up to whole vectors. */
    private static int ceil(int floats) {
        return floats + LANES - 1 & -LANES;
    }

    private int vectors() {
        return Math.ceilDiv(geometry.width().I(), LANES);
    }

    /** For each vector of a strip's folded rows the bytes to where it is written, and to its first operand. The last one of a row ends with the row. */
    private int[] table() {
        int I = geometry.width().I();
        int[] table = new int[2 * strip * vectors()];
        for (int i = 0; i < strip * vectors(); i++) {
            int o = i / vectors();
            int column = Math.min(i % vectors() * LANES, I - LANES);
            table[2 * i] = 4 * (o * I + column);
            table[2 * i + 1] = 4 * (o * geometry.height().S() * I + column);
        }
        return table;
    }

    @Override
    public String name() {
        return joined ? "pool of joined rows" : "pool of rows, then of neighbours";
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
        return geometry.planes() > 1 && geometry.planes() * geometry.inputs() >= PARALLEL_ELEMENTS;
    }

    // A worker's scratch memory, in floats: two vectors of neutral elements; folded rows, with so many neutral elements in front; results of stride 1; results.

    private int front() {
        return 2 * LANES + ceil(geometry.width().P());
    }

    private int everywhere() {
        PoolGeometry.Axis width = geometry.width();
        return front() + ceil(Math.max(strip * width.I(), width.positions()) + width.D() * (width.K() - 1)) + 4 * LANES;
    }

    private int results() {
        return everywhere() + (joined ? 0 : ceil(geometry.width().positions()));
    }

    private long areaBytes() {
        return Math.ceilDiv(4L * (results() + ceil(strip * geometry.width().O())), 128L) * 128;
    }

    @Override
    public long scratchBytes() {
        return areaBytes() * workers.threads();
    }

    @Override
    public void run(long frame, int worker, int of) {
        if (geometry.outputs() == 0) {
            return;
        }
        long area = scratch(frame) + areaBytes() * worker;
        fold.clear(area, 4L * everywhere());
        long results = area + 4L * results();
        int O = geometry.width().O();
        long last = Workers.share(geometry.planes(), worker + 1, of);
        long end = address(frame, 1) + 4 * last * geometry.outputs();
        for (long plane = Workers.share(geometry.planes(), worker, of); plane < last; plane++) {
            long x = address(frame, 0) + 4 * plane * geometry.inputs();
            for (int o = 0; o < geometry.outputRows(); o += strip) {
                int several = Math.min(strip, geometry.outputRows() - o);
                long y = address(frame, 1) + 4 * (plane * geometry.outputs() + (long) o * O);
                // What is written too much of y is what comes next, except at the end.
                long to = y + 4L * ceil(several * O) <= end ? y : results;
                if (joined) {
                    joined(x, o, several, area, to);
                } else {
                    single(x, o, area, to);
                }
                if (fold == WindowFold.SUM) {
                    scale(to, factors.ofStrip(o / strip), several * O);
                }
                if (to != y) {
                    Native.copy(to, y, 4L * several * O);
                }
            }
        }
    }

    /** Folds one row's windows. */
    private void single(long x, int o, long area, long y) {
        PoolGeometry.Axis width = geometry.width();
        long row = area + 4L * front();
        foldRow(o, x, area, row);
        long everywhere = width.S() == 1 ? y : area + 4L * everywhere();
        fold.neighbours(row - 4L * width.P(), width.K(), 4L * width.D(), BYTES, area, everywhere, 4L * ceil(width.positions()));
        if (width.S() > 1) {
            PoolRows.take(everywhere, y, width.S(), width.O());
        }
    }

    /** Folds the rows of x that row {@code o} of windows sees; the last elements, less than a vector, one by one. */
    private void foldRow(int o, long x, long nothing, long to) {
        int I = geometry.width().I();
        int taps = geometry.rowTaps();
        fold.rows(rows, o * taps, taps, x, 4L * I, nothing, to, 4L * (I & -LANES));
        for (int i = I & -LANES; i < I; i++) {
            float value = fold.neutral();
            for (int k = o * taps; k < (o + 1) * taps; k++) {
                value = rows[k] < 0 ? value : fold.of(value, Native.getFloat(x + 4L * ((long) rows[k] * I + i)));
            }
            Native.putFloat(to + 4L * i, value);
        }
    }

    /** Folds the windows of {@code several} rows. */
    private void joined(long x, int o, int several, long area, long y) {
        PoolGeometry.Axis width = geometry.width();
        PoolGeometry.Axis height = geometry.height();
        int I = width.I();
        long row = area + 4L * front();
        int from = o;
        int end = o + several;
        while (from < end && height.place(from, 0) < 0) {
            foldRow(from, x, area, row + 4L * (from - o) * I);
            from++;
        }
        while (end > from && height.place(end - 1, height.K() - 1) >= height.I()) {
            end--;
            foldRow(end, x, area, row + 4L * (end - o) * I);
        }
        long first = x + 4L * height.place(from, 0) * I;
        fold.tabled(table, (end - from) * vectors(), height.K(), 4L * height.D() * I, first, area, row + 4L * (from - o) * I);
        long bytes = 4L * ceil(several * width.O());
        if (width.S() == 1) {
            fold.neighbours(row - 4L * width.P(), width.K(), 4L * width.D(), BYTES, area, y, bytes);
        } else {
            fold.evenNeighbours(row - 4L * width.P(), width.K(), width.D(), area, y, bytes);
        }
        for (int w : border) {
            int k = width.firstTap(w);
            foldBorder(row + 4L * width.place(w, k), width.count(w, Divisor.VALID), y + 4L * w, several);
        }
    }

    /** Computes one window of each of {@code several} rows. @param x the first of its {@code K} places inside of the image */
    private void foldBorder(long x, int K, long y, int several) {
        for (int r = 0; r < several; r++) {
            float value = fold.neutral();
            for (int k = 0; k < K; k++) {
                value = fold.of(value, Native.getFloat(x + 4L * (r * geometry.width().I() + k * geometry.width().D())));
            }
            Native.putFloat(y + 4L * r * geometry.width().O(), value);
        }
    }

    /** y = y · factor, of {@code n} results. */
    private static void scale(long y, float[] factors, int n) {
        for (int i = 0; i < n; i += LANES) {
            Native.store(y + 4L * i, Native.load(y + 4L * i).mul(FloatVector.fromArray(F32, factors, i)));
        }
    }
}
