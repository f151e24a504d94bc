package dev.gatun;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.junit.jupiter.api.Test;

class MovementsTest {
    private final Tensor x = Tensor.arange(DType.I32, 6).reshape(2, 3);

    @Test
    void stackMakesANewAxis() {
        Tensor a = Tensor.of(new int[] {1, 2});
        Tensor b = Tensor.of(new int[] {3, 4});
        assertArrayEquals(new int[] {1, 2, 3, 4}, Movements.stack(0, List.of(a, b)).toIntArray());
        Tensor last = Movements.stack(-1, List.of(a, b));
        assertEquals(Shape.of(2, 2), last.shape());
        assertArrayEquals(new int[] {1, 3, 2, 4}, last.toIntArray());
        assertEquals(Shape.of(2, 1), Movements.stack(1, List.of(a)).shape());
        assertEquals("stack: shapes [2] and [2, 3] must be equal",
                assertThrows(IllegalArgumentException.class, () -> Movements.stack(0, List.of(a, x))).getMessage());
        assertThrows(IllegalArgumentException.class, () -> Movements.stack(0, List.of()));
        assertThrows(IllegalArgumentException.class, () -> Movements.stack(2, List.of(a, b)));
    }

    @Test
    void tileLaysCopiesSideBySide() {
        assertArrayEquals(new int[] {0, 1, 2, 0, 1, 2, 3, 4, 5, 3, 4, 5}, Movements.tile(x, 2).toIntArray());
        assertArrayEquals(new int[] {0, 1, 2, 3, 4, 5, 0, 1, 2, 3, 4, 5}, Movements.tile(x, 2, 1).toIntArray());
        assertEquals(Shape.of(2, 4, 3), Movements.tile(x, 2, 2, 1).shape());
        assertEquals(Shape.of(0, 3), Movements.tile(x, 0, 1).shape());
        assertThrows(IllegalArgumentException.class, () -> Movements.tile(x, -1));
        assertThrows(IllegalArgumentException.class, () -> Movements.tile(x, Integer.MAX_VALUE));
    }

    @Test
    void repeatRepeatsEachSlice() {
        assertArrayEquals(new int[] {0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5}, Movements.repeat(x, 1, 2).toIntArray());
        assertArrayEquals(new int[] {0, 1, 2, 0, 1, 2, 3, 4, 5, 3, 4, 5}, Movements.repeat(x, -2, 2).toIntArray());
    }

    @Test
    void axesOfSizeOneComeAndGo() {
        Tensor t = x.reshape(1, 2, 1, 3);
        assertEquals(Shape.of(2, 3), Movements.squeeze(t).shape());
        assertEquals(Shape.of(2, 1, 3), Movements.squeeze(t, 0).shape());
        assertEquals(Shape.of(2, 3), Movements.squeeze(t, -2, 0).shape());
        assertThrows(IllegalArgumentException.class, () -> Movements.squeeze(t, 1));
        assertEquals(Shape.of(1, 2, 3, 1), Movements.unsqueeze(x, -1, 0).shape());
        assertEquals("unsqueeze: axes [0, -4] must be different axes of the result, which has 4 of them",
                assertThrows(IllegalArgumentException.class, () -> Movements.unsqueeze(x, 0, -4)).getMessage());
        assertThrows(IllegalArgumentException.class, () -> Movements.unsqueeze(x, 3));
    }

    @Test
    void anAxisMovesAndTheOthersKeepTheirOrder() {
        Tensor t = Tensor.zeros(DType.F32, 2, 3, 4, 5);
        assertEquals(Shape.of(3, 4, 5, 2), Movements.moveAxis(t, 0, -1).shape());
        assertEquals(Shape.of(5, 2, 3, 4), Movements.moveAxis(t, 3, 0).shape());
        assertEquals(Shape.of(2, 4, 3, 5), Movements.moveAxis(t, 1, 2).shape());
        assertEquals(t.shape(), Movements.moveAxis(t, 2, 2).shape());
    }

    @Test
    void shapesBroadcastTogether() {
        List<Tensor> both = Movements.broadcast(Tensor.of(new int[] {1, 2, 3}), Tensor.of(new int[] {10, 20}, 2, 1));
        assertArrayEquals(new int[] {1, 2, 3, 1, 2, 3}, both.get(0).toIntArray());
        assertArrayEquals(new int[] {10, 10, 10, 20, 20, 20}, both.get(1).toIntArray());
        assertEquals(Shape.of(4, 2, 3), Movements.broadcastTo(x, 4, 2, 3).shape());
        assertThrows(IllegalArgumentException.class, () -> Movements.broadcastTo(x, 3, 3));
        List<Tensor> grid = Movements.meshgrid(Tensor.of(new int[] {1, 2}), Tensor.of(new int[] {7, 8, 9}));
        assertArrayEquals(new int[] {1, 1, 1, 2, 2, 2}, grid.get(0).toIntArray());
        assertArrayEquals(new int[] {7, 8, 9, 7, 8, 9}, grid.get(1).toIntArray());
        assertThrows(IllegalArgumentException.class, () -> Movements.meshgrid(x));
    }

    @Test
    void blocksThatAreTooLargeAreRefused() {
        int block = 65_536;
        assertThrows(IllegalArgumentException.class, () -> Movements.depthToSpace(Tensor.zeros(DType.F32, 1, 1, 2, 2), block));
        assertThrows(IllegalArgumentException.class, () -> Movements.depthToSpace(Tensor.zeros(DType.F32, 1, 0, 65_536, 2), block));
        assertEquals("space_to_depth: axis 1 of the result would have 12884901888 positions, more than an axis holds",
                assertThrows(IllegalArgumentException.class, () -> Movements.spaceToDepth(Tensor.zeros(DType.F32, 1, 3, 0, 0), block)).getMessage());
    }

    @Test
    void channelsBecomeBlocksOfTheImageInTwoOrders() {
        int block = 2;
        int channels = 3;
        Tensor t = Tensor.arange(DType.I32, 2 * channels * block * block * 2 * 5).reshape(2, channels * block * block, 2, 5);
        int[] in = t.toIntArray();
        int[] dcr = Movements.depthToSpace(t, block).toIntArray();
        int[] crd = Movements.pixelShuffle(t, block).toIntArray();
        long[] from = t.shape().strides();
        Shape y = Shape.of(2, channels, 4, 10);
        assertEquals(y, Movements.depthToSpace(t, block).shape());
        for (int n = 0; n < 2; n++) {
            for (int c = 0; c < channels; c++) {
                for (int h = 0; h < 4; h++) {
                    for (int w = 0; w < 10; w++) {
                        int to = ((n * channels + c) * 4 + h) * 10 + w;
                        int inBlock = h % block * block + w % block;
                        int place = (int) (n * from[0] + h / block * from[2] + w / block);
                        assertEquals(in[(int) (place + (inBlock * channels + c) * from[1])], dcr[to]);
                        assertEquals(in[(int) (place + (c * block * block + inBlock) * from[1])], crd[to]);
                    }
                }
            }
        }
        assertArrayEquals(in, Movements.spaceToDepth(Movements.depthToSpace(t, block), block).toIntArray());
        assertEquals("depth_to_space: x[2, 12, 2, 5] must be [N, C, H, W] with C divisible by the square of the block 5",
                assertThrows(IllegalArgumentException.class, () -> Movements.depthToSpace(t, 5)).getMessage());
        assertThrows(IllegalArgumentException.class, () -> Movements.spaceToDepth(t, 2));
    }
}
