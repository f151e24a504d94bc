package dev.gatun.onednn;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.DType;
import dev.gatun.Shape;
import dev.gatun.TensorType;
import dev.gatun.op.Ints;
import dev.gatun.op.Movement;
import dev.gatun.op.Reduction;
import dev.gatun.op.Reduction.ReduceFunction;
import dev.gatun.spi.Layout;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class CopyAndSumTest {
    private static Direct direct;

    @BeforeAll
    static void load() {
        direct = new Direct();
    }

    @AfterAll
    static void close() {
        direct.close();
    }

    private static Permutation permute(DType dtype, List<Integer> axes, int... dims) {
        var op = new Movement.Permute(Ints.of(axes.stream().mapToInt(Integer::intValue).toArray()));
        TensorType x = TensorType.of(dtype, dims);
        return new Permutation(op, x, x.with(Shape.of(axes.stream().mapToInt(a -> dims[a]).toArray())));
    }

    private record Permutation(Movement.Permute op, TensorType x, TensorType y) { }

    @Test
    void axesComeInAnyOrderAndElementsInEveryTypeOfOneDnn() {
        for (DType dtype : List.of(DType.F32, DType.BF16, DType.F16, DType.I32, DType.I8, DType.U8)) {
            for (Permutation k : List.of(permute(dtype, List.of(1, 0), 17, 33), permute(dtype, List.of(0, 3, 1, 2), 2, 5, 7, 3),
                    permute(dtype, List.of(2, 0, 1), 3, 4, 5), permute(dtype, List.of(0, 2, 1, 3, 4), 2, 4, 3, 5, 6), permute(dtype, List.of(0), 9))) {
                direct.agrees((r, s) -> Permute.of(k.op(), r, s), Direct.request(k.op(), List.of(k.x()), List.of(k.y()), List.of(Layout.PLAIN)), 0);
            }
        }
    }

    @Test
    void axesOfABlockedImageAreExchangedWithoutAReorderBefore() {
        Permutation k = permute(DType.F32, List.of(0, 2, 3, 1), 2, 32, 5, 6);
        Layout blocks = DnnlLayout.of(k.x(), ImageFormat.BLOCKS.descriptor(DataType.F32, k.x()), Descriptor.plain(DataType.F32, k.x()));
        direct.agrees((r, s) -> Permute.of(k.op(), r, s), Direct.request(k.op(), List.of(k.x()), List.of(k.y()), List.of(blocks)), 0);
    }

    @Test
    void sumsAndProductsRunOverTheLastAxes() {
        TensorType x = TensorType.of(DType.F32, 3, 5, 7, 4);
        for (ReduceFunction f : List.of(ReduceFunction.SUM, ReduceFunction.PROD)) {
            for (int first = 0; first < 4; first++) {
                var op = new Reduction.Reduce(f, Ints.of(IntStream.range(first, 4).toArray()), false);
                TensorType y = x.with(Shape.of(IntStream.range(0, first).map(i -> x.shape().dim(i)).toArray()));
                direct.agrees((r, s) -> Reduce.of(op, r, s), Direct.request(op, List.of(x), List.of(y), List.of(Layout.PLAIN)), 1e-4);
            }
        }
    }

    @Test
    void maximaAndIntegersAreDeclined() {
        TensorType x = TensorType.of(DType.F32, 3, 5);
        var max = new Reduction.Reduce(ReduceFunction.MAX, Ints.of(1), false);
        assertTrue(direct.kernel((r, s) -> Reduce.of(max, r, s), Direct.request(max, List.of(x), List.of(x.with(Shape.of(3))), List.of(Layout.PLAIN)))
                .isEmpty());
        TensorType i = TensorType.of(DType.I8, 3, 5);
        var sum = new Reduction.Reduce(ReduceFunction.SUM, Ints.of(1), false);
        assertTrue(direct.kernel((r, s) -> Reduce.of(sum, r, s), Direct.request(sum, List.of(i), List.of(i.with(Shape.of(3))), List.of(Layout.PLAIN)))
                .isEmpty());
    }
}
