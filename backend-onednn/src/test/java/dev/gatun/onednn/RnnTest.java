package dev.gatun.onednn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.Backends;
import dev.gatun.CompiledFunction;
import dev.gatun.DType;
import dev.gatun.Tensor;
import dev.gatun.TensorType;
import dev.gatun.ffi.dnnl.Dnnl;
import dev.gatun.op.Recurrent;
import dev.gatun.op.Recurrent.Cell;
import dev.gatun.op.Recurrent.Kind;
import dev.gatun.spi.Backend;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class RnnTest {
    private static final Cell LSTM = new Cell(Kind.LSTM, false, false);
    private static final List<Cell> CELLS = List.of(new Cell(Kind.RNN_TANH, false, false), LSTM, new Cell(Kind.LSTM, true, false),
            new Cell(Kind.GRU, false, false), new Cell(Kind.GRU_RESET_BEFORE, false, false));

    /** T, N, I, H. */
    private record Layer(Recurrent.Rnn op, DType dtype, int T, int N, int I, int H) {
        Layer(Cell cell, DType dtype, int samples) {
            this(new Recurrent.Rnn(cell, false, false), dtype, 5, samples, 7, 19);
        }

        /** Returns x and the other operands; each gate has weights of its own. */
        List<Tensor> operands(Backend backend) {
            var random = new SplittableRandom(7);
            int GH = op.cell().kind().gates() * H;
            List<int[]> shapes = new ArrayList<>(List.of(new int[] {T, N, I}, new int[] {GH, I}, new int[] {GH, H}, new int[] {GH}, new int[] {GH},
                    new int[] {N, H}));
            if (op.cell().isLstm()) {
                shapes.add(new int[] {N, H});
            }
            if (op.cell().peephole()) {
                shapes.add(new int[] {3 * H});
            }
            List<Tensor> operands = new ArrayList<>();
            for (int[] shape : shapes) {
                int size = 1;
                for (int dim : shape) {
                    size *= dim;
                }
                float[] data = new float[size];
                for (int i = 0; i < size; i++) {
                    data[i] = (float) random.nextDouble(-1, 1);
                }
                operands.add(Tensor.of(data, shape).cast(dtype).eval(backend));
            }
            if (op.cell().lengths()) {
                long[] lengths = new long[N];
                for (int n = 0; n < N; n++) {
                    lengths[n] = 1 + n % T;
                }
                operands.add(Tensor.of(lengths, N));
            }
            return operands;
        }

        /** Returns y, hn, cn, one behind the other. @param frozen whether all operands but x are constants */
        List<float[]> run(Backend backend, boolean frozen) {
            List<Tensor> operands = operands(backend);
            List<Tensor> constants = operands.subList(1, operands.size());
            Tensor[] given = (frozen ? operands.subList(0, 1) : operands).toArray(Tensor[]::new);
            try (CompiledFunction f = CompiledFunction.of(backend, in -> results(in, frozen ? constants : List.of()))) {
                return f.call(given).stream().map(Tensor::toFloatArray).toList();
            }
        }

        private List<Tensor> results(List<Tensor> in, List<Tensor> constants) {
            List<Tensor> all = new ArrayList<>(in);
            all.addAll(constants);
            return Tensor.record(op, all.toArray(Tensor[]::new)).stream().map(t -> t.cast(DType.F32)).toList();
        }

        String plan(Backend backend) {
            List<Tensor> operands = operands(backend);
            try (CompiledFunction f = CompiledFunction.of(backend, in -> results(in, operands.subList(1, operands.size())))) {
                return f.explain(TensorType.of(dtype, T, N, I));
            }
        }
    }

    @Test
    void gatesOfWeightsAndBiasesComeInTheOrderOfThePrimitive() {
        try (Backend backend = Backends.open("onednn"); Backend reference = Backends.open("reference")) {
            for (Cell cell : CELLS) {
                for (DType dtype : List.of(DType.F32, DType.BF16)) {
                    for (boolean reverse : new boolean[] {false, true}) {
                        var layer = new Layer(new Recurrent.Rnn(cell, reverse, false), dtype, 5, 9, 7, 19);
                        List<float[]> expected = layer.run(reference, false);
                        for (boolean frozen : new boolean[] {false, true}) {
                            List<float[]> actual = layer.run(backend, frozen);
                            for (int r = 0; r < expected.size(); r++) {
                                // A state of 8 digits is rounded at each step.
                                assertArrayEquals(expected.get(r), actual.get(r), dtype == DType.F32 ? 2e-6f : 0.04f, layer + " frozen " + frozen);
                            }
                        }
                    }
                }
            }
        }
    }

    @Test
    void soTheyDoWhereWeightsInFloatAreLarge() {
        try (Backend backend = Backends.open("onednn"); Backend reference = Backends.open("reference")) {
            for (Cell cell : List.of(LSTM, new Cell(Kind.LSTM, true, false))) {
                var layer = new Layer(new Recurrent.Rnn(cell, false, false), DType.F32, 2, 9, 401, 300);
                List<float[]> expected = layer.run(reference, false);
                List<float[]> actual = layer.run(backend, false);
                for (int r = 0; r < expected.size(); r++) {
                    // Sums of 701 products, of a size of 15 or so.
                    assertArrayEquals(expected.get(r), actual.get(r), 5e-5f, layer.toString());
                }
            }
        }
    }

    @Test
    void thePrimitiveServesWhereItIsFaster() {
        boolean narrow = Library.has(Dnnl.dnnl_cpu_isa_avx512_core_bf16());
        try (Backend backend = Backends.open("onednn")) {
            var large = new Layer(new Recurrent.Rnn(LSTM, false, false), DType.F32, 5, 8, 401, 300);
            assertTrue(!narrow || large.plan(backend).contains("lstm brgemm"), large.plan(backend));
            for (Cell cell : CELLS) {
                String plan = new Layer(cell, DType.BF16, 9).plan(backend);
                assertTrue(!narrow || plan.contains(cell.kind().label() + " brgemm"), plan);
            }
        }
    }

    @Test
    void aSingleSampleOfNarrowWeightsIsAProductOfTheVectorBackend() {
        try (Backend backend = Backends.open("onednn"); Backend reference = Backends.open("reference")) {
            for (Cell cell : CELLS) {
                var layer = new Layer(cell, DType.BF16, 1);
                String plan = layer.plan(backend);
                assertTrue(plan.contains("pairs, "), plan);
                List<float[]> expected = layer.run(reference, true);
                List<float[]> actual = layer.run(backend, true);
                for (int r = 0; r < expected.size(); r++) {
                    assertArrayEquals(expected.get(r), actual.get(r), 0.01f, layer.toString());
                }
            }
        }
    }

    @Test
    void whatThePrimitiveLacksRunsOnTheVectorBackend() {
        List<Layer> layers = List.of(new Layer(new Cell(Kind.LSTM, false, true), DType.BF16, 9),
                new Layer(new Recurrent.Rnn(LSTM, false, true), DType.BF16, 5, 9, 7, 19), new Layer(new Cell(Kind.RNN_RELU, false, false), DType.BF16, 9),
                new Layer(LSTM, DType.F32, 8), new Layer(new Recurrent.Rnn(LSTM, false, false), DType.F32, 5, 7, 401, 300),
                new Layer(new Cell(Kind.LSTM, false, true), DType.F32, 9),
                new Layer(new Recurrent.Rnn(LSTM, false, true), DType.F32, 5, 9, 7, 19), new Layer(new Cell(Kind.GRU_RESET_BEFORE, false, false), DType.F32, 9),
                new Layer(new Cell(Kind.RNN_RELU, false, false), DType.F32, 9));
        try (Backend backend = Backends.open("onednn")) {
            for (Layer layer : layers) {
                String plan = layer.plan(backend);
                assertFalse(plan.contains("brgemm"), plan);
                assertTrue(plan.contains("reference loops: 0"), plan);
            }
        }
    }

    @Test
    void aStateThatDivergesIsSeen() {
        try (Backend backend = Backends.open("onednn")) {
            for (DType dtype : List.of(DType.F32, DType.BF16)) {
                var layer = new Layer(new Recurrent.Rnn(new Cell(Kind.RNN_RELU, false, false), false, false), dtype, 1, 9, 1, 1);
                List<Tensor> operands = new ArrayList<>(layer.operands(backend));
                operands.set(0, Tensor.full(dtype, operands.getFirst().shape(), Double.NaN));
                Tensor y = Tensor.record(layer.op(), operands.toArray(Tensor[]::new)).getFirst().cast(DType.F32).eval(backend);
                assertTrue(Float.isNaN(y.toFloatArray()[0]));
            }
        }
    }
}
