package dev.gatun.reference;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.gatun.DType;
import dev.gatun.Shape;
import dev.gatun.Tensor;
import dev.gatun.TensorType;
import dev.gatun.graph.TypeRules;
import dev.gatun.op.Convolution.Geometry;
import dev.gatun.op.Elementwise.Dequantize;
import dev.gatun.op.Elementwise.Quantize;
import dev.gatun.op.Ints;
import dev.gatun.op.Op;
import dev.gatun.op.Quantized.QuantizedConv;
import dev.gatun.op.Quantized.QuantizedMatMul;
import java.util.List;
import org.junit.jupiter.api.Test;

/** 8-bit integers computed by hand. */
class QuantizedLoopsTest {
    private static Tensor bytes(DType dtype, int[] values, int... dims) {
        return Tensor.of(values, dims).cast(dtype);
    }

    private static Tensor record(Op op, Tensor... in) {
        return Tensor.record(op, in).getFirst();
    }

    @Test
    void quotientsRoundToEvenAndSaturate() {
        Tensor x = Tensor.of(new float[] {0.25f, 0.75f, 1.25f, -0.25f, -0.75f, 1000, -1000, Float.NaN, Float.POSITIVE_INFINITY});
        assertArrayEquals(new int[] {0, 2, 2, 0, -2, 127, -128, 0, 127}, record(new Quantize(true, 0.5f, 0), x).cast(DType.I32).toIntArray());
        assertArrayEquals(new int[] {10, 12, 12, 10, 8, 255, 0, 0, 255}, record(new Quantize(false, 0.5f, 10), x).cast(DType.I32).toIntArray());
    }

    @Test
    void theQuotientIsThatOfFloats() {
        // As floats 0.15 / 0.1 is 1.5, a tie; as doubles the same two numbers give 1.50000007.
        assertEquals(1.5f, 0.15f / 0.1f);
        assertEquals(2, record(new Quantize(true, 0.1f, 0), Tensor.of(new float[] {0.15f})).cast(DType.I32).toIntArray()[0]);
        assertEquals(2, record(new Quantize(true, 0.1f, 0), Tensor.of(new float[] {0.25f})).cast(DType.I32).toIntArray()[0]);
    }

    @Test
    void whatAnIntegerStandsForIsItsDistanceFromZeroTimesTheScale() {
        assertArrayEquals(new float[] {-5, 0, 122.5f}, record(new Dequantize(0.5f, 10), bytes(DType.U8, new int[] {0, 10, 255}, 3)).toFloatArray());
    }

    @Test
    void aConvolutionPadsWithWhatStandsForZero() {
        Tensor x = bytes(DType.U8, new int[] {11, 12, 13}, 1, 1, 3);
        Tensor w = bytes(DType.I8, new int[] {1, -2, 3, 2, 0, 1}, 2, 1, 3);
        QuantizedConv conv = new QuantizedConv(new Geometry(Ints.of(1), Ints.of(1), Ints.of(1), Ints.of(1), 1));
        Tensor y = record(conv, x, w, Tensor.scalar(DType.F32, 0.5), Tensor.scalar(DType.I32, 10), Tensor.of(new float[] {2, 4}));
        // x - zero = 1 2 3: row 0 gives -2+6, 1-4+9, 2-6; row 1 gives 2, 2+3, 4; times 1 and 2.
        assertArrayEquals(new float[] {4, 6, -4, 4, 10, 8}, y.toFloatArray());
    }

    @Test
    void aProductHasAScaleForEachColumn() {
        Tensor a = bytes(DType.I8, new int[] {1, -2, 3, 4}, 2, 2);
        Tensor b = bytes(DType.I8, new int[] {1, 2, 3, 4}, 2, 2);
        Tensor y = record(new QuantizedMatMul(false, false), a, b, Tensor.scalar(DType.F32, 0.5), Tensor.scalar(DType.I32, 1), Tensor.of(new float[] {2, 4}));
        // a - zero = 0 -3; 2 3.
        assertArrayEquals(new float[] {-9, -24, 11, 32}, y.toFloatArray());
    }

    private static String mistake(Op op, TensorType... in) {
        return assertThrows(IllegalArgumentException.class, () -> TypeRules.infer(op, List.of(in))).getMessage();
    }

    @Test
    void mistakesAreNamed() {
        QuantizedMatMul op = new QuantizedMatMul(false, true);
        TensorType scalar = new TensorType(DType.F32, Shape.SCALAR);
        TensorType zero = new TensorType(DType.I32, Shape.SCALAR);
        assertEquals("quantized_matmul: a is f32 but must be u8 or i8, write a.cast(DType.I8)",
                mistake(op, TensorType.of(DType.F32, 1, 2), TensorType.of(DType.I8, 3, 2), scalar, zero, TensorType.of(DType.F32, 3)));
        assertEquals("quantized_matmul: scaleB[2] must be [3]: one for each output channel",
                mistake(op, TensorType.of(DType.U8, 1, 2), TensorType.of(DType.I8, 3, 2), scalar, zero, TensorType.of(DType.F32, 2)));
        assertEquals("quantized_matmul: a sum of 65537 products may not fit into i32, which holds 65536",
                mistake(op, TensorType.of(DType.U8, 1, 65537), TensorType.of(DType.I8, 3, 65537), scalar, zero, TensorType.of(DType.F32, 3)));
        assertEquals("quantize: the zero -1 is no u8", mistake(new Quantize(false, 1, -1), TensorType.of(DType.F32, 2)));
        assertEquals("quantize: the scale must be a positive number, got 0.0", mistake(new Quantize(true, 0, 0), TensorType.of(DType.F32, 2)));
        assertEquals("dequantize: x is f32 but must be i8, u8 or i32, write x.cast(DType.I32)", mistake(new Dequantize(1, 0), TensorType.of(DType.F32, 2)));
    }
}
