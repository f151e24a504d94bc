package dev.gatun.onednn;

import dev.gatun.TensorType;
import dev.gatun.ffi.dnnl.Dnnl;
import dev.gatun.op.Movement;
import dev.gatun.spi.Kernel;
import dev.gatun.spi.KernelRequest;
import dev.gatun.spi.Layout;
import java.util.Optional;

/**
 * Axes in another order: a copy into strides. A shuffle of channels is one, between reshapes; oneDNN's own primitive for it is fast in blocks of channels only,
 * in which what was reshaped never lies.
 *
 * <p>2 threads of a Zen 4, vector / oneDNN in microseconds: 1000x1000 transposed 843 / 471, 320x100 36 / 117, channels of 8x64x56x56 last 1009 / 297, all four
 * axes of 16x24x32x40 in reverse 764 / 232; where the last axis stays, 8x128x8x64 55 / 85, 8x4x60x28x28 141 / 157.
 */
final class Permute {
    private static final int MOST_AXES = 12;

    /** Elements from which on oneDNN is faster. */
    private static final int LARGE = 1 << 18;

    private Permute() {
    }

    /** Returns whether this is faster than the vector backend's copy, or spares a reorder. */
    static boolean isFaster(Movement.Permute op, KernelRequest.Single request) {
        int last = op.axes().size() - 1;
        boolean moves = last >= 0 && op.axes().get(last) != last;
        return !request.layouts().getFirst().equals(Layout.PLAIN) || moves && request.inputs().getFirst().elements() >= LARGE;
    }

    /** Returns the kernel, which reads x as it lies, or empty if it cannot be read or oneDNN lacks the type. */
    static Optional<Kernel> of(Movement.Permute op, KernelRequest.Single request, Session session) {
        TensorType x = request.inputs().getFirst();
        int rank = x.shape().rank();
        return rank == 0 || rank > MOST_AXES ? Optional.empty() : DataType.of(x.dtype()).flatMap(type ->
                Descriptor.of(x, request.layouts().getFirst()).flatMap(src -> Reorder.between(
                        new Operand(Dnnl.DNNL_ARG_FROM(), request.layouts().getFirst(), src),
                        Operand.plain(Dnnl.DNNL_ARG_TO(), result(op, type, request)), session)));
    }

    /** Returns how y lies row-major, under the axes of x: axis i of y is axis {@code axes[i]} of x. */
    private static Descriptor result(Movement.Permute op, DataType type, KernelRequest.Single request) {
        long[] yStrides = Descriptor.rowMajor(Descriptor.dims(request.outputs().getFirst()));
        long[] strides = new long[yStrides.length];
        for (int i = 0; i < strides.length; i++) {
            strides[op.axes().get(i)] = yStrides[i];
        }
        return Descriptor.strided(type, Descriptor.dims(request.inputs().getFirst()), strides);
    }
}
