package dev.gatun.nn;

import dev.gatun.Tensor;
import dev.gatun.op.Recurrent.Kind;
import java.util.List;
import java.util.Optional;

/**
 * Long short-term memory: i, f, o = σ(W x + b + U h + c), g = tanh(...), c' = f*c + i*g, h' = o*tanh(c'); gates stacked i, f, g, o. Source:
 * Hochreiter and Schmidhuber 1997.
 *
 * {@snippet :
 * Lstm lstm = new Lstm(32, 64).layers(2);
 * Lstm.Output out = lstm.forward(x, lstm.zeroState(x.dim(1)), pass);      // x [T, N, 32] -> out.y() [T, N, 64]
 * }
 *
 * <p>Immutable but for its parameters: {@code layers}, {@code bidirectional} ... return another network, with parameters of its own.
 */
public final class Lstm extends RecurrentNetwork {
    /** The state between two sequences: h and c, each {@code [L·D, N, H]}. */
    public record State(Tensor h, Tensor c) { }

    /**
     * What a sequence gives.
     *
     * @param y the hidden states of the last layer, {@code [T, N, D·H]}
     * @param h last, {@code [L·D, N, H]}
     * @param c last, as h
     */
    public record Output(Tensor y, Tensor h, Tensor c) {
        /** Returns the state from which a following sequence goes on. */
        public State state() {
            return new State(h, c);
        }
    }

    /** Makes one layer in one direction. */
    public Lstm(int inputs, int hidden) {
        this(new Extent(Kind.LSTM, inputs, hidden));
    }

    private Lstm(Extent extent) {
        super(extent);
    }

    /** Returns a network of {@code count} layers. */
    public Lstm layers(int count) {
        return new Lstm(extent().layers(count));
    }

    /** Returns a network that reads the sequence in both directions. */
    public Lstm bidirectional() {
        return new Lstm(extent().bothDirections());
    }

    /** Returns a network with dropout between its layers. */
    public Lstm dropout(double p) {
        return new Lstm(extent().dropout(p));
    }

    /** Returns a network whose gates see c, by parameters {@code weight_peephole_l<l> [3·H]} (i, f, o). Source: Gers and Schmidhuber 2000. */
    public Lstm peepholes() {
        return new Lstm(extent().withPeepholes());
    }

    /** Returns a state of zeros for {@code samples} samples. */
    public State zeroState(int samples) {
        return new State(zeros(samples), zeros(samples));
    }

    /** Reads a sequence. @param x {@code [T, N, I]} @throws IllegalArgumentException if x or the state does not fit */
    public Output forward(Tensor x, State state, Pass pass) {
        return output(run(x, List.of(state.h, state.c), Optional.empty(), pass));
    }

    /** Reads sequences of different lengths. @param lengths the steps of each sample, I64 [N]; y is 0 behind */
    public Output forward(Tensor x, State state, Tensor lengths, Pass pass) {
        return output(run(x, List.of(state.h, state.c), Optional.of(lengths), pass));
    }

    private static Output output(List<Tensor> r) {
        return new Output(r.get(0), r.get(1), r.get(2));
    }
}
