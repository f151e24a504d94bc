package dev.gatun.onednn;

import dev.gatun.TensorType;
import dev.gatun.ffi.dnnl.Dnnl;
import dev.gatun.op.Pooling;
import dev.gatun.spi.Kernel;
import dev.gatun.spi.KernelRequest;
import dev.gatun.spi.Layout;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;

/**
 * The mean of each window and its gradient, and the largest of 8-bit integers, in the format in which the operand lies.
 *
 * <p>Maxima of floats are left to the vector backend: oneDNN's pass over NaN, which must win, and are the smallest finite float where all elements are -∞.
 *
 * <p>Means of float32, 2 threads of a Zen 4, vector / oneDNN in microseconds. In blocks: 3x3 of 2x192x28x28 59 / 133, 7x7 of 8x2048x7x7 86 / 96, 2x2 of
 * 8x64x56x56 149 / 138, gradient of that 386 / 196. Row-major: 865 / 791, 1059 / 242, 211 / 283, gradient 1475 / 294.
 */
final class Pool {
    private static final int X = 0;

    /** Elements from which on the start of two threads does not count. */
    private static final int LARGE = 1 << 14;

    private final Session session;
    private final PoolShape shape;
    private final DataType type;
    private final int algorithm;

    private Pool(Session session, PoolShape shape, DataType type, int algorithm) {
        this.session = session;
        this.shape = shape;
        this.type = type;
        this.algorithm = algorithm;
    }

    /** Returns whether this is faster for float32 than the vector backend: for gradients, but that of one pixel, and for row-major images as a whole. */
    static boolean isFaster(Pooling op, KernelRequest.Single request) {
        return switch (op) {
            case Pooling.MaxPool _, Pooling.MaxPoolBackward _ -> false;
            case Pooling.AvgPool _ -> request.layouts().get(X).equals(Layout.PLAIN) && isPixel(request.outputs().getFirst())
                    && request.inputs().get(X).elements() >= LARGE;
            case Pooling.AvgPoolBackward _ -> !isPixel(request.inputs().get(X)) && request.outputs().getFirst().elements() >= LARGE;
        };
    }

    private static boolean isPixel(TensorType image) {
        return image.elements() == image.shape().elements(0, 2);
    }

    /** Returns the kernel of a maximum, or empty for floats. */
    static Optional<Kernel> of(Pooling.MaxPool op, KernelRequest.Single request, Session session) {
        TensorType x = request.inputs().get(X);
        return make(op.window(), x, request.outputs().getFirst(), Dnnl.dnnl_pooling_max(), session)
                .filter(_ -> !x.dtype().isFloating() && !op.indices()).flatMap(p -> ImageFormat.first(p.type, x, request.layouts().get(X), p::forward));
    }

    /** Returns the kernel of a mean. */
    static Optional<Kernel> of(Pooling.AvgPool op, KernelRequest.Single request, Session session) {
        TensorType x = request.inputs().get(X);
        return mean(op.window(), op.divisor(), x, request.outputs().getFirst(), session)
                .flatMap(p -> ImageFormat.first(p.type, x, request.layouts().get(X), p::forward));
    }

    /** Returns the kernel of a mean's gradient. */
    static Optional<Kernel> of(Pooling.AvgPoolBackward op, KernelRequest.Single request, Session session) {
        TensorType dy = request.inputs().get(X);
        return mean(op.window(), op.divisor(), request.outputs().getFirst(), dy, session)
                .flatMap(p -> ImageFormat.first(p.type, dy, request.layouts().get(X), p::gradient));
    }

    private static Optional<Pool> mean(Pooling.Window window, Pooling.Divisor divisor, TensorType x, TensorType y, Session session) {
        return switch (divisor) {
            case VALID -> make(window, x, y, Dnnl.dnnl_pooling_avg_exclude_padding(), session);
            case PADDED -> make(window, x, y, Dnnl.dnnl_pooling_avg_include_padding(), session).filter(p -> p.shape.staysWithinPadding());
            case ONE -> Optional.empty();
        };
    }

    private static Optional<Pool> make(Pooling.Window window, TensorType x, TensorType y, int algorithm, Session session) {
        PoolShape shape = new PoolShape(window, x, y);
        return shape.isUsual() ? DataType.of(x.dtype()).map(type -> new Pool(session, shape, type, algorithm)) : Optional.empty();
    }

    private Descriptor x(ImageFormat format) {
        return format.descriptor(type, shape.x());
    }

    private Descriptor y(ImageFormat format) {
        return format.descriptor(type, shape.y());
    }

    private Optional<PrimitiveDescriptor> forward(ImageFormat format, int propagation, Attributes attributes) {
        return PrimitiveDescriptor.create("dnnl_pooling_forward_primitive_desc_create", shape, (pd, arena) -> {
            PoolShape.Arrays w = shape.arrays(arena);
            return Dnnl.dnnl_pooling_forward_primitive_desc_create(pd, session.library().engine(), propagation, algorithm, x(format).handle(),
                    y(format).handle(), w.strides(), w.kernel(), w.dilates(), w.before(), w.after(), attributes.handle());
        });
    }

    private Optional<Kernel> forward(ImageFormat format) {
        try (Attributes attributes = new Attributes()) {
            return forward(format, Dnnl.dnnl_forward_inference(), attributes).map(descriptor -> {
                try (descriptor) {
                    return PrimitiveKernel.of(session, descriptor, List.of(image(Dnnl.DNNL_ARG_SRC(), descriptor, shape.x())),
                            List.of(image(Dnnl.DNNL_ARG_DST(), descriptor, shape.y())));
                }
            });
        }
    }

    private Optional<Kernel> gradient(ImageFormat format) {
        try (Attributes attributes = new Attributes()) {
            return forward(format, Dnnl.dnnl_forward_training(), attributes).flatMap(hint -> {
                try (hint) {
                    return backward(format, hint, attributes).map(descriptor -> {
                        try (descriptor) {
                            return PrimitiveKernel.of(session, descriptor, List.of(image(Dnnl.DNNL_ARG_DIFF_DST(), descriptor, shape.y())),
                                    List.of(image(Dnnl.DNNL_ARG_DIFF_SRC(), descriptor, shape.x())));
                        }
                    });
                }
            });
        }
    }

    private Optional<PrimitiveDescriptor> backward(ImageFormat format, PrimitiveDescriptor hint, Attributes attributes) {
        return PrimitiveDescriptor.create("dnnl_pooling_backward_primitive_desc_create", shape, (pd, arena) -> {
            PoolShape.Arrays w = shape.arrays(arena);
            MemorySegment engine = session.library().engine();
            return Dnnl.dnnl_pooling_backward_primitive_desc_create(pd, engine, algorithm, x(format).handle(), y(format).handle(), w.strides(),
                    w.kernel(), w.dilates(), w.before(), w.after(), hint.handle(), attributes.handle());
        });
    }

    private Operand image(int argument, PrimitiveDescriptor descriptor, TensorType tensor) {
        return Operand.of(argument, descriptor, tensor, Descriptor.plain(type, tensor));
    }
}
