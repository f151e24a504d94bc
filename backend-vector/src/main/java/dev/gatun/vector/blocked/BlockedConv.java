package dev.gatun.vector.blocked;

import dev.gatun.TensorType;
import dev.gatun.op.Convolution;
import dev.gatun.spi.Arguments;
import dev.gatun.spi.Kernel;
import dev.gatun.spi.KernelRequest;
import dev.gatun.spi.Layout;
import dev.gatun.vector.Epilogue;
import dev.gatun.vector.Native;
import dev.gatun.vector.Simd;
import dev.gatun.vector.Tail;
import dev.gatun.vector.Workers;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A convolution with its epilogue as a kernel: operands and result in blocks of channels, weights packed as {@link ConvChoice the chosen method} reads them.
 * The planner reorders what lies otherwise; frozen weights once.
 */
final class BlockedConv implements Kernel {
    /** Operands in front of those of the epilogue: x and w. */
    private static final int ROOT_INPUTS = 2;

    private final ConvMethod method;
    private final int operands;
    private final int bias;
    private final int residual;
    private final int OC;
    private final Workers workers;

    private BlockedConv(ConvMethod method, Tail tail, int operands, int OC, Workers workers) {
        this.method = method;
        this.operands = operands;
        this.bias = operand(tail.bias());
        this.residual = operand(tail.residual());
        this.OC = OC;
        this.workers = workers;
    }

    /** Returns the operand of the kernel that operand {@code i} of the epilogue's region is, or -1 for the product itself, which means none. */
    private static int operand(int i) {
        return i == 0 ? -1 : ROOT_INPUTS + i - 1;
    }

    /** Returns the kernel for a convolution alone. */
    static Optional<Kernel> of(Convolution.Conv op, KernelRequest.Single request, Workers workers) {
        return of(op, Tail.NONE, request.inputs(), workers);
    }

    /** Returns the kernel for a convolution and what follows, if that is a bias, a sum and a ReLU. */
    static Optional<Kernel> of(Convolution.Conv op, KernelRequest.Epilogue request, Workers workers) {
        List<TensorType> region = new ArrayList<>(List.of(request.inputs().getFirst().with(request.fused().region().shape())));
        region.addAll(request.inputs().subList(ROOT_INPUTS, request.inputs().size()));
        return Tail.of(request.fused().region(), region, Epilogue.Bias.ROW).flatMap(tail -> of(op, tail, request.inputs(), workers));
    }

    private static Optional<Kernel> of(Convolution.Conv op, Tail tail, List<TensorType> inputs, Workers workers) {
        boolean relu = tail.epilogue().slope() == 0;
        return ConvShape.of(op, inputs.get(0), inputs.get(1)).flatMap(s -> ConvChoice.of(s, relu, workers.threads())
                .map(method -> new BlockedConv(method, tail, inputs.size(), s.OC(), workers)));
    }

    @Override
    public String name() {
        return method.name();
    }

    @Override
    public List<Layout> inputLayouts() {
        List<Layout> layouts = new ArrayList<>(List.of(method.source(), method.weights()));
        for (int operand = ROOT_INPUTS; operand < operands; operand++) {
            layouts.add(operand == residual ? Blocked.NATIVE : Layout.PLAIN);
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
        long padded = frame + ConvFrame.BYTES;                     // the bias, rounded up to blocks
        Native.zero(padded, biasBytes());
        if (bias >= 0) {
            Native.copy(arguments.address(bias), padded, OC * Native.FLOAT);
        }
        ConvFrame.write(frame, arguments.address(0), arguments.address(1), padded, residual < 0 ? 0 : arguments.address(residual),
                arguments.address(operands), padded + biasBytes());
        method.run(frame, workers);
    }
}
