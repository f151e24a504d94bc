package dev.gatun.onednn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.gatun.Backends;
import dev.gatun.CompiledFunction;
import dev.gatun.DType;
import dev.gatun.Tensor;
import dev.gatun.spi.Backend;
import java.util.List;
import org.junit.jupiter.api.Test;

class CastTest {
    @Test
    void largeTensorsAreWidenedToTheBitsOfTheReferenceAndRoundedToThem() {
        float[] numbers = numbers();
        try (Backend reference = Backends.open("reference"); Backend onednn = Backends.open("onednn"); Tensor x = Tensor.of(numbers, numbers.length);
             Tensor rounded = cast(reference, x, DType.BF16)) {
            float[] expected = cast(reference, rounded, DType.F32).toFloatArray();
            assertArrayEquals(expected, cast(onednn, rounded, DType.F32).toFloatArray());
            assertArrayEquals(expected, cast(reference, cast(onednn, x, DType.BF16), DType.F32).toFloatArray());
        }
    }

    /** Of all exponents and signs, each with fractions that are rounded down, to even, and up. */
    private static float[] numbers() {
        int[] fractions = {0, 0x7fff, 0x8000, 0x8001, 0x1_8000, 0x1_ffff, 0x7f_7fff, 0x7f_8000};
        float[] numbers = new float[Cast.LARGE + 37];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = Float.intBitsToFloat(i / 2 / fractions.length % 256 << 23 | fractions[i / 2 % fractions.length] | i << 31);
        }
        return numbers;
    }

    private static Tensor cast(Backend backend, Tensor x, DType to) {
        try (CompiledFunction f = CompiledFunction.of(backend, in -> List.of(in.getFirst().cast(to)))) {
            String plan = f.explain(x.type());
            assertEquals(backend.name().equals("onednn") && to == DType.F32, plan.contains(" jit"), plan);
            return f.call(x).getFirst();
        }
    }
}
