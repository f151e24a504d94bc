package dev.gatun.reference;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.gatun.DType;
import dev.gatun.TensorType;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;

class ElementsTest {
    private static final double NAN = Double.NaN;
    private static final double INF = Double.POSITIVE_INFINITY;

    private static void stored(DType dtype, double value, long expected) {
        Elements e = Tensors.empty(TensorType.of(dtype, 3));
        e.set(1, value);
        assertArrayEquals(new long[] {0, expected, 0}, Tensors.longs(e), dtype + " of " + value);
    }

    private static void wrapped(DType dtype, long value, long expected) {
        Elements e = Tensors.empty(TensorType.of(dtype, 3));
        e.setLong(1, value);
        assertArrayEquals(new long[] {0, expected, 0}, Tensors.longs(e), dtype + " of " + value);
    }

    @Test
    void doublesTruncateTowardZeroAndSaturateInIntegers() {
        for (DType dtype : DType.values()) {
            if (dtype.isInteger()) {
                stored(dtype, 2.9, 2);
                stored(dtype, -0.9, 0);
                stored(dtype, NAN, 0);
            }
        }
        stored(DType.I8, -2.9, -2);
        stored(DType.I8, 300, 127);
        stored(DType.I8, -INF, -128);
        stored(DType.U8, 300, 255);
        stored(DType.U8, -5, 0);
        stored(DType.I16, 1e9, 32767);
        stored(DType.U16, 1e9, 65535);
        stored(DType.I32, 1e10, Integer.MAX_VALUE);
        stored(DType.I32, -1e10, Integer.MIN_VALUE);
        stored(DType.U32, 1e10, 0xFFFFFFFFL);
        stored(DType.U32, -1, 0);
        stored(DType.I64, 1e30, Long.MAX_VALUE);
        stored(DType.U64, 1e30, -1);
        stored(DType.U64, INF, -1);
        stored(DType.U64, 0x1p63, Long.MIN_VALUE);
        stored(DType.U64, 0x1p63 + 0x1p11, Long.MIN_VALUE + 2048);
        stored(DType.U64, -1e30, 0);
    }

    @Test
    void longsWrapToTheWidth() {
        wrapped(DType.I8, 200, -56);
        wrapped(DType.U8, -1, 255);
        wrapped(DType.I16, 40000, -25536);
        wrapped(DType.U16, -1, 65535);
        wrapped(DType.I32, 1L << 31, Integer.MIN_VALUE);
        wrapped(DType.U32, -1, 0xFFFFFFFFL);
        wrapped(DType.I64, Long.MIN_VALUE, Long.MIN_VALUE);
        wrapped(DType.U64, -1, -1);
    }

    @Test
    void unsignedIntegersReadAsPositiveNumbers() {
        assertEquals(255.0, Tensors.vector(DType.U8, -1L).get(0));
        assertEquals(65535.0, Tensors.vector(DType.U16, -1L).get(0));
        assertEquals(4294967295.0, Tensors.vector(DType.U32, -1L).get(0));
        assertEquals(0x1p64, Tensors.vector(DType.U64, -1L).get(0));
        assertEquals(-1.0, Tensors.vector(DType.I64, -1L).get(0));
    }

    @Test
    void boolIsWhetherTheValueIsNotZero() {
        stored(DType.BOOL, 0.5, 1);
        stored(DType.BOOL, -0.0, 0);
        stored(DType.BOOL, NAN, 1);
        wrapped(DType.BOOL, 256, 1);
    }

    @Test
    void floatingTypesRoundToNearestEven() {
        assertArrayEquals(new double[] {1, 0.1f, INF}, Tensors.doubles(Tensors.vector(DType.F32, 1, 0.1, 1e39)));
        assertArrayEquals(new double[] {1, 2048, 2052, INF}, Tensors.doubles(Tensors.vector(DType.F16, 1, 2049, 2051, 1e5)));
        assertArrayEquals(new double[] {1, 256, 260, INF}, Tensors.doubles(Tensors.vector(DType.BF16, 1, 257, 259, 3.4e38)));
        assertArrayEquals(new double[] {256, 260, 16777216}, Tensors.doubles(Tensors.vector(DType.BF16, 257L, 259L, 16777217L)));
        assertArrayEquals(new double[] {0.1, NAN}, Tensors.doubles(Tensors.vector(DType.F64, 0.1, NAN)));
    }

    @Test
    void elementsNeitherReachBeyondTheirTensorNorFitATooSmallSegment() {
        Elements e = Elements.of(TensorType.of(DType.F32, 2), MemorySegment.ofArray(new float[5]));
        assertEquals(2, e.size());
        assertThrows(IndexOutOfBoundsException.class, () -> e.get(2));
        assertThrows(IndexOutOfBoundsException.class, () -> e.set(-1, 0));
        String message = assertThrows(IllegalArgumentException.class, () -> Elements.of(TensorType.of(DType.F32, 2), MemorySegment.ofArray(new byte[7])))
                .getMessage();
        assertEquals("elements: f32[2] needs 8 bytes but the segment has 7", message);
    }

    @Test
    void aSegmentMayStartAnywhere() {
        MemorySegment odd = MemorySegment.ofArray(new byte[17]).asSlice(1);
        Elements e = Elements.of(TensorType.of(DType.F64, 2), odd);
        e.set(1, 1.5);
        assertEquals(1.5, e.get(1));
    }
}
