package dev.gatun.onednn;

import dev.gatun.Shape;
import dev.gatun.TensorType;
import dev.gatun.ffi.dnnl.Dnnl;
import dev.gatun.op.Contraction;
import dev.gatun.op.Fused;
import dev.gatun.spi.Kernel;
import dev.gatun.spi.KernelRequest;
import dev.gatun.spi.Layout;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * y[b, m, n] = Σₖ a[b, m, k] · w[b, k, n], with bias and post-ops. Leading axes are one batch; a stored transpose is a matter of strides. Frozen weights lie
 * as oneDNN likes them.
 */
final class MatMul {
    private static final int A = 0;
    private static final int W = 1;

    private final Session session;
    private final KernelRequest request;
    private final Contraction.MatMul op;
    private final DataType type;
    private final PostOps postOps;
    private final TensorType y;

    private MatMul(Session session, KernelRequest request, Contraction.MatMul op, DataType type, PostOps postOps, TensorType y) {
        this.session = session;
        this.request = request;
        this.op = op;
        this.type = type;
        this.postOps = postOps;
        this.y = y;
    }

    /** Returns the kernel of a product. */
    static Optional<Kernel> of(Contraction.MatMul op, TensorType result, KernelRequest request, PostOps postOps, Session session) {
        return DataType.floating(result.dtype()).flatMap(type -> new MatMul(session, request, op, type, postOps, result).kernel());
    }

    /** Reads the program behind a product. A ReLU is none of it: of an overflow to -∞ the post-op makes NaN. */
    static Optional<PostOps> postOps(Fused.Region region, List<TensorType> operands) {
        int rank = region.shape().rank();
        boolean canBeBatched = rank <= 3 || operands.stream().skip(1).allMatch(t -> t.shape().rank() <= 2 || t.shape().equals(region.shape()));
        return canBeBatched ? PostOps.of(region, operands, rank - 1).filter(p -> !p.hasRelu()) : Optional.empty();
    }

    private int axes() {
        return y.shape().rank() > 2 ? 3 : 2;
    }

    /** Returns [batch, rows, columns], or [rows, columns] where there is no batch. */
    private long[] matrix(Shape shape) {
        int rank = shape.rank();
        long rows = shape.dim(rank - 2);
        long columns = shape.dim(rank - 1);
        return axes() == 2 ? new long[] {rows, columns} : new long[] {shape.elements(0, rank - 2), rows, columns};
    }

    /** Returns how an operand lies row-major, under axes that are in order. */
    private Descriptor operand(Shape shape, boolean transposed) {
        long[] dims = matrix(shape);
        long[] strides = Descriptor.rowMajor(dims);
        if (transposed) {
            swapLast(dims);
            swapLast(strides);
        }
        return Descriptor.strided(type, dims, strides);
    }

    private static void swapLast(long[] values) {
        int last = values.length - 1;
        long value = values[last];
        values[last] = values[last - 1];
        values[last - 1] = value;
    }

    private Optional<Kernel> kernel() {
        TensorType a = request.inputs().get(A);
        TensorType w = request.inputs().get(W);
        Descriptor src = operand(a.shape(), op.transposeA());
        Descriptor plainWeights = operand(w.shape(), op.transposeB());
        Descriptor weights = request.frozen().get(W) ? Descriptor.any(type, plainWeights.dims()) : plainWeights;
        Descriptor dst = Descriptor.plain(type, matrix(y.shape()));
        try (Attributes attributes = new Attributes()) {
            postOps.append(attributes, views());
            Descriptor bias = postOps.bias() == PostOps.NONE ? Descriptor.ABSENT : view(postOps.bias());
            return PrimitiveDescriptor.create("dnnl_matmul_primitive_desc_create", (pd, arena) -> Dnnl.dnnl_matmul_primitive_desc_create(pd,
                    session.library().engine(), src.handle(), weights.handle(), bias.handle(), dst.handle(), attributes.handle())).map(descriptor -> {
                        try (descriptor) {
                            List<Operand> in = new ArrayList<>(List.of(Operand.plain(Dnnl.DNNL_ARG_SRC(), src),
                                    Operand.of(Dnnl.DNNL_ARG_WEIGHTS(), descriptor, w, plainWeights)));
                            for (int operand = 1; operand < request.inputs().size() - W; operand++) {
                                in.add(Operand.plain(operand == postOps.bias() ? Dnnl.DNNL_ARG_BIAS() : postOps.argumentOf(operand), view(operand)));
                            }
                            return PrimitiveKernel.of(session, descriptor, in, List.of(new Operand(Dnnl.DNNL_ARG_DST(), Layout.PLAIN, dst)));
                        }
                    });
        }
    }

    private List<Descriptor> views() {
        List<Descriptor> views = new ArrayList<>(List.of(Descriptor.ABSENT));
        for (int operand = 1; operand < request.inputs().size() - W; operand++) {
            views.add(view(operand));
        }
        return views;
    }

    /** Returns how an operand of the program lies, under the axes of the product. */
    private Descriptor view(int operand) {
        Shape shape = request.inputs().get(W + operand).shape();
        return Descriptor.plain(type, shape.rank() > axes() ? matrix(shape) : PostOps.aligned(shape, axes()));
    }
}
