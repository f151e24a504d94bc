package dev.gatun.onednn;

import dev.gatun.TensorType;
import dev.gatun.ffi.dnnl.Dnnl;
import dev.gatun.op.Convolution;
import dev.gatun.spi.Kernel;
import dev.gatun.spi.KernelRequest;
import dev.gatun.spi.Layout;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;

/** The gradients of y = x ⋆ w: dx from dy and w, dw from x and dy. Images lie as in {@link Conv}. */
final class ConvGradient {
    private static final int FIRST = 0;
    private static final int SECOND = 1;

    private final Session session;
    private final KernelRequest.Single request;
    private final ConvShape shape;

    private ConvGradient(Session session, KernelRequest.Single request, ConvShape shape) {
        this.session = session;
        this.request = request;
        this.shape = shape;
    }

    /** Returns the kernel of dx. */
    static Optional<Kernel> of(Convolution.ConvBackwardData op, KernelRequest.Single request, Session session) {
        TensorType dy = request.inputs().get(FIRST);
        TensorType w = request.inputs().get(SECOND);
        TensorType dx = request.outputs().getFirst();
        return DataType.floating(dy.dtype()).flatMap(type -> {
            ConvGradient g = new ConvGradient(session, request, new ConvShape(op.geometry(), type, dx, w, dy));
            return ConvFaults.isDataRight(g.shape) ? g.best(FIRST, dy, dx, g::data) : Optional.empty();
        });
    }

    /** Returns the kernel of dw. */
    static Optional<Kernel> of(Convolution.ConvBackwardWeights op, KernelRequest.Single request, Session session) {
        TensorType x = request.inputs().get(FIRST);
        TensorType dy = request.inputs().get(SECOND);
        TensorType dw = request.outputs().getFirst();
        return DataType.floating(x.dtype()).flatMap(type -> {
            ConvGradient g = new ConvGradient(session, request, new ConvShape(op.geometry(), type, x, dw, dy));
            // Of narrow types oneDNN leaves the gradients of places that meet nothing but padding as they were in memory.
            return type != DataType.F32 && !g.shape.everyPlaceMeetsX() ? Optional.empty() : g.best(SECOND, dy, x, g::weights);
        });
    }

    /** Makes a kernel for dy and for x or dx that lie so. */
    private interface Attempt {
        Optional<Kernel> of(Descriptor y, Descriptor x);
    }

    private Optional<Kernel> best(int yOperand, TensorType y, TensorType x, Attempt attempt) {
        Descriptor anyX = Descriptor.any(shape.type(), Descriptor.dims(x));
        Descriptor anyY = Descriptor.any(shape.type(), Descriptor.dims(y));
        Optional<Kernel> blocked = shape.suitsBlocks(true) ? attempt.of(shape.blockedY(), shape.blockedX()) : Optional.empty();
        Layout layout = request.layouts().get(yOperand);
        return blocked.or(() -> layout.equals(Layout.PLAIN) ? Optional.empty() : Descriptor.of(y, layout).flatMap(lies -> attempt.of(lies, anyX)))
                .or(() -> attempt.of(anyY, anyX));
    }

    private Optional<Kernel> data(Descriptor y, Descriptor x) {
        Descriptor w = Descriptor.any(shape.wType(), shape.wDims());
        try (Attributes attributes = new Attributes()) {
            return PrimitiveDescriptor.create("dnnl_convolution_backward_data_primitive_desc_create", request, (pd, arena) -> {
                ConvShape.Window window = shape.window(arena);
                return Dnnl.dnnl_convolution_backward_data_primitive_desc_create(pd, session.library().engine(), Dnnl.dnnl_convolution_direct(),
                        x.handle(), w.handle(), y.handle(), window.strides(), window.dilates(), window.before(), window.after(), MemorySegment.NULL,
                        attributes.handle());
            }).map(descriptor -> {
                try (descriptor) {
                    return PrimitiveKernel.of(session, descriptor, List.of(image(Dnnl.DNNL_ARG_DIFF_DST(), descriptor, shape.y()),
                            Operand.of(Dnnl.DNNL_ARG_WEIGHTS(), descriptor, shape.w(), shape.plainWeights(false))),
                            List.of(image(Dnnl.DNNL_ARG_DIFF_SRC(), descriptor, shape.x())));
                }
            });
        }
    }

    private Optional<Kernel> weights(Descriptor y, Descriptor x) {
        Descriptor dw = Descriptor.any(shape.wType(), shape.wDims());
        try (Attributes attributes = new Attributes()) {
            return PrimitiveDescriptor.create("dnnl_convolution_backward_weights_primitive_desc_create", request, ConvFaults.weights(shape), (pd, arena) -> {
                ConvShape.Window window = shape.window(arena);
                return Dnnl.dnnl_convolution_backward_weights_primitive_desc_create(pd, session.library().engine(), Dnnl.dnnl_convolution_direct(),
                        x.handle(), dw.handle(), Descriptor.ABSENT.handle(), y.handle(), window.strides(), window.dilates(), window.before(),
                        window.after(), MemorySegment.NULL, attributes.handle());
            }).map(descriptor -> {
                try (descriptor) {
                    return PrimitiveKernel.of(session, descriptor,
                            List.of(image(Dnnl.DNNL_ARG_SRC(), descriptor, shape.x()), image(Dnnl.DNNL_ARG_DIFF_DST(), descriptor, shape.y())),
                            List.of(Operand.of(Dnnl.DNNL_ARG_DIFF_WEIGHTS(), descriptor, shape.w(), shape.plainWeights(false))));
                }
            });
        }
    }

    private Operand image(int argument, PrimitiveDescriptor descriptor, TensorType type) {
        return Operand.of(argument, descriptor, type, Descriptor.plain(shape.type(), type));
    }
}
