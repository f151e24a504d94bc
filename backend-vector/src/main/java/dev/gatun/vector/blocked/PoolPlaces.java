package dev.gatun.vector.blocked;

import dev.gatun.op.Pooling;

/**
 * The windows along one axis.
 *
 * @param in size of the image
 * @param from for each window the first place that is inside
 * @param to for each window where those inside end
 * @param K places of a window
 * @param S from window to window
 * @param P places in front of the image
 * @param D from place to place
 * @param divisor for each window the number of places that count
 */
record PoolPlaces(int in, int[] from, int[] to, int K, int S, int P, int D, int[] divisor) {
    static final PoolPlaces NONE = new PoolPlaces(1, new int[] {0}, new int[] {1}, 1, 1, 0, 1, new int[] {1});

    static PoolPlaces of(Pooling.Window w, int axis, int in, Pooling.Divisor rule) {
        int out = w.out(axis, in);
        int K = w.kernel().get(axis);
        int S = w.strides().get(axis);
        int P = w.padBefore().get(axis);
        int D = w.dilations().get(axis);
        int[] from = new int[out];
        int[] to = new int[out];
        int[] divisor = new int[out];
        for (int o = 0; o < out; o++) {
            int start = o * S - P;
            int end = start + D * (K - 1) + 1;
            from[o] = start >= 0 ? start : Math.ceilDiv(-start, D) * D + start;
            to[o] = Math.min(end, in);
            divisor[o] = switch (rule) {
                case VALID -> count(from[o], to[o], D);
                case PADDED -> count(start, Math.min(end, in + w.padAfter().get(axis)), D);
                case ONE -> 1;
            };
        }
        return new PoolPlaces(in, from, to, K, S, P, D, divisor);
    }

    private static int count(int from, int to, int step) {
        return Math.max(0, Math.ceilDiv(to - from, step));
    }

    /** Returns which place each place of each window is, K a window; -1 for one outside of the image. */
    int[] table() {
        int[] places = new int[out() * K];
        for (int i = 0; i < places.length; i++) {
            int place = i / K * S + i % K * D - P;
            places[i] = place < 0 || place >= in ? -1 : place;
        }
        return places;
    }

    int out() {
        return from.length;
    }
}
