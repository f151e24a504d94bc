package dev.gatun.onednn;

import dev.gatun.ffi.dnnl.Dnnl;
import dev.gatun.op.Elementwise.BinaryFunction;
import dev.gatun.spi.Kernel;
import dev.gatun.spi.KernelRequest;
import java.util.List;
import java.util.Optional;

/** y = f(a, b) where a and b lie the same, as oneDNN alone knows. */
final class Binary {
    private Binary() {
    }

    /** Returns the kernel, or empty if an operand lies as the vector backend can read it, or oneDNN's function is not right for all numbers. */
    static Optional<Kernel> of(BinaryFunction function, KernelRequest.Single request, Session session) {
        Optional<Integer> algorithm = algorithm(function);
        boolean floating = DataType.floating(request.inputs().getFirst().dtype()).isPresent();
        if (!(request.layouts().getFirst() instanceof DnnlLayout layout) || !layout.equals(request.layouts().getLast()) || algorithm.isEmpty() || !floating) {
            return Optional.empty();
        }
        Descriptor lies = layout.descriptor();
        try (Attributes attributes = new Attributes()) {
            return PrimitiveDescriptor.create("dnnl_binary_primitive_desc_create", request, (pd, arena) -> Dnnl.dnnl_binary_primitive_desc_create(pd,
                    session.library().engine(), algorithm.get(), lies.handle(), lies.handle(), lies.handle(), attributes.handle())).map(descriptor -> {
                        try (descriptor) {
                            return PrimitiveKernel.inPlace(session, descriptor, List.of(new Operand(Dnnl.DNNL_ARG_SRC_0(), layout, lies),
                                    new Operand(Dnnl.DNNL_ARG_SRC_1(), layout, lies)), List.of(new Operand(Dnnl.DNNL_ARG_DST(), layout, lies)));
                        }
                    });
        }
    }

    /** Returns oneDNN's function, or empty if it has none, or one that is not right for all numbers: of minimum and maximum its own lose NaN. */
    static Optional<Integer> algorithm(BinaryFunction f) {
        return switch (f) {
            case ADD -> Optional.of(Dnnl.dnnl_binary_add());
            case SUB -> Optional.of(Dnnl.dnnl_binary_sub());
            case MUL -> Optional.of(Dnnl.dnnl_binary_mul());
            case DIV -> Optional.of(Dnnl.dnnl_binary_div());
            case POW, MOD, REM, MIN, MAX, ATAN2, AND, OR, XOR, SHIFT_LEFT, SHIFT_RIGHT, EQ, NE, LT, LE, GT, GE -> Optional.empty();
        };
    }
}
