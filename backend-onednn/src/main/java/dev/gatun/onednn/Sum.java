package dev.gatun.onednn;

import dev.gatun.TensorType;
import dev.gatun.ffi.dnnl.Dnnl;
import dev.gatun.op.Elementwise;
import dev.gatun.op.Elementwise.BinaryFunction;
import dev.gatun.op.Fused;
import dev.gatun.spi.Kernel;
import dev.gatun.spi.KernelRequest;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/** y = Σ xᵢ of tensors of one shape, some of which lie as oneDNN alone knows: gradients that meet. */
final class Sum {
    private Sum() {
    }

    /** Returns the kernel, or empty if the program is not the sum of all its operands, each once. */
    static Optional<Kernel> of(Fused.Region region, KernelRequest.Region request, Session session) {
        TensorType y = request.outputs().getFirst();
        boolean sum = request.layouts().stream().anyMatch(DnnlLayout.class::isInstance) && isSum(region) && request.inputs().stream().allMatch(y::equals);
        if (!sum) {
            return Optional.empty();
        }
        List<Descriptor> sources = new ArrayList<>();
        for (int i = 0; i < request.inputs().size(); i++) {
            Descriptor.of(request.inputs().get(i), request.layouts().get(i)).ifPresent(sources::add);
        }
        return sources.size() < request.inputs().size() ? Optional.empty()
                : DataType.floating(y.dtype()).flatMap(type -> kernel(type, sources, request, session));
    }

    private static boolean isSum(Fused.Region region) {
        List<Integer> arguments = region.code().stream().flatMap(c -> c.arguments().stream()).sorted().toList();
        int all = region.inputs() + region.code().size() - 1;                    // each value but the last is read once
        return region.results().equals(List.of(all)) && arguments.equals(IntStream.range(0, all).boxed().toList())
                && region.code().stream().allMatch(c -> c.op().equals(new Elementwise.Binary(BinaryFunction.ADD)));
    }

    private static Optional<Kernel> kernel(DataType type, List<Descriptor> sources, KernelRequest.Region request, Session session) {
        TensorType y = request.outputs().getFirst();
        Descriptor dst = Descriptor.any(type, Descriptor.dims(y));
        try (Attributes attributes = new Attributes()) {
            return PrimitiveDescriptor.create("dnnl_sum_primitive_desc_create", request, (pd, arena) -> {
                var table = arena.allocate(ValueLayout.ADDRESS, sources.size());
                var scales = arena.allocate(ValueLayout.JAVA_FLOAT, sources.size());
                for (int i = 0; i < sources.size(); i++) {
                    table.setAtIndex(ValueLayout.ADDRESS, i, sources.get(i).handle());
                    scales.setAtIndex(ValueLayout.JAVA_FLOAT, i, 1);
                }
                return Dnnl.dnnl_sum_primitive_desc_create(pd, session.library().engine(), dst.handle(), sources.size(), scales, table,
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
