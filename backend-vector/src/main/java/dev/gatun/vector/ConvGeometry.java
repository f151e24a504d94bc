package dev.gatun.vector;

/**
 * The sizes of a convolution over up to three spatial axes: x is {@code [N, IC, ID, IH, IW]}, w {@code [OC, IC/G, KD, KH, KW]}, y
 * {@code [N, OC, OD, OH, OW]}, all row-major. A convolution over fewer axes has trivial axes in front: {@link Axis#NONE}.
 *
 * @param N images
 * @param IC channels of x
 * @param OC channels of y
 * @param G groups: output channels of group g see the input channels of group g only
 */
record ConvGeometry(int N, int IC, int OC, int G, Axis depth, Axis height, Axis width) {
    /**
     * One spatial axis: output o reads input o·S + k·D - P for k in 0..K-1, or zero where that lies outside of 0..I-1.
     *
     * @param I size of the input
     * @param K size of the kernel
     * @param S stride
     * @param P zeros in front
     * @param end zeros behind
     * @param D dilation; 1 is dense
     */
    record Axis(int I, int K, int S, int P, int end, int D) {
        /** So many places of all axes together can be counted by ints, also with what loops add for whole blocks. */
        static final long MOST_PLACES = Integer.MAX_VALUE / 2;

        /** An axis of size one. */
        static final Axis NONE = new Axis(1, 1, 1, 0, 0, 1);

        /** Returns an axis with equal padding on both sides and a dense kernel. */
        static Axis of(int I, int K, int S, int P) {
            return new Axis(I, K, S, P, P, 1);
        }

        /** Returns the size of the output: ⌊(I + P + end - D·(K - 1) - 1) / S⌋ + 1, or 0 if the kernel does not fit. */
        int O() {
            int room = I + P + end - D * (K - 1) - 1;
            return room < 0 ? 0 : room / S + 1;
        }

        /** Returns the size of the part of the padded input that the kernel sees. */
        int seen() {
            return Math.max(0, (O() - 1) * S + D * (K - 1) + 1);
        }

        /** Returns whether the kernel sees element {@code i} of the padded input. */
        boolean sees(int i) {
            for (int k = 0; k < K; k++) {
                int o = i - k * D;
                if (o >= 0 && o % S == 0 && o / S < O()) {
                    return true;
                }
            }
            return false;
        }

        /** Returns whether the gradient in the input is a convolution along this axis, too, without padding less than nothing. */
        boolean hasGradient() {
            return S == 1 && D * (K - 1) >= Math.max(P, end);
        }

        /** Returns the axis of that convolution, from outputs to inputs. */
        Axis gradient() {
            return new Axis(O(), K, 1, D * (K - 1) - P, D * (K - 1) - end, D);
        }

        private long paddedPlaces() {
            return (long) I + P + end;
        }

        private long span() {
            return D * (K - 1L) + 1;
        }

        /** Returns whether axes of these sizes have at most {@link #MOST_PLACES} places together; no size counts as less than one. */
        static boolean areFew(long... sizes) {
            long places = 1;
            for (long size : sizes) {
                places *= Math.max(1, size);             // MOST_PLACES · 2³³ is a long
                if (places > MOST_PLACES) {
                    return false;
                }
            }
            return true;
        }

        private boolean isPointwise() {
            return K == 1 && S == 1 && P == 0 && end == 0;
        }
    }

    /** Moves trivial axes to the front: runs along the last axis are what kernels vectorize. */
    ConvGeometry {
        for (int i = 0; i < 2 && width.equals(Axis.NONE); i++) {
            width = height;
            height = depth;
            depth = Axis.NONE;
        }
        if (height.equals(Axis.NONE)) {
            height = depth;
            depth = Axis.NONE;
        }
    }

    /**
     * Returns whether kernels can count in ints: the padded input of a channel, what a kernel spans and the terms of a sum have at most
     * {@link Axis#MOST_PLACES} elements. Nothing else here may be asked for before that is known.
     */
    boolean isCountable() {
        return Axis.areFew(depth.paddedPlaces(), height.paddedPlaces(), width.paddedPlaces()) && Axis.areFew(depth.span()) && Axis.areFew(height.span())
                && Axis.areFew(width.span()) && Axis.areFew(IC / G, depth.K, height.K, width.K);
    }

    /** Returns the elements of one channel of x. */
    int inputs() {
        return depth.I * height.I * width.I;
    }

    /** Returns the elements of one channel of y. */
    int outputs() {
        return depth.O() * height.O() * width.O();
    }

    /** Returns the elements of the kernel of one channel. */
    int taps() {
        return depth.K * height.K * width.K;
    }

    /** Returns the terms of the sum that an output is. */
    int terms() {
        return IC / G * taps();
    }

    /** Returns whether this is a matrix product: outputs see the input at their own place only. */
    boolean isPointwise() {
        return depth.isPointwise() && height.isPointwise() && width.isPointwise();
    }

    /** Returns whether output channels see one input channel, and so few share one that a matrix product would be mostly packing. */
    boolean isDepthwise() {
        return G == IC && OC / G < 4;
    }
}
