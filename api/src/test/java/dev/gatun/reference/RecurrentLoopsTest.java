package dev.gatun.reference;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.gatun.DType;
import dev.gatun.Shape;
import dev.gatun.op.Recurrent.Cell;
import dev.gatun.op.Recurrent.Kind;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class RecurrentLoopsTest {
    @ParameterizedTest
    @CsvSource({"rnn_tanh_l1, RNN_TANH", "rnn_relu_l1, RNN_RELU", "lstm_l1, LSTM", "gru_l1, GRU"})
    void aLayerAndItsGradientsAreThoseOfPyTorch(String name, Kind kind) {
        Golden golden = Golden.read(name);
        Direction direction = new Direction(new Cell(kind, false, false), false);
        List<Values> in = operands(golden, golden.get("x"), kind, "l0", 0);
        List<Values> out = direction.forward(in);
        golden.assertIs("y", out.getFirst());
        golden.assertIs("hn", stacked(out.get(1)));
        List<Values> gradients = direction.backward(in, out, golden.get("dy"), slice(golden.get("dhn"), 0),
                kind == Kind.LSTM ? slice(golden.get("dcn"), 0) : null);
        golden.assertIs("grad_x", gradients.get(0));
        golden.assertIs("grad_weight_ih_l0", gradients.get(1));
        golden.assertIs("grad_weight_hh_l0", gradients.get(2));
        golden.assertIs("grad_bias_ih_l0", gradients.get(3));
        golden.assertIs("grad_bias_hh_l0", gradients.get(4));
        golden.assertIs("grad_h0", stacked(gradients.get(5)));
        if (kind == Kind.LSTM) {
            golden.assertIs("cn", stacked(out.get(2)));
            golden.assertIs("grad_c0", stacked(gradients.get(6)));
        }
    }

    @Test
    void twoLayersInBothDirectionsAreThoseOfPyTorch() {
        Golden golden = Golden.read("lstm_l2_bi");
        Direction forward = new Direction(new Cell(Kind.LSTM, false, false), false);
        Direction reverse = new Direction(new Cell(Kind.LSTM, false, false), true);
        List<Direction> directions = List.of(forward, reverse, forward, reverse);
        List<String> names = List.of("l0", "l0_reverse", "l1", "l1_reverse");
        List<List<Values>> in = new ArrayList<>();
        List<List<Values>> out = new ArrayList<>();
        Values x = golden.get("x");
        for (int layer = 0; layer < 2; layer++) {
            for (int d = 2 * layer; d < 2 * layer + 2; d++) {
                in.add(operands(golden, x, Kind.LSTM, names.get(d), d));
                out.add(directions.get(d).forward(in.get(d)));
            }
            x = joined(out.get(2 * layer).getFirst(), out.get(2 * layer + 1).getFirst());
        }
        golden.assertIs("y", x);
        golden.assertIs("hn", stacked(out.get(0).get(1), out.get(1).get(1), out.get(2).get(1), out.get(3).get(1)));
        golden.assertIs("cn", stacked(out.get(0).get(2), out.get(1).get(2), out.get(2).get(2), out.get(3).get(2)));

        Values dy = golden.get("dy");
        for (int layer = 1; layer >= 0; layer--) {
            double[] dx = new double[in.get(2 * layer).getFirst().data().length];
            for (int d = 2 * layer; d < 2 * layer + 2; d++) {
                List<Values> gradients = directions.get(d).backward(in.get(d), out.get(d), half(dy, d % 2), slice(golden.get("dhn"), d),
                        slice(golden.get("dcn"), d));
                golden.assertIs("grad_weight_ih_" + names.get(d), gradients.get(1));
                golden.assertIs("grad_weight_hh_" + names.get(d), gradients.get(2));
                golden.assertIs("grad_bias_hh_" + names.get(d), gradients.get(4));
                Arrays.setAll(dx, i -> dx[i] + gradients.getFirst().data()[i]);
            }
            dy = Values.of(in.get(2 * layer).getFirst().shape(), dx);
        }
        golden.assertIs("grad_x", dy);
    }

    @Test
    void withoutPeepholesNoGateSeesAnInfiniteCell() {
        Direction direction = new Direction(new Cell(Kind.LSTM, false, false), false);
        List<Values> in = new ArrayList<>(direction.randomOperands(2, 1, 2, 3));
        in.set(6, Values.of(Shape.of(1, 3), Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, 1));
        double[] y = direction.forward(in).getFirst().data();
        assertEquals(0, Arrays.stream(y).filter(Double::isNaN).count(), Arrays.toString(y));
    }

    @ParameterizedTest
    @MethodSource("directions")
    void shortSamplesAreReadAsIfTheyWereAlone(Direction direction) {
        int T = 4;
        List<Values> in = direction.randomOperands(T, 3, 2, 3);
        List<Values> out = direction.forward(in);
        Direction whole = new Direction(new Cell(direction.cell().kind(), direction.cell().peephole(), false), direction.reverse());
        for (int n = 0; n < 3; n++) {
            int steps = direction.cell().lengths() ? (int) in.getLast().data()[n] : T;
            List<Values> alone = whole.forward(sample(whole, in, n, steps));
            double[] y = Arrays.copyOf(alone.getFirst().data(), T * 3); // zeros at and beyond the length
            assertEquals(Arrays.toString(y), Arrays.toString(column(out.getFirst(), n)));
            for (int state = 1; state < (whole.cell().isLstm() ? 3 : 2); state++) {
                double[] expected = alone.get(state).data();
                assertEquals(Arrays.toString(expected), Arrays.toString(Arrays.copyOfRange(out.get(state).data(), n * 3, n * 3 + 3)));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("directions")
    void gradientsAreThoseOfCentralDifferences(Direction direction) {
        List<Values> in = direction.randomOperands(4, 3, 2, 3);
        List<Values> out = direction.forward(in);
        Values dy = Values.random(101, 4, 3, 3);
        Values dhn = Values.random(102, 3, 3);
        Values dcn = direction.cell().isLstm() ? Values.random(103, 3, 3) : null;
        List<Values> gradients = direction.backward(in, out, dy, dhn, dcn);
        for (int operand = 0; operand < gradients.size(); operand++) {
            double[] data = in.get(operand).data();
            double[] expected = new double[data.length];
            for (int i = 0; i < data.length; i++) {
                double x = data[i];
                data[i] = x + 1e-5;
                double above = loss(direction.forward(in), dy, dhn, dcn);
                data[i] = x - 1e-5;
                double below = loss(direction.forward(in), dy, dhn, dcn);
                data[i] = x;
                expected[i] = (above - below) / 2e-5;
            }
            gradients.get(operand).assertNear(Values.of(in.get(operand).shape(), expected), 1e-7, 1e-8, direction + " operand " + operand);
        }
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void withoutStepsTheStateAndItsGradientPassThrough(Kind kind) {
        Direction direction = new Direction(new Cell(kind, false, false), false);
        List<Values> in = direction.randomOperands(0, 2, 3, 2);
        List<Values> out = direction.forward(in);
        out.get(1).assertExactly(in.get(5).data());
        Values dhn = Values.random(1, 2, 2);
        List<Values> gradients = direction.backward(in, out, Values.random(2, 0, 2, 2), dhn, kind == Kind.LSTM ? dhn : null);
        gradients.get(5).assertExactly(dhn.data());
        gradients.get(2).assertExactly(new double[in.get(2).data().length]);
    }

    @Test
    void theReserveOfLstmHoldsTheGatesAndTheCell() {
        Direction direction = new Direction(new Cell(Kind.LSTM, true, false), false);
        List<Values> out = direction.forward(oneUnit(Kind.LSTM, .5, -.25, .75));
        double i = sigmoid(scalarSum(0, 2) + .5 * 1.5);
        double f = sigmoid(scalarSum(1, 2) - .25 * 1.5);
        double g = Math.tanh(scalarSum(2, 2));
        double c = f * 1.5 + i * g;
        double o = sigmoid(scalarSum(3, 2) + .75 * c);
        out.get(3).assertNear(Values.of(Shape.of(1, 1, 5), i, f, g, o, c), 1e-14, 0, "i, f, g, o, c");
        out.getFirst().assertNear(Values.of(Shape.of(1, 1, 1), o * Math.tanh(c)), 1e-14, 0, "y");
    }

    @Test
    void theReserveOfGruHoldsTheGatesAndTheOperandOfTheReset() {
        Direction direction = new Direction(new Cell(Kind.GRU, false, false), false);
        List<Values> out = direction.forward(oneUnit(Kind.GRU));
        double r = sigmoid(scalarSum(0, 2));
        double z = sigmoid(scalarSum(1, 2));
        double q = U[2] * 2 + C[2];
        double n = Math.tanh(W[2] * 3 + B[2] + r * q);
        out.get(2).assertNear(Values.of(Shape.of(1, 1, 4), r, z, n, q), 1e-14, 0, "r, z, n, q");
        out.getFirst().assertNear(Values.of(Shape.of(1, 1, 1), (1 - z) * n + z * 2), 1e-14, 0, "y");
    }

    @Test
    void theResetBeforeTheProductScalesTheState() {
        Direction direction = new Direction(new Cell(Kind.GRU_RESET_BEFORE, false, false), false);
        List<Values> out = direction.forward(oneUnit(Kind.GRU_RESET_BEFORE));
        double r = sigmoid(scalarSum(0, 2));
        double z = sigmoid(scalarSum(1, 2));
        double q = U[2] * (r * 2) + C[2];
        double n = Math.tanh(W[2] * 3 + B[2] + q);
        out.get(2).assertNear(Values.of(Shape.of(1, 1, 4), r, z, n, q), 1e-14, 0, "r, z, n, q");
        out.getFirst().assertNear(Values.of(Shape.of(1, 1, 1), (1 - z) * n + z * 2), 1e-14, 0, "y");
    }

    @Test
    void aLengthOutsideOfTheSequenceIsRefused() {
        Direction direction = new Direction(new Cell(Kind.RNN_TANH, false, true), false);
        for (double length : new double[] {-1, 5}) {
            List<Values> in = new ArrayList<>(direction.randomOperands(4, 1, 2, 3));
            in.set(6, Values.of(Shape.of(1), length).as(DType.I64));
            assertEquals("rnn: the length of sample 0 is " + (long) length + " but must be 0 to the 4 steps of x",
                    assertThrows(IndexOutOfBoundsException.class, () -> direction.forward(in)).getMessage());
        }
    }

    @Test
    void withoutReserveThereIsNone() {
        Direction direction = new Direction(new Cell(Kind.GRU, false, false), true);
        List<Values> in = direction.randomOperands(3, 2, 2, 3);
        List<Values> inference = direction.forward(in, false);
        assertEquals(2, inference.size());
        inference.getFirst().assertExactly(direction.forward(in).getFirst().data());
    }

    /** Every kind in both directions, with and without lengths, LSTM with and without peepholes. */
    static List<Direction> directions() {
        List<Direction> all = new ArrayList<>();
        for (Kind kind : Kind.values()) {
            for (boolean reverse : new boolean[] {false, true}) {
                for (boolean lengths : new boolean[] {false, true}) {
                    all.add(new Direction(new Cell(kind, false, lengths), reverse));
                    if (kind == Kind.LSTM) {
                        all.add(new Direction(new Cell(kind, true, lengths), reverse));
                    }
                }
            }
        }
        return all;
    }

    private static double loss(List<Values> out, Values dy, Values dhn, Values dcn) {
        return out.get(0).dot(dy) + out.get(1).dot(dhn) + (dcn == null ? 0 : out.get(2).dot(dcn));
    }

    // One unit, one input, one step: x = 3, h = 2, c = 1.5.
    private static final double[] W = {.1, -.2, .3, -.4};
    private static final double[] U = {-.5, .4, .3, .2};
    private static final double[] B = {.01, .02, .03, .04};
    private static final double[] C = {-.05, .06, -.07, .08};

    private static List<Values> oneUnit(Kind kind, double... peephole) {
        int G = kind.gates();
        List<Values> in = new ArrayList<>(List.of(Values.of(Shape.of(1, 1, 1), 3), Values.of(Shape.of(G, 1), Arrays.copyOf(W, G)),
                Values.of(Shape.of(G, 1), Arrays.copyOf(U, G)), Values.of(Shape.of(G), Arrays.copyOf(B, G)),
                Values.of(Shape.of(G), Arrays.copyOf(C, G)), Values.of(Shape.of(1, 1), 2)));
        if (kind == Kind.LSTM) {
            in.add(Values.of(Shape.of(1, 1), 1.5));
            in.add(Values.of(Shape.of(3), peephole));
        }
        return in;
    }

    private static double scalarSum(int gate, double h) {
        return W[gate] * 3 + B[gate] + U[gate] * h + C[gate];
    }

    private static double sigmoid(double a) {
        return 1 / (1 + Math.exp(-a));
    }

    private static List<Values> operands(Golden golden, Values x, Kind kind, String suffix, int direction) {
        List<Values> in = new ArrayList<>(List.of(x, golden.get("weight_ih_" + suffix), golden.get("weight_hh_" + suffix),
                golden.get("bias_ih_" + suffix), golden.get("bias_hh_" + suffix), slice(golden.get("h0"), direction)));
        if (kind == Kind.LSTM) {
            in.add(slice(golden.get("c0"), direction));
        }
        return in;
    }

    /** The operands of sample {@code n} alone, its sequence cut to {@code steps}; parameters as they are. */
    private static List<Values> sample(Direction direction, List<Values> in, int n, int steps) {
        List<Values> alone = new ArrayList<>(in.subList(0, direction.cell().operands()));
        int I = in.getFirst().shape().dim(2);
        alone.set(0, Values.of(Shape.of(steps, 1, I), Arrays.copyOf(column(in.getFirst(), n), steps * I)));
        for (int state = 5; state < (direction.cell().isLstm() ? 7 : 6); state++) {
            int H = in.get(state).shape().dim(1);
            alone.set(state, Values.of(Shape.of(1, H), Arrays.copyOfRange(in.get(state).data(), n * H, (n + 1) * H)));
        }
        return alone;
    }

    /** Sample {@code n} of [T, N, C] as [T, C]. */
    private static double[] column(Values x, int n) {
        int N = x.shape().dim(1);
        int C = x.shape().dim(2);
        double[] data = new double[x.shape().dim(0) * C];
        Arrays.setAll(data, i -> x.data()[(i / C * N + n) * C + i % C]);
        return data;
    }

    /** Slice {@code d} of [D, N, H]. */
    private static Values slice(Values states, int d) {
        int size = (int) states.shape().elements(1, 3);
        return Values.of(states.shape().without(0), Arrays.copyOfRange(states.data(), d * size, (d + 1) * size));
    }

    /** [N, H] each to [D, N, H]. */
    private static Values stacked(Values... states) {
        int size = states[0].data().length;
        double[] data = new double[states.length * size];
        Arrays.setAll(data, i -> states[i / size].data()[i % size]);
        return Values.of(states[0].shape().insert(0, states.length), data);
    }

    /** [T, N, H] twice to [T, N, 2·H]. */
    private static Values joined(Values a, Values b) {
        int H = a.shape().dim(2);
        double[] data = new double[2 * a.data().length];
        Arrays.setAll(data, i -> (i / H % 2 == 0 ? a : b).data()[i / (2 * H) * H + i % H]);
        return Values.of(a.shape().with(2, 2 * H), data);
    }

    /** The first or second half of the last axis of [T, N, 2·H]. */
    private static Values half(Values both, int which) {
        int H = both.shape().dim(2) / 2;
        double[] data = new double[both.data().length / 2];
        Arrays.setAll(data, i -> both.data()[(i / H * 2 + which) * H + i % H]);
        return Values.of(both.shape().with(2, H), data);
    }
}
