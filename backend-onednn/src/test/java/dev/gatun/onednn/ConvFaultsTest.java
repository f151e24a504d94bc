package dev.gatun.onednn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.DType;
import dev.gatun.Shape;
import dev.gatun.TensorType;
import dev.gatun.op.Convolution.Geometry;
import dev.gatun.op.Ints;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Which convolutions are kept away from oneDNN's kernels; that results are right the kit shows on processors that have these. */
class ConvFaultsTest {
    private static ConvShape shape(DataType type, Geometry geometry, int[] x, int[] w) {
        DType dtype = type == DataType.F32 ? DType.F32 : DType.BF16;
        Shape images = Shape.of(1, 3).concat(Shape.of(x));
        Shape weights = Shape.of(5, 3).concat(Shape.of(w));
        return new ConvShape(geometry, type, new TensorType(dtype, images), new TensorType(dtype, weights),
                new TensorType(dtype, geometry.out(images, weights)));
    }

    private static Geometry along(int axes, int strides, int pads) {
        return new Geometry(Ints.filled(axes, strides), Ints.filled(axes, pads), Ints.filled(axes, pads), Ints.filled(axes, 1), 1);
    }

    /** Asks about kernels of batched products, on tiles of AMX, and of neither. */
    private static List<Boolean> forward(ConvShape shape) {
        return forward(shape, Scales.NONE);
    }

    private static List<Boolean> forward(ConvShape shape, Scales scales) {
        return Stream.of("brg_conv_fwd:avx512_core_bf16", "jit:avx512_core_amx", "jit:avx512_core").map(ConvFaults.forward(shape, scales)::test).toList();
    }

    private static List<Boolean> weights(ConvShape shape) {
        return Stream.of("jit_bf16:avx512_core_bf16", "brgconv_bwd_w:avx10_1_512_amx").map(ConvFaults.weights(shape)::test).toList();
    }

    @Test
    void oneColumnOfAStrideIsForOtherKernels() {
        assertEquals(List.of(false, false, true), forward(shape(DataType.F32, along(2, 2, 0), new int[] {9, 3}, new int[] {3, 3})));
        assertEquals(List.of(true, true, true), forward(shape(DataType.F32, along(2, 2, 0), new int[] {9, 5}, new int[] {3, 3})));
        assertEquals(List.of(true, true, true), forward(shape(DataType.F32, along(2, 1, 0), new int[] {9, 3}, new int[] {3, 3})));
    }

    @Test
    void onePlaneUnderSeveralIsForOtherKernels() {
        assertEquals(List.of(false, false, true), forward(shape(DataType.F32, along(3, 1, 1), new int[] {1, 5, 5}, new int[] {2, 3, 3})));
        assertEquals(List.of(true, true, true), forward(shape(DataType.F32, along(3, 1, 1), new int[] {2, 5, 5}, new int[] {2, 3, 3})));
        assertEquals(List.of(true, true, true), forward(shape(DataType.F32, along(3, 1, 1), new int[] {1, 5, 5}, new int[] {1, 3, 3})));
    }

    @Test
    void correctedSumsOfLargeGroupsAreForOtherKernels() {
        Geometry groups = new Geometry(Ints.of(1), Ints.of(0), Ints.of(0), Ints.of(1), 2);
        for (int outputs : new int[] {32, 34}) {
            TensorType x = new TensorType(DType.U8, Shape.of(1, 6, 5));
            TensorType w = new TensorType(DType.I8, Shape.of(outputs, 3, 2));
            ConvShape shape = new ConvShape(groups, DataType.U8, x, w, new TensorType(DType.F32, Shape.of(1, outputs, 4)));
            ConvShape signed = new ConvShape(groups, DataType.I8, x.with(DType.I8), w, shape.y());
            boolean fits = outputs == 32;
            assertEquals(List.of(fits, fits, true), forward(shape, new Scales(0b11, false)));
            assertEquals(List.of(fits, fits, true), forward(signed, new Scales(0b11, true)));
            assertEquals(List.of(true, true, true), forward(shape, new Scales(0b11, true)));
        }
    }

    @Test
    void gradientsInXAreOneDnnsWhereEachElementCountsOrSomeMustNot() {
        Geometry gaps = new Geometry(Ints.of(1, 1), Ints.of(1, 1), Ints.of(2, 1), Ints.of(3, 1), 1);
        assertFalse(ConvFaults.isDataRight(shape(DataType.BF16, gaps, new int[] {1, 3}, new int[] {2, 3})));
        assertTrue(ConvFaults.isDataRight(shape(DataType.BF16, gaps, new int[] {4, 3}, new int[] {2, 3})));
        assertTrue(ConvFaults.isDataRight(shape(DataType.BF16, along(2, 2, 0), new int[] {6, 6}, new int[] {1, 1})));
    }

    @Test
    void gradientsOfDeepKernelsOverFewPlanesAreForTiles() {
        assertEquals(List.of(false, true), weights(shape(DataType.F32, along(3, 1, 1), new int[] {2, 5, 5}, new int[] {3, 3, 3})));
        assertEquals(List.of(true, true), weights(shape(DataType.F32, along(3, 1, 1), new int[] {3, 5, 5}, new int[] {3, 3, 3})));
        assertEquals(List.of(false, true), weights(shape(DataType.F32, along(3, 2, 1), new int[] {3, 5, 5}, new int[] {3, 3, 3})));
        assertEquals(List.of(true, true), weights(shape(DataType.F32, along(3, 1, 0), new int[] {3, 5, 5}, new int[] {3, 3, 3})));
        assertEquals(List.of(true, true), weights(shape(DataType.F32, along(2, 1, 1), new int[] {2, 5}, new int[] {3, 3})));
    }

    @Test
    void gradientsOfNarrowWeightsOverOneColumnOfAStrideAreForTiles() {
        assertEquals(List.of(false, true), weights(shape(DataType.BF16, along(2, 3, 0), new int[] {5, 2}, new int[] {1, 1})));
        assertEquals(List.of(true, true), weights(shape(DataType.F32, along(2, 3, 0), new int[] {5, 2}, new int[] {1, 1})));
        assertEquals(List.of(true, true), weights(shape(DataType.BF16, along(2, 3, 0), new int[] {5, 4}, new int[] {1, 1})));
    }
}
