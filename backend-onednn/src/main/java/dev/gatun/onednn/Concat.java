package dev.gatun.onednn;

import dev.gatun.ffi.dnnl.Dnnl;
import dev.gatun.op.Movement;
import dev.gatun.spi.Kernel;
import dev.gatun.spi.KernelRequest;
import java.util.Optional;

/** Tensors joined along an axis, in the layout in which they lie. */
final class Concat {
    private Concat() {
    }

    /** Returns the kernel, or empty if all operands are row-major: then copies by the vector backend are as good. */
    static Optional<Kernel> of(Movement.Concat op, KernelRequest.Single request, Session session) {
        return Sources.of(request).flatMap(x -> DataType.of(request.outputs().getFirst().dtype()).flatMap(type -> x.kernel("dnnl_concat_primitive_desc_create",
                type, op.axis() == 0, session, (pd, arena, result, sources, attributes) -> Dnnl.dnnl_concat_primitive_desc_create(pd,
                        session.library().engine(), result, x.count(), op.axis(), sources, attributes))));
    }
}
