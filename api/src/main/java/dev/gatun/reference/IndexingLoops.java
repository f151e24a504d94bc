package dev.gatun.reference;

import dev.gatun.Shape;
import dev.gatun.TensorType;
import dev.gatun.op.Elementwise.BinaryFunction;
import dev.gatun.op.Indexing;
import dev.gatun.op.Indexing.ScatterFunction;
import java.util.List;
import java.util.function.DoubleBinaryOperator;
import java.util.function.LongBinaryOperator;
import java.util.stream.IntStream;

/**
 * Elements at places that are data. With O the places before the axis, P along it and R behind it, x is {@code [O, P, R]}; i holds I indices.
 */
final class IndexingLoops {
    private IndexingLoops() {
    }

    static Loop of(Indexing op, List<TensorType> in, List<TensorType> out) {
        return switch (op) {
            case Indexing.Gather g -> (x, y) -> gather(g, x[0], x[1], y[0]);
            case Indexing.Scatter s -> (x, y) -> update(s.function(), x[0], x[2], y[0], f -> scatter(s, y[0].shape(), x[1], f));
            case Indexing.GatherElements g -> (x, y) -> gatherElements(g, x[0], x[1], y[0]);
            case Indexing.ScatterElements s -> (x, y) -> update(s.function(), x[0], x[2], y[0], f -> scatterElements(s, y[0].shape(), x[1], f));
            case Indexing.GatherNd g -> (x, y) -> gatherNd(g, x[0], x[1], y[0]);
            case Indexing.ScatterNd s -> (x, y) -> update(s.function(), x[0], x[2], y[0], f -> scatterNd(s, y[0].shape(), x[1], f));
            case Indexing.TopK t -> (x, y) -> topK(t, x[0], y[0], y[1]);
        };
    }

    /** y[o, j, r] = x[o, i[j], r]. */
    private static void gather(Indexing.Gather op, Elements x, Elements indices, Elements y) {
        long O = x.shape().elements(0, op.axis());
        int P = x.shape().dim(op.axis());
        long R = x.shape().elements(op.axis() + 1, x.shape().rank());
        long I = indices.size();
        for (long j = 0; j < I && O == 0; j++) {
            index(op, indices, j, x.shape(), op.axis(), op.fromEnd());                 // a bad one is a mistake, also where nothing is read
        }
        for (long o = 0; o < O; o++) {
            for (long j = 0; j < I; j++) {
                long p = index(op, indices, j, x.shape(), op.axis(), op.fromEnd());
                for (long r = 0; r < R; r++) {
                    y.copy((o * I + j) * R + r, x, (o * P + p) * R + r);
                }
            }
        }
    }

    /** y[o, i[j], r] = f(y[o, i[j], r], u[o, j, r]). */
    private static void scatter(Indexing.Scatter op, Shape y, Elements indices, Update f) {
        long O = y.elements(0, op.axis());
        int P = y.dim(op.axis());
        long R = y.elements(op.axis() + 1, y.rank());
        long I = indices.size();
        for (long j = 0; j < I && O == 0; j++) {
            index(op, indices, j, y, op.axis());
        }
        for (long o = 0; o < O; o++) {
            for (long j = 0; j < I; j++) {
                long p = index(op, indices, j, y, op.axis());
                for (long r = 0; r < R; r++) {
                    f.at((o * P + p) * R + r, (o * I + j) * R + r);
                }
            }
        }
    }

    /** y[p] = x[p with p[axis] = i[p]]. */
    private static void gatherElements(Indexing.GatherElements op, Elements x, Elements indices, Elements y) {
        Places places = allBut(op.axis(), indices.shape(), x.shape());
        long stride = x.shape().strides()[op.axis()];
        for (long j = 0; j < indices.size(); j++, places.next()) {
            y.copy(j, x, places.offset() + index(op, indices, j, x.shape(), op.axis(), op.fromEnd()) * stride);
        }
    }

    /** y[p with p[axis] = i[p]] = f(y[...], u[p]). */
    private static void scatterElements(Indexing.ScatterElements op, Shape y, Elements indices, Update f) {
        Places places = allBut(op.axis(), indices.shape(), y);
        long stride = y.strides()[op.axis()];
        for (long j = 0; j < indices.size(); j++, places.next()) {
            f.at(places.offset() + index(op, indices, j, y, op.axis()) * stride, j);
        }
    }

    /** Returns the walk over {@code indices} whose offsets are places of {@code x} with {@code axis} at 0. */
    private static Places allBut(int axis, Shape indices, Shape x) {
        long[] strides = x.strides();
        strides[axis] = 0;
        return new Places(indices, 0, strides);
    }

    /** y[b, j, r] = x[b, i[b, j, 0], i[b, j, 1], ..., r]. */
    private static void gatherNd(Indexing.GatherNd op, Elements x, Elements indices, Elements y) {
        int batch = op.batchDims();
        int K = indices.shape().dim(-1);
        long J = indices.shape().elements(batch, indices.shape().rank() - 1);
        long R = x.shape().elements(batch + K, x.shape().rank());
        long perBatch = x.shape().elements(batch, x.shape().rank());
        for (long b = 0; b < x.shape().elements(0, batch); b++) {
            for (long j = 0; j < J; j++) {
                long start = b * perBatch + tuple(op, indices, b * J + j, x.shape(), batch);
                for (long r = 0; r < R; r++) {
                    y.copy((b * J + j) * R + r, x, start + r);
                }
            }
        }
    }

    /** y[i[j, 0], i[j, 1], ..., r] = f(y[...], u[j, r]). */
    private static void scatterNd(Indexing.ScatterNd op, Shape y, Elements indices, Update f) {
        int K = indices.shape().dim(-1);
        long J = indices.size() / K;
        long R = y.elements(K, y.rank());
        for (long j = 0; j < J; j++) {
            long start = tuple(op, indices, j, y, 0);
            for (long r = 0; r < R; r++) {
                f.at(start + r, j * R + r);
            }
        }
    }

    /** Returns Σ i[j, k]·stride over the axes that tuple {@code j} indexes, from axis {@code batch} of x on. */
    private static long tuple(Indexing op, Elements indices, long j, Shape x, int batch) {
        int K = indices.shape().dim(-1);
        long[] strides = x.strides();
        long offset = 0;
        for (int k = 0; k < K; k++) {
            offset += index(op, indices, j * K + k, x, batch + k) * strides[batch + k];
        }
        return offset;
    }

    private static long index(Indexing op, Elements indices, long j, Shape x, int axis) {
        return index(op, indices, j, x, axis, true);
    }

    /** Returns index {@code j}, a negative one counted from the end of its axis. @throws IndexOutOfBoundsException if it lies outside */
    private static long index(Indexing op, Elements indices, long j, Shape x, int axis, boolean fromEnd) {
        long index = indices.getLong(j);
        int size = x.dim(axis);
        if (index < (fromEnd ? -size : 0) || index >= size) {
            throw new IndexOutOfBoundsException(op.name() + ": index " + index + " is outside of axis " + axis + " of x" + x + ", which has "
                    + size + " places" + (fromEnd ? "" : ", counted from 0"));
        }
        return index < 0 ? index + size : index;
    }

    /** Combines element {@code to} of the result with element {@code from} of the updates. */
    @FunctionalInterface
    private interface Update {
        void at(long to, long from);
    }

    /** The places that are updated, in order. */
    @FunctionalInterface
    private interface Scattered {
        void each(Update update);
    }

    /** y = x, then y = f(y, u) at all {@code places}; floating types accumulate in double and are rounded at the end. */
    private static void update(ScatterFunction function, Elements x, Elements u, Elements y, Scattered places) {
        if (function == ScatterFunction.SET) {
            y.copyAll(x);
            places.each((to, from) -> y.copy(to, u, from));
        } else if (x.dtype().isFloating()) {
            DoubleBinaryOperator f = DoubleFunctions.of(step(function));
            double[] sum = Doubles.of(x);
            places.each((to, from) -> sum[(int) to] = f.applyAsDouble(sum[(int) to], u.get(from)));
            Doubles.store(sum, y);
        } else {
            LongBinaryOperator f = LongFunctions.of(step(function), x.dtype());
            y.copyAll(x);
            places.each((to, from) -> y.setLong(to, f.applyAsLong(y.getLong(to), u.getLong(from))));
        }
    }

    private static BinaryFunction step(ScatterFunction function) {
        return switch (function) {
            case ADD -> BinaryFunction.ADD;
            case MUL -> BinaryFunction.MUL;
            case MIN -> BinaryFunction.MIN;
            case MAX -> BinaryFunction.MAX;
            case SET -> throw new IllegalArgumentException("set replaces, it combines nothing");
        };
    }

    /** The k first of each line along the axis, sorted stably; NaN counts as larger than every number. */
    private static void topK(Indexing.TopK op, Elements x, Elements values, Elements indices) {
        Order order = Order.ascending(x.dtype());
        int P = x.shape().dim(op.axis());
        long R = x.shape().elements(op.axis() + 1, x.shape().rank());
        long lines = op.k() == 0 ? 0 : values.size() / op.k();
        for (long line = 0; line < lines; line++) {
            long start = line / R * P * R + line % R; // x[o, 0, r]
            List<Integer> sorted = IntStream.range(0, P).boxed().sorted((p, q) -> op.largest() ? order.compare(x, start + q * R, start + p * R)
                    : order.compare(x, start + p * R, start + q * R)).toList();
            for (int k = 0; k < op.k(); k++) {
                long at = (line / R * op.k() + k) * R + line % R; // y[o, k, r]
                values.copy(at, x, start + sorted.get(k) * R);
                indices.setLong(at, sorted.get(k));
            }
        }
    }
}
