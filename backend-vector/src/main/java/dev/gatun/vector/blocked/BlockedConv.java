package dev.gatun.vector.blocked;

import dev.gatun.TensorType;
import dev.gatun.op.Convolution;
import dev.gatun.spi.Arguments;
import dev.gatun.spi.Kernel;
import dev.gatun.spi.KernelRequest;
import dev.gatun.spi.Layout;
import dev.gatun.vector.Native;
import dev.gatun.vector.Simd;
import dev.gatun.vector.Workers;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A convolution with its epilogue as a kernel: operands and result in blocks of channels, weights packed as {@link ConvChoice the chosen method} reads them.
 * The planner reorders what lies otherwise; frozen weights once.
 */
final class BlockedConv implements Kernel {
    private final ConvMethod method;
    private final PackedWeights weights;
    private final int operands;
    private final ConvEpilogue epilogue;
    private final int[] biases;
    private final int channels;
    private final Workers workers;

    private BlockedConv(ConvMethod method, PackedWeights weights, ConvEpilogue epilogue, int operands, int channels, Workers workers) {
        this.method = method;
        this.weights = weights;
        this.epilogue = epilogue;
        this.biases = epilogue.biases().stream().mapToInt(Integer::intValue).toArray();
        this.operands = operands;
        this.channels = channels;
        this.workers = workers;
    }

    /** Returns the kernel for a convolution, or its gradient in x, alone; {@code result} is its type. */
    static Optional<Kernel> of(Convolution op, TensorType result, KernelRequest.Single request, Workers workers) {
        return of(op, result, ConvEpilogue.EMPTY, request, workers);
    }

    /** Returns the kernel for one of them and what follows, if that is biases, a sum and a ReLU. */
    static Optional<Kernel> of(Convolution op, TensorType result, KernelRequest.Epilogue request, Workers workers) {
        return ConvEpilogue.of(request.fused().region(), request.inputs()).flatMap(epilogue -> of(op, result, epilogue, request, workers));
    }

    private static Optional<Kernel> of(Convolution op, TensorType result, ConvEpilogue epilogue, KernelRequest request, Workers workers) {
        List<TensorType> in = request.inputs();
        boolean frozen = request.frozen().get(1);
        return switch (op) {
            case Convolution.Conv conv -> ConvShape.of(conv, in.get(0), in.get(1)).filter(s -> frozen || ConvChoice.canBeTrained(s))
                    .flatMap(s -> ConvChoice.of(s, epilogue.relu(), workers.threads())
                            .map(method -> new BlockedConv(method, method.weights(), epilogue, in.size(), s.OC(), workers)));
            case Convolution.ConvBackwardData gradient -> ConvShape.of(new Convolution.Conv(gradient.geometry()), result, in.get(1))
                    .flatMap(s -> ConvChoice.ofGradient(s, epilogue.relu(), workers.threads())
                            .map(method -> new BlockedConv(method, method.weights().forGradient(), epilogue, in.size(), s.IC(), workers)));
            case Convolution.ConvBackwardWeights _ -> Optional.empty();
        };
    }

    @Override
    public String name() {
        return method.name();
    }

    /** Returns whether it is computed by Winograd's algorithm. */
    boolean isWinograd() {
        return switch (method) {
            case WinogradConv _, PhaseGradient _ -> true;
            case DirectConv _, DepthwiseConv _, StridedGradient _ -> false;
        };
    }

    @Override
    public List<Layout> inputLayouts() {
        List<Layout> layouts = new ArrayList<>(List.of(method.source(), weights));
        for (int operand = ConvEpilogue.ROOT_INPUTS; operand < operands; operand++) {
            layouts.add(operand == epilogue.residual() ? Blocked.NATIVE : Layout.PLAIN);
        }
        return layouts;
    }

    @Override
    public List<Layout> outputLayouts() {
        return List.of(Blocked.NATIVE);
    }

    @Override
    public long workspaceBytes() {
        return ConvFrame.BYTES + biasBytes() + method.scratchBytes(workers.threads());
    }

    private long biasBytes() {
        return Math.ceilDiv(Panel.blocks(channels) * Simd.BYTES, 64L) * 64;
    }

    @Override
    public void launch(Arguments arguments) {
        long frame = arguments.address(operands + 1);
        long bias = frame + ConvFrame.BYTES;                       // the sum of the biases, rounded up to blocks
        Native.zero(bias, biasBytes());
        for (int i = 0; i < biases.length; i++) {
            add(arguments.address(biases[i]), bias);
        }
        long residual = epilogue.residual() == ConvEpilogue.NONE ? 0 : arguments.address(epilogue.residual());
        ConvFrame.write(frame, arguments.address(0), arguments.address(1), bias, residual, arguments.address(operands), bias + biasBytes());
        WarmUp.await();
        method.run(frame, workers);
    }

    private void add(long src, long dst) {
        for (long c = 0; c < channels * Native.FLOAT; c += Native.FLOAT) {
            Native.putFloat(dst + c, Native.getFloat(dst + c) + Native.getFloat(src + c));
        }
    }
}
