package dev.gatun.op;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.gatun.DType;
import dev.gatun.op.Source.Scalar;
import java.math.BigInteger;
import org.junit.jupiter.api.Test;

class SourceTest {
    @Test
    void largeUnsignedScalarsRoundOnce() {
        // 2^63 + 2^10 lies between two doubles; 1 more must round up although the sum of two rounded parts would not.
        long[] all = {1L << 63, -1, -2, (1L << 63) + 1024, (1L << 63) + 1025, (1L << 63) + 3072, (1L << 63) + 3071, Long.MAX_VALUE, 0x8000_0000_0000_0401L};
        for (long bits : all) {
            assertEquals(new BigInteger(Long.toUnsignedString(bits)).doubleValue(), new Scalar(DType.U64, bits).value(), Long.toUnsignedString(bits));
        }
    }

    @Test
    void scalarsOfOtherTypesAreWhatTheyWereMadeFrom() {
        assertEquals(-3, Scalar.of(DType.I8, -3).value());
        assertEquals(0.1, Scalar.of(DType.F64, 0.1).value());
        assertEquals(1, Scalar.of(DType.BOOL, 1).value());
    }
}
