package dev.gatun.nn;

import dev.gatun.Tensor;
import dev.gatun.op.Recurrent.Kind;
import java.util.List;
import java.util.Optional;

/**
 * Gated recurrent units: r, z = σ(W x + b + U h + c), n = tanh(W x + b + r*(U h + c)), h' = (1 - z)*n + z*h; gates stacked r, z, n. Source: Cho et
 * al. 2014 as in cuDNN and PyTorch.
 *
 * <p>Immutable but for its parameters: {@code layers}, {@code bidirectional} ... return another network, with parameters of its own.
 */
public final class Gru extends RecurrentNetwork {
    /** What a sequence gives. @param y the hidden states of the last layer, {@code [T, N, D·H]} @param h the last state, {@code [L·D, N, H]} */
    public record Output(Tensor y, Tensor h) { }

    /** Makes one layer in one direction. */
    public Gru(int inputs, int hidden) {
        this(new Extent(Kind.GRU, inputs, hidden));
    }

    private Gru(Extent extent) {
        super(extent);
    }

    /** Returns a network of {@code count} layers. */
    public Gru layers(int count) {
        return new Gru(extent().layers(count));
    }

    /** Returns a network that reads the sequence in both directions. */
    public Gru bidirectional() {
        return new Gru(extent().bothDirections());
    }

    /** Returns a network with dropout between its layers. */
    public Gru dropout(double p) {
        return new Gru(extent().dropout(p));
    }

    /** Returns a network that resets before the product, as the original paper: n = tanh(W x + b + U (r*h) + c). */
    public Gru resetBefore() {
        return new Gru(extent().kind(Kind.GRU_RESET_BEFORE));
    }

    /** Returns a state of zeros for {@code samples} samples. */
    public Tensor zeroState(int samples) {
        return zeros(samples);
    }

    /** Reads a sequence. @param x {@code [T, N, I]} @param h the first state @throws IllegalArgumentException if x or h does not fit */
    public Output forward(Tensor x, Tensor h, Pass pass) {
        return output(run(x, List.of(h), Optional.empty(), pass));
    }

    /** Reads sequences of different lengths. @param lengths the steps of each sample, I64 [N]; y is 0 behind */
    public Output forward(Tensor x, Tensor h, Tensor lengths, Pass pass) {
        return output(run(x, List.of(h), Optional.of(lengths), pass));
    }

    private static Output output(List<Tensor> r) {
        return new Output(r.get(0), r.get(1));
    }
}
