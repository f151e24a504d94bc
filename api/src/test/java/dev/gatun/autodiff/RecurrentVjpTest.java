package dev.gatun.autodiff;

import static dev.gatun.autodiff.CentralDifferences.testAll;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.gatun.Backends;
import dev.gatun.DType;
import dev.gatun.Gradients;
import dev.gatun.Tensor;
import dev.gatun.autodiff.CentralDifferences.Operand;
import dev.gatun.op.Recurrent.Cell;
import dev.gatun.op.Recurrent.Kind;
import dev.gatun.op.Recurrent.Rnn;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Derivatives of recurrent layers; the second ones go through the unrolled layer. */
final class RecurrentVjpTest {
    private static final int T = 3;
    private static final int N = 2;
    private static final int I = 2;
    private static final int H = 2;

    @TestFactory
    List<DynamicTest> derivativesAreThoseOfCentralDifferences() {
        List<DynamicTest> tests = new ArrayList<>();
        for (Kind kind : Kind.values()) {
            for (boolean peephole : kind == Kind.LSTM ? new boolean[] {false, true} : new boolean[] {false}) {
                for (boolean lengths : new boolean[] {false, true}) {
                    for (boolean reverse : new boolean[] {false, true}) {
                        Cell cell = new Cell(kind, peephole, lengths);
                        tests.add(testAll(cell + (reverse ? " reversed" : ""), in -> layer(new Rnn(cell, reverse, true), in), operands(cell)));
                    }
                }
            }
        }
        Cell gru = new Cell(Kind.GRU, false, false);
        tests.add(testAll("recorded without a reserve", in -> layer(new Rnn(gru, false, false), in), operands(gru)));
        return tests;
    }

    /** Returns all results but the reserve. */
    private static List<Tensor> layer(Rnn op, List<Tensor> in) {
        List<Tensor> all = new ArrayList<>(in);
        if (op.cell().lengths()) {
            all.add(Tensor.of(new long[] {3, 1}, N));
        }
        return Tensor.record(op, all.toArray(Tensor[]::new)).subList(0, op.cell().isLstm() ? 3 : 2);
    }

    private static Operand[] operands(Cell cell) {
        int stacked = cell.kind().gates() * H;
        List<Operand> operands = new ArrayList<>(List.of(Operand.between(-1, 1, T, N, I), Operand.between(-0.8, 0.9, stacked, I),
                Operand.between(-0.9, 0.8, stacked, H), Operand.between(-0.5, 0.4, stacked), Operand.between(-0.3, 0.5, stacked),
                Operand.between(-0.7, 0.7, N, H)));
        if (cell.isLstm()) {
            operands.add(Operand.between(-0.6, 0.6, N, H));
        }
        if (cell.peephole()) {
            operands.add(Operand.between(-0.5, 0.5, 3 * H));
        }
        return operands.toArray(Operand[]::new);
    }

    @Test
    void theUnrolledLayerIsTheLayer() {
        Cell cell = new Cell(Kind.LSTM, true, false);
        List<Tensor> in = List.of(operands(cell)).stream().map(Operand::tensor).toList();
        List<Tensor> fused = layer(new Rnn(cell, true, false), in);
        List<Tensor> unrolled = UnrolledRnn.of(cell, true, in);
        for (int i = 0; i < fused.size(); i++) {
            assertArrayEquals(values(fused.get(i)), values(unrolled.get(i)), 1e-14);
        }
    }

    @Test
    void aSequenceWithoutStepsHandsItsStateOn() {
        Cell cell = new Cell(Kind.GRU, false, false);
        List<Tensor> in = new ArrayList<>(List.of(operands(cell)).stream().map(Operand::tensor).toList());
        in.set(0, Tensor.zeros(DType.F64, 0, N, I));
        List<Tensor> unrolled = UnrolledRnn.of(cell, false, in);
        assertArrayEquals(new int[] {0, N, H}, unrolled.get(0).shape().dims());
        assertArrayEquals(values(in.get(5)), values(unrolled.get(1)));
    }

    @Test
    void theReserveHasNoGradient() {
        Cell cell = new Cell(Kind.GRU, false, false);
        Tensor[] in = List.of(operands(cell)).stream().map(Operand::tensor).toArray(Tensor[]::new);
        Tensor reserve = Tensor.record(new Rnn(cell, false, true), in).get(2);
        assertThrows(UnsupportedOperationException.class, () -> Gradients.of(reserve.sum(), in[0]));
    }

    private static double[] values(Tensor t) {
        return t.eval(Backends.open("reference")).toDoubleArray();
    }
}
