package dev.gatun.vector;

import dev.gatun.Shape;
import dev.gatun.TensorType;
import dev.gatun.op.Elementwise;
import dev.gatun.op.Elementwise.BinaryFunction;
import dev.gatun.op.Elementwise.UnaryFunction;
import dev.gatun.op.Fused;
import java.util.List;
import java.util.Optional;

/**
 * A region behind a product, read as an {@link Epilogue}: additions of a bias and of a residual, then perhaps a ReLU.
 *
 * @param bias the operand of the region that is the bias, or 0 (which is the product itself) for none
 * @param residual the operand that is the residual, or 0 for none
 */
record Tail(Epilogue epilogue, int bias, int residual) {
    /** No region. */
    static final Tail NONE = new Tail(Epilogue.NONE, 0, 0);

    /**
     * Reads a region.
     *
     * @param inputs types of the region's operands, the first being the product
     * @param side the side of the product along which its bias lies: {@code ROW} for channels, axis 1 of an image; {@code COLUMN} for the last axis
     * @return empty if the region is anything else
     */
    static Optional<Tail> of(Fused.Region region, List<TensorType> inputs, Epilogue.Bias side) {
        int current = 0;
        int bias = 0;
        int residual = 0;
        boolean relu = false;
        for (int i = 0; i < region.code().size(); i++) {
            Fused.Instruction c = region.code().get(i);
            List<Integer> a = c.arguments();
            boolean add = c.op().equals(new Elementwise.Binary(BinaryFunction.ADD));
            int other = add ? a.get(0) == current ? a.get(1) : a.get(0) : 0;
            boolean reads = a.contains(current) && !relu;
            if (add && reads && other > 0 && other < region.inputs() && bias == 0 && isBias(inputs.get(other).shape(), region.shape(), side)) {
                bias = other;
            } else if (add && reads && other > 0 && other < region.inputs() && residual == 0 && inputs.get(other).shape().equals(region.shape())) {
                residual = other;
            } else if (reads && c.op().equals(new Elementwise.Unary(UnaryFunction.RELU))) {
                relu = true;
            } else {
                return Optional.empty();
            }
            current = region.inputs() + i;
        }
        if (!region.results().equals(List.of(current))) {
            return Optional.empty();
        }
        return Optional.of(new Tail(new Epilogue(bias > 0 ? side : Epilogue.Bias.NONE, residual > 0, relu), bias, residual));
    }

    /** Returns whether {@code bias}, expanded to {@code y}, differs along one axis only: the channels, or the columns. */
    private static boolean isBias(Shape bias, Shape y, Epilogue.Bias side) {
        int axis = (side == Epilogue.Bias.ROW ? 1 : y.rank() - 1) - (y.rank() - bias.rank());
        return axis >= 0 && bias.dim(axis) == bias.elements() && bias.elements() == y.dim(side == Epilogue.Bias.ROW ? 1 : -1);
    }
}
