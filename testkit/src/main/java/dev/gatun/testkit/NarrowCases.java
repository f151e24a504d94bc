package dev.gatun.testkit;

import static dev.gatun.testkit.Smoothness.NONE;

import dev.gatun.DType;
import dev.gatun.Shape;
import dev.gatun.Tensor;
import dev.gatun.op.Convolution;
import dev.gatun.op.Convolution.Geometry;
import dev.gatun.op.Ints;
import dev.gatun.op.Normalization;
import dev.gatun.op.Pooling;
import dev.gatun.op.Recurrent;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/**
 * What the planner makes of a network in BF16 and F16: products of narrow operands, whose bias, residual and activation are computed in F32 before the
 * sum is stored, and batch normalization of narrow images with F32 statistics. A kernel may keep the product in F32 until the end.
 */
final class NarrowCases {
    private static final Set<DType> NARROW = Set.of(DType.BF16, DType.F16);
    private static final Geometry SAME = ConvolutionCases.geometry(2, 1, 1, 1, 1);
    private static final Geometry HALF = ConvolutionCases.geometry(2, 2, 1, 1, 1);

    private NarrowCases() {
    }

    static List<Case> of(int n) {
        List<Case> cases = new ArrayList<>();
        if (n > 0) {
            networks(n, 5, cases);
            cases.addAll(batchNorm(Shape.of(4, n)));
            cases.addAll(batchNorm(Shape.of(2, 3, 5, n)));
        }
        dense(n, cases);
        return cases;
    }

    static List<Case> large() {
        List<Case> cases = new ArrayList<>();
        networks(48, 19, cases);
        dense(257, cases);
        cases.addAll(batchNorm(Shape.of(3, 37, 17, 19)));
        return cases;
    }

    private static Case narrow(String name, Tolerance tolerance, int terms, UnaryOperator<List<Tensor>> f, Input... inputs) {
        return Case.of("narrow " + name, tolerance, f, inputs).summing(terms).differentiable(NONE).in(NARROW);
    }

    /** @param size of the images */
    private static void networks(int n, int size, List<Case> cases) {
        Input x = Input.of(1, 3, size, size + 1);
        Input w = Input.of(n, 3, 3, 3);
        Input bias = Input.fixed(DType.F32, Domain.SIGNED, n);
        Input residual = Input.of(1, n, size, size + 1);
        cases.add(narrow("convolution with bias", Tolerance.CONVOLUTION, 27,
                in -> List.of(like(in.get(0), wide(conv(SAME, in.get(0), in.get(1))).add(channels(in.get(2))))), x, w, bias));
        cases.add(narrow("convolution with relu", Tolerance.CONVOLUTION, 27,
                in -> List.of(like(in.get(0), wide(conv(HALF, in.get(0), in.get(1))).relu())), x, w));
        cases.add(narrow("convolution with bias, residual and relu", Tolerance.CONVOLUTION, 27, in -> List.of(like(in.get(0),
                wide(conv(SAME, in.get(0), in.get(1))).add(channels(in.get(2))).add(wide(in.get(3))).relu())), x, w, bias, residual));
        cases.add(narrow("convolution with bias, sigmoid and result in f32", Tolerance.GRADIENT, 27,
                in -> List.of(wide(conv(SAME, in.get(0), in.get(1))).add(channels(in.get(2))).sigmoid()), x, w, bias));
        cases.add(narrow("depthwise convolution with bias and relu", Tolerance.CONVOLUTION, 9, in -> List.of(like(in.get(0),
                wide(conv(ConvolutionCases.geometry(2, 1, 1, 1, n), in.get(0), in.get(1))).add(channels(in.get(2))).relu())), Input.of(1, n, size, size),
                Input.of(n, 1, 3, 3), bias));
        cases.add(narrow("convolutions, pools and concat", Tolerance.GRADIENT, 27 + 9 * n, in -> {
            Tensor a = pooled(like(in.get(0), wide(conv(SAME, in.get(0), in.get(1))).add(channels(in.get(2))).relu()));
            Tensor b = conv(SAME, a, in.get(3));
            return List.of(Tensor.concat(1, List.of(a, b)));
        }, x, w, bias, Input.of(4, n, 3, 3)));
        cases.add(narrow("gradient of a convolution behind a relu", Tolerance.GRADIENT, 9 * n, in -> {
            Tensor dx = Tensor.record(new Convolution.ConvBackwardData(SAME, Ints.of(size, size + 1)), in.get(0), in.get(1)).getFirst();
            Tensor y = wide(in.get(2));
            Tensor zero = Tensor.scalar(y.dtype(), 0);
            return List.of(like(in.get(0), y.gt(zero).where(wide(dx), zero.expand(y.shape()))));
        }, residual, w, Input.of(1, 3, size, size + 1)));
    }

    private static void dense(int n, List<Case> cases) {
        Input bias = Input.fixed(DType.F32, Domain.SIGNED, n);
        cases.add(narrow("dense layer with bias and relu", Tolerance.SUM, 33,
                in -> List.of(like(in.get(0), wide(in.get(0).matmul(in.get(1), false, true)).add(in.get(2)).relu())), Input.of(5, 33), Input.of(n, 33), bias));
        cases.add(narrow("scores in f32", Tolerance.SUM, 33, in -> List.of(wide(in.get(0).matmul(in.get(1))).add(in.get(2))), Input.of(5, 33),
                Input.of(33, n), bias));
        cases.add(narrow("attention with softmax in f32", Tolerance.GRADIENT, 4 + n, in -> {
            Tensor p = wide(in.get(0).matmul(in.get(1), false, true)).mul(0.5).softmax(-1);
            return List.of(like(in.get(0), p).matmul(in.get(2)));
        }, Input.of(2, 3, 4), Input.of(2, n, 4), Input.of(2, n, 5)));
        cases.add(narrow("lstm and a dense layer", Tolerance.RECURRENT, 3 * 12, in -> {
            Recurrent.Rnn lstm = new Recurrent.Rnn(new Recurrent.Cell(Recurrent.Kind.LSTM, false, false), false, false);
            Tensor y = Tensor.record(lstm, in.subList(0, 7).toArray(Tensor[]::new)).getFirst();
            return List.of(wide(y.matmul(in.get(7))));
        }, Input.of(3, n, 5), Input.of(28, 5), Input.of(28, 7), Input.of(28), Input.of(28), Input.of(n, 7), Input.of(n, 7), Input.of(3, 7, 4)));
    }

    private static List<Case> batchNorm(Shape x) {
        Input image = Input.of(x.dims());
        Input channels = Input.fixed(DType.F32, Domain.SIGNED, x.dim(1));
        Input variance = Input.fixed(DType.F32, Domain.POSITIVE, x.dim(1));
        int m = Math.max(1, (int) (x.elements() / Math.max(1, x.dim(1))));
        return Stream.of(
                narrow("batch_norm " + x, Tolerance.NORMALIZATION, m,
                        in -> Tensor.record(new Normalization.BatchNorm(1e-3), in.toArray(Tensor[]::new)), image, channels, channels),
                narrow("batch_norm_backward " + x, Tolerance.NORMALIZATION, m,
                        in -> Tensor.record(new Normalization.BatchNormBackward(1e-3), in.toArray(Tensor[]::new)), image, channels, channels, variance,
                        image)).map(c -> c.in(Set.of(DType.F32, DType.BF16, DType.F16))).toList();
    }

    private static Tensor conv(Geometry geometry, Tensor x, Tensor w) {
        return Tensor.record(new Convolution.Conv(geometry), x, w).getFirst();
    }

    private static Tensor pooled(Tensor x) {
        return Tensor.record(new Pooling.MaxPool(PoolingCases.window(2, 3, 2, 1, 1, false), false), x).getFirst();
    }

    private static Tensor channels(Tensor v) {
        return v.reshape(Shape.of(1, v.dim(0), 1, 1));
    }

    /** Returns x in F32; the reference's F64 stays. */
    private static Tensor wide(Tensor x) {
        return x.dtype() == DType.F64 ? x : x.cast(DType.F32);
    }

    /** Returns y in the type of x. */
    private static Tensor like(Tensor x, Tensor y) {
        return y.cast(x.dtype());
    }
}
