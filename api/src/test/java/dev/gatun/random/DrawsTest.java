package dev.gatun.random;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.DType;
import dev.gatun.Shape;
import org.junit.jupiter.api.Test;

class DrawsTest {
    private static final int N = 4099;

    @Test
    void aStreamReadInJavaGivesTheNumbersOfTheGraph() {
        RandomStream uniform = new RandomStream(42, -7);
        RandomStream normal = new RandomStream(42, -7);
        float[] expectedUniform = new float[N];
        float[] expectedNormal = new float[N];
        for (int i = 0; i < N; i++) {
            expectedUniform[i] = uniform.nextUniform();
            expectedNormal[i] = normal.nextNormal();
        }
        assertArrayEquals(expectedUniform, Draws.uniform(Draws.key(42, -7), Shape.of(N)).toFloatArray());
        assertArrayEquals(expectedNormal, Draws.normal(Draws.key(42, -7), Shape.of(N)).toFloatArray());
        assertEquals(DType.U32, Draws.bits(Draws.key(42, -7), Shape.of(2)).dtype());
    }

    @Test
    void aReaderFromABlockGoesOnWhereTheStreamWouldBe() {
        RandomStream stream = new RandomStream(1, 2);
        for (int i = 0; i < 8; i++) {
            stream.nextBits();
        }
        assertEquals(new RandomStream(1, 2).from(2).nextBits(), stream.nextBits());
    }

    @Test
    void truthHasItsProbability() {
        boolean[] drawn = Draws.bernoulli(Draws.key(3, 0), 0.3, Shape.of(N)).toBooleanArray();
        int count = 0;
        for (boolean b : drawn) {
            count += b ? 1 : 0;
        }
        assertEquals(0.3, (double) count / N, 0.03);
        assertEquals("bernoulli: a probability is in [0, 1], got 1.5",
                assertThrows(IllegalArgumentException.class, () -> Draws.bernoulli(Draws.key(3, 0), 1.5, Shape.of(1))).getMessage());
    }

    @Test
    void integersCoverTheirRange() {
        RandomStream stream = new RandomStream(5, 5);
        boolean[] seen = new boolean[7];
        for (int i = 0; i < 200; i++) {
            seen[stream.nextInt(7)] = true;
        }
        for (boolean s : seen) {
            assertTrue(s);
        }
        assertThrows(IllegalArgumentException.class, () -> stream.nextInt(0));
    }
}
