package dev.gatun.vector.blocked;

import dev.gatun.op.Pooling;

/**
 * The windows along one axis.
 *
 * @param in size of the image
 * @param from for each window the first place that is inside
 * @param to for each window where those inside end
 * @param step D, from place to place
 * @param divisor for each window the number of places that count
 */
record PoolPlaces(int in, int[] from, int[] to, int step, int[] divisor) {
    static final PoolPlaces NONE = new PoolPlaces(1, new int[] {0}, new int[] {1}, 1, new int[] {1});

    static PoolPlaces of(Pooling.Window w, int axis, int in, Pooling.Divisor rule) {
        int out = w.out(axis, in);
        int D = w.dilations().get(axis);
        int[] from = new int[out];
        int[] to = new int[out];
        int[] divisor = new int[out];
        for (int o = 0; o < out; o++) {
            int start = o * w.strides().get(axis) - w.padBefore().get(axis);
            int end = start + D * (w.kernel().get(axis) - 1) + 1;
            from[o] = start >= 0 ? start : Math.ceilDiv(-start, D) * D + start;
            to[o] = Math.min(end, in);
            divisor[o] = switch (rule) {
                case VALID -> count(from[o], to[o], D);
                case PADDED -> count(start, Math.min(end, in + w.padAfter().get(axis)), D);
                case ONE -> 1;
            };
        }
        return new PoolPlaces(in, from, to, D, divisor);
    }

    private static int count(int from, int to, int step) {
        return Math.max(0, Math.ceilDiv(to - from, step));
    }

    int out() {
        return from.length;
    }
}
