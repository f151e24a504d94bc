package dev.gatun.onednn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

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

/** Large LSTMs of bfloat16: products that workers make alone between gates of the vector backend. */
class LstmNarrowTest {
    /** Two digits of a bfloat16. */
    private static final float DIGITS = 1f / 64;

    /** T, N, I, H. */
    private record Layer(boolean reverse, int T, int N, int I, int H) {
        List<Tensor> operands() {
            var random = new SplittableRandom(5);
            return List.of(draw(random, 1, T, N, I), draw(random, .3, 4 * H, I), draw(random, .1, 4 * H, H), draw(random, 1, 4 * H), draw(random, 1, 4 * H),
                    draw(random, 1, N, H), draw(random, 2, N, H));
        }

        private List<Tensor> results(List<Tensor> in) {
            return Tensor.record(new Recurrent.Rnn(new Cell(Kind.LSTM, false, false), reverse, false), in.toArray(Tensor[]::new)).stream()
                    .map(t -> t.cast(DType.F32)).toList();
        }

        /** Returns y, hn, cn. @param frozen whether weights, biases and first states are constants */
        List<float[]> run(Backend backend, boolean frozen) {
            try (CompiledFunction f = function(backend, frozen)) {
                return f.call(given(frozen).toArray(Tensor[]::new)).stream().map(Tensor::toFloatArray).toList();
            }
        }

        boolean isByWorkers(Backend backend, boolean frozen) {
            try (CompiledFunction f = function(backend, frozen)) {
                return f.explain(given(frozen).stream().map(Tensor::type).toArray(TensorType[]::new)).contains("library's products");
            }
        }

        private List<Tensor> given(boolean frozen) {
            return frozen ? operands().subList(0, 1) : operands();
        }

        private CompiledFunction function(Backend backend, boolean frozen) {
            List<Tensor> constants = frozen ? operands().subList(1, 7) : List.of();
            return CompiledFunction.of(backend, in -> {
                List<Tensor> all = new ArrayList<>(in);
                all.addAll(constants);
                return results(all);
            });
        }
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

    /** Units that are no whole vectors, steps whose inputs are multiplied two at a time, and an odd number of them; then one step at a time. */
    private static List<Layer> layers(boolean reverse) {
        return List.of(new Layer(reverse, 5, 15, 9, 203), new Layer(reverse, 3, 33, 16, 128));
    }

    @Test
    void frozenLayersAreThoseOfTheReferenceInBothDirections() {
        try (Backend backend = Backends.open("onednn"); Backend reference = Backends.open("reference")) {
            boolean narrow = Library.has(Dnnl.dnnl_cpu_isa_avx512_core_bf16());
            for (boolean reverse : new boolean[] {false, true}) {
                for (Layer layer : layers(reverse)) {
                    assertEquals(narrow, layer.isByWorkers(backend, true), layer.toString());
                    List<float[]> expected = layer.run(reference, true);
                    List<float[]> actual = layer.run(backend, true);
                    for (int r = 0; r < expected.size(); r++) {
                        assertArrayEquals(expected.get(r), actual.get(r), r == 2 ? 2 * DIGITS : DIGITS, layer + " result " + r);
                    }
                }
            }
        }
    }

    @Test
    void weightsThatMayChangeAreLeftToThePrimitive() {
        try (Backend backend = Backends.open("onednn")) {
            for (Layer layer : layers(false)) {
                assertFalse(layer.isByWorkers(backend, false), layer.toString());
            }
        }
    }

    @Test
    void aSumThatIsNotANumberStaysSo() {
        try (Backend backend = Backends.open("onednn")) {
            var layer = new Layer(false, 2, 33, 16, 128);
            List<Tensor> operands = new ArrayList<>(layer.operands());
            List<Tensor> constants = operands.subList(1, 7);
            Tensor x = Tensor.full(DType.BF16, operands.getFirst().shape(), Double.NaN);
            try (CompiledFunction f = CompiledFunction.of(backend, in -> {
                List<Tensor> all = new ArrayList<>(in);
                all.addAll(constants);
                return layer.results(all);
            })) {
                for (float y : f.call(x).getFirst().toFloatArray()) {
                    assertEquals(Float.NaN, y);
                }
            }
        }
    }
}
