package dev.gatun.testkit;

import static dev.gatun.testkit.Smoothness.NONE;
import static dev.gatun.testkit.Smoothness.ONCE;
import static dev.gatun.testkit.Smoothness.TWICE;

import dev.gatun.DType;
import dev.gatun.Shape;
import dev.gatun.Tensor;
import dev.gatun.op.Convolution;
import dev.gatun.op.Convolution.Geometry;
import dev.gatun.op.Elementwise.BinaryFunction;
import dev.gatun.op.Elementwise.UnaryFunction;
import dev.gatun.op.Normalization;
import dev.gatun.op.Pooling;
import dev.gatun.op.Reduction.ReduceFunction;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/** Chains that the planner makes regions, epilogues and prepacked weights of, and that carry layouts from one op to the next. */
final class FusionCases {
    private static final Geometry SAME = ConvolutionCases.geometry(2, 1, 1, 1, 1);

    private FusionCases() {
    }

    static List<Case> of(int n) {
        List<Case> cases = new ArrayList<>();
        regions(n, cases);
        cases.add(chain("dense layer with bias and relu", in -> List.of(in.get(0).matmul(in.get(1)).add(in.get(2)).relu()), Tolerance.SUM, ONCE,
                Input.of(5, 9), Input.of(9, n), Input.of(n)).summing(9));
        cases.add(chain("dense layer with gelu and residual",
                in -> List.of(gelu(in.get(0).matmul(in.get(1), false, true).add(in.get(2))).add(in.get(3))),
                Tolerance.GRADIENT, TWICE, Input.of(n, 7), Input.of(6, 7), Input.of(6), Input.of(n, 6)).summing(7));
        cases.add(chain("product over rows with a column", in -> List.of(in.get(0).matmul(in.get(1)).mul(in.get(2)).tanh()), Tolerance.CHAIN, TWICE,
                Input.of(3, 4), Input.of(4, n), Input.of(3, 1)).summing(4));
        cases.add(chain("product that two read", in -> {
            Tensor y = in.get(0).matmul(in.get(1));
            return List.of(y.relu(), y.sum(0));
        }, Tolerance.SUM, ONCE, Input.of(4, 5), Input.of(5, n)).summing(20));
        cases.add(chain("products in a batch with mask and softmax", in -> {
            Tensor scores = in.get(0).matmul(in.get(1), false, true).mul(0.5);
            Tensor masked = in.get(3).where(scores, Tensor.scalar(scores.dtype(), -1e4));
            return List.of(masked.softmax(-1).matmul(in.get(2)));
        }, Tolerance.GRADIENT, TWICE, Input.of(2, 3, 4), Input.of(2, n, 4), Input.of(2, n, 5), Input.truth(2, 3, n)).summing(4 + n));
        cases.add(chain("cross entropy", in -> List.of(in.get(0).logSoftmax(1).mul(in.get(1)).sum(1).neg().mean()), Tolerance.GRADIENT, TWICE,
                Input.of(4, n), Input.of(Domain.POSITIVE, 4, n)).summing(4 * n));
        cases.add(chain("softmax from its parts", in -> {
            Tensor e = in.getFirst().sub(in.getFirst().reduce(ReduceFunction.MAX, true, 1).detach()).exp();
            return List.of(e.div(e.reduce(ReduceFunction.SUM, true, 1)));
        }, Tolerance.SOFTMAX, TWICE, Input.of(3, n)).summing(n));
        optimizers(n, cases);
        if (n > 0) {
            networks(n, cases);
        }
        return cases;
    }

    static List<Case> large() {
        List<Case> cases = new ArrayList<>();
        regions(7_001, cases);
        optimizers(7_001, cases);
        networks(67, cases);
        return cases;
    }

    private static Case chain(String name, UnaryOperator<List<Tensor>> f, Tolerance tolerance, Smoothness smoothness, Input... inputs) {
        return Case.of(name, tolerance, f, inputs).differentiable(smoothness);
    }

    private static void regions(int n, List<Case> cases) {
        cases.add(chain("gelu", in -> List.of(gelu(in.getFirst())), Tolerance.CHAIN, TWICE, Input.of(3, n)));
        cases.add(chain("silu and its square", in -> {
            Tensor y = in.getFirst().mul(in.getFirst().sigmoid());
            return List.of(y, y.square());
        }, Tolerance.CHAIN, TWICE, Input.of(2, n)));
        cases.add(chain("x + x in place of its operand", in -> List.of(in.get(0).add(in.get(0)).mul(in.get(0))), Tolerance.CHAIN, TWICE,
                Input.of(3, n)));
        cases.add(chain("row, column and scalar in one region", in -> List.of(in.get(0).sub(in.get(1)).div(in.get(2)).add(in.get(3)).relu()),
                Tolerance.CHAIN, ONCE, Input.of(3, n), Input.of(n), Input.of(Domain.POSITIVE, 3, 1), Input.of()));
        cases.add(chain("region with truth values inside", in -> {
            Tensor x = in.getFirst();
            Tensor inside = x.gt(Tensor.scalar(x.dtype(), -1)).binary(BinaryFunction.AND, x.lt(Tensor.scalar(x.dtype(), 1)));
            return List.of(inside.where(x.square(), x.abs()), inside);
        }, Tolerance.CHAIN, ONCE, Input.of(3, n)));
        cases.add(chain("region of integers", in -> {
            Tensor x = in.getFirst();
            return List.of(x.mul(x).add(x).binary(BinaryFunction.XOR, x.unary(UnaryFunction.BITWISE_NOT)), x.lt(x.neg()));
        }, Tolerance.EXACT, NONE, Input.of(3, n)).in(signedIntegers()));
        cases.add(chain("zeros of both signs added", in -> {
            Tensor x = in.getFirst();
            return List.of(x.add(0.0), x.sub(0.0), x.add(-0.0), x.sub(-0.0), Tensor.scalar(x.dtype(), 0).add(x), Tensor.scalar(x.dtype(), 0).sub(x));
        }, Tolerance.EXACT, TWICE, Input.of(2, n)).in(Types.NUMERIC));
        cases.add(chain("factors and exponents of one and zero", in -> {
            Tensor x = in.getFirst();
            return List.of(x.mul(1), Tensor.scalar(x.dtype(), 1).mul(x), x.div(1), x.pow(1), x.pow(0), x.pow(2), x.mul(0));
        }, Tolerance.ROUNDED, TWICE, Input.of(2, n)).in(Types.NUMERIC));
        cases.add(chain("huber", in -> {
            Tensor d = in.get(0).sub(in.get(1)).abs();
            return List.of(d.lt(Tensor.scalar(d.dtype(), 1)).where(d.square().mul(0.5), d.sub(0.5)).mean());
        }, Tolerance.SUM, ONCE, Input.of(3, n + 1), Input.of(3, n + 1)).summing(3 * n + 3));
        cases.add(chain("forty functions in a row", in -> {
            Tensor x = in.getFirst();
            for (int i = 0; i < 20; i++) {
                x = x.mul(1.01).add(in.get(1)).tanh();
            }
            return List.of(x);
        }, Tolerance.GRADIENT, TWICE, Input.of(2, n), Input.of(n)));
    }

    private static Set<DType> signedIntegers() {
        return Types.INTEGER.stream().filter(Types.SIGNED::contains).collect(Collectors.toUnmodifiableSet());
    }

    /** x · (1 + erf(x/√2)) / 2. */
    private static Tensor gelu(Tensor x) {
        return x.mul(0.5).mul(x.mul(Math.sqrt(0.5)).unary(UnaryFunction.ERF).add(1));
    }

    /** Updates whose results have the types of their operands, so that they may be written over them. */
    private static void optimizers(int n, List<Case> cases) {
        cases.add(chain("momentum update", in -> {
            Tensor v = in.get(1).mul(0.9).add(in.get(2));
            return List.of(in.get(0).sub(v.mul(in.get(3))), v);
        }, Tolerance.CHAIN, NONE, Input.of(3, n), Input.of(3, n), Input.of(3, n), Input.of()));
        cases.add(chain("update that gives the old values too", in -> List.of(in.get(0).sub(in.get(1)), in.get(0), in.get(1).reshape(n, 3)),
                Tolerance.CHAIN, NONE, Input.of(3, n), Input.of(3, n)));
        cases.add(chain("adam update", in -> {
            Tensor g = in.get(3);
            Tensor m = in.get(1).mul(0.9).add(g.mul(0.1));
            Tensor v = in.get(2).mul(0.999).add(g.square().mul(0.001));
            return List.of(in.get(0).sub(in.get(4).mul(m).div(v.sqrt().add(1e-8))), m, v);
        }, Tolerance.CHAIN, NONE, Input.of(3, n), Input.of(3, n), Input.of(Domain.POSITIVE, 3, n), Input.of(3, n), Input.of(Domain.POSITIVE)));
    }

    /** Convolutions with what follows them in networks; frozen weights make them foldable. */
    private static void networks(int n, List<Case> cases) {
        cases.add(chain("convolution with bias and relu", in -> List.of(conv(in.get(0), in.get(1)).add(channels(in.get(2))).relu()),
                Tolerance.CONVOLUTION, ONCE, Input.of(1, 3, 5, 6), Input.of(n, 3, 3, 3), Input.of(n)).summing(27));
        cases.add(chain("residual block", in -> {
            Tensor h = conv(in.get(0), in.get(1)).mul(channels(in.get(2))).add(channels(in.get(3))).relu();
            return List.of(conv(h, in.get(4)).add(in.get(0)).relu());
        }, Tolerance.GRADIENT, ONCE, Input.of(1, n, 4, 5), Input.of(4, n, 3, 3), Input.of(4), Input.of(4), Input.of(n, 4, 3, 3)).summing(9 * n + 36));
        cases.add(chain("frozen batch norm", in -> {
            Tensor y = conv(in.get(0), in.get(1));
            Tensor r = in.get(3).add(1e-5).rsqrt();
            return List.of(y.sub(channels(in.get(2))).mul(channels(r.mul(in.get(4)))).add(channels(in.get(5))).relu());
        }, Tolerance.GRADIENT, ONCE, Input.of(2, 3, 4, 4), Input.of(n, 3, 3, 3), Input.of(n), Input.of(Domain.POSITIVE, n), Input.of(n), Input.of(n))
                .summing(27));
        cases.add(chain("convolutions of a value in two shapes", in -> List.of(conv(in.get(0), in.get(1)),
                conv(in.get(0).reshape(1, 16, 8, 4), in.get(2))), Tolerance.CONVOLUTION, TWICE, Input.of(1, 32, 4, 4), Input.of(n, 32, 3, 3),
                Input.of(n, 16, 3, 3)).summing(288));
        cases.add(chain("convolution with a factor along the width", in -> List.of(conv(in.get(0), in.get(1)).mul(in.get(2))),
                Tolerance.CONVOLUTION, TWICE, Input.of(1, 2, 3, n), Input.of(n, 2, 3, 3), Input.of(1, 1, n)).summing(18));
        cases.add(chain("convolutions, pool, concat and a classifier", in -> {
            Tensor a = conv(in.get(0), in.get(1)).relu();
            Tensor b = conv(in.get(0), in.get(2)).relu();
            Tensor joined = Tensor.concat(1, List.of(a, b));
            Tensor pooled = Tensor.record(new Pooling.MaxPool(PoolingCases.window(2, 2, 2, 0, 1, false), false), joined).getFirst();
            return List.of(pooled.mean(2, 3).matmul(in.get(3)).softmax(1));
        }, Tolerance.GRADIENT, ONCE, Input.of(2, 3, 6, 4), Input.of(n, 3, 3, 3), Input.of(4, 3, 3, 3), Input.of(n + 4, 5)).summing(27 + n));
        cases.add(chain("training batch norm after a convolution", in -> {
            Tensor y = conv(in.get(0), in.get(1));
            return List.of(Tensor.record(new Normalization.BatchNorm(1e-5), y, in.get(2), in.get(3)).getFirst().relu());
        }, Tolerance.GRADIENT, ONCE, Input.of(2, 2, 4, 4), Input.of(n, 2, 3, 3), Input.of(n), Input.of(n)).summing(50));
    }

    private static Tensor conv(Tensor x, Tensor w) {
        return Tensor.record(new Convolution.Conv(SAME), x, w).getFirst();
    }

    /** Returns a vector as {@code [1, C, 1, 1]}. */
    private static Tensor channels(Tensor v) {
        return v.reshape(Shape.of(1, v.dim(0), 1, 1));
    }
}
