package dev.gatun.vector;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.gatun.DType;
import dev.gatun.TensorType;
import dev.gatun.op.Recurrent.Cell;
import dev.gatun.op.Recurrent.Kind;
import dev.gatun.op.Recurrent.Rnn;
import dev.gatun.spi.Arguments;
import dev.gatun.spi.Buffer;
import dev.gatun.spi.HostBuffer;
import dev.gatun.spi.Kernel;
import dev.gatun.spi.KernelRequest;
import dev.gatun.spi.Layout;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("every-width")
class RnnKernelTest {
    /** T, N, I, H: weights read as they are and packed; units in one block and in several; workers that share samples, units, both, nothing. */
    private static final int[][] SIZES = {{1, 1, 1, 1}, {1, 3, 5, 17}, {3, 1, 5, 8}, {2, 2, 1, 33}, {6, 3, 5, 64}, {5, 17, 1, 17},
            {9, 1, 3, 150}, {3, 40, 5, 65}, {4, 2, 7, 200}};

    @Test
    void everyCellIsThatOfTheReferenceLoops() {
        for (Cell cell : cells()) {
            for (int[] size : SIZES) {
                var operands = new RnnOperands(cell, size[0], size[1], size[2], size[3]);
                for (boolean reverse : new boolean[] {false, true}) {
                    check(operands, reverse, reverse ^ cell.lengths());
                }
            }
        }
    }

    @Test
    void theReserveIsOptional() {
        for (Cell cell : cells()) {
            check(new RnnOperands(cell, 4, 3, 2, 21), false, true);
            check(new RnnOperands(cell, 4, 3, 2, 21), false, false);
        }
    }

    @Test
    void longSequencesAreProjectedPartByPart() {
        for (boolean reverse : new boolean[] {false, true}) {
            for (Kind kind : Kind.values()) {
                check(new RnnOperands(new Cell(kind, false, false), 261, 8, 2, 5), reverse, true);
            }
            check(new RnnOperands(new Cell(Kind.LSTM, false, true), 261, 8, 2, 5), reverse, true);
        }
    }

    @Test
    void nothingIsComputedWhereThereIsNothing() {
        for (Cell cell : cells()) {
            for (int[] size : new int[][] {{0, 3, 2, 5}, {3, 0, 2, 5}, {3, 2, 0, 5}, {3, 2, 5, 0}}) {
                check(new RnnOperands(cell, size[0], size[1], size[2], size[3]), false, true);
            }
        }
    }

    @Test
    void aLengthOutsideOfTheSequenceIsRefused() {
        for (int length : new int[] {-1, 5}) {
            var layer = new RnnOperands(new Cell(Kind.GRU, false, true), 4, 2, 3, 5);
            List<Operand> operands = new ArrayList<>(layer.forward());
            operands.set(6, Operand.of(TensorType.of(DType.I64, 2), n -> n == 0 ? 4 : length));
            Operand[] in = operands.toArray(Operand[]::new);
            KernelRequest request = Requests.single(new Rnn(layer.cell(), false, false), layer.results(false), in);
            assertEquals("rnn: the length of sample 1 is " + length + " but must be 0 to the 4 steps of x",
                    assertThrows(IndexOutOfBoundsException.class, () -> Requests.run(Requests.SHARED, request, in)).getMessage());
        }
    }

    @Test
    void whatLiesBeyondALengthDoesNotMatter() {
        for (Kind kind : Kind.values()) {
            for (boolean reverse : new boolean[] {false, true}) {
                var layer = new RnnOperands(new Cell(kind, false, true), 4, 14, 3, 5);
                Operand[] operands = layer.forward().toArray(Operand[]::new);
                KernelRequest request = Requests.single(new Rnn(layer.cell(), reverse, true), layer.results(true), operands);
                List<Operand> expected = Requests.run(request, operands);
                layer.fillEnds(operands[0], operands[operands.length - 1], Double.NaN);
                List<Operand> actual = Requests.run(request, operands);
                for (int r = 0; r < expected.size(); r++) {
                    actual.get(r).assertSameBits(expected.get(r), request.toString());
                }
            }
        }
    }

    @Test
    void frozenWeightsArePackedOnce() {
        for (Kind kind : Kind.values()) {
            for (int[] size : SIZES) {
                var layer = new RnnOperands(new Cell(kind, false, false), size[0], size[1], size[2], size[3]);
                Operand[] operands = layer.forward().toArray(Operand[]::new);
                var op = new Rnn(layer.cell(), true, true);
                List<Operand> expected = Requests.reference(op, layer.results(true), operands);
                List<Operand> actual = runFrozen(op, layer, operands);
                for (int r = 0; r < expected.size(); r++) {
                    actual.get(r).check(layer.toString());
                    assertNear(actual.get(r), expected.get(r), layer + " result " + r);
                }
            }
        }
    }

    /** Runs as a plan does whose weights are frozen: they lie as the kernel asks for. */
    private static List<Operand> runFrozen(Rnn op, RnnOperands layer, Operand[] operands) {
        List<TensorType> types = List.of(operands).stream().map(Operand::type).toList();
        List<Boolean> frozen = new ArrayList<>(Collections.nCopies(operands.length, false));
        frozen.set(1, true);
        frozen.set(2, true);
        Kernel kernel = Requests.SHARED.compile(new KernelRequest.Single(op, types, layer.results(true), Requests.plain(types), frozen)).orElseThrow();
        List<Operand> results = layer.results(true).stream().map(Operand::new).toList();
        List<Buffer> buffers = new ArrayList<>();
        for (int i = 0; i < operands.length; i++) {
            Layout layout = kernel.inputLayouts().get(i);
            assertEquals(i == 1 || i == 2, !layout.equals(Layout.PLAIN), layer + " operand " + i);
            if (layout.equals(Layout.PLAIN)) {
                buffers.add(operands[i].buffer());
            } else {
                Kernel pack = Requests.SHARED.compile(new KernelRequest.Reorder(types.get(i), Layout.PLAIN, layout)).orElseThrow();
                assertEquals(List.of(layout), pack.outputLayouts());
                var packed = HostBuffer.of(Arena.ofAuto().allocate(layout.bytes(types.get(i)), 64));
                pack.launch(new Arguments(new Buffer[] {operands[i].buffer(), packed}, 0, 1));
                buffers.add(packed);
            }
        }
        results.forEach(r -> buffers.add(r.buffer()));
        buffers.add(HostBuffer.of(Arena.ofAuto().allocate(kernel.workspaceBytes(), 64)));
        kernel.launch(new Arguments(buffers.toArray(Buffer[]::new), IntStream.range(0, buffers.size()).toArray()));
        return results;
    }

    @Test
    void workersShareSamplesIfThereAreManyAndElseUnits() {
        var lstm = new Cell(Kind.LSTM, false, false);
        assertEquals(new RnnGrid(2, 1), RnnGrid.of(new RnnShape(lstm, false, 64, 32, 64, 128), 2, 1));
        // 1.5 MB of weights: half of them stay in each worker's cache.
        assertEquals(new RnnGrid(1, 2), RnnGrid.of(new RnnShape(lstm, false, 64, 32, 128, 256), 2, 1));
        assertEquals(new RnnGrid(1, 2), RnnGrid.of(new RnnShape(lstm, false, 64, 1, 128, 256), 2, 1));
        assertEquals(RnnGrid.ALONE, RnnGrid.of(new RnnShape(lstm, false, 1, 1, 1, 4), 2, 1));
        // 4 parts of 8 samples x 4 blocks at 16 lanes; narrower blocks are more.
        RnnGrid both = RnnGrid.of(new RnnShape(lstm, false, 64, 32, 128, 4 * Tiles.COLUMNS), 16, 1);
        assertEquals(new RnnGrid(4, 4), both);
    }

    @Test
    void doublesAreLeftToTheReference() {
        List<TensorType> types = new RnnOperands(new Cell(Kind.GRU, false, false), 2, 2, 2, 2).forward().stream()
                .map(o -> new TensorType(DType.F64, o.type().shape())).toList();
        var op = new Rnn(new Cell(Kind.GRU, false, false), false, false);
        var results = List.of(TensorType.of(DType.F64, 2, 2, 2), TensorType.of(DType.F64, 2, 2));
        var request = new KernelRequest.Single(op, types, results, Requests.plain(types), Collections.nCopies(types.size(), false));
        assertFalse(Requests.ALONE.compile(request).isPresent());
    }

    /** Returns every kind of cell, with peepholes where there are any, with lengths and without. */
    static List<Cell> cells() {
        List<Cell> cells = new ArrayList<>();
        for (Kind kind : Kind.values()) {
            for (boolean lengths : new boolean[] {false, true}) {
                cells.add(new Cell(kind, false, lengths));
                if (kind == Kind.LSTM) {
                    cells.add(new Cell(kind, true, lengths));
                }
            }
        }
        return cells;
    }

    /** Alone and shared, with equal bits. */
    private static void check(RnnOperands layer, boolean reverse, boolean reserve) {
        Operand[] operands = layer.forward().toArray(Operand[]::new);
        var op = new Rnn(layer.cell(), reverse, reserve);
        List<TensorType> results = layer.results(reserve);
        List<Operand> expected = Requests.reference(op, results, operands);
        List<Operand> actual = Requests.run(Requests.single(op, results, operands), operands);
        for (int r = 0; r < expected.size(); r++) {
            assertNear(actual.get(r), expected.get(r), layer + (reverse ? " reversed" : "") + " result " + r);
        }
    }

    /** Sums of up to 200 products below 1 come out within 2e-6; the state hands them on, but the gates' slopes are at most 1. */
    private static void assertNear(Operand actual, Operand expected, String what) {
        actual.assertNear(expected, 2e-6, 4e-6, what);
    }
}
