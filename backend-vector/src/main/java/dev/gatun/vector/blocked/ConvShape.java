package dev.gatun.vector.blocked;

import dev.gatun.DType;
import dev.gatun.Shape;
import dev.gatun.TensorType;
import dev.gatun.op.Convolution;
import java.util.Optional;

/**
 * The sizes of a convolution over an image: x is {@code [N, IC, IH, IW]}, w {@code [OC, IC/G, KH, KW]}, y {@code [N, OC, OH, OW]};
 * y[oh, ow] reads x[oh·SH + kh·DH - PH, ow·SW + kw·DW - PW], zero outside. One spatial axis is an image of one row.
 */
record ConvShape(int N, int IC, int IH, int IW, int OC, int OH, int OW, int KH, int KW, int SH, int SW, int PH, int PW, int DH, int DW, int G) {
    /** Returns the sizes of {@code op}, if it is float32 over one or two axes and has any output. */
    static Optional<ConvShape> of(Convolution.Conv op, TensorType x, TensorType w) {
        Convolution.Geometry g = op.geometry();
        int rank = g.spatialRank();
        if (rank < 1 || rank > 2 || x.dtype() != DType.F32 || w.dtype() != DType.F32 || g.out(x.shape(), w.shape()).elements() <= 0 || w.elements() == 0) {
            return Optional.empty();
        }
        Shape y = g.out(x.shape(), w.shape());
        int last = rank - 1;
        boolean image = rank == 2;
        return Optional.of(new ConvShape(x.shape().dim(0), x.shape().dim(1), image ? x.shape().dim(2) : 1, x.shape().dim(2 + last),
                w.shape().dim(0), image ? y.dim(2) : 1, y.dim(2 + last), image ? w.shape().dim(2) : 1, w.shape().dim(2 + last),
                image ? g.strides().get(0) : 1, g.strides().get(last), image ? g.padBefore().get(0) : 0, g.padBefore().get(last),
                image ? g.dilations().get(0) : 1, g.dilations().get(last), g.groups()));
    }

    /**
     * Returns the convolution of dy that the gradient in x is, with the channels exchanged and the kernel turned around, if the stride is 1:
     * dx[ih, iw] reads dy[ih + PH - kh·DH, iw + PW - kw·DW].
     */
    ConvShape gradient() {
        if (SH > 1 || SW > 1) {
            throw new IllegalArgumentException("the gradient of a convolution with strides " + SH + ", " + SW + " is no convolution");
        }
        return new ConvShape(N, OC, OH, OW, IC, IH, IW, KH, KW, 1, 1, (KH - 1) * DH - PH, (KW - 1) * DW - PW, DH, DW, G);
    }

    /** Returns the terms of the sum that an output is. */
    int terms() {
        return IC / G * KH * KW;
    }

    /** Returns the rows of input that {@code rows} rows of output see. */
    int rowsSeen(int rows) {
        return (rows - 1) * SH + (KH - 1) * DH + 1;
    }

    /** Returns the columns of input that a row of output sees, padding included. */
    int columnsSeen() {
        return (OW - 1) * SW + (KW - 1) * DW + 1;
    }

    /** Returns whether an output sees anything outside of the image. */
    boolean seesOutside() {
        return PH > 0 || PW > 0 || rowsSeen(OH) > IH || columnsSeen() > IW;
    }

    /** Returns whether y is a matrix product of w with x as it lies. */
    boolean isPointwise() {
        return KH == 1 && KW == 1 && SH == 1 && SW == 1 && !seesOutside();
    }

    /** Returns whether a fork would cost as much as the work: less than some 131072 multiply-adds. */
    boolean isSmall() {
        return (long) N * OC * OH * OW * terms() < 1 << 17;
    }

    /** Returns a pointwise convolution as one over a column of pixels, which can be cut anywhere. */
    ConvShape flat() {
        return isPointwise() ? new ConvShape(N, IC, IH * IW, 1, OC, OH * OW, 1, 1, 1, 1, 1, 0, 0, 1, 1, G) : this;
    }
}
