package dev.gatun.vector;

import dev.gatun.DType;
import dev.gatun.Shape;
import dev.gatun.TensorType;
import dev.gatun.op.Contraction;
import dev.gatun.spi.Arguments;
import dev.gatun.spi.Kernel;
import dev.gatun.spi.Layout;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/**
 * A batch of matrix products with an epilogue, as {@link Sgemm} computes them. A frozen right side of one product is packed once.
 *
 * @param operands how many operands a launch has: a, b, then those of the epilogue
 */
record MatMulKernel(String name, Sgemm product, Tail tail, int operands, List<Layout> inputLayouts, Workers workers) implements Kernel {
    /** Returns a kernel, or empty if the operands are not floats. @param inputs types of a, b, then of the region's operands behind the product */
    static Optional<MatMulKernel> of(Contraction.MatMul op, Tail tail, List<TensorType> inputs, List<Boolean> frozen, Workers workers) {
        if (inputs.get(0).dtype() != DType.F32) {
            return Optional.empty();
        }
        Shape a = inputs.get(0).shape();
        Shape b = inputs.get(1).shape();
        int rank = a.rank();
        int M = a.dim(op.transposeA() ? rank - 1 : rank - 2);
        int K = a.dim(op.transposeA() ? rank - 2 : rank - 1);
        int N = b.dim(op.transposeB() ? rank - 2 : rank - 1);
        Sgemm.Shape shape = Sgemm.Shape.dense(M, N, K, op.transposeA(), op.transposeB());
        int count = Math.toIntExact(a.elements(0, rank - 2));
        var batch = new Sgemm.Batch(count, (long) M * K * Native.FLOAT, (long) K * N * Native.FLOAT, (long) M * N * Native.FLOAT);
        boolean pack = frozen.get(1) && count == 1 && M > PackedB.FEW_ROWS && N > PackedB.FEW_ROWS && K > 0;
        List<Layout> layouts = new ArrayList<>(Collections.nCopies(inputs.size(), Layout.PLAIN));
        if (pack) {
            layouts.set(1, new PackedB(K, N, op.transposeB()));
            ColdTiles.start(M, N);
        }
        Sgemm product = new Sgemm(shape, batch, false, tail.epilogue(), pack);
        return Optional.of(new MatMulKernel((pack ? "packed " : "") + "sgemm " + M + "x" + N + "x" + K + (count == 1 ? "" : " x " + count), product, tail,
                inputs.size(), List.copyOf(layouts), workers));
    }

    @Override
    public long workspaceBytes() {
        return product.workspaceBytes(workers.threads());
    }

    @Override
    public void launch(Arguments arguments) {
        // Operand i of the region is operand i + 1 of the launch: the product is the region's first.
        long bias = tail.bias() == 0 ? 0 : arguments.address(tail.bias() + 1);
        long residual = tail.residual() == 0 ? 0 : arguments.address(tail.residual() + 1);
        product.run(arguments.address(0), arguments.address(1), arguments.address(operands), bias, residual, arguments.address(operands + 1), workers);
    }
}
