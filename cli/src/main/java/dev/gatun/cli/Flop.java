package dev.gatun.cli;

import dev.gatun.Producer;
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
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;

/**
 * Counts floating-point operations of a recorded computation: two for each multiplication and addition of a product, as the literature counts
 * networks. What is done element by element does not count, and neither does what a faster algorithm saves.
 */
final class Flop {
    private Flop() {
    }

    /** Returns the operations of all products behind {@code results}; what several of them need counts once. */
    static double of(Tensor... results) {
        Set<Producer> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        Deque<Tensor> open = new ArrayDeque<>(List.of(results));
        double sum = 0;
        while (!open.isEmpty()) {
            Producer p = open.pop().producer().orElse(null);
            if (p != null && seen.add(p)) {
                sum += of(p);
                p.inputs().forEach(open::push);
            }
        }
        return sum;
    }

    private static double of(Producer p) {
        return switch (p.op()) {
            case Contraction.MatMul m -> 2.0 * elements(p) * p.inputs().getFirst().dim(m.transposeA() ? -2 : -1);
            // Each y[n, oc, o] sums IC/G · K products: one slice of w along its first axis.
            case Convolution.Conv _ -> 2.0 * elements(p) * slice(p.inputs().get(1));
            case Convolution.ConvBackwardData _ -> 2.0 * p.inputs().getFirst().type().elements() * slice(p.inputs().get(1));
            case Convolution.ConvBackwardWeights _ -> 2.0 * p.inputs().get(1).type().elements() * p.types().getFirst().elements()
                    / p.types().getFirst().shape().dim(0);
            case Quantized.QuantizedMatMul m -> 2.0 * elements(p) * p.inputs().getFirst().dim(m.transposeA() ? -2 : -1);
            case Quantized.QuantizedConv _ -> 2.0 * elements(p) * slice(p.inputs().get(1));
            case Recurrent.Rnn _ -> recurrent(p);
            case Recurrent.RnnBackward _ -> 2 * recurrent(p);
            case Source _, Elementwise _, Reduction _, Movement _, Indexing _, Pooling _, Normalization _, Random _, Fused _ -> 0;
        };
    }

    /** Each step multiplies every sample by both weight matrices. */
    private static double recurrent(Producer p) {
        Tensor x = p.inputs().getFirst();
        return 2.0 * x.dim(0) * x.dim(1) * (p.inputs().get(1).type().elements() + p.inputs().get(2).type().elements());
    }

    private static double elements(Producer p) {
        return p.types().getFirst().elements();
    }

    private static double slice(Tensor w) {
        return (double) w.type().elements() / Math.max(1, w.dim(0));
    }
}
