package dev.gatun.vector;

import dev.gatun.DType;
import dev.gatun.Shape;
import dev.gatun.TensorType;
import dev.gatun.op.Convolution;
import dev.gatun.spi.Arguments;
import dev.gatun.spi.Kernel;
import java.util.List;
import java.util.Optional;

/**
 * A convolution whose kernel is as large as its image, and its gradients: of one output pixel nothing is left but a matrix product over T = IC·KH·KW terms.
 *
 * <pre>y[N, OC] = x[N, T] wᵀ[T, OC]     dx[N, T] = dy[N, OC] w[OC, T]     dw[OC, T] = dyᵀ[OC, N] x[N, T]</pre>
 *
 * @param left the operand on the left side, 0 or 1; the other is on the right
 */
record WholeImageConv(String name, Sgemm product, int left, Workers workers) implements Kernel {
    /** Returns the kernel, or empty if the kernel sees padding or only a part of the image, for groups, or if an image has more elements than an int counts. */
    static Optional<WholeImageConv> of(Convolution op, List<TensorType> in, TensorType out, Workers workers) {
        Shape x = switch (op) {
            case Convolution.Conv _, Convolution.ConvBackwardWeights _ -> in.getFirst().shape();
            case Convolution.ConvBackwardData _ -> out.shape();
        };
        Shape w = switch (op) {
            case Convolution.Conv _, Convolution.ConvBackwardData _ -> in.get(1).shape();
            case Convolution.ConvBackwardWeights _ -> out.shape();
        };
        if (out.dtype() != DType.F32 || w.elements(1, w.rank()) > Integer.MAX_VALUE || op.geometry().groups() > 1 || !seesAll(op.geometry(), x, w)) {
            return Optional.empty();
        }
        int N = x.dim(0);
        int OC = w.dim(0);
        int T = (int) w.elements(1, w.rank());
        return Optional.of(switch (op) {
            case Convolution.Conv _ -> of(N, OC, T, false, true, 0, workers);
            case Convolution.ConvBackwardData _ -> of(N, T, OC, false, false, 0, workers);
            case Convolution.ConvBackwardWeights _ -> of(OC, T, N, true, false, 1, workers);
        });
    }

    private static boolean seesAll(Convolution.Geometry g, Shape x, Shape w) {
        for (int i = 0; i < g.spatialRank(); i++) {
            if (x.dim(2 + i) != w.dim(2 + i) || g.padBefore().get(i) > 0 || g.padAfter().get(i) > 0 || g.out(i, x.dim(2 + i), w.dim(2 + i)) != 1) {
                return false;
            }
        }
        return true;
    }

    private static WholeImageConv of(int M, int N, int K, boolean transposeA, boolean transposeB, int left, Workers workers) {
        Sgemm product = new Sgemm(Sgemm.Shape.dense(M, N, K, transposeA, transposeB), Sgemm.Batch.ONE, false, Epilogue.NONE, false);
        return new WholeImageConv("sgemm " + M + "x" + N + "x" + K, product, left, workers);
    }

    @Override
    public long workspaceBytes() {
        return product.workspaceBytes(workers.threads());
    }

    @Override
    public void launch(Arguments arguments) {
        product.run(arguments.address(left), arguments.address(1 - left), arguments.address(2), 0, 0, arguments.address(3), workers);
    }
}
