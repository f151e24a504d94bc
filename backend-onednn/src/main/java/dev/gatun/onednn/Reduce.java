package dev.gatun.onednn;

import dev.gatun.Shape;
import dev.gatun.TensorType;
import dev.gatun.ffi.dnnl.Dnnl;
import dev.gatun.op.Reduction;
import dev.gatun.spi.Kernel;
import dev.gatun.spi.KernelRequest;
import dev.gatun.spi.Layout;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * y = the sum or product over some axes. Maxima and minima are left out, oneDNN's pass over NaN, which must win; and integers, whose sums wrap here and
 * saturate there.
 *
 * <p>Float32 is left to the vector backend unless it lies as oneDNN alone knows: 2 threads of a Zen 4, vector / oneDNN in microseconds, rows of 1000x1000
 * 97 / 86, all of 2000x2000 239 / 298, pixels of 8x64x56x56 123 / 113.
 */
final class Reduce {
    private static final int MOST_AXES = 12;

    private Reduce() {
    }

    /** Returns the kernel, or empty where nothing is folded. */
    static Optional<Kernel> of(Reduction.Reduce op, KernelRequest.Single request, Session session) {
        TensorType x = request.inputs().getFirst();
        int rank = x.shape().rank();
        boolean folds = algorithm(op.function()).isPresent() && rank <= MOST_AXES && op.axes().stream().anyMatch(axis -> x.shape().dim(axis) > 1);
        return !folds ? Optional.empty() : DataType.floating(x.dtype()).flatMap(type ->
                Descriptor.of(x, request.layouts().getFirst()).flatMap(lies -> kernel(op, x, type, lies, request, session)));
    }

    private static Optional<Kernel> kernel(Reduction.Reduce op, TensorType x, DataType type, Descriptor src, KernelRequest.Single request, Session session) {
        Descriptor dst = Descriptor.plain(type, folded(op, x.shape()));
        try (Attributes attributes = new Attributes()) {
            return PrimitiveDescriptor.create("dnnl_reduction_primitive_desc_create", request, (pd, arena) -> Dnnl.dnnl_reduction_primitive_desc_create(pd,
                    session.library().engine(), algorithm(op.function()).getAsInt(), src.handle(), dst.handle(), 0, 0, attributes.handle())).map(descriptor -> {
                        try (descriptor) {
                            return PrimitiveKernel.of(session, descriptor,
                                    List.of(new Operand(Dnnl.DNNL_ARG_SRC(), request.layouts().getFirst(), src)),
                                    List.of(new Operand(Dnnl.DNNL_ARG_DST(), Layout.PLAIN, dst)));
                        }
                    });
        }
    }

    /** Returns x's sizes with 1 for the axes that are folded. */
    private static long[] folded(Reduction.Reduce op, Shape x) {
        long[] dims = new long[x.rank()];
        for (int i = 0; i < dims.length; i++) {
            dims[i] = op.axes().contains(i) ? 1 : x.dim(i);
        }
        return dims;
    }

    private static OptionalInt algorithm(Reduction.ReduceFunction function) {
        return switch (function) {
            case SUM -> OptionalInt.of(Dnnl.dnnl_reduction_sum());
            case PROD -> OptionalInt.of(Dnnl.dnnl_reduction_mul());
            case MAX, MIN -> OptionalInt.empty();
        };
    }
}
