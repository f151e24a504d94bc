package dev.gatun.onednn;

import dev.gatun.DType;
import dev.gatun.TensorType;
import dev.gatun.ffi.dnnl.Dnnl;
import dev.gatun.op.Normalization;
import dev.gatun.spi.Kernel;
import dev.gatun.spi.KernelRequest;
import java.util.List;
import java.util.Optional;

/**
 * y = (x - μ)/√(σ² + ε) · scale + bias by the batch's statistics, and its gradient, in the format in which x lies. Scale, bias and statistics are float32,
 * whatever x is. With running statistics there is no op: convolutions take that in, else it is an elementwise program.
 *
 * <p>Float32 is left to the vector backend unless it lies as oneDNN alone knows. In blocks, 2 threads of a Zen 4, vector / oneDNN in microseconds: 8x64x56x56
 * 164 / 211, its gradient 220 / 254; 32x512x4x4 56 / 92, 64 / 86. Row-major oneDNN has plain loops, 431 / 1906.
 */
final class BatchNorm {
    private static final int X = 0;

    private final Session session;
    private final TensorType x;
    private final DataType type;
    private final float epsilon;

    private BatchNorm(Session session, TensorType x, DataType type, double epsilon) {
        this.session = session;
        this.x = x;
        this.type = type;
        this.epsilon = (float) epsilon;
    }

    /** Returns the kernel of the normalization. */
    static Optional<Kernel> of(Normalization.BatchNorm op, KernelRequest.Single request, Session session) {
        return make(op.epsilon(), request, session)
                .flatMap(b -> ImageFormat.first(b.type, b.x, request.layouts().get(X), b::forward));
    }

    /** Returns the kernel of its gradient: dy is brought into the format of x if it lies otherwise. */
    static Optional<Kernel> of(Normalization.BatchNormBackward op, KernelRequest.Single request, Session session) {
        return make(op.epsilon(), request, session)
                .flatMap(b -> ImageFormat.first(b.type, b.x, request.layouts().get(X), b::backward));
    }

    private static Optional<BatchNorm> make(double epsilon, KernelRequest.Single request, Session session) {
        TensorType x = request.inputs().get(X);
        boolean serves = ImageFormat.isImage(x) && request.inputs().get(1).dtype() == DType.F32;
        return serves ? DataType.floating(x.dtype()).map(type -> new BatchNorm(session, x, type, epsilon)) : Optional.empty();
    }

    private Descriptor image(ImageFormat format) {
        return format.descriptor(type, x);
    }

    private Operand image(int argument, PrimitiveDescriptor descriptor) {
        return Operand.of(argument, descriptor, x, Descriptor.plain(type, x));
    }

    /** A number a channel. */
    private Operand vector(int argument) {
        return Operand.plain(argument, Descriptor.plain(DataType.F32, x.shape().dim(1)));
    }

    private Optional<PrimitiveDescriptor> forward(ImageFormat format, Attributes attributes) {
        Descriptor lies = image(format);
        return PrimitiveDescriptor.create("dnnl_batch_normalization_forward_primitive_desc_create", x, (pd, arena) ->
                Dnnl.dnnl_batch_normalization_forward_primitive_desc_create(pd, session.library().engine(), Dnnl.dnnl_forward_training(), lies.handle(),
                        lies.handle(), epsilon, Dnnl.dnnl_use_scale() | Dnnl.dnnl_use_shift(), attributes.handle()));
    }

    private Optional<Kernel> forward(ImageFormat format) {
        try (Attributes attributes = new Attributes()) {
            return forward(format, attributes).map(descriptor -> {
                try (descriptor) {
                    return PrimitiveKernel.of(session, descriptor,
                            List.of(image(Dnnl.DNNL_ARG_SRC(), descriptor), vector(Dnnl.DNNL_ARG_SCALE()), vector(Dnnl.DNNL_ARG_SHIFT())),
                            List.of(image(Dnnl.DNNL_ARG_DST(), descriptor), vector(Dnnl.DNNL_ARG_MEAN()), vector(Dnnl.DNNL_ARG_VARIANCE())));
                }
            });
        }
    }

    private Optional<Kernel> backward(ImageFormat format) {
        Descriptor lies = image(format);
        try (Attributes attributes = new Attributes()) {
            return forward(format, attributes).flatMap(hint -> {
                try (hint) {
                    return PrimitiveDescriptor.create("dnnl_batch_normalization_backward_primitive_desc_create", x, (pd, arena) ->
                            Dnnl.dnnl_batch_normalization_backward_primitive_desc_create(pd, session.library().engine(), Dnnl.dnnl_backward(),
                                    lies.handle(), lies.handle(), lies.handle(), epsilon, Dnnl.dnnl_use_scale() | Dnnl.dnnl_use_shift(),
                                    hint.handle(), attributes.handle())).map(this::gradient);
                }
            });
        }
    }

    private Kernel gradient(PrimitiveDescriptor descriptor) {
        try (descriptor) {
            return PrimitiveKernel.of(session, descriptor,
                    List.of(image(Dnnl.DNNL_ARG_SRC(), descriptor), vector(Dnnl.DNNL_ARG_SCALE()), vector(Dnnl.DNNL_ARG_MEAN()),
                            vector(Dnnl.DNNL_ARG_VARIANCE()), image(Dnnl.DNNL_ARG_DIFF_DST(), descriptor)),
                    List.of(image(Dnnl.DNNL_ARG_DIFF_SRC(), descriptor), vector(Dnnl.DNNL_ARG_DIFF_SCALE()), vector(Dnnl.DNNL_ARG_DIFF_SHIFT())));
        }
    }
}
