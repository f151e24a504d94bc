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
public final class BlockedConv implements Kernel {
    private final ConvMethod method;
    private final ConvEpilogue epilogue;
    private final int operands;
    private final int OC;
    private final Workers workers;

    private BlockedConv(ConvMethod method, ConvEpilogue epilogue, int operands, int OC, Workers workers) {
        this.method = method;
        this.epilogue = epilogue;
        this.operands = operands;
        this.OC = OC;
        this.workers = workers;
    }

    /** Returns the kernel of a request, or empty if it is no convolution of float32 images, has groups, or an epilogue with more than bias, sum and ReLU. */
    public static Optional<Kernel> of(KernelRequest request, Workers workers) {
        return switch (request) {
            case KernelRequest.Single single when single.op() instanceof Convolution.Conv op -> of(op, ConvEpilogue.EMPTY, single.inputs(), workers);
            case KernelRequest.Epilogue fused when fused.fused().root() instanceof Convolution.Conv op ->
                ConvEpilogue.of(fused.fused(), fused.inputs()).flatMap(epilogue -> of(op, epilogue, fused.inputs(), workers));
            case KernelRequest.Single _, KernelRequest.Epilogue _, KernelRequest.Region _, KernelRequest.Reorder _ -> Optional.empty();
        };
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
        for (int operand = 2; operand < operands; operand++) {
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
        long bias = frame + ConvFrame.BYTES;                       // a copy, rounded up to blocks
        Native.zero(bias, biasBytes());
        if (epilogue.bias() != ConvEpilogue.NONE) {
            Native.copy(arguments.address(epilogue.bias()), bias, OC * Native.FLOAT);
        }
        long residual = epilogue.residual() == ConvEpilogue.NONE ? 0 : arguments.address(epilogue.residual());
        ConvFrame.write(frame, arguments.address(0), arguments.address(1), bias, residual, arguments.address(operands), bias + biasBytes());
        method.run(frame, workers);
    }
}
