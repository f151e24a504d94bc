package dev.gatun.nn;

import dev.gatun.Tensor;
import dev.gatun.op.Recurrent.Kind;
import java.util.List;

/** One step of {@link Lstm}. */
public final class LstmCell extends RecurrentCell {
    /** The state between two steps: h and c, each {@code [N, H]}. */
    public record State(Tensor h, Tensor c) { }

    /** Makes a cell. */
    public LstmCell(int inputs, int hidden) {
        super(Kind.LSTM, inputs, hidden);
    }

    /** Returns a state of zeros for {@code samples} samples. */
    public State zeroState(int samples) {
        return new State(zeros(samples), zeros(samples));
    }

    /** Returns the next state, whose h is the output. @param x {@code [N, I]} */
    public State forward(Tensor x, State state, Pass pass) {
        List<Tensor> next = next(x, List.of(state.h, state.c), pass);
        return new State(next.get(0), next.get(1));
    }
}
