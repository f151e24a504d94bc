package dev.gatun.onednn;

import dev.gatun.Shape;
import dev.gatun.TensorType;
import dev.gatun.ffi.dnnl.Dnnl;
import dev.gatun.op.Contraction;
import dev.gatun.op.Fused;
import dev.gatun.op.Quantized;
import dev.gatun.spi.Kernel;
import dev.gatun.spi.KernelRequest;
import dev.gatun.spi.Layout;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * y[b, m, n] = Σₖ a[b, m, k] · w[b, k, n], with bias and post-ops, and with {@link Scales} of 8-bit integers. Leading axes are one batch; a stored transpose is
 * a matter of strides. Frozen weights lie as oneDNN likes them.
 */
final class MatMul {
    private static final int A = 0;
    private static final int W = 1;

    private final Session session;
    private final KernelRequest request;
    private final boolean transposeA;
    private final boolean transposeB;
    private final Scales scales;
    private final PostOps postOps;
    private final TensorType y;

    private MatMul(Session session, KernelRequest request, boolean transposeA, boolean transposeB, Scales scales, PostOps postOps) {
        this.session = session;
        this.request = request;
        this.transposeA = transposeA;
        this.transposeB = transposeB;
        this.scales = scales;
        this.postOps = postOps;
        this.y = request.outputs().getFirst();
    }

    /** Returns the kernel of a product. */
    static Optional<Kernel> of(Contraction.MatMul op, KernelRequest request, PostOps postOps, Session session) {
        return new MatMul(session, request, op.transposeA(), op.transposeB(), Scales.NONE, postOps).best();
    }

    /** Returns the kernel of a product of 8-bit integers. */
    static Optional<Kernel> of(Quantized.QuantizedMatMul op, KernelRequest request, PostOps postOps, Session session) {
        int columns = request.outputs().getFirst().shape().rank() > 2 ? 0b100 : 0b10;
        return new MatMul(session, request, op.transposeA(), op.transposeB(), new Scales(columns, op.isCentered()), postOps).best();
    }

    /** Reads the program behind a product. A ReLU of floating numbers is none of it: of an overflow to -∞ the post-op makes NaN. */
    static Optional<PostOps> postOps(Fused.Region region, List<TensorType> operands, boolean mayOverflow) {
        int rank = region.shape().rank();
        boolean canBeBatched = rank <= 3 || operands.stream().skip(1).allMatch(t -> t.shape().rank() <= 2 || t.shape().equals(region.shape()));
        return canBeBatched ? PostOps.of(region, operands, rank - 1).filter(p -> !mayOverflow || !p.hasRelu()) : Optional.empty();
    }

    /** The operands behind the weights: those of the program, after scales where there are any. */
    private int firstOperand() {
        return W + 1 + scales.operands();
    }

    private DataType type(TensorType tensor) {
        return DataType.of(tensor.dtype()).orElseThrow();
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
    private Descriptor operand(TensorType tensor, boolean transposed) {
        long[] dims = matrix(tensor.shape());
        long[] strides = Descriptor.rowMajor(dims);
        if (transposed) {
            swapLast(dims);
            swapLast(strides);
        }
        return Descriptor.strided(type(tensor), dims, strides);
    }

    private static void swapLast(long[] values) {
        int last = values.length - 1;
        long value = values[last];
        values[last] = values[last - 1];
        values[last - 1] = value;
    }

    private Optional<Kernel> best() {
        boolean known = DataType.arithmetic(request.inputs().get(A).dtype(), scales).isPresent() && DataType.of(y.dtype()).isPresent();
        return known ? kernel() : Optional.empty();
    }

    private Optional<Kernel> kernel() {
        TensorType a = request.inputs().get(A);
        TensorType w = request.inputs().get(W);
        Descriptor src = operand(a, transposeA);
        Descriptor plainWeights = operand(w, transposeB);
        Descriptor weights = request.frozen().get(W) ? Descriptor.any(type(w), plainWeights.dims()) : plainWeights;
        Descriptor dst = Descriptor.plain(type(y), matrix(y.shape()));
        try (Attributes attributes = new Attributes()) {
            scales.append(attributes);
            postOps.append(attributes, views());
            Descriptor bias = postOps.bias() == PostOps.NONE ? Descriptor.ABSENT : view(postOps.bias());
            Predicate<String> isRight = AmxFaults.ofProduct(type(a), a.shape().dim(a.shape().rank() - (transposeA ? 2 : 1)));
            return PrimitiveDescriptor.create("dnnl_matmul_primitive_desc_create", request, isRight, (pd, arena) ->
                    Dnnl.dnnl_matmul_primitive_desc_create(pd, session.library().engine(), src.handle(), weights.handle(), bias.handle(), dst.handle(),
                            attributes.handle())).map(descriptor -> {
                        try (descriptor) {
                            List<Operand> in = new ArrayList<>(List.of(Operand.plain(Dnnl.DNNL_ARG_SRC(), src),
                                    Operand.of(Dnnl.DNNL_ARG_WEIGHTS(), descriptor, w, plainWeights)));
                            in.addAll(scales.arguments(request));
                            for (int operand = 1; operand <= operands(); operand++) {
                                in.add(Operand.plain(operand == postOps.bias() ? Dnnl.DNNL_ARG_BIAS() : postOps.argumentOf(operand), view(operand)));
                            }
                            return PrimitiveKernel.of(session, descriptor, in, List.of(new Operand(Dnnl.DNNL_ARG_DST(), Layout.PLAIN, dst)));
                        }
                    });
        }
    }

    private int operands() {
        return request.inputs().size() - firstOperand();
    }

    private List<Descriptor> views() {
        List<Descriptor> views = new ArrayList<>(List.of(Descriptor.ABSENT));
        for (int operand = 1; operand <= operands(); operand++) {
            views.add(view(operand));
        }
        return views;
    }

    /** Returns how an operand of the program lies, under the axes of the product. */
    private Descriptor view(int operand) {
        TensorType tensor = request.inputs().get(firstOperand() - 1 + operand);
        Shape shape = tensor.shape();
        return Descriptor.plain(type(tensor), shape.rank() > axes() ? matrix(shape) : PostOps.aligned(shape, axes()));
    }
}
