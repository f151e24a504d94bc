package dev.gatun.onednn;

import dev.gatun.TensorType;
import dev.gatun.ffi.dnnl.Dnnl;
import dev.gatun.op.Convolution;
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
 * y = x ⋆ w, with bias and post-ops; and, as a transposed convolution, the gradient in x with bias and post-ops, which generators use as a layer; and, with
 * {@link Scales}, the convolution of 8-bit integers.
 *
 * <p>In float32 images lie in blocks of channels if these can be filled: Winograd's kernels of the vector backend read the same. Otherwise oneDNN chooses, and
 * the next op takes what it gets: of narrow types channels last, or blocks where weights are trained.
 */
final class Conv {
    private static final int X = 0;
    private static final int W = 1;

    private final Session session;
    private final KernelRequest request;
    private final ConvShape shape;
    private final boolean transposed;
    private final Scales scales;
    private final PostOps postOps;
    private final DataType stored;

    /** @param stored the type that the post-ops leave */
    private Conv(Session session, KernelRequest request, ConvShape shape, boolean transposed, Scales scales, PostOps postOps, DataType stored) {
        this.session = session;
        this.request = request;
        this.shape = shape;
        this.transposed = transposed;
        this.scales = scales;
        this.postOps = postOps;
        this.stored = stored;
    }

    /** Returns the kernel of a convolution. */
    static Optional<Kernel> of(Convolution.Conv op, KernelRequest request, PostOps postOps, Session session) {
        return of(op.geometry(), request, Scales.NONE, postOps, session);
    }

    /** Returns the kernel of a convolution of 8-bit integers. */
    static Optional<Kernel> of(Quantized.QuantizedConv op, KernelRequest request, PostOps postOps, Session session) {
        int groups = op.geometry().groups();
        return of(op.geometry(), request, new Scales(groups > 1 ? 0b11 : 0b1, op.isCentered()), postOps, session);
    }

    private static Optional<Kernel> of(Convolution.Geometry geometry, KernelRequest request, Scales scales, PostOps postOps, Session session) {
        TensorType x = request.inputs().get(X);
        TensorType w = request.inputs().get(W);
        TensorType y = request.outputs().getFirst().with(geometry.out(x.shape(), w.shape()));
        return DataType.arithmetic(x.dtype(), scales).flatMap(type -> DataType.of(y.dtype()).flatMap(stored ->
                new Conv(session, request, new ConvShape(geometry, type, x, w, y), false, scales, postOps, stored).best()));
    }

    /** Returns the kernel of a transposed convolution. */
    static Optional<Kernel> transposed(Convolution.ConvBackwardData op, KernelRequest request, PostOps postOps, Session session) {
        TensorType dy = request.inputs().get(X);
        TensorType w = request.inputs().get(W);
        TensorType dx = request.outputs().getFirst();
        return DataType.floating(dy.dtype()).flatMap(type -> DataType.of(dx.dtype()).flatMap(stored ->
                new Conv(session, request, new ConvShape(op.geometry(), type, dx, w, dy), true, Scales.NONE, postOps, stored).best()));
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

    /** The operands behind the weights: those of the program, after scales where there are any. */
    private int firstOperand() {
        return W + 1 + scales.operands();
    }

    /** Blocks of channels if they are full, else what oneDNN likes best with the operand as it lies, else what it likes best. */
    private Optional<Kernel> best() {
        if (!shape.everyResultMeetsX() || transposed && !ConvFaults.isDataRight(shape)) {
            return Optional.empty();             // oneDNN's kernels may read outside of x, and end the process
        }
        Descriptor any = Descriptor.any(stored, Descriptor.dims(result()));
        Optional<Kernel> blocked = shape.suitsBlocks(!request.frozen().get(W))
                ? transposed ? of(shape.blockedY(), shape.blockedX()) : of(shape.blockedX(), shape.blockedY()) : Optional.empty();
        Layout layout = request.layouts().get(X);
        return blocked.or(() -> layout.equals(Layout.PLAIN) ? Optional.empty() : Descriptor.of(source(), layout).flatMap(src -> of(src, any)))
                .or(() -> of(Descriptor.any(shape.type(), Descriptor.dims(source())), any));
    }

    /** A residual is found in the result's memory, where the planner can bring it, unless that takes another implementation. */
    private Optional<Kernel> of(Descriptor src, Descriptor dst) {
        return descriptor(src, dst, postOps).map(apart -> {
            try (apart) {
                Optional<PostOps> adding = postOps.overwriting(operands(), result());
                return adding.flatMap(chain -> adding(src, dst, chain, apart.name())).orElseGet(() -> kernel(apart, postOps));
            }
        });
    }

    private Optional<Kernel> adding(Descriptor src, Descriptor dst, PostOps chain, String implementation) {
        return descriptor(src, dst, chain).flatMap(descriptor -> {
            try (descriptor) {
                return descriptor.name().equals(implementation) ? Optional.of(kernel(descriptor, chain)) : Optional.empty();
            }
        });
    }

    /** Returns the types of the program's operands, of which the first is the result of the convolution. */
    private List<TensorType> operands() {
        List<TensorType> types = new ArrayList<>(List.of(result()));
        types.addAll(request.inputs().subList(firstOperand(), request.inputs().size()));
        return types;
    }

    private Optional<PrimitiveDescriptor> descriptor(Descriptor src, Descriptor dst, PostOps chain) {
        Descriptor bias = postOps.bias() == PostOps.NONE ? Descriptor.ABSENT : bias();
        Descriptor weights = Descriptor.any(shape.wType(), shape.wDims(transposed));
        try (Attributes attributes = new Attributes()) {
            scales.append(attributes);
            chain.append(attributes, postOpViews(dst));
            String function = transposed ? "dnnl_deconvolution_forward_primitive_desc_create" : "dnnl_convolution_forward_primitive_desc_create";
            return PrimitiveDescriptor.create(function, request, isRight(), (pd, arena) -> {
                ConvShape.Window w = shape.window(arena);
                return transposed
                        ? Dnnl.dnnl_deconvolution_forward_primitive_desc_create(pd, session.library().engine(), Dnnl.dnnl_forward_inference(),
                                Dnnl.dnnl_deconvolution_direct(), src.handle(), weights.handle(), bias.handle(), dst.handle(), w.strides(), w.dilates(),
                                w.before(), w.after(), attributes.handle())
                        : Dnnl.dnnl_convolution_forward_primitive_desc_create(pd, session.library().engine(), Dnnl.dnnl_forward_inference(),
                                Dnnl.dnnl_convolution_direct(), src.handle(), weights.handle(), bias.handle(), dst.handle(), w.strides(), w.dilates(),
                                w.before(), w.after(), attributes.handle());
            });
        }
    }

    private Predicate<String> isRight() {
        return transposed ? _ -> true : ConvFaults.forward(shape, scales);
    }

    private Descriptor bias() {
        return Descriptor.plain(type(firstOperand() - 1 + postOps.bias()), result().shape().dim(1));
    }

    private DataType type(int input) {
        return DataType.of(request.inputs().get(input).dtype()).orElseThrow();
    }

    /** An operand of y's shape lies like y, the others row-major. */
    private List<Descriptor> postOpViews(Descriptor dst) {
        int rank = result().shape().rank();
        List<Descriptor> views = new ArrayList<>(List.of(Descriptor.ABSENT));
        for (int i = firstOperand(); i < request.inputs().size(); i++) {
            TensorType operand = request.inputs().get(i);
            boolean whole = operand.shape().equals(result().shape());
            views.add(!whole ? Descriptor.plain(type(i), PostOps.aligned(operand.shape(), rank))
                    : type(i) == stored ? dst : Descriptor.any(type(i), Descriptor.dims(operand)));
        }
        return views;
    }

    private Kernel kernel(PrimitiveDescriptor descriptor, PostOps chain) {
        List<Operand> in = new ArrayList<>();
        in.add(Operand.of(Dnnl.DNNL_ARG_SRC(), descriptor, source(), Descriptor.plain(shape.type(), source())));
        in.add(Operand.of(Dnnl.DNNL_ARG_WEIGHTS(), descriptor, shape.w(), shape.plainWeights(transposed)));
        in.addAll(scales.arguments(request));
        for (int i = firstOperand(); i < request.inputs().size(); i++) {
            in.add(postOpOperand(descriptor, chain, i));
        }
        Operand out = Operand.of(Dnnl.DNNL_ARG_DST(), descriptor, result(), Descriptor.plain(stored, result()));
        int overwritten = chain.overwritten() == PostOps.NONE ? PrimitiveKernel.NONE : firstOperand() - 1 + chain.overwritten();
        return PrimitiveKernel.adding(session, descriptor, in, List.of(out), overwritten);
    }

    private Operand postOpOperand(PrimitiveDescriptor descriptor, PostOps chain, int i) {
        int operand = i - firstOperand() + 1;
        TensorType type = request.inputs().get(i);
        if (operand == postOps.bias()) {
            return Operand.plain(Dnnl.DNNL_ARG_BIAS(), bias());
        }
        if (operand == chain.overwritten()) {
            Descriptor lies = descriptor.argument(Dnnl.DNNL_ARG_DST()).as(type(i));
            return new Operand(Dnnl.DNNL_ARG_DST(), DnnlLayout.of(type, lies, Descriptor.plain(type(i), type)), lies);
        }
        int argument = chain.argumentOf(operand);
        Descriptor plain = Descriptor.plain(type(i), PostOps.aligned(type.shape(), result().shape().rank()));
        return type.shape().equals(result().shape()) ? Operand.of(argument, descriptor, type, plain) : Operand.plain(argument, plain);
    }
}
