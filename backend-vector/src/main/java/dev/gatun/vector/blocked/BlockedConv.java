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
    private final int operands;
    private final ConvEpilogue epilogue;
    private final int[] biases;
    private final int OC;
    private final Workers workers;

    private BlockedConv(ConvMethod method, ConvEpilogue epilogue, int operands, int OC, Workers workers) {
        this.method = method;
        this.epilogue = epilogue;
        this.biases = epilogue.biases().stream().mapToInt(Integer::intValue).toArray();
        this.operands = operands;
        this.OC = OC;
        this.workers = workers;
        WarmUp.start();
    }

    /** Returns the kernel for a convolution alone. */
    static Optional<Kernel> of(Convolution.Conv op, KernelRequest.Single request, Workers workers) {
        return of(op, ConvEpilogue.EMPTY, request.inputs(), workers);
    }

    /** Returns the kernel for a convolution and what follows, if that is biases, a sum and a ReLU. */
    static Optional<Kernel> of(Convolution.Conv op, KernelRequest.Epilogue request, Workers workers) {
        return ConvEpilogue.of(request.fused().region(), request.inputs()).flatMap(epilogue -> of(op, epilogue, request.inputs(), workers));
    }

    private static Optional<Kernel> of(Convolution.Conv op, ConvEpilogue epilogue, List<TensorType> inputs, Workers workers) {
        return ConvShape.of(op, inputs.get(0), inputs.get(1)).flatMap(s -> ConvChoice.of(s, epilogue.relu(), workers.threads())
                .map(method -> new BlockedConv(method, epilogue, inputs.size(), s.OC(), workers)));
    }

    @Override
    public String name() {
        return method.name();
    }

    @Override
    public List<Layout> inputLayouts() {
        List<Layout> layouts = new ArrayList<>(List.of(method.source(), method.weights()));
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
        return Math.ceilDiv(Panel.blocks(OC) * Simd.BYTES, 64L) * 64;
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
        method.run(frame, workers);
    }

    private void add(long src, long dst) {
        for (long c = 0; c < OC * Native.FLOAT; c += Native.FLOAT) {
            Native.putFloat(dst + c, Native.getFloat(dst + c) + Native.getFloat(src + c));
        }
    }
}
