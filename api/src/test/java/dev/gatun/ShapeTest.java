package dev.gatun;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

class ShapeTest {
    private static final int HUGE = Integer.MAX_VALUE;

    private static String refusal(int... dims) {
        return assertThrows(IllegalArgumentException.class, () -> Shape.of(dims)).getMessage();
    }

    @Test
    void twoToThe62ElementsAreTheMost() {
        assertEquals(1L << 62, Shape.of(1 << 30, 1 << 30, 4).elements());
        assertEquals("shape: [1073741824, 1073741824, 5] has more than 2^62 elements, which no memory holds", refusal(1 << 30, 1 << 30, 5));
        assertEquals("shape: [2147483647, 2147483647, 2147483647] has more than 2^62 elements, which no memory holds", refusal(HUGE, HUGE, HUGE));
    }

    @Test
    void aSizeOfZeroHidesNoOverflow() {
        assertEquals(0, Shape.of(HUGE, 0, HUGE).elements());
        String m = "shape: [0, 2147483647, 2147483647, 2147483647] has more than 2^62 elements, which no memory holds (the sizes of 0 left out)";
        assertEquals(m, refusal(0, HUGE, HUGE, HUGE));
    }

    @Test
    void whatGrowsAShapeChecksItAgain() {
        Shape large = Shape.of(1 << 30, 1 << 30);
        assertThrows(IllegalArgumentException.class, () -> large.insert(1, HUGE));
        assertThrows(IllegalArgumentException.class, () -> large.concat(large));
        assertThrows(IllegalArgumentException.class, () -> Shape.broadcast("add", Shape.of(1 << 30, 1 << 30, 1), Shape.of(HUGE)));
    }

    @Test
    void aTypeHasNoMoreBytesThanAMemoryHolds() {
        assertEquals(1L << 48, TensorType.of(DType.F32, 1 << 30, 1 << 16).bytes());
        assertThrows(IllegalArgumentException.class, () -> TensorType.of(DType.F32, 1 << 30, (1 << 16) + 1));
        assertEquals("tensor f32[1073741824, 1073741824, 2] has 2305843009213693952 elements of 4 bytes, which no memory holds",
                assertThrows(IllegalArgumentException.class, () -> TensorType.of(DType.F32, 1 << 30, 1 << 30, 2)).getMessage());
        assertThrows(IllegalArgumentException.class, () -> Tensor.zeros(DType.F64, 1 << 30, 1 << 30));
        assertThrows(IllegalArgumentException.class, () -> Tensor.full(DType.F64, Shape.of(1073741823, 1073741825), 1));   // 2^63 - 8 bytes
    }

    @Test
    void sizesAreNotNegative() {
        assertEquals("shape: sizes must not be negative, got [2, -1]", refusal(2, -1));
    }

    @Test
    void stridesAreRowMajor() {
        assertArrayEquals(new long[] {12, 4, 1}, Shape.of(2, 3, 4).strides());
    }
}
