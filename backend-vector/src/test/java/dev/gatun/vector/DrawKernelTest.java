package dev.gatun.vector;

import dev.gatun.DType;
import dev.gatun.Shape;
import dev.gatun.TensorType;
import dev.gatun.op.Random.Distribution;
import dev.gatun.op.Random.Draw;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class DrawKernelTest {
    private static final Operand KEY = Operand.of(TensorType.of(DType.I64, 2), i -> i == 0 ? -5 : 0x1p40 + 3);

    @ParameterizedTest
    @EnumSource
    void workersDrawTheNumbersOfTheReferenceHoweverManyTheyAre(Distribution distribution) {
        DType dtype = distribution == Distribution.BITS ? DType.U32 : DType.F32;
        for (int n : new int[] {0, 1, 3, 4, 5, 2049, 100_003}) {
            Requests.check(new Draw(distribution, Shape.of(n)), List.of(TensorType.of(dtype, n)), 0, 0, KEY);
        }
    }
}
