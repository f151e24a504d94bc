package dev.gatun.vector;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.gatun.DType;
import dev.gatun.TensorType;
import dev.gatun.op.Recurrent.Cell;
import dev.gatun.op.Recurrent.Kind;
import dev.gatun.op.Recurrent.RnnBackward;
import dev.gatun.spi.KernelRequest;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("every-width")
class RnnBackwardKernelTest {
    /** T, N, I, H: one step and several; units in one block and in several; workers that share samples, units, both, nothing. */
    private static final int[][] SIZES = {{1, 1, 1, 1}, {1, 3, 5, 17}, {3, 1, 5, 8}, {2, 2, 1, 33}, {4, 3, 5, 64}, {5, 17, 1, 17},
            {5, 1, 3, 150}, {3, 40, 5, 65}};

    @Test
    void theGradientsOfEveryCellAreThoseOfTheReferenceLoops() {
        for (Cell cell : RnnKernelTest.cells()) {
            for (int[] size : SIZES) {
                var layer = new RnnOperands(cell, size[0], size[1], size[2], size[3]);
                check(layer, false);
                check(layer, true);
            }
        }
    }

    @Test
    void gradientsOfNothingAreZeroAndThoseOfTheStateGoThrough() {
        for (Cell cell : RnnKernelTest.cells()) {
            for (int[] size : new int[][] {{0, 3, 2, 5}, {3, 0, 2, 5}, {3, 2, 0, 5}, {3, 2, 5, 0}}) {
                check(new RnnOperands(cell, size[0], size[1], size[2], size[3]), false);
            }
        }
    }

    @Test
    void aLengthOutsideOfTheSequenceIsRefused() {
        for (int length : new int[] {-1, 5}) {
            var layer = new RnnOperands(new Cell(Kind.LSTM, false, true), 4, 2, 3, 5);
            List<Operand> operands = new ArrayList<>(layer.backward(false));
            operands.set(7, Operand.of(TensorType.of(DType.I64, 2), n -> n == 0 ? 4 : length));
            Operand[] in = operands.toArray(Operand[]::new);
            KernelRequest request = Requests.single(new RnnBackward(layer.cell(), false), layer.gradients(), in);
            assertEquals("rnn: the length of sample 1 is " + length + " but must be 0 to the 4 steps of x",
                    assertThrows(IndexOutOfBoundsException.class, () -> Requests.run(Requests.SHARED, request, in)).getMessage());
        }
    }

    @Test
    void whatLiesBeyondALengthDoesNotMatter() {
        for (Kind kind : Kind.values()) {
            for (boolean reverse : new boolean[] {false, true}) {
                var layer = new RnnOperands(new Cell(kind, false, true), 4, 14, 3, 5);
                Operand[] operands = layer.backward(reverse).toArray(Operand[]::new);
                int saved = layer.cell().operands();
                KernelRequest request = Requests.single(new RnnBackward(layer.cell(), reverse), layer.gradients(), operands);
                List<Operand> expected = Requests.run(request, operands);
                for (int sequence : new int[] {0, saved, saved + 2}) {
                    layer.fillEnds(operands[sequence], operands[saved - 1], Double.NaN);
                }
                List<Operand> actual = Requests.run(request, operands);
                for (int r = 0; r < expected.size(); r++) {
                    actual.get(r).assertSameBits(expected.get(r), request + " result " + r);
                }
            }
        }
    }

    @Test
    void infiniteWeightsDoNotReachASampleThatHasEnded() {
        for (Kind kind : Kind.values()) {
            var layer = new RnnOperands(new Cell(kind, false, true), 3, 2, 2, 5);
            List<Operand> operands = new ArrayList<>(layer.forward());
            operands.set(1, Operand.of(operands.get(1).type(), i -> Double.POSITIVE_INFINITY));
            operands.set(2, Operand.of(operands.get(2).type(), i -> Double.POSITIVE_INFINITY));
            int saved = layer.cell().operands();
            List<Operand> all = layer.backward(true);
            operands.addAll(all.subList(saved, all.size()));
            operands.set(saved - 1, Operand.of(TensorType.of(DType.I64, 2), n -> n == 0 ? 3 : 0));
            Operand[] in = operands.toArray(Operand[]::new);
            List<Operand> gradients = Requests.run(Requests.single(new RnnBackward(layer.cell(), true), layer.gradients(), in), in);
            for (int t = 0; t < 3; t++) {
                assertEquals(0, gradients.get(0).get((t * 2 + 1) * 2), "dx of " + kind);
            }
            assertEquals(operands.get(saved + 3).get(5), gradients.get(5).get(5), "dh0 of " + kind);
        }
    }

    /**
     * Alone and shared, with equal bits. The gradients of weights sum up to 200 rows, those of states up to 600 products, each step's on the ground of the one
     * after it: |error| is below 30 roundings of what they add up to, which is at most some units.
     */
    private static void check(RnnOperands layer, boolean reverse) {
        Operand[] operands = layer.backward(reverse).toArray(Operand[]::new);
        Requests.check(new RnnBackward(layer.cell(), reverse), layer.gradients(), 5e-6, 8e-6, operands);
    }
}
