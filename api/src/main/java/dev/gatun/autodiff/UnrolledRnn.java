package dev.gatun.autodiff;

import dev.gatun.DType;
import dev.gatun.Tensor;
import dev.gatun.op.Recurrent.Cell;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * A recurrent layer as a composition, step by step: T copies of its cell. {@link dev.gatun.op.Recurrent.Rnn} computes the same in one op, and so does
 * {@link dev.gatun.op.Recurrent.RnnBackward} for its gradient; this form is for what has no op, the gradients of the gradients.
 */
final class UnrolledRnn {
    private final Cell cell;
    private final int H;
    private final Tensor wHh;
    private final Tensor bHh;
    private final Optional<Tensor> peephole;

    private UnrolledRnn(Cell cell, Tensor wHh, Tensor bHh, Optional<Tensor> peephole) {
        this.cell = cell;
        this.H = wHh.dim(1);
        this.wHh = wHh;
        this.bHh = bHh;
        this.peephole = peephole;
    }

    /** What one step hands to the next. @param c the cell state {@code [N, H]}; for cells without one, h again, which nobody reads */
    private record State(Tensor h, Tensor c) { }

    /** Returns (y, hn, cn if LSTM) for the operands of {@link dev.gatun.op.Recurrent.Rnn}. */
    static List<Tensor> of(Cell cell, boolean reverse, List<Tensor> in) {
        Tensor x = in.get(0);
        int T = x.dim(0);
        int N = x.dim(1);
        int next = 6;
        State state = new State(in.get(5), cell.isLstm() ? in.get(next++) : in.get(5));
        Optional<Tensor> peephole = cell.peephole() ? Optional.of(in.get(next++)) : Optional.empty();
        Optional<Tensor> lengths = cell.lengths() ? Optional.of(in.get(next)) : Optional.empty();
        UnrolledRnn layer = new UnrolledRnn(cell, in.get(2), in.get(4), peephole);

        Tensor projected = x.matmul(in.get(1), false, true).add(in.get(3));                // W x + b for all steps at once, [T, N, G·H]
        Tensor[] y = new Tensor[T];
        for (int i = 0; i < T; i++) {
            int t = reverse ? T - 1 - i : i;
            State after = layer.step(projected.slice(0, t, t + 1).squeeze(0), state);
            y[t] = after.h;
            if (lengths.isPresent()) {
                Tensor runs = lengths.get().gt(Tensor.scalar(DType.I64, t)).unsqueeze(1);  // [N, 1]
                y[t] = runs.where(after.h, Notation.constant(0, x));
                after = new State(runs.where(after.h, state.h), runs.where(after.c, state.c));
            }
            state = after;
        }
        List<Tensor> results = new ArrayList<>();
        results.add(T == 0 ? Tensor.zeros(x.dtype(), 0, N, layer.H) : Tensor.concat(0, Arrays.stream(y).map(h -> h.unsqueeze(0)).toList()));
        results.add(state.h);
        if (cell.isLstm()) {
            results.add(state.c);
        }
        return results;
    }

    /** Returns the state after a step. @param wx W x + b of the step, {@code [N, G·H]} */
    private State step(Tensor wx, State s) {
        return switch (cell.kind()) {
            case RNN_TANH -> withoutCell(wx.add(recur(s.h)).tanh());
            case RNN_RELU -> withoutCell(wx.add(recur(s.h)).relu());
            case LSTM -> lstm(wx.add(recur(s.h)), s.c);
            case GRU -> {
                Tensor uh = recur(s.h);
                Tensor r = gate(wx, 0).add(gate(uh, 0)).sigmoid();
                yield gru(gate(wx, 1).add(gate(uh, 1)), gate(wx, 2).add(r.mul(gate(uh, 2))), s.h);
            }
            case GRU_RESET_BEFORE -> {
                Tensor uh = recur(s.h);
                Tensor r = gate(wx, 0).add(gate(uh, 0)).sigmoid();
                Tensor n = gate(wx, 2).add(gate(recur(r.mul(s.h)), 2));
                yield gru(gate(wx, 1).add(gate(uh, 1)), n, s.h);
            }
        };
    }

    /** Returns U h + c, {@code [N, G·H]}. */
    private Tensor recur(Tensor h) {
        return h.matmul(wHh, false, true).add(bHh);
    }

    /** Returns the part {@code [N, H]} of gate {@code index}. */
    private Tensor gate(Tensor gates, int index) {
        return gates.slice(1, index * H, (index + 1) * H);
    }

    /** Returns t + p * c with the peephole {@code index} of 0 i, 1 f, 2 o, or t if there is none. */
    private Tensor peep(Tensor t, int index, Tensor c) {
        return peephole.map(p -> t.add(c.mul(p.slice(0, index * H, (index + 1) * H)))).orElse(t);
    }

    private State lstm(Tensor gates, Tensor c) {
        Tensor i = peep(gate(gates, 0), 0, c).sigmoid();
        Tensor f = peep(gate(gates, 1), 1, c).sigmoid();
        Tensor g = gate(gates, 2).tanh();
        Tensor after = f.mul(c).add(i.mul(g));
        Tensor o = peep(gate(gates, 3), 2, after).sigmoid();
        return new State(o.mul(after.tanh()), after);
    }

    /** Returns h' = (1 - z)*n + z*h for the operands of z's sigmoid and n's tanh. */
    private static State gru(Tensor zIn, Tensor nIn, Tensor h) {
        Tensor z = zIn.sigmoid();
        Tensor n = nIn.tanh();
        return withoutCell(n.add(z.mul(h.sub(n))));
    }

    private static State withoutCell(Tensor h) {
        return new State(h, h);
    }
}
