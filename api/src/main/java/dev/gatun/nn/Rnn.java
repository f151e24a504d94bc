package dev.gatun.nn;

import dev.gatun.Tensor;
import dev.gatun.op.Recurrent.Kind;
import java.util.List;
import java.util.Optional;

/**
 * The plain recurrence h' = tanh(W x + b + U h + c), or max(0, ·). Source: Elman 1990.
 *
 * <p>Immutable but for its parameters: {@code layers}, {@code bidirectional} ... return another network, with parameters of its own.
 */
public final class Rnn extends RecurrentNetwork {
    /** What a sequence gives. @param y the hidden states of the last layer, {@code [T, N, D·H]} @param h the last state, {@code [L·D, N, H]} */
    public record Output(Tensor y, Tensor h) { }

    /** Makes one layer in one direction with tanh. */
    public Rnn(int inputs, int hidden) {
        this(new Extent(Kind.RNN_TANH, inputs, hidden));
    }

    private Rnn(Extent extent) {
        super(extent);
    }

    /** Returns a network with max(0, ·) instead of tanh. */
    public Rnn relu() {
        return new Rnn(extent().kind(Kind.RNN_RELU));
    }

    /** Returns a network of {@code count} layers. */
    public Rnn layers(int count) {
        return new Rnn(extent().layers(count));
    }

    /** Returns a network that reads the sequence in both directions. */
    public Rnn bidirectional() {
        return new Rnn(extent().bothDirections());
    }

    /** Returns a network with dropout between its layers. */
    public Rnn dropout(double p) {
        return new Rnn(extent().dropout(p));
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
