package dev.gatun.onednn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.Backends;
import dev.gatun.CompiledFunction;
import dev.gatun.DType;
import dev.gatun.Shape;
import dev.gatun.Tensor;
import dev.gatun.TensorType;
import dev.gatun.op.Ints;
import dev.gatun.op.Pooling;
import dev.gatun.op.Pooling.Window;
import dev.gatun.spi.Backend;
import java.util.List;
import java.util.Random;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** Maxima of BF16 behind something that leaves images channels last or in blocks, with their positions and gradients. */
class Bf16MaxPoolTest {
    private static final Backend ONEDNN = Backends.open("onednn");
    private static final Backend REFERENCE = Backends.open("reference");

    @AfterAll
    static void close() {
        ONEDNN.close();
        REFERENCE.close();
    }

    private static Window window(int kernel, int stride, int pad, boolean ceil) {
        return new Window(Ints.of(kernel, kernel), Ints.of(stride, stride), Ints.of(pad, pad), Ints.of(pad, pad), Ints.of(1, 1), ceil);
    }

    private static final List<Window> WINDOWS = List.of(window(3, 2, 1, false), window(2, 2, 0, false), window(3, 1, 1, false), window(3, 2, 0, true));

    /** Numbers of which many are equal, zeros of both signs among the largest, a few are not numbers of both signs, and one image has nothing but -∞. */
    private static Tensor image(int... dims) {
        float[] x = new float[(int) Shape.of(dims).elements()];
        Random random = new Random(7);
        for (int i = 0; i < x.length; i++) {
            int draw = random.nextInt(400);
            x[i] = i < x.length / dims[0] / 2 ? Float.NEGATIVE_INFINITY : draw == 0 ? Float.NaN : draw == 1 ? Float.intBitsToFloat(0xFFC00000)
                    : draw == 2 ? Float.POSITIVE_INFINITY : draw < 50 ? -0f : random.nextInt(-8, 2) / 4f;
        }
        return Tensor.of(x).reshape(dims);
    }

    private static void agree(List<Tensor> in, UnaryOperator<List<Tensor>> body, String kernel) {
        agree(in, body, kernel, x -> x);
    }

    private static void agree(List<Tensor> in, UnaryOperator<List<Tensor>> body, String kernel, UnaryOperator<float[]> seen) {
        try (CompiledFunction f = CompiledFunction.of(ONEDNN, body); CompiledFunction g = CompiledFunction.of(REFERENCE, body)) {
            Tensor[] operands = in.toArray(Tensor[]::new);
            String plan = f.explain(in.stream().map(Tensor::type).toArray(TensorType[]::new));
            assertTrue(plan.contains(kernel), plan);
            List<Tensor> results = f.call(operands);
            List<Tensor> expected = g.call(operands);
            for (int i = 0; i < expected.size(); i++) {
                assertArrayEquals(seen.apply(expected.get(i).toFloatArray()), seen.apply(results.get(i).toFloatArray()));
            }
        }
    }

    private static float[] withoutSignsOfZeros(float[] x) {
        float[] result = x.clone();
        for (int i = 0; i < x.length; i++) {
            result[i] = x[i] + 0f;
        }
        return result;
    }

    @Test
    void valuesAndPositionsAreThoseOfTheReferenceNotANumberIncluded() {
        for (Window w : WINDOWS) {
            for (int[] dims : new int[][] {{2, 32, 9, 14}, {1, 16, 5, 5}, {3, 64, 8, 7}}) {
                agree(List.of(image(dims)), in -> Tensor.record(new Pooling.MaxPool(w, true), in.getFirst().cast(DType.BF16)).stream()
                        .map(t -> t.cast(DType.F32)).toList(), "max pool of pixels");
                agree(List.of(image(dims)), in -> List.of(Tensor.record(new Pooling.MaxPool(w, false), in.getFirst().cast(DType.BF16)).getFirst()
                        .cast(DType.F32)), "max pool of pixels", Bf16MaxPoolTest::withoutSignsOfZeros);
            }
        }
    }

    /** Channels last and row-major are one there. */
    @Test
    void thePositionsOfOnePixelNeedNoReorder() {
        agree(List.of(image(3, 64, 2, 2)), in -> Tensor.record(new Pooling.MaxPool(window(2, 2, 0, false), true), in.getFirst().cast(DType.BF16)).stream()
                .map(t -> t.cast(DType.F32)).toList(), "max pool of pixels");
    }

    @Test
    void gradientsGoToTheFirstMaximum() {
        for (Window w : WINDOWS) {
            Shape x = Shape.of(2, 32, 9, 14);
            Shape y = Shape.of(2, 32, w.out(0, 9), w.out(1, 14));
            // Gradients of one digit: their sums are exact.
            agree(List.of(image(x.dims()), Tensor.full(DType.F32, y, 0.25)), in -> {
                List<Tensor> pooled = Tensor.record(new Pooling.MaxPool(w, true), in.getFirst().cast(DType.BF16));
                var backward = new Pooling.MaxPoolBackward(w, Ints.of(9, 14));
                return List.of(Tensor.record(backward, in.getLast().cast(DType.BF16), pooled.getLast()).getFirst().cast(DType.F32));
            }, "gradient of a max pool of pixels");
        }
    }

    @Test
    void positionsThatCameFromElsewhereAreLeftToOtherKernels() {
        Window w = window(2, 2, 0, false);
        Tensor dy = Tensor.full(DType.F32, Shape.of(1, 16, 2, 2), 1);
        Tensor index = Tensor.full(DType.I32, Shape.of(1, 16, 2, 2), 15);
        try (CompiledFunction f = CompiledFunction.of(ONEDNN, in -> List.of(Tensor.record(new Pooling.MaxPoolBackward(w, Ints.of(4, 4)),
                in.getFirst().cast(DType.BF16), in.getLast()).getFirst().cast(DType.F32)))) {
            float[] dx = f.call(dy, index).getFirst().toFloatArray();
            assertEquals(4, dx[15]);
            assertEquals(0, dx[0]);
        }
    }
}
