package dev.gatun.vector;

import dev.gatun.TensorType;
import dev.gatun.op.Contraction;
import dev.gatun.op.Convolution;
import dev.gatun.op.Elementwise;
import dev.gatun.op.Fused;
import dev.gatun.op.Indexing;
import dev.gatun.op.Movement;
import dev.gatun.op.Normalization;
import dev.gatun.op.Reduction;
import dev.gatun.spi.Backend;
import dev.gatun.spi.HostMemory;
import dev.gatun.spi.Kernel;
import dev.gatun.spi.KernelRequest;
import dev.gatun.spi.Layout;
import dev.gatun.spi.Memory;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/** The opened vector backend: its threads, and which kernel serves which request. */
final class VectorBackend implements Backend {
    private final Workers workers;

    VectorBackend(int threads) {
        this.workers = new Workers(threads);
    }

    /** Returns the instruction set in words. */
    static String instructions() {
        int bits = Simd.F32.vectorBitSize();
        return switch (System.getProperty("os.arch", "")) {
            case "amd64", "x86_64" -> bits == 512 ? "avx512" : bits == 256 ? "avx2" : "sse, 128-bit vectors";
            case "aarch64" -> bits == 128 ? "neon" : "sve, " + bits + "-bit vectors";
            case "riscv64" -> "rvv, " + bits + "-bit vectors";
            default -> bits + "-bit vectors";
        };
    }

    @Override
    public String name() {
        return "vector";
    }

    @Override
    public String description() {
        return "Vector API of Java " + Runtime.version() + ", " + instructions() + ", threads: " + workers.threads();
    }

    @Override
    public Memory memory() {
        return HostMemory.shared();
    }

    @Override
    public Optional<Kernel> compile(KernelRequest request) {
        return switch (request) {
            case KernelRequest.Single single -> single(single).map(k -> k);
            case KernelRequest.Region region -> RegionKernel.of(region.region(), region.inputs(), workers).map(k -> k);
            case KernelRequest.Epilogue epilogue -> epilogue(epilogue);
            case KernelRequest.Reorder reorder -> reorder.from().equals(Layout.PLAIN) && reorder.to() instanceof PackedB packed
                    ? Optional.of(new PackedB.Pack(packed)) : Optional.empty();
        };
    }

    private Optional<? extends Kernel> single(KernelRequest.Single request) {
        return switch (request.op()) {
            case Elementwise op -> elementwise(op, request);
            case Reduction.Reduce op -> ReduceKernel.of(op, request.inputs().getFirst(), workers);
            case Reduction.ArgReduce op -> ArgReduceKernel.of(op, request.inputs().getFirst(), workers);
            case Reduction.Cumulative op -> CumulativeKernel.of(op, request.inputs().getFirst(), workers);
            case Movement op -> Optional.of(MoveKernel.of(op, request.inputs(), request.outputs().getFirst(), workers));
            case Indexing.Gather op -> Optional.of(new GatherKernel(op, request.inputs(), workers));
            case Indexing.GatherElements op -> Optional.of(new GatherElementsKernel(op, request.inputs(), workers));
            case Indexing.Scatter op -> ScatterKernel.of(op, request.inputs(), workers);
            case Normalization.Softmax op -> SoftmaxKernel.of(op.axis(), false, request.inputs().getFirst(), workers);
            case Normalization.LogSoftmax op -> SoftmaxKernel.of(op.axis(), true, request.inputs().getFirst(), workers);
            case Contraction.MatMul op -> MatMulKernel.of(op, Tail.NONE, request.inputs(), request.frozen(), workers);
            case Convolution op -> ConvKernel.of(op, Tail.NONE, request.inputs(), request.outputs().getFirst(), workers);
            default -> Optional.empty();
        };
    }

    /** A product takes additions and a ReLU along; of anything else the planner makes a step of its own. */
    private Optional<Kernel> epilogue(KernelRequest.Epilogue request) {
        Fused.Epilogue fused = request.fused();
        TensorType result = request.outputs().getFirst();
        List<TensorType> operands = new ArrayList<>(List.of(result));
        operands.addAll(request.inputs().subList(fused.rootInputs(), request.inputs().size()));
        Epilogue.Bias side = fused.root() instanceof Convolution ? Epilogue.Bias.ROW : Epilogue.Bias.COLUMN;
        return Tail.of(fused.region(), operands, side).flatMap(tail -> switch (fused.root()) {
            case Contraction.MatMul op -> MatMulKernel.of(op, tail, request.inputs(), request.frozen(), workers);
            case Convolution op -> ConvKernel.of(op, tail, request.inputs(), result, workers);
            default -> Optional.<Kernel>empty();
        });
    }

    /** A single op is a program of one instruction. */
    private Optional<RegionKernel> elementwise(Elementwise op, KernelRequest.Single request) {
        int operands = request.inputs().size();
        var result = request.outputs().getFirst();
        var code = List.of(new Fused.Instruction(op, IntStream.range(0, operands).boxed().toList(), result.dtype()));
        return RegionKernel.of(new Fused.Region(result.shape(), operands, code, List.of(operands)), request.inputs(), workers);
    }

    @Override
    public void close() {
        workers.close();
    }
}
