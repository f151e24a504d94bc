package dev.gatun.reference;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigInteger;
import org.junit.jupiter.api.Test;

class RoundingTest {
    @Test
    void everyF16AndBf16SurvivesTheWayThroughDouble() {
        for (int bits = 0; bits < 1 << 16; bits++) {
            float half = Rounding.fromF16((short) bits);
            float brain = Rounding.fromBf16((short) bits);
            if (!Float.isNaN(half)) {
                assertEquals((short) bits, Rounding.toF16(half));
            }
            if (!Float.isNaN(brain)) {
                assertEquals((short) bits, Rounding.toBf16(brain));
            }
        }
    }

    @Test
    void betweenNeighboursTheNearerWinsAndATieGoesToTheEvenOne() {
        for (int bits = 0; bits < 0x7BFF; bits++) {
            double middle = ((double) Rounding.fromF16((short) bits) + Rounding.fromF16((short) (bits + 1))) / 2;
            assertEquals(bits, Rounding.toF16(Math.nextDown(middle)));
            assertEquals(bits + (bits & 1), Rounding.toF16(middle));
            assertEquals(bits + 1, Rounding.toF16(Math.nextUp(middle)));
        }
        for (int bits = 0; bits < 0x7F7F; bits++) {
            double middle = ((double) Rounding.fromBf16((short) bits) + Rounding.fromBf16((short) (bits + 1))) / 2;
            assertEquals(bits, Rounding.toBf16(Math.nextDown(middle)));
            assertEquals(bits + (bits & 1), Rounding.toBf16(middle));
            assertEquals(bits + 1, Rounding.toBf16(Math.nextUp(middle)));
        }
    }

    @Test
    void aValueThatFloatWouldRoundToATieIsRoundedOnce() {
        double aboveTie = 1 + 0x1p-11 + 0x1p-30;
        assertEquals(1f, Float.float16ToFloat(Float.floatToFloat16((float) aboveTie)), "rounded twice");
        assertEquals(1 + 0x1p-10f, Rounding.fromF16(Rounding.toF16(aboveTie)), "rounded once");
    }

    @Test
    void largeValuesOverflowToInfinityAndNanStays() {
        assertEquals(65504f, Rounding.fromF16(Rounding.toF16(Math.nextDown(65520.0))));
        assertEquals(Float.POSITIVE_INFINITY, Rounding.fromF16(Rounding.toF16(65520)));
        assertEquals(Float.NEGATIVE_INFINITY, Rounding.fromBf16(Rounding.toBf16(-1e300)));
        assertEquals(Float.NEGATIVE_INFINITY, Rounding.fromF16(Rounding.toF16(Double.NEGATIVE_INFINITY)));
        assertTrue(Float.isNaN(Rounding.fromF16(Rounding.toF16(Double.NaN))));
        assertTrue(Float.isNaN(Rounding.fromBf16(Rounding.toBf16(Double.longBitsToDouble(0x7FF0000000000001L)))));
        assertEquals((short) 0x8000, Rounding.toF16(-0.0));
        assertEquals((short) 0x8000, Rounding.toBf16(-Double.MIN_VALUE));
    }

    @Test
    void integersThatDoNotFitIntoADoubleAreRoundedOnce() {
        long[] values = {0, 1, -1, (1L << 53) + 1, (1L << 62) + (1L << 38), (1L << 62) + (1L << 38) + 1, (1L << 62) + (1L << 38) - 1,
            -(1L << 62) - (1L << 38) - 1, Long.MAX_VALUE, Long.MIN_VALUE};
        for (long value : values) {
            assertEquals((float) value, (float) Rounding.toOddDouble(value, false));
            assertEquals(new BigInteger(Long.toUnsignedString(value)).floatValue(), (float) Rounding.toOddDouble(value, true));
            assertEquals(new BigInteger(Long.toUnsignedString(value)).doubleValue(), Rounding.toDouble(value, true));
        }
        // As a double the first lies in the middle of two floats, whose even one is below.
        long aboveTie = (1L << 62) + (1L << 38) + 1;
        assertEquals(0x1p62f, (float) (double) aboveTie, "rounded twice");
        assertEquals(0x1p62f + 0x1p39f, (float) Rounding.toOddDouble(aboveTie, false), "rounded once");
    }
}
