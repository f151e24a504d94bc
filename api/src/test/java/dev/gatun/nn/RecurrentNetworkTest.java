package dev.gatun.nn;

import static dev.gatun.nn.Close.assertClose;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.gatun.DType;
import dev.gatun.Shape;
import dev.gatun.Tensor;
import java.util.List;
import org.junit.jupiter.api.Test;

class RecurrentNetworkTest {
    @Test
    void namesAreThoseOfPyTorch() {
        assertEquals(List.of("weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0",
                "weight_ih_l0_reverse", "weight_hh_l0_reverse", "bias_ih_l0_reverse", "bias_hh_l0_reverse",
                "weight_ih_l1", "weight_hh_l1", "bias_ih_l1", "bias_hh_l1",
                "weight_ih_l1_reverse", "weight_hh_l1_reverse", "bias_ih_l1_reverse", "bias_hh_l1_reverse"),
                List.copyOf(new Lstm(5, 8).layers(2).bidirectional().parameters().keySet()));
        assertEquals(Shape.of(24, 16), new Gru(5, 8).layers(2).bidirectional().parameters().get("weight_ih_l1").type().shape());
    }

    @Test
    void shapesFollowLayersAndDirections() {
        Tensor x = Tensor.zeros(DType.F32, 6, 3, 5);
        Lstm lstm = new Lstm(5, 8).layers(2).bidirectional();
        Lstm.Output out = lstm.forward(x, lstm.zeroState(3), Pass.inference());
        assertEquals(Shape.of(6, 3, 16), out.y().shape());
        assertEquals(Shape.of(4, 3, 8), out.h().shape());
        assertEquals(Shape.of(4, 3, 8), out.c().shape());
        Gru gru = new Gru(5, 8);
        assertEquals(Shape.of(6, 3, 8), gru.forward(x, gru.zeroState(3), Pass.training(0)).y().shape());
    }

    @Test
    void aPlainRecurrenceIsComputedByHand() {
        Rnn rnn = new Rnn(1, 1).relu().bidirectional();
        rnn.parameters().values().forEach(p -> p.initialize(Initializers.ones()));
        Tensor x = Tensor.of(new float[] {1, 2}, 2, 1, 1);
        // Forwards: 1 + 1 + 1 + 0 = 3, then 2 + 1 + 1 + 3 = 7; backwards: 2 + 2 = 4, then 1 + 2 + 4 = 7.
        Rnn.Output out = rnn.forward(x, rnn.zeroState(1), Pass.inference());
        assertClose(out.y(), Shape.of(2, 1, 2), 3, 7, 7, 4);
        assertClose(out.h(), Shape.of(2, 1, 1), 7, 7);
    }

    @Test
    void aSequenceInTwoPartsGivesWhatTheWholeGives() {
        Lstm lstm = new Lstm(3, 4).layers(2);
        Tensor x = Tensor.arange(DType.F32, -1, 0.1, 24).reshape(4, 2, 3);
        Lstm.Output whole = lstm.forward(x, lstm.zeroState(2), Pass.inference());
        Lstm.Output first = lstm.forward(x.slice(0, 0, 1), lstm.zeroState(2), Pass.inference());
        Lstm.Output rest = lstm.forward(x.slice(0, 1, 4), first.state(), Pass.inference());
        assertArrayEquals(whole.y().slice(0, 1, 4).toFloatArray(), rest.y().toFloatArray(), 1e-6f);
        assertArrayEquals(whole.c().toFloatArray(), rest.c().toFloatArray(), 1e-6f);
    }

    @Test
    void aShortSampleEndsAtItsLength() {
        Gru gru = new Gru(2, 3);
        Tensor x = Tensor.arange(DType.F32, -1, 0.1, 12).reshape(3, 2, 2);
        Gru.Output out = gru.forward(x, gru.zeroState(2), Tensor.of(new long[] {3, 1}, 2), Pass.inference());
        Gru.Output alone = gru.forward(x.slice(0, 0, 1), gru.zeroState(2), Pass.inference());
        assertArrayEquals(alone.h().slice(1, 1, 2).toFloatArray(), out.h().slice(1, 1, 2).toFloatArray());
        assertArrayEquals(new float[6], out.y().slice(1, 1, 2).slice(0, 1, 3).toFloatArray());
    }

    @Test
    void aCellTakesTheStepsOfItsNetwork() {
        Lstm lstm = new Lstm(2, 3);
        LstmCell cell = new LstmCell(2, 3);
        cell.parameters().forEach((name, p) -> p.set(lstm.parameters().get(name + "_l0").value()));
        Tensor x = Tensor.arange(DType.F32, -1, 0.1, 8).reshape(2, 2, 2);
        Lstm.Output out = lstm.forward(x, lstm.zeroState(2), Pass.inference());
        LstmCell.State first = cell.forward(x.slice(0, 0, 1).squeeze(0), cell.zeroState(2), Pass.inference());
        LstmCell.State second = cell.forward(x.slice(0, 1, 2).squeeze(0), first, Pass.inference());
        assertArrayEquals(out.y().slice(0, 1, 2).toFloatArray(), second.h().toFloatArray(), 1e-6f);
        assertArrayEquals(out.c().toFloatArray(), second.c().toFloatArray(), 1e-6f);

        RnnCell plain = new RnnCell(1, 1).relu();
        plain.parameters().values().forEach(p -> p.initialize(Initializers.ones()));
        assertClose(plain.forward(Tensor.of(new float[] {2}, 1, 1), Tensor.of(new float[] {3}, 1, 1), Pass.inference()), 7);
        assertEquals(Shape.of(4, 3), new GruCell(2, 3).forward(Tensor.zeros(DType.F32, 4, 2), Tensor.zeros(DType.F32, 4, 3),
                Pass.training(0)).shape());
    }

    @Test
    void peepholesAndAnotherResetChangeWhatIsComputed() {
        Tensor x = Tensor.ones(DType.F32, 2, 1, 1);
        Lstm peeping = new Lstm(1, 1).peepholes();
        assertEquals(Shape.of(3), peeping.parameters().get("weight_peephole_l0").type().shape());
        peeping.parameters().values().forEach(p -> p.initialize(Initializers.zeros()));
        peeping.parameters().get("bias_ih_l0").set(Tensor.of(new float[] {0, 0, 1, 0}));
        double c = 0.5 * Math.tanh(1);
        double without = peeping.forward(x, peeping.zeroState(1), Pass.inference()).c().item();
        assertEquals(0.5 * c + 0.5 * Math.tanh(1), without, 1e-6);
        peeping.parameters().get("weight_peephole_l0").set(Tensor.of(new float[] {0, 2, 0}));
        double forget = 1 / (1 + Math.exp(-2 * c));
        assertEquals(forget * c + 0.5 * Math.tanh(1), peeping.forward(x, peeping.zeroState(1), Pass.inference()).c().item(), 1e-6);

        Gru before = new Gru(1, 1).resetBefore();
        before.parameters().values().forEach(p -> p.initialize(Initializers.ones()));
        Tensor h = Tensor.ones(DType.F32, 1, 1, 1);
        double gate = 1 / (1 + Math.exp(-4));
        double n = Math.tanh(2 + gate + 1);
        assertEquals((1 - gate) * n + gate, before.forward(x.slice(0, 0, 1), h, Pass.inference()).h().item(), 1e-6);
    }

    @Test
    void mistakesAreNamed() {
        Lstm lstm = new Lstm(3, 4);
        Tensor x = Tensor.zeros(DType.F32, 2, 1, 5);
        assertEquals("lstm: x[2, 1, 5] must be [T, N, I] with I = 3",
                assertThrows(IllegalArgumentException.class, () -> lstm.forward(x, lstm.zeroState(1), Pass.inference())).getMessage());
        Tensor fits = Tensor.zeros(DType.F32, 2, 1, 3);
        assertEquals("lstm: state [1, 2, 4] must be [1, 1, 4]: [L·D, N, H]",
                assertThrows(IllegalArgumentException.class, () -> lstm.forward(fits, lstm.zeroState(2), Pass.inference())).getMessage());
        assertThrows(IllegalArgumentException.class, () -> new Gru(3, 0));
    }
}
