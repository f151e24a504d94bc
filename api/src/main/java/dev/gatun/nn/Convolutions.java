package dev.gatun.nn;

import dev.gatun.Tensor;
import dev.gatun.op.Convolution;
import dev.gatun.op.Convolution.Geometry;
import dev.gatun.op.Ints;

/** Convolution and transposed convolution over 1, 2, 3 ... spatial axes. */
public final class Convolutions {
    private Convolutions() {
    }

    /** Returns the geometry with the same padding in front and behind. Each array has one entry a spatial axis. */
    public static Geometry geometry(int[] strides, int[] padding, int[] dilations, int groups) {
        return new Geometry(Ints.of(strides), Ints.of(padding), Ints.of(padding), Ints.of(dilations), groups);
    }

    /** Returns the geometry with the same stride, padding and dilation along each of {@code axes} spatial axes. */
    public static Geometry geometry(int axes, int stride, int padding, int dilation, int groups) {
        Ints pad = Ints.filled(axes, padding);
        return new Geometry(Ints.filled(axes, stride), pad, pad, Ints.filled(axes, dilation), groups);
    }

    /**
     * Returns the cross-correlation y[n,oc,o] = Σ x[n,ic,o·S + k·D - P] · w[oc,ic,k].
     *
     * @param x {@code [N, IC, spatial...]}
     * @param w {@code [OC, IC/G, kernel...]}
     * @return {@code [N, OC, out...]} with O = ⌊(I + P + P' - D·(K - 1) - 1)/S⌋ + 1
     * @throws IllegalArgumentException if shapes or types do not fit; source: ONNX Conv-22
     */
    public static Tensor conv(Tensor x, Tensor w, Geometry geometry) {
        return Tensor.record(new Convolution.Conv(geometry), x, w).getFirst();
    }

    /** Returns {@link #conv(Tensor, Tensor, Geometry)} + b. @param b {@code [OC]} */
    public static Tensor conv(Tensor x, Tensor w, Tensor b, Geometry geometry) {
        return biased(conv(x, w, geometry), b);
    }

    /**
     * Returns the transposed convolution: the gradient of {@link #conv} in its input, which spreads each x over a window of y:
     * y[n,oc,i·S + k·D - P] += x[n,ic,i] · w[ic,oc,k].
     *
     * @param x {@code [N, IC, spatial...]}
     * @param w {@code [IC, OC/G, kernel...]}
     * @param geometry that of the convolution which maps y to x
     * @param outputPadding how many further places y has behind along each axis, less than the stride: sizes of y that a convolution maps to
     *     the same x
     * @return {@code [N, OC, out...]} with O = (I - 1)·S - P - P' + D·(K - 1) + 1 + outputPadding
     * @throws IllegalArgumentException if shapes or types do not fit; source: ONNX ConvTranspose-22
     */
    public static Tensor convTranspose(Tensor x, Tensor w, Geometry geometry, int... outputPadding) {
        int axes = geometry.spatialRank();
        if (x.rank() != axes + 2 || w.rank() != axes + 2 || outputPadding.length != axes) {
            throw new IllegalArgumentException("convTranspose: x" + x.shape() + ", w" + w.shape() + " and outputPadding " + Ints.of(outputPadding)
                    + " do not have " + axes + " spatial axes");
        }
        int[] spatial = new int[axes];
        for (int i = 0; i < axes; i++) {
            int stride = geometry.strides().get(i);
            if (outputPadding[i] < 0 || outputPadding[i] >= stride) {
                throw new IllegalArgumentException("convTranspose: outputPadding " + outputPadding[i] + " of spatial axis " + i
                        + " must be at least 0 and less than the stride " + stride);
            }
            spatial[i] = (x.dim(2 + i) - 1) * stride - geometry.padBefore().get(i) - geometry.padAfter().get(i)
                    + geometry.dilations().get(i) * (w.dim(2 + i) - 1) + 1 + outputPadding[i];
        }
        return Tensor.record(new Convolution.ConvBackwardData(geometry, Ints.of(spatial)), x, w).getFirst();
    }

    /** Returns {@link #convTranspose(Tensor, Tensor, Geometry, int...)} + b. @param b {@code [OC]} */
    public static Tensor convTranspose(Tensor x, Tensor w, Tensor b, Geometry geometry, int... outputPadding) {
        return biased(convTranspose(x, w, geometry, outputPadding), b);
    }

    private static Tensor biased(Tensor y, Tensor b) {
        if (b.rank() != 1 || b.dim(0) != y.dim(1)) {
            throw new IllegalArgumentException("conv: b" + b.shape() + " must hold one bias for each of the " + y.dim(1) + " output channels");
        }
        return y.add(b.reshape(Activations.channels(b.dim(0), y.rank())));
    }
}
