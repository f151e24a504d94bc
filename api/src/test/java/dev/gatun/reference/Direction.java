package dev.gatun.reference;

import dev.gatun.DType;
import dev.gatun.Shape;
import dev.gatun.TensorType;
import dev.gatun.op.Recurrent;
import java.util.ArrayList;
import java.util.List;

/** A recurrent layer of a test, read in one direction: makes operands for it, and runs its loops. */
record Direction(Recurrent.Cell cell, boolean reverse) {
    /** Returns operands of the given sizes; the lengths are T, 0, 2, 4, ... but at most T. */
    List<Values> randomOperands(int T, int N, int I, int H) {
        int GH = cell.kind().gates() * H;
        List<Values> in = new ArrayList<>(List.of(Values.random(1, T, N, I), Values.random(2, GH, I), Values.random(3, GH, H),
                Values.random(4, GH), Values.random(5, GH), Values.random(6, N, H)));
        if (cell.isLstm()) {
            in.add(Values.random(7, N, H));
        }
        if (cell.peephole()) {
            in.add(Values.random(8, 3 * H));
        }
        if (cell.lengths()) {
            double[] lengths = new double[N];
            for (int n = 0; n < N; n++) {
                lengths[n] = n == 0 ? T : Math.min(T, 2 * (n - 1));
            }
            in.add(Values.of(Shape.of(N), lengths).as(DType.I64));
        }
        return in;
    }

    /** Returns y, hn, cn if LSTM, reserve. */
    List<Values> forward(List<Values> in) {
        return forward(in, true);
    }

    List<Values> forward(List<Values> in, boolean reserve) {
        TensorType h0 = in.get(5).type();
        int H = h0.shape().dim(1);
        TensorType y = in.getFirst().type().with(in.getFirst().shape().with(2, H));
        List<TensorType> out = new ArrayList<>(List.of(y, h0));
        if (cell.isLstm()) {
            out.add(h0);
        }
        if (reserve) {
            out.add(y.with(y.shape().with(2, cell.kind().reserve() * H)));
        }
        return run(new Recurrent.Rnn(cell, reverse, reserve), out, in);
    }

    /** Returns the gradients of Σ y·dy + Σ hn·dhn + Σ cn·dcn in all operands but the lengths. @param dcn ignored unless LSTM */
    List<Values> backward(List<Values> in, List<Values> out, Values dy, Values dhn, Values dcn) {
        List<Values> operands = new ArrayList<>(in);
        operands.addAll(List.of(out.getFirst(), out.getLast(), dy, dhn));
        if (cell.isLstm()) {
            operands.add(dcn);
        }
        List<TensorType> gradients = in.subList(0, cell.operands() - (cell.lengths() ? 1 : 0)).stream().map(Values::type).toList();
        return run(new Recurrent.RnnBackward(cell, reverse), gradients, operands);
    }

    private static List<Values> run(Recurrent op, List<TensorType> out, List<Values> in) {
        Loop loop = RecurrentLoops.of(op, in.stream().map(Values::type).toList(), out);
        return Values.run(loop, out, in.toArray(Values[]::new));
    }

    @Override
    public String toString() {
        return cell + (reverse ? " reverse" : "");
    }
}
