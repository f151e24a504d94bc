package dev.gatun.vector.blocked;

import dev.gatun.Shape;
import dev.gatun.TensorType;
import dev.gatun.op.Elementwise;
import dev.gatun.op.Fused;
import java.util.List;
import java.util.Optional;

/**
 * What the convolutions can do to their result while it is hot: y = relu(conv + bias + residual), any part of which may be missing.
 *
 * @param bias the operand that is added to each channel, or {@link #NONE}
 * @param residual the operand of y's shape that is added, or {@link #NONE}
 */
record ConvEpilogue(int bias, int residual, boolean relu) {
    static final int NONE = -1;

    /** Nothing. */
    static final ConvEpilogue EMPTY = new ConvEpilogue(NONE, NONE, false);

    /** Returns the epilogue that {@code fused} is, if it is one. @param operands the types of the fused op's operands */
    static Optional<ConvEpilogue> of(Fused.Epilogue fused, List<TensorType> operands) {
        Fused.Region region = fused.region();
        ConvEpilogue epilogue = EMPTY;
        int value = 0;
        for (int i = 0; i < region.code().size(); i++) {
            Fused.Instruction instruction = region.code().get(i);
            int current = value;
            Optional<ConvEpilogue> longer = epilogue.relu ? Optional.empty() : switch (instruction.op()) {
                case Elementwise.Unary u when u.function() == Elementwise.UnaryFunction.RELU && instruction.arguments().getFirst() == current ->
                    Optional.of(new ConvEpilogue(epilogue.bias, epilogue.residual, true));
                case Elementwise.Binary b when b.function() == Elementwise.BinaryFunction.ADD ->
                    epilogue.plus(other(instruction.arguments(), current), region, fused.rootInputs(), operands);
                default -> Optional.empty();
            };
            if (longer.isEmpty()) {
                return Optional.empty();
            }
            epilogue = longer.get();
            value = region.inputs() + i;
        }
        return region.results().equals(List.of(value)) ? Optional.of(epilogue) : Optional.empty();
    }

    /** Returns what is added to {@code value}, or {@link #NONE} if that is not all. */
    private static int other(List<Integer> arguments, int value) {
        int a = arguments.get(0);
        int b = arguments.get(1);
        return a == value && b != value ? b : b == value && a != value ? a : NONE;
    }

    private Optional<ConvEpilogue> plus(int value, Fused.Region region, int rootInputs, List<TensorType> operands) {
        if (value < 1 || value >= region.inputs()) {
            return Optional.empty();
        }
        int operand = rootInputs + value - 1;
        Shape shape = operands.get(operand).shape();
        if (residual == NONE && shape.equals(region.shape())) {
            return Optional.of(new ConvEpilogue(bias, operand, relu));
        }
        return bias == NONE && isPerChannel(shape, region.shape()) ? Optional.of(new ConvEpilogue(operand, residual, relu)) : Optional.empty();
    }

    /** Returns whether {@code shape} is [C, 1, 1] or [1, C, 1, 1] beside y's [N, C, H, W]. */
    private static boolean isPerChannel(Shape shape, Shape y) {
        int channel = shape.rank() - (y.rank() - 1);
        return channel >= 0 && shape.dim(channel) == y.dim(1) && shape.elements() == y.dim(1);
    }
}
