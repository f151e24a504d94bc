package dev.gatun.nn;

import static dev.gatun.nn.Close.assertClose;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.gatun.Padding;
import dev.gatun.Resize;
import dev.gatun.Shape;
import dev.gatun.Tensor;
import org.junit.jupiter.api.Test;

/** Tests of {@link Upsample} and {@link Pad}. */
class UpsampleTest {
    private final Tensor row = Tensor.of(new float[] {1, 2, 4}, 1, 1, 3);
    private final Tensor image = Tensor.of(new float[] {1, 2, 3, 4}, 1, 1, 2, 2);

    @Test
    void spatialAxesAreScaled() {
        assertClose(new Upsample(2, Resize.nearest()).forward(row, Pass.inference()), Shape.of(1, 1, 6), 1, 1, 2, 2, 4, 4);
        assertClose(new Upsample(2, Resize.linear()).forward(row, Pass.inference()), 1, 1.25, 1.75, 2.5, 3.5, 4);
        assertThrows(IllegalArgumentException.class, () -> new Upsample(0, Resize.linear()));
    }

    @Test
    void imagesAreFramed() {
        Tensor framed = new Pad(Padding.Mode.EDGE, 1, 0).forward(image, Pass.inference());
        assertClose(framed, Shape.of(1, 1, 4, 2), 1, 2, 1, 2, 3, 4, 3, 4);
        assertClose(Pad.zeros(1).forward(image, Pass.inference()), Shape.of(1, 1, 2, 4), 0, 1, 2, 0, 0, 3, 4, 0);
        assertThrows(IllegalArgumentException.class, () -> Pad.zeros(1, 1, 1, 1).forward(row, Pass.inference()));
    }
}
