package dev.gatun.op;

import java.util.Locale;

/** Windows over the spatial axes of x {@code [N, C, spatial...]}. Floating types. Source: ONNX MaxPool-22, AveragePool-22. */
public sealed interface Pooling extends Op {
    /** Returns the windows. */
    Window window();

    /**
     * x -> (y, i): the largest element of each window (padding never wins; NaN does) and, if {@code indices}, the I32 position of the first such
     * element in the row-major spatial volume of its channel. Also I8 and U8. Where the largest of a window
     * are zeros of both signs and there are no {@code indices}, y is either.
     */
    record MaxPool(Window window, boolean indices) implements Pooling {
        @Override
        public String name() {
            return "max_pool";
        }
    }

    /** (dy, i) -> dx: adds each dy to the place that i names. @param spatial the spatial sizes of x */
    record MaxPoolBackward(Window window, Ints spatial) implements Pooling {
        @Override
        public String name() {
            return "max_pool_backward";
        }
    }

    /** x -> y: the sum of each window, divided by what {@code divisor} says. */
    record AvgPool(Window window, Divisor divisor) implements Pooling {
        @Override
        public String name() {
            return "avg_pool";
        }
    }

    /** dy -> dx, the vjp of {@link AvgPool}. @param spatial the spatial sizes of x */
    record AvgPoolBackward(Window window, Divisor divisor, Ints spatial) implements Pooling {
        @Override
        public String name() {
            return "avg_pool_backward";
        }
    }

    /** What a window's sum is divided by. */
    enum Divisor {
        /** The number of its places inside of x. */
        VALID,
        /** The number of its places inside of x and its declared padding (what ceil mode adds beyond does not count). */
        PADDED,
        /** 1: sum pooling. */
        ONE;

        /** Returns the name that plans print. */
        public String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * The windows, one entry a spatial axis.
     *
     * @param kernel K ≥ 1
     * @param strides S ≥ 1
     * @param padBefore P ≥ 0
     * @param padAfter ≥ 0
     * @param dilations D ≥ 1
     * @param ceilMode whether a last window that starts inside of x or its front padding, but does not fit, counts (PyTorch's rule)
     */
    record Window(Ints kernel, Ints strides, Ints padBefore, Ints padAfter, Ints dilations, boolean ceilMode) {
        /** Returns the number of spatial axes. */
        public int spatialRank() {
            return kernel.size();
        }

        /** Returns the number of windows along spatial axis {@code i} over {@code in} places; less than 1 where none fits. */
        public int out(int i, int in) {
            long span = (long) dilations.get(i) * (kernel.get(i) - 1) + 1;
            long room = (long) in + padBefore.get(i) + padAfter.get(i) - span;
            int stride = strides.get(i);
            if (!ceilMode) {
                return room < 0 ? 0 : (int) (room / stride) + 1;
            }
            int out = (int) Math.ceilDiv(room, (long) stride) + 1;
            return (long) (out - 1) * stride >= (long) in + padBefore.get(i) ? out - 1 : out;
        }
    }
}
