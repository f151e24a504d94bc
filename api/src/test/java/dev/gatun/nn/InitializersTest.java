package dev.gatun.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.DType;
import dev.gatun.TensorType;
import dev.gatun.random.RandomStream;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class InitializersTest {
    private static float[] draw(Initializer initializer, int... dims) {
        return initializer.draw(TensorType.of(DType.F32, dims), new RandomStream(11, 5)).toFloatArray();
    }

    private static double mean(float[] a) {
        return IntStream.range(0, a.length).mapToDouble(i -> a[i]).average().orElseThrow();
    }

    private static double deviation(float[] a) {
        double mean = mean(a);
        return Math.sqrt(IntStream.range(0, a.length).mapToDouble(i -> (a[i] - mean) * (a[i] - mean)).average().orElseThrow());
    }

    private static void assertUniform(double bound, float[] a) {
        double largest = IntStream.range(0, a.length).mapToDouble(i -> Math.abs(a[i])).max().orElseThrow();
        assertTrue(largest <= bound && largest > 0.99 * bound, largest + " for bound " + bound);
        assertEquals(bound / Math.sqrt(3), deviation(a), 0.02 * bound);
    }

    @Test
    void boundsFollowFans() {
        assertUniform(Math.sqrt(6.0 / (20 * 9 + 30 * 9)), draw(Initializers.xavierUniform(), 30, 20, 3, 3));
        assertUniform(Math.sqrt(6.0 / (20 * 9)), draw(Initializers.kaimingUniform(0), 30, 20, 3, 3));
        assertUniform(1 / Math.sqrt(20 * 9), draw(Initializers.kaimingUniform(Math.sqrt(5)), 30, 20, 3, 3));
    }

    @Test
    void deviationsFollowFans() {
        assertEquals(Math.sqrt(2.0 / (20 * 9)), deviation(draw(Initializers.kaimingNormal(0), 30, 20, 3, 3)), 2e-3);
        assertEquals(Math.sqrt(2.0 / (30 * 9)), deviation(draw(Initializers.kaimingNormalFanOut(), 30, 20, 3, 3)), 2e-3);
        assertEquals(Math.sqrt(2.0 / 450), deviation(draw(Initializers.xavierNormal(), 30, 20, 3, 3)), 2e-3);
    }

    /** More numbers than one processor draws at a time, and no whole number of blocks. */
    @Test
    void numbersAreThoseOfTheStreamInItsOrder() {
        float[] a = draw(Initializers.normal(1, 2), 100_003);
        RandomStream random = new RandomStream(11, 5);
        for (float x : a) {
            assertEquals((float) (1 + 2. * random.nextNormal()), x);
        }
        double[] b = Initializers.uniform(-3, 5).draw(TensorType.of(DType.F64, 65_537), new RandomStream(1, 2)).toDoubleArray();
        assertEquals(-3 + 8. * new RandomStream(1, 2).from(65_536 / 4).nextUniform(), b[65_536]);
        assertEquals(0, Initializers.normal(0, 1).draw(TensorType.of(DType.F32, 0, 3), new RandomStream(1, 2)).toFloatArray().length);
    }

    @Test
    void aTruncatedNormalStaysInside() {
        float[] a = draw(Initializers.truncatedNormal(0, 1, -1, 1), 5000);
        assertTrue(IntStream.range(0, a.length).allMatch(i -> Math.abs(a[i]) <= 1));
        assertEquals(0.5396, deviation(a), 0.02);
        assertThrows(IllegalArgumentException.class, () -> Initializers.truncatedNormal(0, 1, 4, 5));
    }

    @Test
    void anOrthogonalMatrixHasOrthonormalRowsOrColumns() {
        for (int[] shape : new int[][] {{4, 2, 3}, {7, 3}}) {
            float[] a = draw(Initializers.orthogonal(2), shape);
            int rows = shape[0];
            int columns = a.length / rows;
            boolean wide = rows <= columns;
            for (int i = 0; i < Math.min(rows, columns); i++) {
                for (int j = 0; j < Math.min(rows, columns); j++) {
                    double dot = 0;
                    for (int k = 0; k < Math.max(rows, columns); k++) {
                        dot += wide ? a[i * columns + k] * a[j * columns + k] : a[k * columns + i] * a[k * columns + j];
                    }
                    assertEquals(i == j ? 4 : 0, dot, 1e-5);
                }
            }
        }
    }

    @Test
    void drawingInParallelGivesTheNumbersOfTheStream() {
        int n = (1 << 17) + 3;
        RandomStream stream = new RandomStream(11, 5);
        float[] expected = new float[n];
        for (int i = 0; i < n; i++) {
            expected[i] = (float) (1 + 2.0 * stream.nextNormal());
        }
        assertArrayEquals(expected, draw(Initializers.normal(1, 2), n));
    }

    @Test
    void otherTypesAreFilledToo() {
        assertArrayEquals(new long[] {3, 3}, Initializers.constant(3).draw(TensorType.of(DType.I64, 2), new RandomStream(0, 0)).toLongArray());
        assertArrayEquals(new double[] {0.1}, Initializers.constant(0.1).draw(TensorType.of(DType.F64, 1), new RandomStream(0, 0)).toDoubleArray());
        assertEquals(DType.BF16, Initializers.normal(0, 1).draw(TensorType.of(DType.BF16, 4), new RandomStream(0, 0)).dtype());
    }

    @Test
    void fansNeedTwoAxes() {
        String message = assertThrows(IllegalArgumentException.class, () -> draw(Initializers.xavierUniform(), 3)).getMessage();
        assertEquals("initializer: fan_in needs weights with at least 2 axes, got [3]", message);
    }
}
