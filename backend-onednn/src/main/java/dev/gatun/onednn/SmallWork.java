package dev.gatun.onednn;

import dev.gatun.DType;
import dev.gatun.Shape;
import dev.gatun.TensorType;
import dev.gatun.op.Contraction;
import dev.gatun.op.Convolution;
import dev.gatun.op.Op;
import dev.gatun.spi.KernelRequest;
import java.util.List;

/**
 * Products and convolutions of float32 that are so small that the vector backend's kernels are as fast or faster, so that a network of nothing else needs no
 * runner. LeNet, 64 images, 2 threads of a Zen 4: as primitives, its convolutions of 1 to 6 and of 6 to 16 channels and the reorders beside them take .8 ms;
 * the whole network takes .45 ms on the vector backend's kernels.
 */
final class SmallWork {
    private static final int X = 0;
    private static final int W = 1;

    /** A vector of float32: with no more channels on either side most lanes of channels last are empty, and blocks are not full. */
    private static final int CHANNELS = 16;

    /** Multiplications of a convolution, some tenths of a millisecond. */
    private static final long CONVOLUTION = 1L << 25;

    /** Multiplications of a product, some microseconds. */
    private static final long PRODUCT = 1L << 20;

    private SmallWork() {
    }

    /** Returns whether a request is one. @param op the request's, or what its epilogue follows */
    static boolean is(Op op, KernelRequest request) {
        List<TensorType> in = request.inputs();
        return in.stream().allMatch(t -> t.dtype() == DType.F32) && switch (op) {
            case Contraction.MatMul m -> isSmall(m, in.get(X).shape(), in.get(W).shape());
            case Convolution.Conv _ -> isSmall(in.get(X).shape(), in.get(W).shape(), request.outputs().getFirst().shape());
            case Op _ -> false;
        };
    }

    private static boolean isSmall(Contraction.MatMul op, Shape a, Shape b) {
        return a.elements() * b.dim(b.rank() - (op.transposeB() ? 2 : 1)) <= PRODUCT;
    }

    private static boolean isSmall(Shape x, Shape w, Shape y) {
        boolean few = x.dim(1) < CHANNELS && w.dim(0) <= CHANNELS;
        return few && y.elements() * w.elements(1, w.rank()) <= CONVOLUTION;
    }
}
