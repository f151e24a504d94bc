package dev.gatun.onednn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.Backends;
import dev.gatun.CompiledFunction;
import dev.gatun.DType;
import dev.gatun.Tensor;
import dev.gatun.TensorType;
import dev.gatun.op.Convolution;
import dev.gatun.op.Ints;
import dev.gatun.spi.Backend;
import java.util.List;
import java.util.Random;
import java.util.function.BinaryOperator;
import org.junit.jupiter.api.Test;

/** ReLU behind convolutions and products: what is negative becomes +0, and a NaN stays one. */
class ReluTest {
    private static final int IC = 32;
    private static final int OC = 32;
    private static final int SIDE = 9;

    private static Tensor random(int seed, int... dims) {
        int size = 1;
        for (int d : dims) {
            size *= d;
        }
        float[] x = new float[size];
        Random random = new Random(seed);
        for (int i = 0; i < size; i++) {
            x[i] = random.nextFloat() - 0.5f;
        }
        return Tensor.of(x, dims);
    }

    private static Tensor convolution(Tensor x, Tensor w) {
        var geometry = new Convolution.Geometry(Ints.of(1, 1), Ints.of(0, 0), Ints.of(0, 0), Ints.of(1, 1), 1);
        return Tensor.record(new Convolution.Conv(geometry), x, w.reshape(OC, IC, 1, 1)).getFirst();
    }

    private static Tensor product(Tensor x, Tensor w) {
        return x.reshape(SIDE * SIDE, IC).matmul(w, false, true);
    }

    /** Compares all bits but those of a NaN with the reference's where that is zero or no number. @param inPlan of the plan's text */
    private static void agrees(Backend backend, DType dtype, BinaryOperator<Tensor> root, String inPlan) {
        Tensor w = random(1, OC, IC).cast(dtype);
        float[] numbers = random(2, 1, IC, SIDE, SIDE).toFloatArray();
        numbers[7] = Float.NaN;
        Tensor x = Tensor.of(numbers, 1, IC, SIDE, SIDE);
        try (Backend reference = Backends.open("reference");
             CompiledFunction f = CompiledFunction.of(backend, in -> List.of(root.apply(in.getFirst().cast(dtype), w).relu().cast(DType.F32)));
             CompiledFunction g = CompiledFunction.of(reference, in -> List.of(root.apply(in.getFirst().cast(dtype), w).relu().cast(DType.F32)))) {
            String plan = f.explain(TensorType.of(DType.F32, 1, IC, SIDE, SIDE));
            assertTrue(plan.contains(inPlan), plan);
            float[] expected = g.call(x).getFirst().toFloatArray();
            float[] actual = f.call(x).getFirst().toFloatArray();
            int zeros = 0;
            for (int i = 0; i < expected.length; i++) {
                if (expected[i] == 0 || Float.isNaN(expected[i])) {
                    assertEquals(expected[i], actual[i], "element " + i + " of " + backend.description() + plan);
                }
                zeros += expected[i] == 0 ? 1 : 0;
            }
            assertTrue(zeros > expected.length / 4, "half of the sums are negative");
        }
    }

    @Test
    void behindAConvolutionNegativeSumsArePositiveZeros() {
        for (boolean mixed : new boolean[] {false, true}) {
            try (Backend backend = OwnKernels.open(mixed)) {
                for (DType dtype : List.of(DType.F32, DType.BF16)) {
                    agrees(backend, dtype, ReluTest::convolution, "conv");
                }
            }
        }
    }

    @Test
    void behindAProductToo() {
        for (boolean mixed : new boolean[] {false, true}) {
            try (Backend backend = OwnKernels.open(mixed)) {
                for (DType dtype : List.of(DType.F32, DType.BF16)) {
                    agrees(backend, dtype, ReluTest::product, "matmul");
                }
            }
        }
    }
}
