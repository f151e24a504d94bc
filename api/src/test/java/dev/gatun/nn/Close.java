package dev.gatun.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.gatun.Shape;
import dev.gatun.Tensor;

/** Comparison of floats that went through a few roundings. */
final class Close {
    private Close() {
    }

    static void assertClose(Tensor actual, Shape shape, double... expected) {
        assertEquals(shape, actual.shape());
        assertClose(actual, expected);
    }

    static void assertClose(Tensor actual, double... expected) {
        float[] wanted = new float[expected.length];
        for (int i = 0; i < wanted.length; i++) {
            wanted[i] = (float) expected[i];
        }
        assertArrayEquals(wanted, actual.toFloatArray(), 2e-6f);
    }
}
