package dev.gatun.vector.blocked;

import dev.gatun.DType;
import dev.gatun.op.Convolution;
import dev.gatun.op.Elementwise;
import dev.gatun.op.Fused;
import dev.gatun.op.Movement;
import dev.gatun.op.Pooling;
import dev.gatun.spi.Kernel;
import dev.gatun.spi.KernelRequest;
import dev.gatun.vector.Workers;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Which requests are served in blocks of channels. Convolutions with frozen weights start it; what follows them, pools, sums, activations, joins of channels,
 * stays in their layout as long as its own operands lie so. Everything else is declined: then the planner brings operands back to row-major.
 */
public final class BlockedKernels {
    private BlockedKernels() {
    }

    /** Returns the kernel for a request, or empty. */
    public static Optional<Kernel> of(KernelRequest request, Workers workers) {
        return switch (request) {
            case KernelRequest.Single single -> single(single, workers);
            case KernelRequest.Epilogue e when e.fused().root() instanceof Convolution.Conv conv && startsBlocks(e) -> BlockedConv.of(conv, e, workers);
            case KernelRequest.Epilogue _ -> Optional.empty();
            case KernelRequest.Region region when hasBlocks(region) -> BlockedRegion.of(region.region(), region.inputs(), workers);
            case KernelRequest.Region _ -> Optional.empty();
            case KernelRequest.Reorder reorder -> BlockedReorder.of(reorder, workers);
        };
    }

    private static Optional<Kernel> single(KernelRequest.Single request, Workers workers) {
        if (request.op() instanceof Convolution.Conv conv) {
            return startsBlocks(request) ? BlockedConv.of(conv, request, workers) : Optional.empty();
        }
        if (!hasBlocks(request)) {
            return Optional.empty();
        }
        return switch (request.op()) {
            case Pooling pool -> BlockedPool.of(pool, request, workers);
            case Movement.Concat concat -> BlockedConcat.of(concat, request, workers);
            case Elementwise op -> elementwise(op, request, workers);
            default -> Optional.empty();                          // not a list of what is left out: whatever the op, row-major kernels serve it
        };
    }

    /** A single op is a program of one instruction. */
    private static Optional<Kernel> elementwise(Elementwise op, KernelRequest.Single request, Workers workers) {
        int operands = request.inputs().size();
        var code = List.of(new Fused.Instruction(op, IntStream.range(0, operands).boxed().toList(), DType.F32));
        return request.outputs().getFirst().dtype() != DType.F32 ? Optional.empty()
                : BlockedRegion.of(new Fused.Region(request.outputs().getFirst().shape(), operands, code, List.of(operands)), request.inputs(), workers);
    }

    /** Weights that change from call to call would be packed in each. */
    private static boolean startsBlocks(KernelRequest conv) {
        return conv.frozen().get(1);
    }

    private static boolean hasBlocks(KernelRequest request) {
        return request.layouts().stream().anyMatch(Blocked.NATIVE::equals);
    }
}
