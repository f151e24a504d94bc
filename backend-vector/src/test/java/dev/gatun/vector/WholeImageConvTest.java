package dev.gatun.vector;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.gatun.DType;
import dev.gatun.TensorType;
import dev.gatun.op.Convolution;
import dev.gatun.op.Ints;
import dev.gatun.op.Op;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Convolutions of one output pixel are matrix products, and give the same. */
@Tag("every-width")
class WholeImageConvTest {
    private static TensorType f32(int... dims) {
        return TensorType.of(DType.F32, dims);
    }

    private static void check(String name, Op op, TensorType result, Operand... operands) {
        assertEquals(name, Requests.SHARED.compile(Requests.single(op, List.of(result), operands)).orElseThrow().name());
        Requests.check(op, List.of(result), 1e-5, 1e-4, operands);
    }

    @Test
    void aKernelAsLargeAsTheImageIsAProduct() {
        var geometry = new Convolution.Geometry(Ints.of(2, 1), Ints.of(0, 0), Ints.of(0, 0), Ints.of(1, 1), 1);
        TensorType x = f32(5, 3, 4, 6);
        TensorType w = f32(7, 3, 4, 6);
        TensorType y = f32(5, 7, 1, 1);
        check("sgemm 5x7x72", new Convolution.Conv(geometry), y, Operand.random(x, 1), Operand.random(w, 2));
        check("sgemm 5x72x7", new Convolution.ConvBackwardData(geometry, Ints.of(4, 6)), x, Operand.random(y, 3), Operand.random(w, 2));
        check("sgemm 7x72x5", new Convolution.ConvBackwardWeights(geometry, Ints.of(4, 6)), w, Operand.random(x, 1), Operand.random(y, 3));
    }

    @Test
    void othersAreConvolutions() {
        TensorType x = f32(2, 4, 5);
        TensorType w = f32(6, 4, 5);
        var padded = new Convolution.Geometry(Ints.of(3), Ints.of(1), Ints.of(1), Ints.of(1), 1);
        check("conv im2col", new Convolution.Conv(padded), f32(2, 6, 1), Operand.random(x, 1), Operand.random(w, 2));
        var groups = new Convolution.Geometry(Ints.of(1), Ints.of(0), Ints.of(0), Ints.of(1), 2);
        check("conv im2col", new Convolution.Conv(groups), f32(2, 6, 1), Operand.random(x, 1), Operand.random(f32(6, 2, 5), 2));
        var dense = new Convolution.Geometry(Ints.of(1), Ints.of(0), Ints.of(0), Ints.of(1), 1);
        check("conv im2col", new Convolution.Conv(dense), f32(2, 6, 2), Operand.random(x, 1), Operand.random(f32(6, 4, 4), 2));
    }
}
