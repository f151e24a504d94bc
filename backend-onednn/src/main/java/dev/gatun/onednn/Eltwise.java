package dev.gatun.onednn;

import dev.gatun.TensorType;
import dev.gatun.ffi.dnnl.Dnnl;
import dev.gatun.op.Elementwise.UnaryFunction;
import dev.gatun.spi.Kernel;
import dev.gatun.spi.KernelRequest;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** y = f(x) where x lies as oneDNN alone knows. */
final class Eltwise {
    private Eltwise() {
    }

    /** Returns the kernel, or empty if x lies as the vector backend can read it, or oneDNN's function is not right for all numbers. */
    static Optional<Kernel> of(UnaryFunction function, KernelRequest.Single request, Session session) {
        TensorType x = request.inputs().getFirst();
        OptionalInt algorithm = algorithm(function);
        if (!(request.layouts().getFirst() instanceof DnnlLayout layout) || algorithm.isEmpty() || DataType.floating(x.dtype()).isEmpty()) {
            return Optional.empty();
        }
        Descriptor lies = layout.descriptor();
        try (Attributes attributes = new Attributes()) {
            return PrimitiveDescriptor.create("dnnl_eltwise_forward_primitive_desc_create", request, (pd, arena) ->
                    Dnnl.dnnl_eltwise_forward_primitive_desc_create(pd, session.library().engine(), Dnnl.dnnl_forward_inference(),
                            algorithm.getAsInt(), lies.handle(), lies.handle(), 0, 0, attributes.handle())).map(descriptor -> {
                        try (descriptor) {
                            return PrimitiveKernel.inPlace(session, descriptor, List.of(new Operand(Dnnl.DNNL_ARG_SRC(), layout, lies)),
                                    List.of(new Operand(Dnnl.DNNL_ARG_DST(), layout, lies)));
                        }
                    });
        }
    }

    /** Of ReLU oneDNN's makes 0 of NaN. */
    private static OptionalInt algorithm(UnaryFunction f) {
        return switch (f) {
            case TANH -> OptionalInt.of(Dnnl.dnnl_eltwise_tanh());
            case SIGMOID -> OptionalInt.of(Dnnl.dnnl_eltwise_logistic());
            case ABS -> OptionalInt.of(Dnnl.dnnl_eltwise_abs());
            case SQRT -> OptionalInt.of(Dnnl.dnnl_eltwise_sqrt());
            case RELU, NEG, SIGN, RECIPROCAL, RSQRT, EXP, EXPM1, LOG, LOG1P, SIN, COS, TAN, ASIN, ACOS, ATAN, SINH, COSH, ASINH, ACOSH, ATANH, ERF, SOFTPLUS,
                 FLOOR, CEIL, ROUND, TRUNC, IS_NAN, IS_INF, LOGICAL_NOT, BITWISE_NOT -> OptionalInt.empty();
        };
    }
}
