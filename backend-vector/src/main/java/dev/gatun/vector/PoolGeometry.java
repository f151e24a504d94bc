package dev.gatun.vector;

import static dev.gatun.vector.ConvGeometry.Axis.areFew;

import dev.gatun.op.Pooling.Divisor;
import dev.gatun.op.Pooling.Window;
import java.util.stream.IntStream;

/**
 * The windows of a pooling over up to three spatial axes, of {@code planes} = N·C images each; fewer axes have trivial ones in front.
 */
record PoolGeometry(long planes, Axis depth, Axis height, Axis width) {
    /**
     * One spatial axis: window o sees the places o·S + k·D - P for k in 0..K-1 that lie in 0..I-1.
     *
     * @param I places of x
     * @param O windows
     * @param P padding in front
     * @param end declared padding behind
     */
    record Axis(int I, int O, int K, int S, int P, int end, int D) {
        static final Axis NONE = new Axis(1, 1, 1, 1, 0, 0, 1);

        /** Returns the place that tap {@code k} of window {@code o} sees; it may lie outside. */
        int place(int o, int k) {
            return o * S + k * D - P;
        }

        /** Returns the first tap of window {@code o} that lies inside of x, K if none does. */
        int firstTap(int o) {
            int k = 0;
            while (k < K && (place(o, k) < 0 || place(o, k) >= I)) {
                k++;
            }
            return k;
        }

        /** Returns the windows that see places outside of x. */
        int[] border() {
            return IntStream.range(0, O).filter(o -> place(o, 0) < 0 || place(o, K - 1) >= I).toArray();
        }

        /** Returns how many taps of window {@code o} are counted: those inside of x, or also those in its declared padding; 1 for {@code ONE}. */
        int count(int o, Divisor divisor) {
            return switch (divisor) {
                case VALID -> count(o, 0, I);
                case PADDED -> count(o, -P, I + end);
                case ONE -> 1;
            };
        }

        private int count(int o, int from, int to) {
            int count = 0;
            for (int k = 0; k < K; k++) {
                count += place(o, k) >= from && place(o, k) < to ? 1 : 0;
            }
            return count;
        }

        /** Returns how many neighbouring windows of stride 1 hold all windows. */
        int positions() {
            return (O - 1) * S + 1;
        }

        private long paddedPlaces() {
            return (long) P + I + end;
        }

        private long span() {
            return D * (K - 1L) + 1;
        }

        /** Returns the floats of a padded row that vectors of windows of stride 1 read. */
        int padded() {
            int lanes = Math.ceilDiv(positions(), Simd.LANES) * Simd.LANES;
            return Math.ceilDiv(Math.max(P + I, lanes + D * (K - 1)), Simd.LANES) * Simd.LANES;
        }
    }

    /** Returns the geometry for x and y of the given dims: {@code [N, C, spatial...]}. */
    static PoolGeometry of(Window w, int[] x, int[] y) {
        Axis[] axes = {Axis.NONE, Axis.NONE, Axis.NONE};
        int rank = w.spatialRank();
        for (int i = 0; i < rank; i++) {
            axes[3 - rank + i] = new Axis(x[2 + i], y[2 + i], w.kernel().get(i), w.strides().get(i), w.padBefore().get(i), w.padAfter().get(i),
                    w.dilations().get(i));
        }
        return new PoolGeometry((long) x[0] * x[1], axes[0], axes[1], axes[2]);
    }

    /** Returns whether kernels can count in ints the places of a padded plane, what a window spans, and the rows that windows see. */
    boolean isCountable() {
        return areFew(depth.paddedPlaces(), height.paddedPlaces(), width.paddedPlaces()) && areFew(depth.O, height.O, width.O) && areFew(depth.span())
                && areFew(height.span()) && areFew(width.span()) && areFew(depth.O, height.O, depth.K, height.K);
    }

    /** Returns the places of one plane of x. */
    long inputs() {
        return (long) depth.I * height.I * width.I;
    }

    /** Returns the windows of one plane. */
    long outputs() {
        return (long) depth.O * height.O * width.O;
    }

    /** Returns the rows of windows of one plane. */
    int outputRows() {
        return depth.O * height.O;
    }

    /** Returns how many rows of x a row of windows can see. */
    int rowTaps() {
        return depth.K * height.K;
    }

    /** Returns the row of x that tap {@code k} of the rows sees from row {@code o} of windows, or -1 if it lies outside. */
    int row(int o, int k) {
        int d = depth.place(o / height.O, k / height.K);
        int h = height.place(o % height.O, k % height.K);
        return d < 0 || d >= depth.I || h < 0 || h >= height.I ? -1 : d * height.I + h;
    }

    /** Returns the table of {@link #row}: place {@code o·rowTaps() + k} is what tap k of row o sees. */
    int[] rows() {
        return IntStream.range(0, outputRows() * rowTaps()).map(i -> row(i / rowTaps(), i % rowTaps())).toArray();
    }

    /** Returns how many rows are counted for row {@code o} of windows. */
    int rowCount(int o, Divisor divisor) {
        return depth.count(o / height.O, divisor) * height.count(o % height.O, divisor);
    }
}
