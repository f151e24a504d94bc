package dev.gatun.nn;

import dev.gatun.Tensor;
import dev.gatun.op.Recurrent.Kind;
import java.util.List;

/** One step of {@link Gru}. */
public final class GruCell extends RecurrentCell {
    /** Makes a cell. */
    public GruCell(int inputs, int hidden) {
        super(Kind.GRU, inputs, hidden);
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
