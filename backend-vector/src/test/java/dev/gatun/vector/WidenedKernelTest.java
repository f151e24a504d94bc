package dev.gatun.vector;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.DType;
import dev.gatun.TensorType;
import dev.gatun.op.Op;
import dev.gatun.op.Recurrent.Cell;
import dev.gatun.op.Recurrent.Kind;
import dev.gatun.op.Recurrent.Rnn;
import dev.gatun.op.Recurrent.RnnBackward;
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
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("every-width")
class WidenedKernelTest {
    /** T, N, I, H: one sample and several, odd units, units in several blocks, copies that are worth a fork. */
    private static final int[][] SIZES = {{1, 1, 1, 1}, {3, 3, 5, 17}, {4, 1, 3, 150}, {5, 2, 7, 65}, {3, 17, 2, 33}, {40, 9, 5, 64}};

    @Test
    void resultsAreThoseOfTheFloatsRounded() {
        for (Cell cell : RnnKernelTest.cells()) {
            for (int[] size : SIZES) {
                var layer = new RnnOperands(cell, size[0], size[1], size[2], size[3]);
                check(new Rnn(cell, true, true), layer.results(true), layer.forward());
                check(new RnnBackward(cell, false), layer.gradients(), layer.backward(false));
            }
        }
    }

    private static void check(Op op, List<TensorType> results, List<Operand> operands) {
        Operand[] narrow = operands.stream().map(WidenedKernelTest::narrow).toArray(Operand[]::new);
        Operand[] wide = List.of(narrow).stream().map(WidenedKernelTest::wide).toArray(Operand[]::new);
        List<Operand> expected = Requests.run(Requests.ALONE, Requests.single(op, results, wide), wide);
        List<Operand> actual = Requests.run(Requests.single(op, results.stream().map(t -> t.with(DType.BF16)).toList(), narrow), narrow);
        for (int r = 0; r < expected.size(); r++) {
            actual.get(r).assertSameBits(narrow(expected.get(r)), op + " result " + r);
        }
    }

    @Test
    void frozenWeightsOfASingleSampleStayNarrow() {
        for (Kind kind : Kind.values()) {
            for (int[] size : SIZES) {
                var layer = new RnnOperands(new Cell(kind, false, false), size[0], size[1], size[2], size[3]);
                var op = new Rnn(layer.cell(), false, false);
                List<Operand> narrow = layer.forward().stream().map(WidenedKernelTest::narrow).toList();
                Operand[] wide = narrow.stream().map(WidenedKernelTest::wide).toArray(Operand[]::new);
                List<Operand> expected = Requests.run(Requests.ALONE, Requests.single(op, layer.results(false), wide), wide);
                Frozen kernel = Frozen.of(op, layer, narrow);
                assertEquals(size[1] == 1, kernel.kernel.inputLayouts().get(2) instanceof RnnPairs, layer.toString());
                List<Operand> actual = kernel.run(narrow);
                for (int r = 0; r < expected.size(); r++) {
                    actual.get(r).check(layer.toString());
                    // The sums' order differs, which now and then is a last digit of eight.
                    wide(actual.get(r)).assertNear(expected.get(r), 0x1.1p-8, 1e-5, layer + " result " + r);
                }
            }
        }
    }

    @Test
    void whatLiesBehindAStateWithoutAPartnerDoesNotMatter() {
        int K = 3;
        int width = Simd.LANES;
        var pairs = new RnnPairs(1, 1, K);
        Operand weights = narrow(Operand.floats(new int[] {1, K}, 1, 2, 3));
        var packed = HostBuffer.of(Arena.ofAuto().allocate(pairs.bytes(weights.type()), 64));
        new RnnPairs.Pack(pairs).launch(new Arguments(new Buffer[] {weights.buffer(), packed}, 0, 1));
        Operand state = Operand.floats(new int[] {K + 1}, 1, 10, 100, Double.NaN);
        Operand y = new Operand(TensorType.of(DType.F32, width));
        pairs.multiply(state.buffer().address(), packed.address(), width, y.buffer().address());
        assertEquals(321, y.get(0));
        assertTrue(IntStream.range(1, width).allMatch(j -> y.get(j) == 0));
    }

    /** A kernel whose weights are frozen, and lie as it asks for. */
    private record Frozen(Kernel kernel, List<TensorType> results) {
        static Frozen of(Rnn op, RnnOperands layer, List<Operand> operands) {
            List<TensorType> types = operands.stream().map(Operand::type).toList();
            List<TensorType> results = layer.results(false).stream().map(t -> t.with(DType.BF16)).toList();
            List<Boolean> frozen = new ArrayList<>(Collections.nCopies(types.size(), false));
            frozen.set(1, true);
            frozen.set(2, true);
            var request = new KernelRequest.Single(op, types, results, Requests.plain(types), frozen);
            return new Frozen(Requests.SHARED.compile(request).orElseThrow(), results);
        }

        List<Operand> run(List<Operand> operands) {
            List<Buffer> buffers = new ArrayList<>();
            for (int i = 0; i < operands.size(); i++) {
                buffers.add(packed(operands.get(i), kernel.inputLayouts().get(i)));
            }
            List<Operand> written = results.stream().map(Operand::new).toList();
            written.forEach(r -> buffers.add(r.buffer()));
            buffers.add(memory(kernel.workspaceBytes()));
            kernel.launch(new Arguments(buffers.toArray(Buffer[]::new), IntStream.range(0, buffers.size()).toArray()));
            return written;
        }

        private static Buffer packed(Operand operand, Layout layout) {
            if (layout.equals(Layout.PLAIN)) {
                return operand.buffer();
            }
            Optional<Kernel> pack = Requests.SHARED.compile(new KernelRequest.Reorder(operand.type(), Layout.PLAIN, layout));
            Buffer packed = memory(layout.bytes(operand.type()));
            Buffer[] table = {operand.buffer(), packed, memory(pack.orElseThrow().workspaceBytes())};
            assertEquals(List.of(layout), pack.orElseThrow().outputLayouts());
            pack.orElseThrow().launch(new Arguments(table, table[2].bytes() > 0 ? new int[] {0, 1, 2} : new int[] {0, 1}));
            return packed;
        }

        private static HostBuffer memory(long bytes) {
            return HostBuffer.of(Arena.ofAuto().allocate(bytes, 64));
        }
    }

    /** Returns floats rounded to bfloat16; an operand of another type as it is. */
    private static Operand narrow(Operand wide) {
        return wide.type().dtype() == DType.F32 ? Operand.of(wide.type().with(DType.BF16), i -> BFloat16.of((float) wide.get(i))) : wide;
    }

    private static Operand wide(Operand narrow) {
        return narrow.type().dtype() != DType.BF16 ? narrow
                : Operand.of(narrow.type().with(DType.F32), i -> Float.intBitsToFloat((int) narrow.get(i) << 16));
    }
}
