package dev.gatun.reference;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.gatun.DType;
import dev.gatun.Shape;
import dev.gatun.op.Random.Distribution;
import dev.gatun.op.Random.Draw;
import dev.gatun.op.Source;
import dev.gatun.random.Philox;
import org.junit.jupiter.api.Test;

class RandomLoopsTest {
    private static Elements draw(Distribution distribution, int... dims) {
        return Tensors.run(new Draw(distribution, Shape.of(dims)), Tensors.vector(DType.I64, -5L, 1L << 40));
    }

    @Test
    void bitsAreTheWordsOfConsecutiveBlocks() {
        int[] first = new int[4];
        int[] second = new int[4];
        Philox.block(-5, 1L << 40, 0, first);
        Philox.block(-5, 1L << 40, 1, second);
        long[] bits = Tensors.longs(draw(Distribution.BITS, 2, 3));
        long[] expected = {first[0], first[1], first[2], first[3], second[0], second[1]};
        for (int i = 0; i < 6; i++) {
            assertEquals(expected[i] & 0xFFFFFFFFL, bits[i]);
        }
    }

    @Test
    void uniformAndNormalNumbersAreThoseThatPhiloxFillsArraysWith() {
        float[] expected = new float[7];
        Philox.uniform(-5, 1L << 40, expected);
        assertEqual(expected, draw(Distribution.UNIFORM, 7));
        Philox.normal(-5, 1L << 40, expected);
        assertEqual(expected, draw(Distribution.NORMAL, 7));
    }

    @Test
    void scalarsAndCountersHaveTheValuesOfTheirType() {
        assertEquals(0.1f, Tensors.run(Source.Scalar.of(DType.F32, 0.1)).get(0));
        assertEquals(-3, Tensors.run(Source.Scalar.of(DType.I8, -3)).getLong(0));
        assertEquals(-1, Tensors.run(new Source.Scalar(DType.U64, -1)).getLong(0));
        assertEquals(1, Tensors.run(new Source.Scalar(DType.BOOL, 1)).getLong(0));
        assertArrayEquals(new double[] {0, 1, 2, 3}, Tensors.doubles(Tensors.run(new Source.Iota(DType.F16, 4))));
        assertArrayEquals(new long[] {0, 1, 2}, Tensors.longs(Tensors.run(new Source.Iota(DType.U64, 3))));
    }

    private static void assertEqual(float[] expected, Elements actual) {
        for (int i = 0; i < expected.length; i++) {
            assertEquals(expected[i], actual.get(i));
        }
    }
}
