package dev.gatun.cli;

import dev.gatun.Tensor;
import java.util.Map;

/**
 * How far float32 results may be from the goldens, as a part of the largest element of the tensor (see {@link Difference}). All in one place, with
 * the reasons; u = 2⁻²⁴ is the relative error of one rounding.
 */
final class Tolerance {
    private static final double U = 0x1p-24;

    /**
     * A dozen operations in a row on numbers of one size, each good to 4 u (the worst of our exponentials and tangents) and adding up in the worst
     * case.
     */
    private static final double FEW_OPERATIONS = 48 * U;

    /**
     * Winograd's F(4x4) convolution transforms with factors up to 5 before it multiplies: 1.2e-6 to 2.8e-6 measured on the layers of real networks.
     */
    private static final double CONVOLUTION = 96 * U;

    /** Each step hands its error on to the next, through weights that may enlarge it: some steps of {@link #FEW_OPERATIONS}. */
    private static final double RECURRENT = 192 * U;

    /** Losses of float32 trainings, as the goldens themselves state it: PyTorch's own in float32 and float64 stay within 2e-5. */
    static final double LOSS = 1e-4;

    /** Parameters after the last step of a training; Adam turns the sign of a tiny gradient, thus rounding, into a whole step. */
    static final double TRAINED = 1e-3;

    /** Activations of whole networks, whose goldens are float32 themselves: two roundings a layer, handed on through up to 50 layers. */
    static final double NETWORK = 1e-4;

    private Tolerance() {
    }

    /**
     * Returns the tolerance of one layer and its gradients against float64: that of its operations, and √K u for sums of up to K terms, whose
     * roundings are as good as independent. K is the size of the largest input, since no sum runs over more.
     */
    static double ofLayer(String op, Map<String, Tensor> inputs) {
        double operations = switch (op) {
            case "conv", "conv_transpose" -> CONVOLUTION;
            case "rnn", "gru", "lstm" -> RECURRENT;
            default -> FEW_OPERATIONS;
        };
        long k = inputs.values().stream().mapToLong(t -> t.type().elements()).max().orElse(1);
        return operations + Math.sqrt(k) * U;
    }
}
