package dev.gatun.vector;

import static org.junit.jupiter.api.Assertions.assertEquals;

import jdk.incubator.vector.FloatVector;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("every-width")
class SimdTest {
    @Test
    void theForcedWidthIsUsedElseThePreferredOne() {
        int expected = Integer.getInteger("gatun.vector.bits", Math.clamp(FloatVector.SPECIES_PREFERRED.vectorBitSize(), 128, 512));
        assertEquals(expected, Simd.F32.vectorBitSize());
        assertEquals(expected / 8, Simd.BYTES);
        assertEquals(expected / 32, Simd.LANES);
    }
}
