package dev.gatun.vector;

import dev.gatun.DType;
import dev.gatun.TensorType;
import dev.gatun.op.Recurrent.Cell;
import dev.gatun.op.Recurrent.Rnn;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** Operands and result types of recurrent layers. T steps, N samples, I inputs, H hidden units. */
record RnnOperands(Cell cell, int T, int N, int I, int H) {
    /** Returns x, wIh, wHh, bIh, bHh, h0 and what else the cell wants; weights shrink with H, so that states stay where the gates are steep. */
    List<Operand> forward() {
        int GH = cell.kind().gates() * H;
        List<Operand> operands = new ArrayList<>(List.of(random(1, 1, T, N, I), random(2, 1 / Math.sqrt(I), GH, I), random(3, 1 / Math.sqrt(H), GH, H),
                random(4, .5, GH), random(5, .5, GH), random(6, 1, N, H)));
        if (cell.isLstm()) {
            operands.add(random(7, 1, N, H));
        }
        if (cell.peephole()) {
            operands.add(random(8, .5, 3 * H));
        }
        if (cell.lengths()) {
            // From 0 to T, with both among them as soon as there are two samples.
            operands.add(Operand.of(TensorType.of(DType.I64, N), n -> n == 0 ? T : (T * (n - 1)) / N));
        }
        return operands;
    }

    /** Returns the types of y, hn, cn if there is one, and of the reserve if asked for. */
    List<TensorType> results(boolean reserve) {
        List<TensorType> types = new ArrayList<>(List.of(TensorType.of(DType.F32, T, N, H), state()));
        if (cell.isLstm()) {
            types.add(state());
        }
        if (reserve) {
            types.add(TensorType.of(DType.F32, T, N, cell.kind().reserve() * H));
        }
        return types;
    }

    /** Returns the operands of the op backward: those of {@link #forward}, its results by the reference loops, and gradients of all states. */
    List<Operand> backward(boolean reverse) {
        List<Operand> operands = new ArrayList<>(forward());
        List<Operand> results = Requests.reference(new Rnn(cell, reverse, true), results(true), operands.toArray(Operand[]::new));
        operands.add(results.getFirst());
        operands.add(results.getLast());
        operands.add(random(11, 1, T, N, H));
        operands.add(random(12, 1, N, H));
        if (cell.isLstm()) {
            operands.add(random(13, 1, N, H));
        }
        return operands;
    }

    /** Returns the types of the gradients: of each operand of {@link #forward} but the lengths. */
    List<TensorType> gradients() {
        return forward().stream().map(Operand::type).filter(type -> type.dtype() == DType.F32).toList();
    }

    /** Fills what lies beyond the lengths in {@code sequence}, [T, N, ...]. @param lengths [N] */
    void fillEnds(Operand sequence, Operand lengths, double value) {
        int size = sequence.size() / (T * N);
        for (int n = 0; n < N; n++) {
            for (int t = (int) lengths.get(n); t < T; t++) {
                for (int i = 0; i < size; i++) {
                    sequence.set((t * N + n) * size + i, value);
                }
            }
        }
    }

    private TensorType state() {
        return TensorType.of(DType.F32, N, H);
    }

    static Operand random(long seed, double scale, int... dims) {
        var random = new SplittableRandom(seed);
        return Operand.of(TensorType.of(DType.F32, dims), i -> scale * (2 * random.nextDouble() - 1));
    }

    @Override
    public String toString() {
        return cell + " T" + T + " N" + N + " I" + I + " H" + H;
    }
}
