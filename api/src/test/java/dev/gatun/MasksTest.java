package dev.gatun;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;

/** Tests of {@link Masks} and {@link NonZero}. */
class MasksTest {
    @Test
    void oneHotVectorsAreOneAtTheirIndex() {
        Tensor y = Masks.oneHot(Tensor.of(new int[] {1, 0, -1}), 3, DType.F32);
        assertEquals(Shape.of(3, 3), y.shape());
        assertArrayEquals(new float[] {0, 1, 0, 1, 0, 0, 0, 0, 1}, y.toFloatArray());
    }

    @Test
    void oneHotVectorsMayLieAlongAnyAxisAndMissTheirIndex() {
        Tensor on = Tensor.scalar(DType.I32, 7);
        Tensor off = Tensor.scalar(DType.I32, -7);
        Tensor y = Masks.oneHot(Tensor.of(new long[] {0, 2, 5, -4}, 2, 2), 3, 1, on, off);
        assertEquals(Shape.of(2, 3, 2), y.shape());
        assertArrayEquals(new int[] {7, -7, -7, -7, -7, 7, -7, -7, -7, -7, -7, -7}, y.toIntArray());
        assertThrows(IllegalArgumentException.class, () -> Masks.oneHot(Tensor.of(new long[] {0}), 3, 2, on, off));
        assertThrows(IllegalArgumentException.class, () -> Masks.oneHot(Tensor.of(new float[] {0}), 3, 0, on, off));
        assertThrows(IllegalArgumentException.class, () -> Masks.oneHot(Tensor.of(new long[] {0}), -1, 0, on, off));
    }

    @Test
    void trianglesKeepOneSideOfADiagonal() {
        Tensor x = Tensor.arange(DType.F32, 1, 1, 6).reshape(2, 3);
        assertArrayEquals(new float[] {1, 0, 0, 4, 5, 0}, Masks.tril(x, 0).toFloatArray());
        assertArrayEquals(new float[] {1, 2, 0, 4, 5, 6}, Masks.tril(x, 1).toFloatArray());
        assertArrayEquals(new float[] {1, 2, 3, 0, 5, 6}, Masks.triu(x, 0).toFloatArray());
        assertArrayEquals(new float[] {0, 0, 3, 0, 0, 0}, Masks.triu(x, 2).toFloatArray());
        assertEquals(Shape.of(4, 2, 3), Masks.tril(x.expand(Shape.of(4, 2, 3)), 0).shape());
        assertArrayEquals(new int[] {0, 1, 0, 0, 0, 1}, Masks.eye(DType.I32, 2, 3, 1).toIntArray());
        assertEquals("tril: x[3] has no matrices, at least 2 axes are needed",
                assertThrows(IllegalArgumentException.class, () -> Masks.tril(Tensor.zeros(DType.F32, 3), 0)).getMessage());
    }

    @Test
    void placesThatAreNotZeroComeInRowMajorOrder() {
        Tensor y = NonZero.of(Tensor.of(new float[] {0, 3, 0, -1, Float.NaN, 0}, 2, 3));
        assertEquals(Shape.of(2, 3), y.shape());
        assertArrayEquals(new long[] {0, 1, 1, 1, 0, 1}, y.toLongArray());
        assertEquals(Shape.of(2, 0), NonZero.of(Tensor.zeros(DType.I32, 4, 4)).shape());
        assertEquals(Shape.of(0, 1), NonZero.of(Tensor.scalar(DType.F32, 2)).shape());
    }

    @Test
    void compressKeepsSlicesWhoseConditionHolds() {
        Tensor x = Tensor.arange(DType.I32, 6).reshape(2, 3);
        Tensor condition = Tensor.of(new boolean[] {false, true});
        assertArrayEquals(new int[] {3, 4, 5}, NonZero.compress(x, 0, condition).toIntArray());
        assertArrayEquals(new int[] {1, 4}, NonZero.compress(x, 1, condition).toIntArray());
        assertThrows(IllegalArgumentException.class, () -> NonZero.compress(x, 0, Tensor.of(new boolean[3])));
    }

    @Test
    void whatIsComputedForItsPlacesKeepsItsHistory() {
        Tensor y = Tensor.of(new double[] {1, 2}).sub(1);
        assertArrayEquals(new long[] {1}, NonZero.of(y).toLongArray());
        assertEquals("sub", y.producer().orElseThrow().op().name());
    }

    @Test
    void anotherThreadMayComputeWhatIsAskedForItsPlaces() throws Exception {
        try (var executor = Executors.newSingleThreadExecutor()) {
            for (int i = 0; i < 300; i++) {
                Tensor y = Tensor.of(new int[] {0, 0});
                for (int step = 0; step < 5; step++) {
                    y = y.add(1);
                }
                Tensor shared = y;
                var other = executor.submit(() -> shared.eval());
                assertArrayEquals(new long[] {0, 1}, NonZero.of(shared).toLongArray());
                other.get();
            }
        }
    }

    @Test
    void insideACompiledFunctionTheShapeWouldDependOnData() {
        try (CompiledFunction f = CompiledFunction.of(Backends.open("reference"), in -> List.of(NonZero.of(in.get(0).add(1))))) {
            Tensor x = Tensor.zeros(DType.F32, 3);
            assertEquals("nonzero: x f32[3] depends on an input of a compiled function; the result's shape would depend on data, but there shapes are"
                    + " fixed before data is seen. Compute it outside, or keep the shape with where()",
                    assertThrows(IllegalStateException.class, () -> f.call(x)).getMessage());
        }
    }
}
