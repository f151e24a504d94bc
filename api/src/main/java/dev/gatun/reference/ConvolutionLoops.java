package dev.gatun.reference;

import dev.gatun.Shape;
import dev.gatun.TensorType;
import dev.gatun.op.Convolution;
import dev.gatun.op.Ints;
import java.util.List;

/**
 * The loops of {@link Convolution}, for any number of spatial axes. All three walk over the same terms x[n,ic,i] · w[oc,ic,k] · dy[n,oc,o], where ic runs
 * over the channels of oc's group and (o, i) over the pairs of tap k; they differ in which two factors they multiply and where the product goes.
 */
final class ConvolutionLoops {
    private ConvolutionLoops() {
    }

    /** Returns the loop of {@code op} for the given types. */
    static Loop of(Convolution op, List<TensorType> in, List<TensorType> out) {
        return switch (op) {
            case Convolution.Conv c -> (a, y) -> conv(c.geometry(), a[0], a[1], y[0]);
            case Convolution.ConvBackwardData c -> (a, y) -> convBackwardData(c.geometry(), a[0], a[1], y[0]);
            case Convolution.ConvBackwardWeights c -> (a, y) -> convBackwardWeights(c.geometry(), a[0], a[1], y[0]);
        };
    }

    /** y[n,oc,o] = Σ x[n,ic,i] · w[oc,ic,k], i = o·S + k·D - P. */
    private static void conv(Convolution.Geometry geometry, Elements src, Elements weights, Elements dst) {
        Sizes s = Sizes.of(geometry, src.shape(), weights.shape(), dst.shape());
        double[] x = Doubles.of(src);
        double[] w = Doubles.of(weights);
        double[] y = Doubles.zeros(dst);
        for (int n = 0; n < s.N; n++) {
            for (int oc = 0; oc < s.OC; oc++) {
                for (int c = 0; c < s.C; c++) {
                    int xAt = s.channel(n, oc, c) * s.I;
                    int yAt = (n * s.OC + oc) * s.O;
                    for (int k = 0; k < s.K; k++) {
                        Tap tap = s.taps.get(k);
                        double wk = w[(oc * s.C + c) * s.K + k];
                        for (int pair = 0; pair < tap.size(); pair++) {
                            y[yAt + tap.outputs()[pair]] += x[xAt + tap.inputs()[pair]] * wk;
                        }
                    }
                }
            }
        }
        Doubles.store(y, dst);
    }

    /** dx[n,ic,i] = Σ dy[n,oc,o] · w[oc,ic,k]: each term goes back to where x was read. */
    private static void convBackwardData(Convolution.Geometry geometry, Elements diffDst, Elements weights, Elements diffSrc) {
        Sizes s = Sizes.of(geometry, diffSrc.shape(), weights.shape(), diffDst.shape());
        double[] dy = Doubles.of(diffDst);
        double[] w = Doubles.of(weights);
        double[] dx = Doubles.zeros(diffSrc);
        for (int n = 0; n < s.N; n++) {
            for (int oc = 0; oc < s.OC; oc++) {
                for (int c = 0; c < s.C; c++) {
                    int xAt = s.channel(n, oc, c) * s.I;
                    int yAt = (n * s.OC + oc) * s.O;
                    for (int k = 0; k < s.K; k++) {
                        Tap tap = s.taps.get(k);
                        double wk = w[(oc * s.C + c) * s.K + k];
                        for (int pair = 0; pair < tap.size(); pair++) {
                            dx[xAt + tap.inputs()[pair]] += dy[yAt + tap.outputs()[pair]] * wk;
                        }
                    }
                }
            }
        }
        Doubles.store(dx, diffSrc);
    }

    /** dw[oc,ic,k] = Σ x[n,ic,i] · dy[n,oc,o]. */
    private static void convBackwardWeights(Convolution.Geometry geometry, Elements src, Elements diffDst, Elements diffWeights) {
        Sizes s = Sizes.of(geometry, src.shape(), diffWeights.shape(), diffDst.shape());
        double[] x = Doubles.of(src);
        double[] dy = Doubles.of(diffDst);
        double[] dw = Doubles.zeros(diffWeights);
        for (int n = 0; n < s.N; n++) {
            for (int oc = 0; oc < s.OC; oc++) {
                for (int c = 0; c < s.C; c++) {
                    int xAt = s.channel(n, oc, c) * s.I;
                    int yAt = (n * s.OC + oc) * s.O;
                    for (int k = 0; k < s.K; k++) {
                        Tap tap = s.taps.get(k);
                        double sum = 0;
                        for (int pair = 0; pair < tap.size(); pair++) {
                            sum += x[xAt + tap.inputs()[pair]] * dy[yAt + tap.outputs()[pair]];
                        }
                        dw[(oc * s.C + c) * s.K + k] += sum;
                    }
                }
            }
        }
        Doubles.store(dw, diffWeights);
    }

    /**
     * The sizes of one convolution.
     *
     * @param C input channels of a group, IC/G
     * @param I places of a channel of x
     * @param O places of a channel of y
     * @param K places of the kernel
     */
    private record Sizes(int N, int IC, int OC, int C, int I, int O, int K, int groups, List<Tap> taps) {
        static Sizes of(Convolution.Geometry g, Shape x, Shape w, Shape y) {
            List<Tap> taps = Tap.of(spatial(x), spatial(w), spatial(y), g.strides(), g.padBefore(), g.dilations());
            return new Sizes(x.dim(0), x.dim(1), w.dim(0), w.dim(1), (int) x.elements(2, x.rank()), (int) y.elements(2, y.rank()), taps.size(),
                    g.groups(), taps);
        }

        private static Ints spatial(Shape shape) {
            return Ints.of(shape.slice(2, shape.rank()).dims());
        }

        /** The place in [N, IC] of the {@code c}-th input channel that output channel {@code oc} sees. */
        int channel(int n, int oc, int c) {
            int group = oc / (OC / groups);
            return n * IC + group * C + c;
        }
    }
}
