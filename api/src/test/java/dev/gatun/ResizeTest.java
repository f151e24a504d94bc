package dev.gatun;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.gatun.Resize.AspectRatio;
import dev.gatun.Resize.Coordinates;
import dev.gatun.Resize.Rounding;
import org.junit.jupiter.api.Test;

/** The numbers are those that ONNX publishes with its Resize-19. */
class ResizeTest {
    private final Tensor two = Tensor.of(new float[] {1, 2, 3, 4}, 1, 1, 2, 2);
    private final Tensor wide = Tensor.of(new float[] {1, 2, 3, 4, 5, 6, 7, 8}, 1, 1, 2, 4);
    private final Tensor four = Tensor.arange(DType.F32, 1, 1, 16).reshape(1, 1, 4, 4);
    private final int[] axes = {2, 3};

    private static void assertIs(Tensor y, int rows, int columns, double... expected) {
        assertEquals(Shape.of(1, 1, rows, columns), y.shape());
        double[] values = y.cast(DType.F64).toDoubleArray();
        for (int i = 0; i < expected.length; i++) {
            // Published as float; some five roundings on the way here, 2^-24 each.
            assertEquals(expected[i], values[i], 3e-7 * Math.max(1, expected[i]), "element " + i);
        }
    }

    @Test
    void nearestNeighbours() {
        assertIs(Resize.nearest().byScales(two, 2, 3), 4, 6, 1, 1, 1, 2, 2, 2, 1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4, 3, 3, 3, 4, 4, 4);
        assertIs(Resize.nearest().byScales(two, new int[] {3, 2}, new double[] {3, 2}), 4, 6,
                1, 1, 1, 2, 2, 2, 1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4, 3, 3, 3, 4, 4, 4);
        assertIs(Resize.nearest().byScales(wide, 0.6, 0.6), 1, 2, 1, 3);
        assertIs(Resize.nearest().toSizes(wide, 1, 3), 1, 3, 1, 2, 4);
        Tensor rows = Resize.nearest().toSizes(two, 7, 8);
        assertArrayEquals(new float[] {1, 1, 1, 1, 3, 3, 3}, rows.slice(3, 0, 1).toFloatArray());
        assertArrayEquals(new float[] {1, 1, 1, 1, 2, 2, 2, 2}, rows.slice(2, 0, 1).toFloatArray());
    }

    @Test
    void nearestRoundsAsItIsTold() {
        Tensor floor = Resize.nearest().with(Rounding.FLOOR).with(Coordinates.ALIGN_CORNERS).toSizes(four, 8, 8);
        assertArrayEquals(new float[] {1, 1, 1, 2, 2, 3, 3, 4}, floor.slice(2, 0, 1).toFloatArray());
        assertArrayEquals(new float[] {1, 1, 1, 5, 5, 9, 9, 13}, floor.slice(3, 0, 1).toFloatArray());
        Tensor ceil = Resize.nearest().with(Rounding.ROUND_PREFER_CEIL).with(Coordinates.ASYMMETRIC).toSizes(four, 8, 8);
        assertArrayEquals(new float[] {1, 2, 2, 3, 3, 4, 4, 4}, ceil.slice(2, 0, 1).toFloatArray());
        Tensor half = Resize.nearest().with(Rounding.CEIL).toSizes(four, 8, 8);
        assertArrayEquals(new float[] {1, 2, 2, 3, 3, 4, 4, 4}, half.slice(2, 0, 1).toFloatArray());
        assertArrayEquals(new float[] {1, 1, 2, 2, 3, 3, 4, 4}, Resize.nearest().with(Coordinates.ASYMMETRIC).toSizes(four, 8, 8).slice(2, 0, 1)
                .toFloatArray());
    }

    @Test
    void placesHalfwayBetweenElementsAreMetExactly() {
        // (o + 1/2)·I/O - 1/2 with I = 2k·O is halfway between two elements for every o; a rounded I/O, as of 1/42, must not decide which is taken.
        for (int out : new int[] {3, 4, 21, 49, 103}) {
            for (int k = 1; k <= 3; k++) {
                int[] lower = new int[out];
                int[] upper = new int[out];
                for (int o = 0; o < out; o++) {
                    lower[o] = k * (2 * o + 1) - 1;
                    upper[o] = k * (2 * o + 1);
                }
                Tensor x = Tensor.arange(DType.I32, 2 * k * out);
                assertArrayEquals(lower, Resize.nearest().toSizes(x, out).toIntArray());
                assertArrayEquals(upper, Resize.nearest().with(Rounding.ROUND_PREFER_CEIL).toSizes(x, out).toIntArray());
            }
        }
    }

    @Test
    void aspectRatiosMayBeKept() {
        assertEquals(Shape.of(1, 1, 7, 7), Resize.nearest().toSizes(two, axes, new int[] {7, 8}, AspectRatio.NOT_LARGER).shape());
        assertEquals(Shape.of(1, 1, 8, 8), Resize.nearest().toSizes(two, axes, new int[] {7, 8}, AspectRatio.NOT_SMALLER).shape());
        assertIs(Resize.nearest().toSizes(wide, axes, new int[] {1, 3}, AspectRatio.NOT_LARGER), 1, 2, 1, 3);
        assertIs(Resize.nearest().toSizes(wide, axes, new int[] {1, 3}, AspectRatio.NOT_SMALLER), 2, 3, 1, 2, 4, 5, 6, 8);
    }

    @Test
    void linearInterpolation() {
        assertIs(Resize.linear().byScales(two, 2, 2), 4, 4, 1, 1.25, 1.75, 2, 1.5, 1.75, 2.25, 2.5, 2.5, 2.75, 3.25, 3.5, 3, 3.25, 3.75, 4);
        assertIs(Resize.linear().byScales(wide, 0.6, 0.6), 1, 2, 2.6666665, 4.3333331);
        Resize corners = Resize.linear().with(Coordinates.ALIGN_CORNERS);
        assertIs(corners.byScales(wide, 0.6, 0.6), 1, 2, 1, 3.142857);
        assertArrayEquals(new float[] {1, 4 / 3f, 5 / 3f, 2}, corners.byScales(two, 2, 2).slice(2, 0, 1).toFloatArray(), 1e-6f);
        assertIs(Resize.linear().with(Coordinates.PYTORCH_HALF_PIXEL).toSizes(four, 3, 1), 3, 1, 1.6666666, 7, 12.333333);
        Tensor row = Tensor.of(new float[] {1, 2, 3, 4}, 1, 1, 1, 4);
        assertIs(Resize.linear().with(Coordinates.HALF_PIXEL_SYMMETRIC).byScales(row, 1, 0.6), 1, 2, 1.6666667, 3.3333333);
    }

    @Test
    void cubicInterpolation() {
        assertIs(Resize.cubic().byScales(four, 0.8, 0.8), 3, 3,
                1.47119141, 2.78125, 4.08251953, 6.71142578, 8.02148438, 9.32275391, 11.91650391, 13.2265625, 14.52783203);
        assertIs(Resize.cubic().with(Coordinates.ALIGN_CORNERS).byScales(four, 0.8, 0.8), 3, 3,
                1, 2.39519159, 3.79038317, 6.58076634, 7.97595793, 9.37114951, 12.16153268, 13.55672427, 14.95191585);
        assertIs(Resize.cubic().toSizes(four, 3, 3), 3, 3,
                1.63078704, 3.00462963, 4.37847222, 7.12615741, 8.5, 9.87384259, 12.62152778, 13.99537037, 15.36921296);
        Tensor up = Resize.cubic().byScales(four, 2, 2);
        assertArrayEquals(new float[] {0.47265625f, 0.76953125f, 1.24609375f, 1.875f, 2.28125f, 2.91015625f, 3.38671875f, 3.68359375f},
                up.slice(2, 0, 1).toFloatArray(), 1e-6f);
        Tensor asymmetric = Resize.cubic().with(Coordinates.ASYMMETRIC).byScales(four, 2, 2);
        assertArrayEquals(new float[] {13.375f, 13.78125f, 14.375f, 14.875f, 15.375f, 15.96875f, 16.375f, 16.46875f},
                asymmetric.slice(2, 7, 8).toFloatArray(), 1e-5f);
        Tensor sizes = Resize.cubic().toSizes(four, 9, 10);
        assertArrayEquals(new float[] {6.88975f, 7.07525f, 7.40625f, 7.85725f, 8.342f, 8.658f, 9.14275f, 9.59375f, 9.92475f, 10.11025f},
                sizes.slice(2, 4, 5).toFloatArray(), 3e-6f);
    }

    @Test
    void whatIsOutsideMayBeExcluded() {
        Resize r = Resize.cubic().withCubicCoefficient(-0.5).excludingOutside();
        assertIs(r.byScales(four, 0.8, 0.8), 3, 3,
                1.36812675, 2.6695014, 4.0133367, 6.57362535, 7.875, 9.2188353, 11.94896657, 13.25034122, 14.59417652);
        assertArrayEquals(new float[] {0.55882353f, 0.81494204f, 1.35698249f, 1.89705882f, 2.39705882f, 2.93713516f, 3.47917561f, 3.73529412f},
                r.byScales(four, 2, 2).slice(2, 0, 1).toFloatArray(), 1e-6f);
    }

    @Test
    void antialiasingLetsEveryElementTakePart() {
        Resize linear = Resize.linear().antialiased();
        assertIs(linear.byScales(four, 0.6, 0.6), 2, 2, 2.875, 4.5, 9.375, 11);
        assertIs(linear.toSizes(four, 3, 3), 3, 3, 2.3636363, 3.590909, 4.818182, 7.2727275, 8.5, 9.727273, 12.181818, 13.409091, 14.636364);
        Resize cubic = Resize.cubic().antialiased();
        assertIs(cubic.byScales(four, 0.6, 0.6), 2, 2, 2.5180721, 4.2858863, 9.589329, 11.357142);
        assertIs(cubic.toSizes(four, 3, 3), 3, 3, 1.7750092, 3.1200073, 4.4650054, 7.1550016, 8.5, 9.844998, 12.534994, 13.8799925, 15.224991);
        assertArrayEquals(Resize.linear().byScales(four, 2, 2).toFloatArray(), linear.byScales(four, 2, 2).toFloatArray(), 1e-6f);
    }

    @Test
    void regionsAreCutOutAndResized() {
        int[] sizes = {3, 3};
        Tensor y = Resize.linear().crop(four, axes, new double[] {0.4, 0.6}, new double[] {0.6, 0.8}, sizes, 0);
        assertIs(y, 3, 3, 7.6, 7.9, 8.2, 8.8, 9.1, 9.4, 10, 10.3, 10.6);
        Tensor outside = Resize.linear().crop(four, axes, new double[] {0.4, 0.6}, new double[] {1.2, 1.7}, sizes, 10);
        assertIs(outside, 3, 3, 7.6, 10, 10, 12.4, 10, 10, 10, 10, 10);
        assertIs(Resize.linear().crop(four, new int[] {3, 2}, new double[] {0.6, 0.4}, new double[] {0.8, 0.6}, sizes, 0), 3, 3,
                7.6, 7.9, 8.2, 8.8, 9.1, 9.4, 10, 10.3, 10.6);
        assertIs(Resize.linear().crop(four, axes, new double[] {0, 0}, new double[] {1, 1}, new int[] {1, 1}, 0), 1, 1, 8.5);
        assertIs(Resize.nearest().crop(two, axes, new double[] {1, 0}, new double[] {0, 1}, new int[] {2, 2}, 0), 2, 2, 3, 4, 1, 2);
    }

    @Test
    void nearestOfPyTorchAndLinesBetweenPixels() {
        Tensor row = Tensor.of(new float[] {1, 2, 4});
        Resize nearest = Resize.nearest().with(Coordinates.ASYMMETRIC).with(Rounding.FLOOR);
        assertArrayEquals(new float[] {1, 2}, nearest.toSizes(row, 2).toFloatArray());
        assertArrayEquals(new float[] {1, 1, 2, 2, 4, 4}, nearest.byScales(row, 2).toFloatArray());
        assertArrayEquals(new float[] {1, 1.25f, 1.75f, 2.5f, 3.5f, 4}, Resize.linear().toSizes(row, 6).toFloatArray());
        assertArrayEquals(new float[] {1, 1.5f, 2, 3, 4}, Resize.linear().with(Coordinates.ALIGN_CORNERS).toSizes(row, 5).toFloatArray());
        assertArrayEquals(new float[] {1, 1.5f, 2, 3, 4, 4}, Resize.linear().with(Coordinates.ASYMMETRIC).toSizes(row, 6).toFloatArray());
    }

    @Test
    void equalSizesAreLeftAlone() {
        assertEquals(two, Resize.cubic().toSizes(two, 2, 2));
        assertEquals(Shape.of(3), Resize.linear().toSizes(Tensor.ones(DType.F32, 1), 3).shape());
    }

    @Test
    void whatCannotBeResizedIsRefused() {
        assertEquals("resize: x is i32 but must be floating to be weighted, write x.cast(DType.F32) or use nearest neighbours",
                assertThrows(IllegalArgumentException.class, () -> Resize.linear().toSizes(Tensor.arange(DType.I32, 3), 6)).getMessage());
        assertEquals("resize: an axis of the result would have size 0, at least 1 is needed",
                assertThrows(IllegalArgumentException.class, () -> Resize.linear().byScales(two, 0.4)).getMessage());
        assertThrows(IllegalArgumentException.class, () -> Resize.linear().byScales(two, -1.0));
        assertThrows(IllegalArgumentException.class, () -> Resize.linear().byScales(two, Double.NaN));
        assertThrows(IllegalArgumentException.class, () -> Resize.linear().byScales(two, 1e10));
        assertThrows(IllegalArgumentException.class, () -> Resize.linear().toSizes(two, 1, 2, 3, 4, 5));
        assertThrows(IllegalArgumentException.class, () -> Resize.linear().toSizes(two, new int[] {2, -2}, new int[] {3, 3}, AspectRatio.STRETCH));
        assertThrows(IllegalArgumentException.class, () -> Resize.linear().toSizes(Tensor.zeros(DType.F32, 0), 3));
        assertThrows(IllegalArgumentException.class, () -> Resize.cubic().withCubicCoefficient(Double.NaN));
        assertThrows(IllegalArgumentException.class, () -> Resize.linear().crop(two, axes, new double[1], new double[2], new int[] {2, 2}, 0));
    }
}
