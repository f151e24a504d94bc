package dev.gatun;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.gatun.Padding.Mode;
import org.junit.jupiter.api.Test;

class PaddingTest {
    private final Tensor x = Tensor.of(new int[] {1, 2, 3, 4});

    private int[] pad(Mode mode, int before, int after) {
        return Padding.repeat(x, mode, new int[] {before}, new int[] {after}).toIntArray();
    }

    @Test
    void framesAreThoseOfThePage() {
        assertArrayEquals(new int[] {4, 3, 2, 1, 2, 3, 4, 3, 2, 1}, pad(Mode.REFLECT, 3, 3));
        assertArrayEquals(new int[] {3, 2, 1, 1, 2, 3, 4, 4, 3, 2}, pad(Mode.SYMMETRIC, 3, 3));
        assertArrayEquals(new int[] {1, 1, 1, 1, 2, 3, 4, 4, 4, 4}, pad(Mode.EDGE, 3, 3));
        assertArrayEquals(new int[] {2, 3, 4, 1, 2, 3, 4, 1, 2, 3}, pad(Mode.WRAP, 3, 3));
    }

    @Test
    void aFrameWiderThanTheTensorGoesOnInTheSameWay() {
        assertArrayEquals(new int[] {2, 1, 2, 3, 4, 3, 2, 1, 2, 3, 4}, pad(Mode.REFLECT, 7, 0));
        assertArrayEquals(new int[] {1, 2, 3, 4, 4, 3, 2, 1, 1, 2}, pad(Mode.SYMMETRIC, 0, 6));
        assertArrayEquals(new int[] {1, 2, 3, 4, 1, 2, 3, 4, 1}, pad(Mode.WRAP, 0, 5));
        Tensor one = Tensor.of(new int[] {9});
        for (Mode mode : Mode.values()) {
            assertArrayEquals(new int[] {9, 9, 9, 9}, Padding.repeat(one, mode, new int[] {2}, new int[] {1}).toIntArray(), mode.name());
        }
    }

    @Test
    void everyAxisHasItsOwnFrame() {
        Tensor t = Tensor.arange(DType.I32, 4).reshape(2, 2);
        assertArrayEquals(new int[] {0, 0, 1, 2, 2, 3, 2, 2, 3}, Padding.repeat(t, Mode.EDGE, new int[] {0, 1}, new int[] {1, 0}).toIntArray());
        assertArrayEquals(new int[] {7, 0, 1, 7, 2, 3, 7, 7, 7}, Padding.constant(t, new int[] {0, 1}, new int[] {1, 0}, 7).toIntArray());
    }

    @Test
    void negativeWidthsCutOff() {
        assertArrayEquals(new int[] {2, 3, 4, 0}, Padding.constant(x, new int[] {-1}, new int[] {1}, 0).toIntArray());
        assertArrayEquals(new int[] {2, 1, 2}, pad(Mode.REFLECT, 1, -2));
        assertEquals(Shape.of(0), Padding.constant(x, new int[] {-3}, new int[] {-1}, 0).shape());
        assertEquals("pad: widths -3 and -2 cut more off axis 0 of x[4] than there is",
                assertThrows(IllegalArgumentException.class, () -> Padding.constant(x, new int[] {-3}, new int[] {-2}, 0)).getMessage());
    }

    @Test
    void whatCannotBePaddedIsRefused() {
        assertEquals("pad: x[4] has 1 axes but there are 2 widths before and 1 after",
                assertThrows(IllegalArgumentException.class, () -> Padding.constant(x, new int[2], new int[1], 0)).getMessage());
        assertEquals("pad: axis 0 of x[0] has no elements that a frame could repeat", assertThrows(IllegalArgumentException.class,
                () -> Padding.repeat(Tensor.zeros(DType.F32, 0), Mode.EDGE, new int[] {1}, new int[] {0})).getMessage());
        assertThrows(IllegalArgumentException.class, () -> Padding.constant(x, new int[] {Integer.MAX_VALUE}, new int[] {9}, 0));
    }
}
