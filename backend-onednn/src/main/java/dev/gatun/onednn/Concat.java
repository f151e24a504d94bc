package dev.gatun.onednn;

import dev.gatun.TensorType;
import dev.gatun.ffi.dnnl.Dnnl;
import dev.gatun.op.Movement;
import dev.gatun.spi.Kernel;
import dev.gatun.spi.KernelRequest;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Tensors joined along an axis, in the layout in which they lie. */
final class Concat {
    private Concat() {
    }

    /** Returns the kernel, or empty if all operands are row-major: then copies by the vector backend are as good. */
    static Optional<Kernel> of(Movement.Concat op, KernelRequest.Single request, Session session) {
        if (request.layouts().stream().noneMatch(DnnlLayout.class::isInstance)) {
            return Optional.empty();
        }
        List<Descriptor> sources = new ArrayList<>();
        for (int i = 0; i < request.inputs().size(); i++) {
            Descriptor.of(request.inputs().get(i), request.layouts().get(i)).ifPresent(sources::add);
        }
        return sources.size() < request.inputs().size() ? Optional.empty()
                : DataType.of(request.outputs().getFirst().dtype()).flatMap(type -> kernel(op, type, sources, request, session));
    }

    private static Optional<Kernel> kernel(Movement.Concat op, DataType type, List<Descriptor> sources, KernelRequest.Single request, Session session) {
        TensorType y = request.outputs().getFirst();
        Descriptor dst = Descriptor.any(type, Descriptor.dims(y));
        try (Attributes attributes = new Attributes()) {
            return PrimitiveDescriptor.create("dnnl_concat_primitive_desc_create", request, (pd, arena) -> {
                var table = arena.allocate(ValueLayout.ADDRESS, sources.size());
                for (int i = 0; i < sources.size(); i++) {
                    table.setAtIndex(ValueLayout.ADDRESS, i, sources.get(i).handle());
                }
                return Dnnl.dnnl_concat_primitive_desc_create(pd, session.library().engine(), dst.handle(), sources.size(), op.axis(), table,
                        attributes.handle());
            }).map(descriptor -> {
                try (descriptor) {
                    List<Operand> in = new ArrayList<>();
                    for (int i = 0; i < sources.size(); i++) {
                        in.add(new Operand(Dnnl.DNNL_ARG_MULTIPLE_SRC() + i, request.layouts().get(i), sources.get(i)));
                    }
                    return PrimitiveKernel.of(session, descriptor, in,
                            List.of(Operand.of(Dnnl.DNNL_ARG_DST(), descriptor, y, Descriptor.plain(type, y))));
                }
            });
        }
    }
}
