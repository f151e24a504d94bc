package dev.gatun.autodiff;

import dev.gatun.Tensor;
import dev.gatun.op.Contraction;
import dev.gatun.op.Convolution;
import dev.gatun.op.Elementwise;
import dev.gatun.op.Fused;
import dev.gatun.op.Indexing;
import dev.gatun.op.Movement;
import dev.gatun.op.Normalization;
import dev.gatun.op.Pooling;
import dev.gatun.op.Quantized;
import dev.gatun.op.Random;
import dev.gatun.op.Recurrent;
import dev.gatun.op.Reduction;
import dev.gatun.op.Source;
import java.util.Collections;
import java.util.List;
import java.util.function.Supplier;

/**
 * The rule of every op: from the gradients of its results to those of its operands. A rule gives a supplier an operand, so that nothing is recorded
 * for operands that nobody wants the gradient of: the images that a network's first convolution reads, or an exponent.
 */
final class Vjp {
    /** Stands for an operand that its op's results do not depend on smoothly: an index, a condition, what is rounded. Its gradient is zero. */
    static final Supplier<Tensor> NONE = () -> {
        throw new IllegalStateException("an operand without gradient was asked for it");
    };

    private Vjp() {
    }

    /**
     * Returns how the gradient of each operand is recorded, {@link #NONE} where it is zero. Suppliers of operands of integer type, which are never
     * wanted, may be missing at the end.
     */
    static List<Supplier<Tensor>> of(Step s) {
        return switch (s.op()) {
            case Elementwise op -> ElementwiseVjp.of(op, s);
            case Reduction op -> ReductionVjp.of(op, s);
            case Movement op -> MovementVjp.of(op, s);
            case Indexing op -> IndexingVjp.of(op, s);
            case Contraction op -> ContractionVjp.of(op, s);
            case Convolution op -> ConvolutionVjp.of(op, s);
            case Quantized op -> Collections.nCopies(s.inputs().size(), NONE); // what is rounded has no slope
            case Pooling op -> PoolingVjp.of(op, s);
            case Normalization op -> NormalizationVjp.of(op, s);
            case Recurrent op -> RecurrentVjp.of(op, s);
            case Random op -> List.of(); // its operand, a key, is of integer type
            case Source op -> List.of();
            case Fused op -> throw new IllegalStateException("gradient of " + op.name() + ": ops that the planner makes are never recorded");
        };
    }
}
