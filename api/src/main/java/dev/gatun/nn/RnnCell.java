package dev.gatun.nn;

import dev.gatun.Tensor;
import dev.gatun.op.Recurrent.Kind;
import java.util.List;

/** One step of {@link Rnn}. */
public final class RnnCell extends RecurrentCell {
    private final int inputs;
    private final int hidden;

    /** Makes a cell with tanh. */
    public RnnCell(int inputs, int hidden) {
        this(Kind.RNN_TANH, inputs, hidden);
    }

    private RnnCell(Kind kind, int inputs, int hidden) {
        super(kind, inputs, hidden);
        this.inputs = inputs;
        this.hidden = hidden;
    }

    /** Returns a cell with max(0, ·) instead of tanh. */
    public RnnCell relu() {
        return new RnnCell(Kind.RNN_RELU, inputs, hidden);
    }

    /** Returns a state of zeros for {@code samples} samples. */
    public Tensor zeroState(int samples) {
        return zeros(samples);
    }

    /** Returns the next h {@code [N, H]}. @param x {@code [N, I]} @param h {@code [N, H]} */
    public Tensor forward(Tensor x, Tensor h, Pass pass) {
        return next(x, List.of(h), pass).getFirst();
    }
}
