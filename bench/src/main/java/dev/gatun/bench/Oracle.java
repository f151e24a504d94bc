package dev.gatun.bench;

import dev.gatun.Backends;
import dev.gatun.CompiledFunction;
import dev.gatun.Shape;
import dev.gatun.Tensor;
import dev.gatun.TensorType;
import dev.gatun.op.Contraction.MatMul;
import dev.gatun.op.Convolution;
import dev.gatun.op.Op;
import dev.gatun.op.Recurrent;
import dev.gatun.spi.Backend;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Says whether a timed kernel computes what it should: a fast wrong kernel is none. Products and convolutions are summed up in float64 at a few places,
 * anything else is held against the reference backend; of a sequence the first steps, which do not depend on later ones.
 */
final class Oracle {
    /** Of the largest result; float32 sums of some 10⁴ products of random sign are off by about 10⁻⁶ of it, Winograd's by 3·10⁻⁶. */
    private static final double TOLERANCE = 2e-5;
    private static final int PLACES = 64;
    private static final int STEPS = 3;

    private Oracle() {
    }

    /**
     * Checks a first result.
     *
     * @throws IllegalStateException if it is not finite, or off by more than the tolerance
     */
    static void check(KernelCase of, List<float[]> operands, float[] y) {
        double scale = Numbers.largest(y);
        if (Double.isNaN(scale)) {
            throw new IllegalStateException(of.name() + ": a result is not finite");
        }
        switch (of.op()) {
            case MatMul m -> sampled(of, y, scale, i -> product(m, of, operands, i));
            case Convolution c -> sampled(of, y, scale, i -> convolution(c, of, operands, i));
            case Recurrent.Rnn _ -> against(of, operands, y, scale, STEPS);
            case Op _ -> against(of, operands, y, scale, of.operands().getFirst().shape().dim(0));
        }
    }

    private interface Element {
        double at(int i);
    }

    private static void sampled(KernelCase of, float[] y, double scale, Element exact) {
        SplittableRandom random = new SplittableRandom(1);
        for (int n = 0; n < PLACES; n++) {
            // The last place is a tail of a tail.
            int i = n == 0 ? y.length - 1 : random.nextInt(y.length);
            compare(of, i, y[i], exact.at(i), scale);
        }
    }

    private static void compare(KernelCase of, int i, double y, double exact, double scale) {
        if (!(Math.abs(y - exact) <= TOLERANCE * scale)) {
            throw new IllegalStateException(of.name() + ": element " + i + " is " + y + ", expected " + exact + " within " + TOLERANCE * scale);
        }
    }

    /** Σₖ a[m, k] · b[k, n]. */
    private static double product(MatMul op, KernelCase of, List<float[]> operands, int i) {
        Shape a = of.operands().get(0).shape();
        Shape b = of.operands().get(1).shape();
        int K = a.dim(op.transposeA() ? 0 : 1);
        int N = b.dim(op.transposeB() ? 0 : 1);
        int m = i / N;
        int n = i % N;
        double sum = 0;
        for (int k = 0; k < K; k++) {
            sum += (double) operands.get(0)[op.transposeA() ? k * a.dim(1) + m : m * K + k] * operands.get(1)[op.transposeB() ? n * K + k : k * N + n];
        }
        return sum;
    }

    private static double convolution(Convolution op, KernelCase of, List<float[]> operands, int i) {
        TensorType result = of.results().getFirst();
        Shape first = of.operands().get(0).shape();
        Shape second = of.operands().get(1).shape();
        return switch (op) {
            case Convolution.Conv c -> new Correlation(c.geometry(), first, second, result.shape()).y(operands.get(0), operands.get(1), i);
            case Convolution.ConvBackwardData c -> new Correlation(c.geometry(), result.shape(), second, first).dx(operands.get(0), operands.get(1), i);
            case Convolution.ConvBackwardWeights c -> new Correlation(c.geometry(), first, result.shape(), second).dw(operands.get(0), operands.get(1), i);
        };
    }

    /** One element each of y[n,oc,oh,ow] = Σ x[n,ic,oh·SH+kh-PH,ow·SW+kw-PW] · w[oc,ic,kh,kw] and its two gradients; dense, one group. */
    private record Correlation(Convolution.Geometry geometry, Shape x, Shape w, Shape y) {
        private double y(float[] x, float[] w, int i) {
            int[] at = place(this.y, i);
            double sum = 0;
            for (int ic = 0; ic < this.x.dim(1); ic++) {
                for (int kh = 0; kh < this.w.dim(2); kh++) {
                    for (int kw = 0; kw < this.w.dim(3); kw++) {
                        sum += (double) padded(x, at[0], ic, ih(at[2], kh), iw(at[3], kw)) * w[index(this.w, at[1], ic, kh, kw)];
                    }
                }
            }
            return sum;
        }

        private double dx(float[] dy, float[] w, int i) {
            int[] at = place(this.x, i);
            double sum = 0;
            for (int oh = 0; oh < this.y.dim(2); oh++) {
                int kh = at[2] - ih(oh, 0);
                for (int ow = 0; ow < this.y.dim(3) && kh >= 0 && kh < this.w.dim(2); ow++) {
                    int kw = at[3] - iw(ow, 0);
                    for (int oc = 0; oc < this.y.dim(1) && kw >= 0 && kw < this.w.dim(3); oc++) {
                        sum += (double) dy[index(this.y, at[0], oc, oh, ow)] * w[index(this.w, oc, at[1], kh, kw)];
                    }
                }
            }
            return sum;
        }

        private double dw(float[] x, float[] dy, int i) {
            int[] at = place(this.w, i);
            double sum = 0;
            for (int n = 0; n < this.x.dim(0); n++) {
                for (int oh = 0; oh < this.y.dim(2); oh++) {
                    for (int ow = 0; ow < this.y.dim(3); ow++) {
                        sum += (double) padded(x, n, at[1], ih(oh, at[2]), iw(ow, at[3])) * dy[index(this.y, n, at[0], oh, ow)];
                    }
                }
            }
            return sum;
        }

        private int ih(int oh, int kh) {
            return oh * geometry.strides().get(0) + kh - geometry.padBefore().get(0);
        }

        private int iw(int ow, int kw) {
            return ow * geometry.strides().get(1) + kw - geometry.padBefore().get(1);
        }

        private float padded(float[] x, int n, int ic, int ih, int iw) {
            return ih < 0 || ih >= this.x.dim(2) || iw < 0 || iw >= this.x.dim(3) ? 0 : x[index(this.x, n, ic, ih, iw)];
        }

        private static int index(Shape s, int a, int b, int c, int d) {
            return ((a * s.dim(1) + b) * s.dim(2) + c) * s.dim(3) + d;
        }

        private static int[] place(Shape s, int i) {
            int d = s.dim(3);
            int c = s.dim(2);
            int b = s.dim(1);
            return new int[] {i / d / c / b, i / d / c % b, i / d % c, i % d};
        }
    }

    /** Compares with the reference backend on the first {@code rows} rows of the first operand, or steps of a sequence. */
    private static void against(KernelCase of, List<float[]> operands, float[] y, double scale, int rows) {
        List<Tensor> in = new ArrayList<>();
        for (int i = 0; i < operands.size(); i++) {
            Tensor t = Tensor.of(operands.get(i), of.operands().get(i).shape().dims());
            in.add(i == 0 && rows < t.dim(0) ? t.slice(0, 0, rows) : t);
        }
        try (Backend reference = Backends.open("reference");
             CompiledFunction f = CompiledFunction.of(reference, x -> List.of(Tensor.record(of.op(), x.toArray(Tensor[]::new)).getFirst()));
             Tensor expected = f.call(in.toArray(Tensor[]::new)).getFirst()) {
            float[] r = expected.toFloatArray();
            for (int i = 0; i < r.length; i++) {
                compare(of, i, y[i], r[i], scale);
            }
        } finally {
            in.forEach(Tensor::close);
        }
    }
}
