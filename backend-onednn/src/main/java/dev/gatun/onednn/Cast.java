package dev.gatun.onednn;

import dev.gatun.DType;
import dev.gatun.TensorType;
import dev.gatun.ffi.dnnl.Dnnl;
import dev.gatun.spi.Kernel;
import dev.gatun.spi.KernelRequest;
import dev.gatun.spi.Layout;
import java.util.Optional;

/**
 * y = (float32) x of a large row-major tensor of bfloat16: what a narrow network gives. The other way the vector backend rounds: oneDNN makes zeros of
 * denormal numbers.
 */
final class Cast {
    /** Elements from which on this pays; with fewer a program may need no runner, {@link OneDnnExecutable}. */
    static final int LARGE = 1 << 16;

    private Cast() {
    }

    /** Returns the kernel, or empty for other types, layouts and small tensors. */
    static Optional<Kernel> of(KernelRequest.Single request, Session session) {
        TensorType x = request.inputs().getFirst();
        TensorType y = request.outputs().getFirst();
        boolean widens = x.dtype() == DType.BF16 && y.dtype() == DType.F32;
        if (!widens || !request.layouts().getFirst().equals(Layout.PLAIN) || x.elements() < LARGE) {
            return Optional.empty();
        }
        return Reorder.between(Operand.plain(Dnnl.DNNL_ARG_FROM(), flat(x)), Operand.plain(Dnnl.DNNL_ARG_TO(), flat(y)), session).map(kernel -> kernel);
    }

    private static Descriptor flat(TensorType tensor) {
        return Descriptor.plain(DataType.of(tensor.dtype()).orElseThrow(), tensor.elements());
    }
}
