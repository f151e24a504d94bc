package dev.gatun.testkit;

import static dev.gatun.testkit.Smoothness.NONE;
import static dev.gatun.testkit.Smoothness.ONCE;
import static dev.gatun.testkit.Smoothness.TWICE;

import dev.gatun.DType;
import dev.gatun.Tensor;
import dev.gatun.op.Recurrent;
import dev.gatun.op.Recurrent.Cell;
import dev.gatun.op.Recurrent.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Layers of every cell in both directions, with odd batches, inputs and hidden units, peepholes, and samples of their own lengths. */
final class RecurrentCases {
    private static final Domain WEIGHTS = new Domain(-0.6, 0.6);

    private RecurrentCases() {
    }

    static List<Case> of(int n) {
        List<Case> cases = new ArrayList<>();
        for (Kind kind : Kind.values()) {
            Cell plain = new Cell(kind, false, false);
            cases.addAll(layer(plain, false, 3, 2, 5, Math.max(1, n)));
            cases.addAll(layer(plain, true, 3, n, 2, 4));
            cases.addAll(layer(new Cell(kind, false, true), kind.ordinal() % 2 == 0, 4, 3, n, 3));
        }
        cases.addAll(layer(new Cell(Kind.LSTM, true, false), false, 3, 2, n, 3));
        cases.addAll(layer(new Cell(Kind.LSTM, true, true), true, 4, 3, 2, Math.max(1, n)));
        return cases;
    }

    static List<Case> large() {
        List<Case> cases = new ArrayList<>();
        for (Kind kind : Kind.values()) {
            cases.addAll(layer(new Cell(kind, false, false), false, 5, 17, 33, 50));
            cases.addAll(layer(new Cell(kind, false, false), false, 4, 1, 64, 96));
        }
        // So many products a step that a backend may leave them to a library.
        cases.addAll(narrow(layer(new Cell(Kind.RNN_TANH, false, false), true, 3, 23, 9, 230)));
        cases.addAll(narrow(layer(new Cell(Kind.LSTM, false, false), false, 3, 23, 9, 130)));
        cases.addAll(narrow(layer(new Cell(Kind.LSTM, false, true), true, 3, 23, 9, 130)));
        cases.addAll(narrow(layer(new Cell(Kind.GRU, false, false), true, 3, 23, 9, 130)));
        cases.addAll(narrow(layer(new Cell(Kind.GRU, false, true), false, 3, 23, 9, 130)));
        return cases;
    }

    private static List<Case> narrow(List<Case> cases) {
        return cases.stream().map(c -> c.in(Set.of(DType.BF16))).toList();
    }

    /** Returns a layer, with the reserve and without, and its back-propagation. */
    static List<Case> layer(Cell cell, boolean reverse, int T, int N, int I, int H) {
        List<Input> operands = operands(cell, T, N, I, H);
        int results = cell.isLstm() ? 3 : 2;
        Smoothness smoothness = cell.kind() == Kind.RNN_RELU ? ONCE : TWICE;
        String name = cell.kind().label() + (cell.peephole() ? " with peepholes" : "") + (cell.lengths() ? " with lengths" : "")
                + (reverse ? " reversed" : "") + " T" + T + " N" + N + " I" + I + " H" + H;
        int K = Math.max(1, T * (I + H));
        List<Input> backward = new ArrayList<>(operands);
        backward.add(Input.of(T, N, H));
        for (int i = 1; i < results; i++) {
            backward.add(Input.of(N, H));
        }
        return List.of(
                layer(name, new Recurrent.Rnn(cell, reverse, false), operands).summing(K).differentiable(smoothness),
                layer(name + ", with reserve", new Recurrent.Rnn(cell, reverse, true), operands).summing(K).differentiable(NONE),
                new Case(name + ", backward", backward, Types.FLOATING, Tolerance.GRADIENT, K, 0, NONE, in -> {
                    List<Tensor> x = in.subList(0, operands.size());
                    List<Tensor> forward = Tensor.record(new Recurrent.Rnn(cell, reverse, true), x.toArray(Tensor[]::new));
                    List<Tensor> all = new ArrayList<>(x);
                    all.add(forward.getFirst());
                    all.add(forward.getLast());
                    all.addAll(in.subList(operands.size(), in.size()));
                    return Tensor.record(new Recurrent.RnnBackward(cell, reverse), all.toArray(Tensor[]::new));
                }));
    }

    private static Case layer(String name, Recurrent.Rnn op, List<Input> operands) {
        return Case.of(name, Tolerance.RECURRENT, op, operands.toArray(Input[]::new));
    }

    private static List<Input> operands(Cell cell, int T, int N, int I, int H) {
        int GH = cell.kind().gates() * H;
        List<Input> operands = new ArrayList<>(List.of(Input.of(T, N, I), Input.of(WEIGHTS, GH, I), Input.of(WEIGHTS, GH, H), Input.of(WEIGHTS, GH),
                Input.of(WEIGHTS, GH), Input.of(N, H)));
        if (cell.isLstm()) {
            operands.add(Input.of(N, H));
        }
        if (cell.peephole()) {
            operands.add(Input.of(WEIGHTS, 3 * H));
        }
        if (cell.lengths()) {
            operands.add(Input.fixed(DType.I64, new Domain(0, T), N));
        }
        return operands;
    }
}
