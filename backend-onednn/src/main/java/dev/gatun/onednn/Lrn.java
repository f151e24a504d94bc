package dev.gatun.onednn;

import dev.gatun.TensorType;
import dev.gatun.ffi.dnnl.Dnnl;
import dev.gatun.op.Normalization;
import dev.gatun.spi.Kernel;
import dev.gatun.spi.KernelRequest;
import java.util.List;
import java.util.Optional;

/**
 * y = x / (k + α/size · Σ x²)^β over neighbouring channels, in the format in which x lies. Its gradient is composed, there is no op.
 *
 * <p>Row-major, 2 threads of a Zen 4, vector / oneDNN in microseconds: 4x64x55x55 612 / 260, 1x192x27x27 155 / 84. In blocks the vector backend has none.
 */
final class Lrn {
    /** Elements from which on the start of two threads does not count. */
    private static final int LARGE = 1 << 14;

    private Lrn() {
    }

    /** Returns whether this is faster for float32 than the vector backend. */
    static boolean isFaster(Normalization op, KernelRequest.Single request) {
        return op instanceof Normalization.LocalResponseNorm && request.inputs().getFirst().elements() >= LARGE;
    }

    /** Returns the kernel, or empty for windows of even size, which oneDNN centers otherwise. */
    static Optional<Kernel> of(Normalization.LocalResponseNorm op, KernelRequest.Single request, Session session) {
        TensorType x = request.inputs().getFirst();
        return op.size() % 2 == 0 || !ImageFormat.isImage(x) ? Optional.empty() : DataType.floating(x.dtype()).flatMap(type ->
                ImageFormat.first(type, x, request.layouts().getFirst(), format -> kernel(op, x, type, format, session)));
    }

    private static Optional<Kernel> kernel(Normalization.LocalResponseNorm op, TensorType x, DataType type, ImageFormat format, Session session) {
        Descriptor lies = format.descriptor(type, x);
        Descriptor plain = Descriptor.plain(type, x);
        try (Attributes attributes = new Attributes()) {
            return PrimitiveDescriptor.create("dnnl_lrn_forward_primitive_desc_create", x, (pd, arena) -> Dnnl.dnnl_lrn_forward_primitive_desc_create(pd,
                    session.library().engine(), Dnnl.dnnl_forward_inference(), Dnnl.dnnl_lrn_across_channels(), lies.handle(), lies.handle(), op.size(),
                    (float) op.alpha(), (float) op.beta(), (float) op.k(), attributes.handle())).map(descriptor -> {
                        try (descriptor) {
                            return PrimitiveKernel.of(session, descriptor, List.of(Operand.of(Dnnl.DNNL_ARG_SRC(), descriptor, x, plain)),
                                    List.of(Operand.of(Dnnl.DNNL_ARG_DST(), descriptor, x, plain)));
                        }
                    });
        }
    }
}
