package dev.gatun.nn;

import static dev.gatun.nn.Close.assertClose;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.gatun.Shape;
import dev.gatun.Tensor;
import org.junit.jupiter.api.Test;

class PadsTest {
    private final Tensor row = Tensor.of(new float[] {1, 2, 3}, 1, 1, 3);

    private Tensor padded(Pads.Mode mode, int before, int after) {
        return Pads.pad(row, mode, new int[] {before}, new int[] {after});
    }

    @Test
    void eachModeFillsItsOwnWay() {
        assertClose(padded(Pads.Mode.ZEROS, 1, 2), Shape.of(1, 1, 6), 0, 1, 2, 3, 0, 0);
        assertClose(padded(Pads.Mode.REPLICATE, 1, 2), 1, 1, 2, 3, 3, 3);
        assertClose(padded(Pads.Mode.REFLECT, 1, 2), 2, 1, 2, 3, 2, 1);
        assertClose(padded(Pads.Mode.CIRCULAR, 1, 2), 3, 1, 2, 3, 1, 2);
        assertClose(Pads.constant(row, new int[] {1}, new int[] {0}, 7), 7, 1, 2, 3);
    }

    @Test
    void aLayerFramesAnImage() {
        Tensor image = Tensor.of(new float[] {1, 2, 3, 4}, 1, 1, 2, 2);
        assertClose(new Pad(Pads.Mode.REPLICATE, 1, 0).forward(image, Pass.inference()), Shape.of(1, 1, 4, 2), 1, 2, 1, 2, 3, 4, 3, 4);
    }

    @Test
    void moreThanThereIsToMirrorIsRefused() {
        assertEquals("pad: 3 before and 0 after are more than the 2 places that REFLECT can take from an axis of 3",
                assertThrows(IllegalArgumentException.class, () -> padded(Pads.Mode.REFLECT, 3, 0)).getMessage());
        assertThrows(IllegalArgumentException.class, () -> padded(Pads.Mode.ZEROS, -1, 0));
        assertThrows(IllegalArgumentException.class, () -> Pads.pad(row, Pads.Mode.ZEROS, new int[] {1, 2}, new int[] {1}));
    }
}
