package dev.gatun.vector.blocked;

import dev.gatun.TensorType;
import dev.gatun.op.Convolution;
import dev.gatun.op.Elementwise;
import dev.gatun.op.Fused;
import dev.gatun.op.Movement;
import dev.gatun.op.Normalization;
import dev.gatun.op.Pooling;
import dev.gatun.spi.Kernel;
import dev.gatun.spi.KernelRequest;
import dev.gatun.vector.ColdLoop;
import dev.gatun.vector.Workers;
import java.util.List;
import java.util.Optional;
import java.util.function.LongFunction;
import java.util.stream.IntStream;

/**
 * Which requests are served in blocks of channels. Convolutions and their gradients start it; what is between them, pools, norms, sums, activations,
 * joins of channels, stays in their layout as long as its own operands lie so. Everything else is declined: then the planner brings operands back to row-major.
 */
public final class BlockedKernels {
    private BlockedKernels() {
    }

    /**
     * Starts to get the innermost loops compiled, in a thread of its own: sooner or later a network will be here.
     *
     * @param before what that thread does first
     */
    public static void warmUp(Runnable before) {
        WarmUp.start(before);
    }

    /** Returns when these are compiled, or after some seconds. @return whether they are */
    public static boolean isWarmWithin(long seconds) throws InterruptedException {
        return WarmUp.await(seconds);
    }

    /** Returns the methods that {@link #warmUp} gets compiled, as the JIT compiler calls them. */
    public static List<String> warmed() {
        return WarmUp.methods();
    }

    /** Starts to get other loops compiled, when those are. @param loops given the address of 8 KiB of zeros, before 56 KiB that calls write */
    public static void warmUpLater(LongFunction<List<ColdLoop>> loops) {
        WarmUp.startLater(loops);
    }

    /** Returns the kernel for a request, or empty. */
    public static Optional<Kernel> of(KernelRequest request, Workers workers) {
        return switch (request) {
            case KernelRequest.Single single -> single(single, workers);
            case KernelRequest.Epilogue e when e.fused().root() instanceof Convolution conv -> BlockedConv.of(conv, result(e), e, workers);
            case KernelRequest.Epilogue _ -> Optional.empty();
            case KernelRequest.Region region when hasBlocks(region) -> BlockedRegion.of(region.region(), region.inputs(), workers);
            case KernelRequest.Region _ -> Optional.empty();
            case KernelRequest.Reorder reorder -> BlockedReorder.of(reorder, workers);
        };
    }

    /** Returns the kernel for a request if it is a convolution, or a gradient of one, by Winograd's algorithm. */
    public static Optional<Kernel> winograd(KernelRequest request, Workers workers) {
        return of(request, workers).filter(kernel -> kernel instanceof WinogradBackwardWeights || kernel instanceof BlockedConv conv && conv.isWinograd());
    }

    private static Optional<Kernel> single(KernelRequest.Single request, Workers workers) {
        if (request.op() instanceof Convolution conv) {
            return conv instanceof Convolution.ConvBackwardWeights weights ? BackwardWeightsConv.of(weights, request, workers)
                    : BlockedConv.of(conv, request.outputs().getFirst(), request, workers);
        }
        if (request.op() instanceof Pooling.AvgPoolBackward pool && BlockedPoolGradient.isRowMajor(request.inputs().getFirst())) {
            return BlockedPoolGradient.of(pool, request, workers);
        }
        if (!hasBlocks(request)) {
            return Optional.empty();
        }
        return switch (request.op()) {
            case Pooling.MaxPoolBackward pool -> BlockedPoolGradient.of(pool, request, workers);
            case Pooling.AvgPoolBackward pool -> BlockedPoolGradient.of(pool, request, workers);
            case Pooling pool -> BlockedPool.of(pool, request, workers);
            case Normalization norm -> BlockedBatchNorm.of(norm, request, workers);
            case Movement.Concat concat -> BlockedConcat.of(concat, request, workers);
            case Elementwise op -> elementwise(op, request, workers);
            default -> Optional.empty();                          // not a list of what is left out: whatever the op, row-major kernels serve it
        };
    }

    /** A single op is a program of one instruction. */
    private static Optional<Kernel> elementwise(Elementwise op, KernelRequest.Single request, Workers workers) {
        int operands = request.inputs().size();
        TensorType result = request.outputs().getFirst();
        var code = List.of(new Fused.Instruction(op, IntStream.range(0, operands).boxed().toList(), result.dtype()));
        return BlockedRegion.of(new Fused.Region(result.shape(), operands, code, List.of(operands)), request.inputs(), workers);
    }

    /**
     * Returns whether {@code request} is a convolution that can be served in blocks of channels, with a program behind it that cannot be part of it: one after
     * the other they are.
     */
    public static boolean isBetterApart(KernelRequest request, Workers workers) {
        if (!(request instanceof KernelRequest.Epilogue e && e.fused().root() instanceof Convolution)) {
            return false;
        }
        int operands = e.fused().rootInputs();
        var root = new KernelRequest.Single(e.fused().root(), e.inputs().subList(0, operands), List.of(result(e)), e.layouts().subList(0, operands),
                e.frozen().subList(0, operands));
        return single(root, workers).isPresent();
    }

    /** Returns the type of the op in front of a program. */
    private static TensorType result(KernelRequest.Epilogue request) {
        return new TensorType(request.inputs().getFirst().dtype(), request.fused().region().shape());
    }

    private static boolean hasBlocks(KernelRequest request) {
        return request.layouts().stream().anyMatch(Blocked.NATIVE::equals);
    }
}
