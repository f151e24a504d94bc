package dev.gatun.onednn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.Backends;
import dev.gatun.CompiledFunction;
import dev.gatun.DType;
import dev.gatun.Precision;
import dev.gatun.Shape;
import dev.gatun.Tensor;
import dev.gatun.TensorType;
import dev.gatun.ffi.dnnl.Dnnl;
import dev.gatun.models.CharLstm;
import dev.gatun.nn.Losses;
import dev.gatun.op.Recurrent;
import dev.gatun.op.Recurrent.Cell;
import dev.gatun.op.Recurrent.Kind;
import dev.gatun.optim.Sgd;
import dev.gatun.optim.TrainStep;
import dev.gatun.spi.Backend;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Recurrent layers that are trained in bfloat16: products of the library between gates of the vector backend. */
class RnnTrainingTest {
    private static final int T = 4;
    private static final int N = 27;
    private static final int I = 9;
    private static final int H = 200;

    private static final List<Cell> CELLS = List.of(new Cell(Kind.RNN_TANH, false, false), new Cell(Kind.LSTM, false, false), new Cell(Kind.LSTM, false, true),
            new Cell(Kind.GRU, false, true));

    /** Two digits of a bfloat16, of the largest element. */
    private static final double DIGITS = 1.0 / 64;

    /** Returns whether the processor has products of bfloat16; a backend must be open. */
    private static boolean isNarrow() {
        return Library.has(Dnnl.dnnl_cpu_isa_avx512_core_bf16());
    }

    /** Returns y, hn, cn, the reserve, then all gradients. */
    private static List<Tensor> train(Cell cell, boolean reverse, List<Tensor> in) {
        List<Tensor> forward = Tensor.record(new Recurrent.Rnn(cell, reverse, true), in.toArray(Tensor[]::new));
        List<Tensor> all = new ArrayList<>(in);
        all.addAll(List.of(forward.getFirst(), forward.getLast()));
        all.addAll(forward.subList(0, forward.size() - 1));               // gradients of y, hn, cn: some numbers
        List<Tensor> results = new ArrayList<>(forward);
        results.addAll(Tensor.record(new Recurrent.RnnBackward(cell, reverse), all.toArray(Tensor[]::new)));
        return results.stream().map(t -> t.cast(DType.F32)).toList();
    }

    @Test
    void layersAndTheirGradientsAreThoseOfTheReference() {
        try (Backend backend = Backends.open("onednn"); Backend reference = Backends.open("reference")) {
            for (Cell cell : CELLS) {
                for (boolean reverse : new boolean[] {false, true}) {
                    Tensor[] in = operands(cell).stream().map(t -> t.eval(reference)).toArray(Tensor[]::new);
                    try (CompiledFunction expected = CompiledFunction.of(reference, x -> train(cell, reverse, x));
                         CompiledFunction actual = CompiledFunction.of(backend, x -> train(cell, reverse, x))) {
                        String plan = actual.explain(Arrays.stream(in).map(Tensor::type).toArray(TensorType[]::new));
                        assertEquals(isNarrow() ? 2 : 0, plan.lines().filter(line -> line.contains("library's products")).count(), plan);
                        agree(expected.call(in), actual.call(in), cell + (reverse ? " reversed" : ""));
                    }
                }
            }
        }
    }

    private static void agree(List<Tensor> expected, List<Tensor> actual, String layer) {
        for (int r = 0; r < expected.size(); r++) {
            float[] numbers = expected.get(r).toFloatArray();
            double largest = 0;
            for (float number : numbers) {
                largest = Math.max(largest, Math.abs(number));
            }
            assertArrayEquals(numbers, actual.get(r).toFloatArray(), (float) (DIGITS * largest), layer + " result " + r);
        }
    }

    @Test
    void aTrainingInBf16HasNoReferenceLoops() {
        CharLstm net = new CharLstm(11, 9, H);
        net.initialize(1);
        try (Backend backend = Backends.open("onednn");
             TrainStep step = TrainStep.of(net, (y, labels) -> Losses.crossEntropy(y.reshape(T * N, 11), labels), Sgd.momentum(0.9), backend)
                     .precision(Precision.BF16)) {
            double first = 0;
            double last = 0;
            for (int i = 0; i < 20; i++) {
                last = step.run(0.5f, Tensor.full(DType.I64, Shape.of(T, N), 3), Tensor.full(DType.I64, Shape.of(T * N), 4)).getFirst().item();
                first = i == 0 ? last : first;
            }
            assertTrue(last < 0.5 * first, first + " to " + last);
            String plan = step.explain();
            assertTrue(!isNarrow() || plan.contains("lstm backward") && plan.contains("library's products"), plan);
            assertTrue(plan.contains("reference loops: 0"), plan);
            assertFalse(plan.lines().anyMatch(line -> line.matches(".*\\bref\\b.*")), plan);
        }
    }

    /** Returns operands forward, with NaN in x behind the ends of samples. */
    private static List<Tensor> operands(Cell cell) {
        var random = new SplittableRandom(11);
        int GH = cell.kind().gates() * H;
        List<Tensor> operands = new ArrayList<>(List.of(draw(random, 1, T, N, I), draw(random, .3, GH, I), draw(random, .1, GH, H), draw(random, .1, GH),
                draw(random, .1, GH), draw(random, 1, N, H)));
        if (cell.isLstm()) {
            operands.add(draw(random, 1, N, H));
        }
        if (cell.lengths()) {
            long[] lengths = new long[N];
            float[] x = operands.getFirst().cast(DType.F32).toFloatArray();
            for (int n = 0; n < N; n++) {
                lengths[n] = n % (T + 1);
                for (int t = (int) lengths[n]; t < T; t++) {
                    Arrays.fill(x, (t * N + n) * I, (t * N + n + 1) * I, Float.NaN);
                }
            }
            operands.set(0, Tensor.of(x, T, N, I).cast(DType.BF16));
            operands.add(Tensor.of(lengths, N));
        }
        return operands;
    }

    private static Tensor draw(SplittableRandom random, double size, int... dims) {
        int count = 1;
        for (int dim : dims) {
            count *= dim;
        }
        float[] data = new float[count];
        for (int i = 0; i < count; i++) {
            data[i] = (float) random.nextDouble(-size, size);
        }
        return Tensor.of(data, dims).cast(DType.BF16);
    }
}
