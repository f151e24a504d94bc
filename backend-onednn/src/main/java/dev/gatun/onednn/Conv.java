package dev.gatun.onednn;

import dev.gatun.TensorType;
import dev.gatun.ffi.dnnl.Dnnl;
import dev.gatun.op.Convolution;
import dev.gatun.op.Fused;
import dev.gatun.spi.Kernel;
import dev.gatun.spi.KernelRequest;
import dev.gatun.spi.Layout;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * y = x ⋆ w, with bias and post-ops; and, as a transposed convolution, the gradient in x with bias and post-ops, which generators use as a layer.
 *
 * <p>In float32 images lie in blocks of channels if these can be filled: Winograd's kernels of the vector backend read the same. Otherwise oneDNN chooses, and
 * the next op takes what it gets.
 */
final class Conv {
    private static final int X = 0;
    private static final int W = 1;

    private final Session session;
    private final KernelRequest request;
    private final ConvShape shape;
    private final boolean transposed;
    private final PostOps postOps;

    private Conv(Session session, KernelRequest request, ConvShape shape, boolean transposed, PostOps postOps) {
        this.session = session;
        this.request = request;
        this.shape = shape;
        this.transposed = transposed;
        this.postOps = postOps;
    }

    /** Returns the kernel of a convolution. */
    static Optional<Kernel> of(Convolution.Conv op, KernelRequest request, PostOps postOps, Session session) {
        TensorType x = request.inputs().get(X);
        TensorType w = request.inputs().get(W);
        TensorType y = x.with(op.geometry().out(x.shape(), w.shape()));
        return DataType.floating(x.dtype()).flatMap(type -> new Conv(session, request, new ConvShape(op.geometry(), type, x, w, y), false, postOps).best());
    }

    /** Returns the kernel of a transposed convolution. @param result the type of x */
    static Optional<Kernel> transposed(Convolution.ConvBackwardData op, TensorType result, KernelRequest request, PostOps postOps, Session session) {
        TensorType dy = request.inputs().get(X);
        TensorType w = request.inputs().get(W);
        return DataType.floating(dy.dtype())
                .flatMap(type -> new Conv(session, request, new ConvShape(op.geometry(), type, result, w, dy), true, postOps).best());
    }

    /** Reads the program behind a convolution. */
    static Optional<PostOps> postOps(Fused.Region region, List<TensorType> operands) {
        return PostOps.of(region, operands, 1);
    }

    private TensorType source() {
        return transposed ? shape.y() : shape.x();
    }

    private TensorType result() {
        return transposed ? shape.x() : shape.y();
    }

    /** Blocks of channels if they are full, else what oneDNN likes best with the operand as it lies, else what it likes best. */
    private Optional<Kernel> best() {
        Descriptor any = Descriptor.any(shape.type(), Descriptor.dims(result()));
        Optional<Kernel> blocked = shape.suitsBlocks()
                ? transposed ? of(shape.blockedY(), shape.blockedX()) : of(shape.blockedX(), shape.blockedY()) : Optional.empty();
        Layout layout = request.layouts().get(X);
        return blocked.or(() -> layout.equals(Layout.PLAIN) ? Optional.empty() : Descriptor.of(source(), layout).flatMap(src -> of(src, any)))
                .or(() -> of(Descriptor.any(shape.type(), Descriptor.dims(source())), any));
    }

    private Optional<Kernel> of(Descriptor src, Descriptor dst) {
        Descriptor bias = postOps.bias() == PostOps.NONE ? Descriptor.ABSENT : Descriptor.plain(shape.type(), result().shape().dim(1));
        Descriptor weights = Descriptor.any(shape.type(), shape.wDims(transposed));
        try (Attributes attributes = new Attributes()) {
            postOps.append(attributes, postOpViews(dst));
            return PrimitiveDescriptor.create("dnnl_convolution_forward_primitive_desc_create", (pd, arena) -> {
                ConvShape.Window w = shape.window(arena);
                return transposed
                        ? Dnnl.dnnl_deconvolution_forward_primitive_desc_create(pd, session.library().engine(), Dnnl.dnnl_forward_inference(),
                                Dnnl.dnnl_deconvolution_direct(), src.handle(), weights.handle(), bias.handle(), dst.handle(), w.strides(), w.dilates(),
                                w.before(), w.after(), attributes.handle())
                        : Dnnl.dnnl_convolution_forward_primitive_desc_create(pd, session.library().engine(), Dnnl.dnnl_forward_inference(),
                                Dnnl.dnnl_convolution_direct(), src.handle(), weights.handle(), bias.handle(), dst.handle(), w.strides(), w.dilates(),
                                w.before(), w.after(), attributes.handle());
            }).map(this::kernel);
        }
    }

    /** An operand of y's shape lies like y, the others row-major. */
    private List<Descriptor> postOpViews(Descriptor dst) {
        int rank = result().shape().rank();
        List<Descriptor> views = new ArrayList<>(List.of(Descriptor.ABSENT));
        for (TensorType operand : request.inputs().subList(W + 1, request.inputs().size())) {
            views.add(operand.shape().equals(result().shape()) ? dst : Descriptor.plain(shape.type(), PostOps.aligned(operand.shape(), rank)));
        }
        return views;
    }

    private Kernel kernel(PrimitiveDescriptor descriptor) {
        try (descriptor) {
            List<Operand> in = new ArrayList<>();
            in.add(Operand.of(Dnnl.DNNL_ARG_SRC(), descriptor, source(), Descriptor.plain(shape.type(), source())));
            in.add(Operand.of(Dnnl.DNNL_ARG_WEIGHTS(), descriptor, shape.w(), shape.plainWeights(transposed)));
            for (int i = W + 1; i < request.inputs().size(); i++) {
                in.add(postOpOperand(descriptor, i));
            }
            Operand out = Operand.of(Dnnl.DNNL_ARG_DST(), descriptor, result(), Descriptor.plain(shape.type(), result()));
            return PrimitiveKernel.of(session, descriptor, in, List.of(out));
        }
    }

    private Operand postOpOperand(PrimitiveDescriptor descriptor, int i) {
        int operand = i - W;
        TensorType type = request.inputs().get(i);
        if (operand == postOps.bias()) {
            return Operand.plain(Dnnl.DNNL_ARG_BIAS(), Descriptor.plain(shape.type(), result().shape().dim(1)));
        }
        int argument = postOps.argumentOf(operand);
        Descriptor plain = Descriptor.plain(shape.type(), PostOps.aligned(type.shape(), result().shape().rank()));
        return type.shape().equals(result().shape()) ? Operand.of(argument, descriptor, type, plain) : Operand.plain(argument, plain);
    }
}
