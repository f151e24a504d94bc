package dev.gatun.vector;

import dev.gatun.Shape;
import dev.gatun.TensorType;
import dev.gatun.op.Indexing.Scatter;
import dev.gatun.op.Indexing.ScatterElements;
import dev.gatun.op.Indexing.ScatterNd;
import java.util.stream.IntStream;

/** Which places of y updates go to. Workers share the places, so that two updates of one place never meet, and come in the order of their indices. */
sealed interface ScatterPlaces {
    /** Checks all indices, before any worker follows one. @throws IndexOutOfBoundsException if one points outside of its axis */
    void check(long indices);

    /** Returns how many elements are updated. */
    long updates();

    /** Combines the updates at {@code u} with those places of {@code y} that belong to a worker. */
    void update(ScatterUpdate f, long indices, long u, long y, int worker, int of);

    /** y[o, i[j], :] = f(y, u[o, j, :]). Workers share the other axes. @param tiles how many parts the axes behind are cut into */
    record Slices(Axis axis, Indices indices, long tiles) implements ScatterPlaces {
        /** Elements of a slice that a worker takes at once. */
        private static final int TILE = 1024;

        static Slices of(Scatter op, TensorType i, Shape y) {
            Axis axis = Axis.of(y, op.axis());
            return new Slices(axis, Indices.of(op.name(), i, y, op.axis()), Math.ceilDiv(axis.inner(), (long) TILE));
        }

        @Override
        public void check(long i) {
            indices.check(i);
        }

        @Override
        public long updates() {
            return axis.outer() * indices.count() * axis.inner();
        }

        @Override
        public void update(ScatterUpdate f, long i, long u, long y, int worker, int of) {
            long to = Workers.share(axis.outer() * tiles, worker + 1, of);
            for (long unit = Workers.share(axis.outer() * tiles, worker, of); unit < to; unit++) {
                long outer = unit / tiles;
                long from = unit % tiles * TILE;
                long n = Math.min(TILE, axis.inner() - from);
                for (long j = 0; j < indices.count(); j++) {
                    long src = (outer * indices.count() + j) * axis.inner() + from;
                    long dst = (outer * axis.size() + indices.get(i, j)) * axis.inner() + from;
                    f.apply(u + f.bytes() * src, y + f.bytes() * dst, n);
                }
            }
        }
    }

    /**
     * y[p with p[axis] = i[p]] = f(y, u[p]). Workers share the lines along the axis.
     *
     * @param sources where lines start in i and u @param targets where they start in y
     * @param length of a line of i @param step between its elements @param stride between places of y along the axis
     */
    record Elements(Indices indices, Places sources, Places targets, int length, long step, long stride) implements ScatterPlaces {
        static Elements of(ScatterElements op, TensorType i, Shape y) {
            int axis = op.axis();
            long[] lines = IntStream.of(i.shape().dims()).asLongStream().toArray();
            lines[axis] = 1;
            return new Elements(Indices.of(op.name(), i, y, axis), Places.of(lines, i.shape().strides()), Places.of(lines, y.strides()), i.shape().dim(axis),
                    i.shape().strides()[axis], y.strides()[axis]);
        }

        @Override
        public void check(long i) {
            indices.check(i);
        }

        @Override
        public long updates() {
            return indices.count();
        }

        @Override
        public void update(ScatterUpdate f, long i, long u, long y, int worker, int of) {
            long to = Workers.share(sources.count(), worker + 1, of);
            for (long line = Workers.share(sources.count(), worker, of); line < to; line++) {
                long source = sources.offset(line);
                long target = targets.offset(line);
                for (int j = 0; j < length; j++) {
                    long at = source + j * step;
                    f.apply(u + f.bytes() * at, y + f.bytes() * (target + indices.get(i, at) * stride), 1);
                }
            }
        }
    }

    /** y[i[j, 0], i[j, 1], ..., :] = f(y, u[j, :]). Each worker owns a range of y, goes through all tuples, and takes of their slices what is its own. */
    record AtTuples(Tuples tuples, long elements) implements ScatterPlaces {
        static AtTuples of(ScatterNd op, TensorType i, Shape y) {
            return new AtTuples(Tuples.of(op.name(), i, y, 0), y.elements());
        }

        @Override
        public void check(long i) {
            tuples.check(i);
        }

        @Override
        public long updates() {
            return tuples.count() * tuples.slice();
        }

        @Override
        public void update(ScatterUpdate f, long i, long u, long y, int worker, int of) {
            long first = Workers.share(elements, worker, of);
            long end = Workers.share(elements, worker + 1, of);
            for (long j = 0; j < tuples.count(); j++) {
                long start = tuples.start(i, j);
                long from = Math.max(first, start);
                long to = Math.min(end, start + tuples.slice());
                if (from < to) {
                    f.apply(u + f.bytes() * (j * tuples.slice() + from - start), y + f.bytes() * from, to - from);
                }
            }
        }
    }
}
