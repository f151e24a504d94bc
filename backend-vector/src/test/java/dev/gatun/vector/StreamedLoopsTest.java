package dev.gatun.vector;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.gatun.DType;
import dev.gatun.TensorType;
import dev.gatun.op.Elementwise.Binary;
import dev.gatun.op.Elementwise.BinaryFunction;
import dev.gatun.op.Elementwise.Unary;
import dev.gatun.op.Elementwise.UnaryFunction;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class StreamedLoopsTest {
    private static final float[] VALUES = {1, -2, 0f, -0f, Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, 1e-40f, -1e-40f, 3e38f, -3e38f};

    private interface Function {
        void run(long a, long b, long y, int n);
    }

    @Test
    @Tag("every-width")
    void givesTheBitsOfTheUnrolledLoops() {
        agree(FloatBinary::add, StreamedLoops::add);
        agree(FloatBinary::sub, StreamedLoops::sub);
        agree(FloatBinary::mul, StreamedLoops::mul);
        agree((a, b, y, n) -> FloatUnary.relu(a, y, n), (a, b, y, n) -> StreamedLoops.relu(a, y, n));
    }

    private static void agree(Function unrolled, Function streamed) {
        for (int n = Simd.LANES; n <= 1024; n += 7 * Simd.LANES) {
            Floats a = values(n, 1);
            Floats b = values(n, 3);
            Floats expected = new Floats(n);
            unrolled.run(a.address(), b.address(), expected.address(), n);
            streamed.run(a.address(), b.address(), a.address(), n);
            for (int i = 0; i < n; i++) {
                assertEquals(Float.floatToIntBits(expected.get(i)), Float.floatToIntBits(a.get(i)));
            }
            a.check();
        }
    }

    private static Floats values(int n, int stride) {
        Floats x = new Floats(n);
        for (int i = 0; i < n; i++) {
            x.set(i, VALUES[(stride * i + i / VALUES.length) % VALUES.length]);
        }
        return x;
    }

    @ParameterizedTest
    @EnumSource(value = BinaryFunction.class, names = {"ADD", "SUB", "MUL", "DIV"})
    void pairsAreComputedOnBothSidesOfTheBound(BinaryFunction function) {
        for (int n : new int[] {(int) (StreamedLoops.BYTES / 12), (int) (StreamedLoops.BYTES / 12) + 3}) {
            Requests.check(new Binary(function), List.of(TensorType.of(DType.F32, n)), 0, 0, Operand.random(1, n), Operand.random(2, n));
        }
    }

    @Test
    void reluIsComputedOnBothSidesOfTheBound() {
        for (int n : new int[] {(int) (StreamedLoops.BYTES / 8) - 1, (int) (StreamedLoops.BYTES / 8) + 5}) {
            Requests.check(new Unary(UnaryFunction.RELU), List.of(TensorType.of(DType.F32, n)), 0, 0, Operand.random(1, n));
        }
    }
}
