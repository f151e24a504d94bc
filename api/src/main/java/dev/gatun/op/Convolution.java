package dev.gatun.op;

import dev.gatun.Shape;

/**
 * N-D cross-correlation and its two gradients, each linear in each operand, so that the vjp of one is the other two. x is {@code [N, IC, spatial...]},
 * w is {@code [OC, IC/G, kernel...]}, y is {@code [N, OC, out...]}; floating types. Source: ONNX Conv-22; the transposed convolution (ONNX
 * ConvTranspose-22) is {@link ConvBackwardData}.
 */
public sealed interface Convolution extends Op {
    /** Returns the geometry of the forward convolution. */
    Geometry geometry();

    /** (x, w) -> y[n,oc,o] = Σ x[n,ic,o·S + k·D - P] · w[oc,ic,k]. */
    record Conv(Geometry geometry) implements Convolution {
        @Override
        public String name() {
            return "conv";
        }
    }

    /** (dy, w) -> dx, the vjp of {@link Conv} in x. @param spatial the spatial sizes of x, which several may share (the stride's remainder) */
    record ConvBackwardData(Geometry geometry, Ints spatial) implements Convolution {
        @Override
        public String name() {
            return "conv_backward_data";
        }
    }

    /** (x, dy) -> dw, the vjp of {@link Conv} in w. @param kernel the spatial sizes of w */
    record ConvBackwardWeights(Geometry geometry, Ints kernel) implements Convolution {
        @Override
        public String name() {
            return "conv_backward_weights";
        }
    }

    /**
     * How a kernel moves over an image: one entry an axis.
     *
     * @param strides S ≥ 1
     * @param padBefore P ≥ 0, zeros in front
     * @param padAfter zeros behind, ≥ 0
     * @param dilations D ≥ 1; 1 is dense
     * @param groups G ≥ 1; channels are split in G groups that do not see each other
     */
    record Geometry(Ints strides, Ints padBefore, Ints padAfter, Ints dilations, int groups) {
        /** Returns the number of spatial axes. */
        public int spatialRank() {
            return strides.size();
        }

        /** Returns O = ⌊(I + P + P' - D·(K - 1) - 1) / S⌋ + 1 of spatial axis {@code i}; less than 1 where the kernel does not fit. */
        public int out(int i, int in, int kernel) {
            long room = (long) in + padBefore.get(i) + padAfter.get(i) - (long) dilations.get(i) * (kernel - 1) - 1;
            return room < 0 ? 0 : (int) (room / strides.get(i)) + 1;
        }

        /** Returns the shape of y for x and w. */
        public Shape out(Shape x, Shape w) {
            int[] dims = x.dims();
            dims[1] = w.dim(0);
            for (int i = 0; i < spatialRank(); i++) {
                dims[2 + i] = out(i, x.dim(2 + i), w.dim(2 + i));
            }
            return Shape.of(dims);
        }
    }
}
