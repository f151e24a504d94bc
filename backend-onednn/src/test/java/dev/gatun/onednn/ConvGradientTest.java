package dev.gatun.onednn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import dev.gatun.Backends;
import dev.gatun.CompiledFunction;
import dev.gatun.DType;
import dev.gatun.Shape;
import dev.gatun.Tensor;
import dev.gatun.op.Convolution;
import dev.gatun.op.Ints;
import dev.gatun.spi.Backend;
import java.util.List;
import org.junit.jupiter.api.Test;

class ConvGradientTest {
    private static float[] gradient(Backend backend) {
        var geometry = new Convolution.Geometry(Ints.of(2, 2), Ints.of(1, 1), Ints.of(1, 1), Ints.of(1, 1), 1);
        var op = new Convolution.ConvBackwardWeights(geometry, Ints.of(3, 3));
        try (CompiledFunction f = CompiledFunction.of(backend, in -> List.of(Tensor.record(op, in.getFirst().cast(DType.BF16), in.getLast().cast(DType.BF16))
                .getFirst().cast(DType.F32)))) {
            return f.call(Tensor.full(DType.F32, Shape.of(2, 29, 7, 1), 0.5), Tensor.full(DType.F32, Shape.of(2, 4, 4, 1), 1)).getFirst().toFloatArray();
        }
    }

    @Test
    void placesOfTheKernelThatMeetNothingButPaddingHaveNoGradientInBf16() {
        try (Backend onednn = Backends.open("onednn"); Backend reference = Backends.open("reference")) {
            assertArrayEquals(gradient(reference), gradient(onednn));
        }
    }

    private static float[] withHugeStrides(Backend backend) {
        int huge = Integer.MAX_VALUE;
        var op = new Convolution.ConvBackwardData(new Convolution.Geometry(Ints.of(huge, huge), Ints.of(1, 1), Ints.of(1, 1), Ints.of(1, 1), 1), Ints.of(9, 9));
        try (CompiledFunction f = CompiledFunction.of(backend, in -> List.of(Tensor.record(op, in.getFirst(), in.getLast()).getFirst()))) {
            return f.call(Tensor.full(DType.F32, Shape.of(1, 16, 1, 1), 1), Tensor.full(DType.F32, Shape.of(16, 16, 3, 3), 1)).getFirst().toFloatArray();
        }
    }

    /** oneDNN walks from stride to stride, and does not come back. */
    @Test
    void aStrideFarBeyondTheImageIsAnswered() {
        try (Backend onednn = Backends.open("onednn"); Backend reference = Backends.open("reference")) {
            assertArrayEquals(withHugeStrides(reference), withHugeStrides(onednn));
        }
    }
}
