package dev.gatun.onednn;

import dev.gatun.TensorType;
import dev.gatun.ffi.dnnl.Dnnl;
import dev.gatun.spi.Kernel;
import dev.gatun.spi.KernelRequest;
import dev.gatun.spi.Layout;
import java.util.List;
import java.util.Optional;

/** A copy from one layout into another, of which at least one is oneDNN's own. */
final class Reorder {
    private Reorder() {
    }

    /** Returns the kernel, or empty if neither layout is oneDNN's, or the two know the tensor under different axes. */
    static Optional<Kernel> of(KernelRequest.Reorder request, Session session) {
        return switch (request.from()) {
            case DnnlLayout from -> seen(request, request.to(), from).flatMap(to -> kernel(request, from.descriptor(), to, session));
            case Layout other when request.to() instanceof DnnlLayout to ->
                seen(request, other, to).flatMap(from -> kernel(request, from, to.descriptor(), session));
            case Layout _ -> Optional.empty();
        };
    }

    /** Returns how {@code layout} lies under the axes of {@code other}. */
    private static Optional<Descriptor> seen(KernelRequest.Reorder request, Layout layout, DnnlLayout other) {
        Optional<Descriptor> plain = Descriptor.of(request.type(), Layout.PLAIN).filter(other.plain()::equals);
        return switch (layout) {
            case Layout.Plain _ -> Optional.of(other.plain());
            case DnnlLayout own -> Optional.of(own.descriptor()).filter(_ -> own.plain().equals(other.plain()));
            default -> plain.flatMap(_ -> Descriptor.of(request.type(), layout));
        };
    }

    private static Optional<Kernel> kernel(KernelRequest.Reorder request, Descriptor from, Descriptor to, Session session) {
        return between(new Operand(Dnnl.DNNL_ARG_FROM(), request.from(), from), new Operand(Dnnl.DNNL_ARG_TO(), request.to(), to), session)
                .map(kernel -> kernel);
    }

    /** Returns the copy of a row-major tensor. */
    static Optional<Kernel> plain(TensorType tensor, Session session) {
        return DataType.of(tensor.dtype()).map(type -> Descriptor.plain(type, tensor)).flatMap(lies ->
                between(Operand.plain(Dnnl.DNNL_ARG_FROM(), lies), Operand.plain(Dnnl.DNNL_ARG_TO(), lies), session)).map(kernel -> kernel);
    }

    /** Returns the copy from one operand into another, {@code DNNL_ARG_FROM} and {@code DNNL_ARG_TO}, or empty if there are only plain loops for it. */
    static Optional<PrimitiveKernel> between(Operand from, Operand to, Session session) {
        try (Attributes attributes = new Attributes()) {
            return PrimitiveDescriptor.create("dnnl_reorder_primitive_desc_create", List.of(from, to), (pd, arena) ->
                    Dnnl.dnnl_reorder_primitive_desc_create(pd, from.view().handle(), session.library().engine(), to.view().handle(),
                            session.library().engine(), attributes.handle())).map(descriptor -> {
                        try (descriptor) {
                            return PrimitiveKernel.part(session, descriptor, List.of(from), List.of(to));
                        }
                    });
        }
    }
}
