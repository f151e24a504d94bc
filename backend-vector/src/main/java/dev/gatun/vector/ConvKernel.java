package dev.gatun.vector;

import dev.gatun.DType;
import dev.gatun.Shape;
import dev.gatun.TensorType;
import dev.gatun.op.Convolution;
import dev.gatun.op.Ints;
import dev.gatun.spi.Arguments;
import dev.gatun.spi.Kernel;
import java.util.List;
import java.util.Optional;

/** A convolution or one of its gradients in plain NCHW: {@link ConvForward}, {@link ConvBackwardData}, {@link ConvBackwardWeights}. */
sealed interface ConvKernel extends Kernel {
    /**
     * Returns a kernel, or empty if the operands are not floats, have more than three spatial axes or more places than an int counts.
     *
     * @param inputs types of the op's two operands, then of the region's operands behind the result
     */
    static Optional<ConvKernel> of(Convolution op, Tail tail, List<TensorType> inputs, TensorType output, Workers workers) {
        if (inputs.getFirst().dtype() != DType.F32 || op.geometry().spatialRank() > 3) {
            return Optional.empty();
        }
        Shape first = inputs.get(0).shape();
        Shape second = inputs.get(1).shape();
        ConvGeometry geometry = switch (op) {
            case Convolution.Conv c -> geometry(c.geometry(), first, second);
            case Convolution.ConvBackwardData c -> geometry(c.geometry(), output.shape(), second);
            case Convolution.ConvBackwardWeights c -> geometry(c.geometry(), first, output.shape());
        };
        if (!geometry.isCountable()) {
            return Optional.empty();
        }
        return Optional.of(switch (op) {
            case Convolution.Conv _ -> new Forward(new ConvForward(geometry, tail.epilogue()), tail, inputs.size(), workers);
            case Convolution.ConvBackwardData _ -> new BackwardData(new ConvBackwardData(geometry, tail.epilogue()), tail, inputs.size(), workers);
            case Convolution.ConvBackwardWeights _ -> new BackwardWeights(new ConvBackwardWeights(geometry), workers);
        });
    }

    private static ConvGeometry geometry(Convolution.Geometry g, Shape x, Shape w) {
        int rank = g.spatialRank();
        ConvGeometry.Axis[] axes = {ConvGeometry.Axis.NONE, ConvGeometry.Axis.NONE, ConvGeometry.Axis.NONE};
        for (int i = 0; i < rank; i++) {
            axes[3 - rank + i] = new ConvGeometry.Axis(x.dim(2 + i), w.dim(2 + i), at(g.strides(), i), at(g.padBefore(), i), at(g.padAfter(), i),
                    at(g.dilations(), i));
        }
        return new ConvGeometry(x.dim(0), x.dim(1), w.dim(0), g.groups(), axes[0], axes[1], axes[2]);
    }

    private static int at(Ints values, int i) {
        return values.get(i);
    }

    /** Returns the address of operand {@code i} of the region behind a result, 0 if there is none; the result is the region's operand 0. */
    private static long operand(Arguments arguments, int i) {
        return i == 0 ? 0 : arguments.address(i + 1);
    }

    /** y = conv(x, w), then the tail. */
    record Forward(ConvForward conv, Tail tail, int operands, Workers workers) implements ConvKernel {
        @Override
        public String name() {
            return conv.name();
        }

        @Override
        public long workspaceBytes() {
            return conv.workspaceBytes(workers.threads());
        }

        @Override
        public void launch(Arguments a) {
            conv.run(a.address(0), a.address(1), operand(a, tail.bias()), operand(a, tail.residual()), a.address(operands), a.address(operands + 1), workers);
        }
    }

    /** dx of dy and w, then the tail. */
    record BackwardData(ConvBackwardData conv, Tail tail, int operands, Workers workers) implements ConvKernel {
        @Override
        public String name() {
            return conv.name();
        }

        @Override
        public long workspaceBytes() {
            return conv.workspaceBytes(workers.threads());
        }

        @Override
        public void launch(Arguments a) {
            conv.run(a.address(0), a.address(1), operand(a, tail.bias()), operand(a, tail.residual()), a.address(operands), a.address(operands + 1), workers);
        }
    }

    /** dw of x and dy. */
    record BackwardWeights(ConvBackwardWeights conv, Workers workers) implements ConvKernel {
        @Override
        public String name() {
            return conv.name();
        }

        @Override
        public long workspaceBytes() {
            return conv.workspaceBytes(workers.threads());
        }

        @Override
        public void launch(Arguments a) {
            conv.run(a.address(0), a.address(1), a.address(2), a.address(3), workers);
        }
    }
}
