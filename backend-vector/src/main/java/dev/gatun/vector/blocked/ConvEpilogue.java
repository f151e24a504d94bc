package dev.gatun.vector.blocked;

import dev.gatun.Shape;
import dev.gatun.TensorType;
import dev.gatun.op.Elementwise;
import dev.gatun.op.Fused;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What the convolutions can do to their result while it is hot: y = relu(conv + Σ biases + residual), any part of which may be missing. A shortcut that is a
 * convolution of its own brings a second bias.
 *
 * @param biases operands of the kernel that are added to each channel
 * @param residual the operand of y's shape that is added, or {@link #NONE}
 */
record ConvEpilogue(List<Integer> biases, int residual, boolean relu) {
    static final int NONE = -1;

    /** Nothing. */
    static final ConvEpilogue EMPTY = new ConvEpilogue(List.of(), NONE, false);

    /** Operands of the kernel in front of those of the region: x and w. */
    static final int ROOT_INPUTS = 2;

    /** Returns the epilogue that {@code region} is, if it is one. @param operands the types of the kernel's operands */
    static Optional<ConvEpilogue> of(Fused.Region region, List<TensorType> operands) {
        List<List<Integer>> values = new ArrayList<>();              // each value as a sum of the region's operands; 0 is the convolution
        for (int i = 0; i < region.inputs(); i++) {
            values.add(List.of(i));
        }
        int last = region.code().size() - 1;
        boolean relu = last >= 0 && region.code().get(last).op().equals(new Elementwise.Unary(Elementwise.UnaryFunction.RELU));
        for (Fused.Instruction instruction : region.code().subList(0, relu ? last : last + 1)) {
            if (!instruction.op().equals(new Elementwise.Binary(Elementwise.BinaryFunction.ADD))) {
                return Optional.empty();
            }
            List<Integer> sum = new ArrayList<>();
            instruction.arguments().forEach(a -> sum.addAll(values.get(a)));
            values.add(sum);
        }
        int result = relu ? region.code().get(last).arguments().getFirst() : values.size() - 1;
        boolean isLast = region.results().equals(List.of(region.inputs() + last)) && result == values.size() - 1;
        return isLast ? of(values.getLast(), relu, region.shape(), operands) : Optional.empty();
    }

    private static Optional<ConvEpilogue> of(List<Integer> sum, boolean relu, Shape y, List<TensorType> operands) {
        List<Integer> biases = new ArrayList<>();
        int residual = NONE;
        int products = 0;
        for (int term : sum) {
            int operand = ROOT_INPUTS + term - 1;
            if (term == 0) {
                products++;
            } else if (isPerChannel(operands.get(operand).shape(), y)) {
                biases.add(operand);
            } else if (residual == NONE && operands.get(operand).shape().equals(y)) {
                residual = operand;
            } else {
                return Optional.empty();
            }
        }
        return products == 1 ? Optional.of(new ConvEpilogue(List.copyOf(biases), residual, relu)) : Optional.empty();
    }

    /** Returns whether {@code shape} is [C, 1, 1] or [1, C, 1, 1] beside y's [N, C, H, W]. */
    private static boolean isPerChannel(Shape shape, Shape y) {
        int channel = shape.rank() - (y.rank() - 1);
        return channel >= 0 && shape.dim(channel) == y.dim(1) && shape.elements() == y.dim(1);
    }
}
