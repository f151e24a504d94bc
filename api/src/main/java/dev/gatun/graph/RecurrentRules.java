package dev.gatun.graph;

import dev.gatun.DType;
import dev.gatun.Shape;
import dev.gatun.TensorType;
import dev.gatun.op.Recurrent;
import dev.gatun.op.Recurrent.Cell;
import java.util.ArrayList;
import java.util.List;

/** Types of recurrent layers; T steps, N samples, I inputs, H hidden units, G gates. */
final class RecurrentRules {
    private RecurrentRules() {
    }

    static List<TensorType> infer(Recurrent op, List<TensorType> inputs) {
        return switch (op) {
            case Recurrent.Rnn r -> forward(r, Operands.of(op, inputs, names(r.cell())));
            case Recurrent.RnnBackward r -> backward(r, Operands.of(op, inputs, backwardNames(r.cell())));
        };
    }

    private static List<String> names(Cell cell) {
        List<String> names = new ArrayList<>(List.of("x", "wIh", "wHh", "bIh", "bHh", "h0"));
        if (cell.isLstm()) {
            names.add("c0");
        }
        if (cell.peephole()) {
            names.add("peephole");
        }
        if (cell.lengths()) {
            names.add("lengths");
        }
        return names;
    }

    private static List<String> backwardNames(Cell cell) {
        List<String> names = new ArrayList<>(names(cell));
        names.addAll(List.of("y", "reserve", "dy", "dhn"));
        if (cell.isLstm()) {
            names.add("dcn");
        }
        return names;
    }

    private static List<TensorType> forward(Recurrent.Rnn op, Operands o) {
        Sizes s = operands(op.cell(), o);
        List<TensorType> results = new ArrayList<>(List.of(s.sequence(s.H), s.state()));
        if (op.cell().isLstm()) {
            results.add(s.state());
        }
        if (op.reserve()) {
            results.add(s.sequence(op.cell().kind().reserve() * s.H));
        }
        return results;
    }

    private static List<TensorType> backward(Recurrent.RnnBackward op, Operands o) {
        Cell cell = op.cell();
        Sizes s = operands(cell, o);
        int y = cell.operands();
        int last = y + (cell.isLstm() ? 4 : 3);
        o.shape(y, s.sequence(s.H).shape(), "[T, N, H], the result of the forward op");
        o.shape(y + 1, s.sequence(cell.kind().reserve() * s.H).shape(), "[T, N, R·H], the reserve of the forward op");
        o.shape(y + 2, s.sequence(s.H).shape(), "[T, N, H], the gradient of y");
        for (int i = y + 3; i <= last; i++) {
            o.shape(i, s.state().shape(), "[N, H], the gradient of a last state");
        }
        for (int i = y; i <= last; i++) {
            o.sameDtype(0, i);
        }
        // Each gradient has its operand's type; lengths, the last operand, has none.
        int differentiable = cell.operands() - (cell.lengths() ? 1 : 0);
        List<TensorType> results = new ArrayList<>();
        for (int i = 0; i < differentiable; i++) {
            results.add(o.type(i));
        }
        return results;
    }

    /** Checks the operands of the forward op, which both begin with. */
    private static Sizes operands(Cell cell, Operands o) {
        o.check(!cell.peephole() || cell.isLstm(), "only an lstm has peepholes");
        o.floating(0);
        o.rank(0, 3, "[T, N, I]");
        o.rank(2, 2, "[G·H, H]");
        int gates = cell.kind().gates();
        int hidden = o.dim(2, 1);
        Sizes s = new Sizes(o.type(0), o.dim(0, 0), o.dim(0, 1), hidden);
        int stacked = Math.multiplyExact(gates, hidden);
        o.shape(1, Shape.of(stacked, o.dim(0, 2)), "[G·H, I] with " + gates + " gates of " + hidden + " units");
        o.shape(2, Shape.of(stacked, hidden), "[G·H, H] with " + gates + " gates of " + hidden + " units");
        o.shape(3, Shape.of(stacked), "[G·H]");
        o.shape(4, Shape.of(stacked), "[G·H]");
        o.shape(5, s.state().shape(), "[N, H]");
        int next = 6;
        if (cell.isLstm()) {
            o.shape(next++, s.state().shape(), "[N, H]");
        }
        if (cell.peephole()) {
            o.shape(next++, Shape.of(3 * hidden), "[3·H], of the gates i, f and o");
        }
        o.sameDtypes(0, next - 1);
        if (cell.lengths()) {
            o.exactly(next, DType.I64);
            o.shape(next, Shape.of(s.N), "[N], the steps of each sample");
        }
        return s;
    }

    /** The sizes of a layer. */
    private record Sizes(TensorType x, int T, int N, int H) {
        TensorType sequence(int width) {
            return x.with(Shape.of(T, N, width));
        }

        TensorType state() {
            return x.with(Shape.of(N, H));
        }
    }
}
