package dev.gatun.onednn;

import dev.gatun.TensorType;
import dev.gatun.ffi.dnnl.Dnnl;
import dev.gatun.op.Elementwise;
import dev.gatun.op.Elementwise.BinaryFunction;
import dev.gatun.op.Fused;
import dev.gatun.spi.Kernel;
import dev.gatun.spi.KernelRequest;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
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
        return !isSum(region) || !request.inputs().stream().allMatch(y::equals) ? Optional.empty()
                : Sources.of(request).flatMap(x -> DataType.floating(y.dtype()).flatMap(type -> x.kernel("dnnl_sum_primitive_desc_create", type, false,
                        session, (pd, arena, result, sources, attributes) -> Dnnl.dnnl_sum_primitive_desc_create(pd, session.library().engine(), result,
                                x.count(), ones(x.count(), arena), sources, attributes))));
    }

    private static MemorySegment ones(int count, Arena arena) {
        float[] ones = new float[count];
        Arrays.fill(ones, 1);
        return arena.allocateFrom(ValueLayout.JAVA_FLOAT, ones);
    }

    private static boolean isSum(Fused.Region region) {
        List<Integer> arguments = region.code().stream().flatMap(c -> c.arguments().stream()).sorted().toList();
        int all = region.inputs() + region.code().size() - 1;                    // each value but the last is read once
        return region.results().equals(List.of(all)) && arguments.equals(IntStream.range(0, all).boxed().toList())
                && region.code().stream().allMatch(c -> c.op().equals(new Elementwise.Binary(BinaryFunction.ADD)));
    }
}
