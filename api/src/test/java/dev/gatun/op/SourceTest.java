package dev.gatun.op;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

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

    @Test
    void numbersThatATypeDoesNotHaveAreRefused() {
        double inf = Double.POSITIVE_INFINITY;
        for (DType dtype : DType.values()) {
            if (dtype.isInteger()) {
                boolean signed = dtype.kind() == DType.Kind.SIGNED;
                int bits = 8 * dtype.bytes();
                double end = Math.scalb(1.0, signed ? bits - 1 : bits);
                double lowest = signed ? -end : 0;
                for (double v : new double[] {0.5, -0.5, Double.NaN, inf, -inf, end, Math.nextDown(lowest)}) {
                    assertThrows(IllegalArgumentException.class, () -> Scalar.of(dtype, v), dtype + " " + v);
                }
                double highest = bits == 64 ? Math.nextDown(end) : end - 1;
                for (double v : new double[] {lowest, 0, 1, 100, highest}) {
                    assertEquals(v, Scalar.of(dtype, v).value(), dtype + " " + v);
                }
            } else if (dtype.isFloating()) {
                assertEquals(inf, Scalar.of(dtype, inf).value());
            }
        }
        assertThrows(IllegalArgumentException.class, () -> Scalar.of(DType.BOOL, 0.5));
        assertEquals("scalar: 2 is no value of bool, cast to a type that has it first",
                assertThrows(IllegalArgumentException.class, () -> Scalar.of(DType.BOOL, 2)).getMessage());
    }
}
