package dev.gatun.nn;

import static dev.gatun.nn.Close.assertClose;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.gatun.Shape;
import dev.gatun.Tensor;
import dev.gatun.nn.Resize.Coordinates;
import dev.gatun.nn.Resize.Method;
import dev.gatun.nn.Resize.Rounding;
import org.junit.jupiter.api.Test;

class ResizeTest {
    private final Tensor row = Tensor.of(new float[] {1, 2, 4}, 1, 1, 3);

    @Test
    void nearestRepeatsPlaces() {
        assertClose(new Upsample(2, Resize.NEAREST).forward(row, Pass.inference()), Shape.of(1, 1, 6), 1, 1, 2, 2, 4, 4);
        assertClose(Resize.NEAREST.to(row, 2), 1, 2);
        Resize ceil = new Resize(Method.NEAREST, Coordinates.ASYMMETRIC, Rounding.CEIL, 0, false);
        assertClose(ceil.to(row, 6), 1, 2, 2, 4, 4, 4);
    }

    @Test
    void linearDrawsLinesBetweenTheMiddlesOfPixels() {
        assertClose(Resize.LINEAR.to(row, 6), 1, 1.25, 1.75, 2.5, 3.5, 4);
        assertClose(Resize.LINEAR.coordinates(Coordinates.ALIGN_CORNERS).to(row, 5), 1, 1.5, 2, 3, 4);
        assertClose(Resize.LINEAR.coordinates(Coordinates.ASYMMETRIC).to(row, 6), 1, 1.5, 2, 3, 4, 4);
        assertClose(Resize.LINEAR.coordinates(Coordinates.PYTORCH_HALF_PIXEL).to(row, 1), 1);
    }

    @Test
    void axesAreResizedOneAfterAnother() {
        Tensor image = Tensor.of(new float[] {0, 2, 4, 6}, 1, 1, 2, 2);
        assertClose(Resize.LINEAR.coordinates(Coordinates.ALIGN_CORNERS).to(image, 3, 3), Shape.of(1, 1, 3, 3), 0, 1, 2, 2, 3, 4, 4, 5, 6);
    }

    @Test
    void cubicWeightsFollowKeys() {
        // At distance .25 from place 1 with a = -.75: weights -.1055, .8789, .2617, -.0352 of places 0 to 3.
        Tensor x = Tensor.of(new float[] {0, 0, 1, 0}, 1, 1, 4);
        Tensor y = Resize.CUBIC.to(x, 8);
        assertClose(y.slice(2, 3, 4), 0.26171875);
        assertClose(Resize.CUBIC.to(Tensor.of(new float[] {3, 3, 3}, 1, 1, 3), 7), 3, 3, 3, 3, 3, 3, 3);
        Resize excluding = new Resize(Method.CUBIC, Coordinates.HALF_PIXEL, Rounding.FLOOR, -0.5, true);
        assertClose(excluding.to(Tensor.of(new float[] {3, 3, 3}, 1, 1, 3), 5), 3, 3, 3, 3, 3);
    }

    @Test
    void emptyResultsAreRefused() {
        assertThrows(IllegalArgumentException.class, () -> Resize.LINEAR.to(row, 0));
        assertThrows(IllegalArgumentException.class, () -> Resize.LINEAR.to(row, 1, 1, 1, 1));
        assertThrows(IllegalArgumentException.class, () -> new Upsample(0, Resize.LINEAR));
    }
}
