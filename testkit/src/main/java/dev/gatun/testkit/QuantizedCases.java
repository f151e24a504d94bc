package dev.gatun.testkit;

import dev.gatun.DType;
import dev.gatun.Shape;
import dev.gatun.Tensor;
import dev.gatun.op.Convolution.Geometry;
import dev.gatun.op.Elementwise;
import dev.gatun.op.Ints;
import dev.gatun.op.Op;
import dev.gatun.op.Pooling;
import dev.gatun.op.Quantized;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;

/**
 * Products of 8-bit integers, and the chains behind them that end in 8 bits again. Chains have scales that are powers of two and biases on their grid: then
 * every step is exact in F32 and so every bit of the result is known, ties included, in whatever order a kernel multiplies.
 */
final class QuantizedCases {
    private static final Set<DType> F32 = Set.of(DType.F32);
    private static final Domain BYTES = new Domain(0, 255);
    private static final Domain SIGNED_BYTES = new Domain(-127, 127);
    private static final Geometry SAME = ConvolutionCases.geometry(2, 1, 1, 1, 1);

    private QuantizedCases() {
    }

    static List<Case> of(int n) {
        List<Case> cases = new ArrayList<>();
        roundings(n, cases);
        for (boolean transposeA : new boolean[] {false, true}) {
            for (boolean transposeB : new boolean[] {false, true}) {
                matMul(transposeA, transposeB, 0, Shape.of(), 5, n, 7, cases);
                matMul(transposeA, transposeB, 9, Shape.of(2), 3, 4, n, cases);
            }
        }
        matMul(false, false, 0, Shape.of(), n, 5, 33, cases);
        if (n > 0) {
            conv("3x3", SAME, 0, Shape.of(2, 3, 5, 6), Shape.of(n, 3, 3, 3), cases);
            conv("3x3 from odd channels", SAME, 0, Shape.of(1, n, 5, 4), Shape.of(4, n, 3, 3), cases);
            conv("3x3 whose padding stands for a zero of 17", SAME, 17, Shape.of(1, 4, 5, 6), Shape.of(n, 4, 3, 3), cases);
            conv("1x1 of stride 2", ConvolutionCases.geometry(2, 2, 0, 1, 1), 0, Shape.of(1, n, 5, 6), Shape.of(8, n, 1, 1), cases);
            conv("7x7 stem", ConvolutionCases.geometry(2, 2, 3, 1, 1), 0, Shape.of(1, 3, 9, 11), Shape.of(n, 3, 7, 7), cases);
            conv("of stride 2 to one column", ConvolutionCases.geometry(2, 2, 0, 1, 1), 0, Shape.of(2, 5, 9, 3), Shape.of(n, 5, 3, 3), cases);
            conv("of stride 3 to one column", new Geometry(Ints.of(1, 3), Ints.of(0, 3), Ints.of(1, 0), Ints.of(1, 1), 1), 0, Shape.of(2, 1, 8, 3),
                    Shape.of(n, 1, 2, 4), cases);
            conv("of one plane under a kernel of two", ConvolutionCases.geometry(3, 1, 1, 1, 1), 0, Shape.of(2, 3, 1, 5, 3), Shape.of(n, 3, 2, 3, 3), cases);
            conv("padded by more than the kernel", ConvolutionCases.geometry(2, 1, 3, 1, 1), 5, Shape.of(1, n, 2, 5), Shape.of(3, n, 2, 2), cases);
            conv("depthwise", ConvolutionCases.geometry(2, 1, 1, 1, n), 0, Shape.of(1, n, 5, 5), Shape.of(n, 1, 3, 3), cases);
            conv("along one axis", ConvolutionCases.geometry(1, 1, 1, 1, 1), 3, Shape.of(1, 2, 9), Shape.of(n, 2, 3), cases);
            chains(n, 5, cases);
        }
        dense(n, cases);
        return cases;
    }

    static List<Case> large() {
        List<Case> cases = new ArrayList<>();
        roundings(7_001, cases);
        matMul(false, true, 0, Shape.of(), 67, 257, 131, cases);
        matMul(false, false, 0, Shape.of(), 33, 65, 68, cases);
        conv("3x3", SAME, 0, Shape.of(1, 19, 28, 29), Shape.of(33, 19, 3, 3), cases);
        conv("1x1", ConvolutionCases.geometry(2, 1, 0, 1, 1), 0, Shape.of(2, 48, 21, 22), Shape.of(65, 48, 1, 1), cases);
        conv("3x3 in 2 groups", ConvolutionCases.geometry(2, 1, 1, 1, 2), 7, Shape.of(2, 6, 5, 6), Shape.of(96, 3, 3, 3), cases);
        chains(48, 19, cases);
        dense(257, cases);
        return cases;
    }

    private static void roundings(int n, List<Case> cases) {
        for (boolean signed : new boolean[] {false, true}) {
            for (int zero : new int[] {0, 7}) {
                cases.add(Case.of("quantize to " + (signed ? "i8" : "u8") + " around " + zero, Tolerance.EXACT, new Elementwise.Quantize(signed, 0.25f, zero),
                        Input.of(new Domain(-70, 70), 3, n)));
            }
        }
        cases.add(Case.of("dequantize", Tolerance.EXACT, new Elementwise.Dequantize(0.25f, 7), Input.of(new Domain(-100, 100), 3, n))
                .in(Set.of(DType.I8, DType.U8, DType.I32)));
    }

    private static Input byteInput(boolean signed, int... dims) {
        return signed ? Input.fixed(DType.I8, SIGNED_BYTES, dims) : Input.fixed(DType.U8, BYTES, dims);
    }

    /**
     * Adds the product of unsigned and of signed operands; the scales are operands of any size. Their product may be denormal: rounding it moves the result
     * by up to half of the smallest number for each unit of the sum.
     */
    private static void add(String name, Quantized any, int zero, int[] x, int[] w, int terms, int channels, List<Case> cases) {
        double floor = 0.5 * Float.MIN_VALUE * terms * BYTES.high() * SIGNED_BYTES.high();
        Op op = zero == 0 ? any.centered() : any;
        for (boolean signed : new boolean[] {false, true}) {
            cases.add(Case.of(name + " of " + (signed ? "i8" : "u8"), Tolerance.FUNCTION, op, byteInput(signed, x), Input.fixed(DType.I8, SIGNED_BYTES, w),
                    Input.of(Domain.POSITIVE), Input.fixed(DType.I32, new Domain(zero, zero)), Input.of(Domain.POSITIVE, channels)).within(floor));
        }
    }

    private static void conv(String name, Geometry geometry, int zero, Shape x, Shape w, List<Case> cases) {
        int terms = Math.toIntExact(w.elements(1, w.rank()));
        add("quantized_conv " + name + " " + x + " " + w, new Quantized.QuantizedConv(geometry), zero, x.dims(), w.dims(), terms, w.dim(0), cases);
    }

    private static void matMul(boolean transposeA, boolean transposeB, int zero, Shape batch, int M, int N, int K, List<Case> cases) {
        Shape a = batch.concat(transposeA ? Shape.of(K, M) : Shape.of(M, K));
        Shape b = batch.concat(transposeB ? Shape.of(N, K) : Shape.of(K, N));
        add("quantized_matmul " + a + (transposeA ? "ᵀ" : "") + " " + b + (transposeB ? "ᵀ" : ""), new Quantized.QuantizedMatMul(transposeA, transposeB), zero,
                a.dims(), b.dims(), K, N, cases);
    }

    private static Case chain(String name, UnaryOperator<List<Tensor>> f, Input... inputs) {
        return Case.of("quantized " + name, Tolerance.EXACT, f, inputs).in(F32);
    }

    /** What a network in 8 bits is made of. @param size of the images */
    private static void chains(int n, int size, List<Case> cases) {
        Input x = byteInput(false, 1, 3, size, size + 1);
        Input signed = byteInput(true, 1, 3, size, size + 1);
        Input w = Input.fixed(DType.I8, SIGNED_BYTES, n, 3, 3, 3);
        Input bias = Input.fixed(DType.I32, SIGNED_BYTES, n);
        Input residual = byteInput(false, 1, n, size, size + 1);
        cases.add(chain("convolution with bias and relu, in f32", in -> List.of(conv(in.get(0), in.get(1)).add(onGrid(in.get(2))).relu()), x, w, bias));
        cases.add(chain("convolution with bias and relu", in -> List.of(quantize(conv(in.get(0), in.get(1)).add(onGrid(in.get(2))).relu(), false)), x, w,
                bias));
        cases.add(chain("convolution of signed bytes", in -> List.of(quantize(conv(in.get(0), in.get(1)).add(onGrid(in.get(2))), true)), signed, w, bias));
        cases.add(chain("convolution with bias, residual and relu", in -> List.of(quantize(conv(in.get(0), in.get(1)).add(onGrid(in.get(2)))
                .add(dequantize(in.get(3))).relu(), false)), x, w, bias, residual));
        cases.add(chain("convolution, residual and bias without relu", in -> List.of(quantize(conv(in.get(0), in.get(1)).add(onGrid(in.get(2)))
                .add(dequantize(in.get(3))), true)), signed, w, bias, residual));
        cases.add(chain("convolution that is only stored", in -> List.of(quantize(conv(in.get(0), in.get(1)), true)), x, w));
        cases.add(chain("convolutions, pool and concat", in -> {
            Tensor a = quantize(conv(in.get(0), in.get(1)).add(onGrid(in.get(2))).relu(), false);
            Tensor b = quantize(conv(in.get(0), in.get(1)).relu(), false);
            Pooling.MaxPool pool = new Pooling.MaxPool(PoolingCases.window(2, 3, 2, 1, 1, false), false);
            return List.of(Tensor.record(pool, Tensor.concat(1, List.of(a, b))).getFirst());
        }, x, w, bias));
    }

    private static void dense(int n, List<Case> cases) {
        Input a = byteInput(false, 5, 33);
        Input b = Input.fixed(DType.I8, SIGNED_BYTES, n, 33);
        Input bias = Input.fixed(DType.I32, SIGNED_BYTES, n);
        cases.add(chain("dense layer with bias and relu", in -> List.of(quantize(matMul(in).relu(), false)), a, b, bias));
        cases.add(chain("scores in f32", in -> List.of(matMul(in)), a, b, bias));
    }

    /** x · wᵀ + bias in F32. */
    private static Tensor matMul(List<Tensor> in) {
        Tensor scales = Tensor.full(DType.F32, Shape.of(in.get(1).dim(0)), 0x1p-7);
        Tensor y = Tensor.record(new Quantized.QuantizedMatMul(false, true), in.get(0), in.get(1), Tensor.scalar(DType.F32, 0x1p-5),
                Tensor.scalar(DType.I32, 0), scales).getFirst();
        return y.add(in.get(2).cast(DType.F32).mul(0x1p-6));
    }

    private static Tensor conv(Tensor x, Tensor w) {
        Tensor scales = Tensor.full(DType.F32, Shape.of(w.dim(0)), 0x1p-7);
        return Tensor.record(new Quantized.QuantizedConv(SAME), x, w, Tensor.scalar(DType.F32, 0x1p-5), Tensor.scalar(DType.I32, 0), scales).getFirst();
    }

    /** Returns a bias [1, C, 1, 1] in F32. */
    private static Tensor onGrid(Tensor bias) {
        return bias.cast(DType.F32).mul(0x1p-6).reshape(Shape.of(1, bias.dim(0), 1, 1));
    }

    private static Tensor quantize(Tensor y, boolean signed) {
        return Tensor.record(new Elementwise.Quantize(signed, 0x1p-1f, 0), y).getFirst();
    }

    private static Tensor dequantize(Tensor q) {
        return Tensor.record(new Elementwise.Dequantize(0x1p-2f, 0), q).getFirst();
    }
}
