package dev.gatun.reference;

import dev.gatun.Shape;
import dev.gatun.TensorType;
import dev.gatun.op.Convolution;
import dev.gatun.op.Ints;
import dev.gatun.op.Quantized;
import java.util.List;

/** The loops of {@link Quantized}: exact integer sums, each scaled once. */
final class QuantizedLoops {
    private QuantizedLoops() {
    }

    /** Returns the loop of {@code op} for the given types. */
    static Loop of(Quantized op, List<TensorType> in, List<TensorType> out) {
        return switch (op) {
            case Quantized.QuantizedConv c -> (a, y) -> conv(c.geometry(), a, y[0]);
            case Quantized.QuantizedMatMul m -> (a, y) -> matMul(m, a, y[0]);
        };
    }

    /** y[n,oc,o] = scaleX · scaleW[oc] · Σ (x[n,ic,i] - zeroX) · w[oc,ic,k], i = o·S + k·D - P inside of the image. */
    private static void conv(Convolution.Geometry g, Elements[] in, Elements y) {
        Shape shape = in[0].shape();
        Shape weights = in[1].shape();
        List<Tap> taps = Tap.of(spatial(shape), spatial(weights), spatial(y.shape()), g.strides(), g.padBefore(), g.dilations());
        long I = shape.elements(2, shape.rank());
        int O = (int) y.shape().elements(2, y.shape().rank());
        int OC = weights.dim(0);
        int C = weights.dim(1);
        double scaleX = in[2].get(0);
        long zeroX = in[3].getLong(0);
        for (int n = 0; n < shape.dim(0); n++) {
            for (int oc = 0; oc < OC; oc++) {
                long[] sums = new long[O];
                for (int c = 0; c < C; c++) {
                    long channel = (long) n * shape.dim(1) + oc / (OC / g.groups()) * C + c;
                    for (int k = 0; k < taps.size(); k++) {
                        Tap tap = taps.get(k);
                        long w = in[1].getLong(((long) oc * C + c) * taps.size() + k);
                        for (int pair = 0; pair < tap.size(); pair++) {
                            sums[tap.outputs()[pair]] += (in[0].getLong(channel * I + tap.inputs()[pair]) - zeroX) * w;
                        }
                    }
                }
                double scale = scaleX * in[4].get(oc);
                for (int o = 0; o < O; o++) {
                    y.set(((long) n * OC + oc) * O + o, scale * sums[o]);
                }
            }
        }
    }

    /** y[m,n] = scaleA · scaleB[n] · Σₖ (a[m,k] - zeroA) · b[k,n]. */
    private static void matMul(Quantized.QuantizedMatMul op, Elements[] in, Elements y) {
        Shape shape = y.shape();
        int M = shape.dim(-2);
        int N = shape.dim(-1);
        int K = in[0].shape().dim(op.transposeA() ? -2 : -1);
        double scaleA = in[2].get(0);
        long zeroA = in[3].getLong(0);
        for (long matrix = 0; matrix < shape.elements(0, shape.rank() - 2); matrix++) {
            for (int m = 0; m < M; m++) {
                for (int n = 0; n < N; n++) {
                    long sum = 0;
                    for (int k = 0; k < K; k++) {
                        long a = in[0].getLong(matrix * M * K + (op.transposeA() ? (long) k * M + m : (long) m * K + k));
                        long b = in[1].getLong(matrix * K * N + (op.transposeB() ? (long) n * K + k : (long) k * N + n));
                        sum += (a - zeroA) * b;
                    }
                    y.set((matrix * M + m) * N + n, scaleA * in[4].get(n) * sum);
                }
            }
        }
    }

    private static Ints spatial(Shape shape) {
        return Ints.of(shape.slice(2, shape.rank()).dims());
    }
}
