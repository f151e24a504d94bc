package dev.gatun.random;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.DType;
import dev.gatun.Reductions;
import dev.gatun.Shape;
import dev.gatun.Tensor;
import java.util.Arrays;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** The distributions of {@link Draws}. */
class DistributionsTest {
    private static final int N = 20_000;
    private final Tensor key = Draws.key(7, 3);

    @Test
    void aKeySaysWhichNumbersComeAndOthersGiveOthers() {
        float[] expected = new float[9];
        Philox.uniform(7, 3, expected);
        assertArrayEquals(expected, Draws.uniform(key, Shape.of(9)).toFloatArray());
        assertArrayEquals(Draws.permutation(key, 50).toLongArray(), Draws.permutation(Draws.key(7, 3), 50).toLongArray());
        assertTrue(!Arrays.equals(expected, Draws.uniform(Draws.key(7, 4), Shape.of(9)).toFloatArray()));
    }

    @Test
    void uniformNumbersFillTheirRange() {
        Tensor x = Draws.uniform(key, -2, 6, Shape.of(N));
        assertTrue(x.min().item() >= -2 && x.max().item() < 6);
        assertEquals(2, x.mean().item(), 0.1);                                          // 6 standard errors of 8/√(12 N)
        assertTrue(Draws.uniform(key, 1, 1 + 0x1p-22, Shape.of(N)).max().item() < 1 + 0x1p-22);
        assertThrows(IllegalArgumentException.class, () -> Draws.uniform(key, 1, 1, Shape.of(1)));
    }

    @Test
    void rangesThatSingleNumbersDoNotHaveAreRefused() {
        assertEquals("uniform: f32 has no numbers from 1.0 to 1.000000000001",
                assertThrows(IllegalArgumentException.class, () -> Draws.uniform(key, 1, 1 + 1e-12, Shape.of(1))).getMessage());
        assertEquals("uniform: from -3.0E38 to 3.0E38 is further than f32 reaches",
                assertThrows(IllegalArgumentException.class, () -> Draws.uniform(key, -3e38, 3e38, Shape.of(1))).getMessage());
        assertThrows(IllegalArgumentException.class, () -> Draws.uniform(key, -1e300, 1e300, Shape.of(1)));
        assertThrows(IllegalArgumentException.class, () -> Draws.normal(key, 0, 1e39, Shape.of(1)));
        assertThrows(IllegalArgumentException.class, () -> Draws.uniform(key, 1e8, 1e8 + 3, Shape.of(1)));
        assertEquals(1e8, Draws.uniform(key, 1e8, 1e8 + 8, Shape.of(N)).min().item());
    }

    @Test
    void normalNumbersHaveTheirMeanAndDeviation() {
        Tensor x = Draws.normal(key, 5, 3, Shape.of(N));
        assertEquals(5, x.mean().item(), 0.13);                                         // 6 standard errors of 3/√N
        assertEquals(3, Reductions.std(x, 1, false).item(), 0.1);                       // 6 of 3/√(2 N)
        assertThrows(IllegalArgumentException.class, () -> Draws.normal(key, 0, -1, Shape.of(1)));
    }

    @Test
    void integersAreEquallyLikely() {
        long[] x = Draws.integers(key, -3, 4, Shape.of(N)).toLongArray();
        for (long v = -3; v < 4; v++) {
            long value = v;
            assertEquals(N / 7.0, LongStream.of(x).filter(e -> e == value).count(), 300);      // 6 of √(N·6/49)
        }
        assertTrue(LongStream.of(x).allMatch(v -> v >= -3 && v < 4));
        long large = Long.MAX_VALUE - 5;
        assertTrue(LongStream.of(Draws.integers(key, large, Long.MAX_VALUE, Shape.of(99)).toLongArray()).allMatch(v -> v >= large));
        assertThrows(IllegalArgumentException.class, () -> Draws.integers(key, 0, 0, Shape.of(1)));
        assertThrows(IllegalArgumentException.class, () -> Draws.integers(key, Long.MIN_VALUE, Long.MAX_VALUE, Shape.of(1)));
    }

    @Test
    void eachPlaceHasItsOwnProbability() {
        Tensor p = Tensor.of(new float[] {0, 0.25f, 1}, 3, 1).expand(Shape.of(3, N));
        double[] part = Draws.bernoulli(key, p).cast(DType.F64).mean(1).toDoubleArray();
        assertArrayEquals(new double[] {0, 0.25, 1}, part, 0.02);                       // 6 standard errors of √(3/16 N)
        assertEquals(0.25, Draws.bernoulli(key, 0.25, Shape.of(N)).cast(DType.F64).mean().item(), 0.02);
    }

    @Test
    void categoriesComeWithTheirSoftmax() {
        Tensor logits = Tensor.of(new float[] {(float) Math.log(2), Float.NEGATIVE_INFINITY, (float) Math.log(6)}, 1, 3).expand(Shape.of(N, 3));
        long[] x = Draws.categorical(key, logits, 1).toLongArray();
        assertEquals(0, LongStream.of(x).filter(c -> c == 1).count());
        assertEquals(0.75, LongStream.of(x).filter(c -> c == 2).count() / (double) N, 0.02);
    }

    @Test
    void aPermutationHoldsEachNumberOnce() {
        long[] x = Draws.permutation(key, 100).toLongArray();
        assertTrue(!Arrays.equals(x, LongStream.range(0, 100).toArray()));
        Arrays.sort(x);
        assertArrayEquals(LongStream.range(0, 100).toArray(), x);
    }
}
