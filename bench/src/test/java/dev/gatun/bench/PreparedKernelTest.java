package dev.gatun.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.Backends;
import dev.gatun.bench.KernelCase.Direction;
import dev.gatun.op.Elementwise.Unary;
import dev.gatun.op.Elementwise.UnaryFunction;
import dev.gatun.spi.Backend;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class PreparedKernelTest {
    static Stream<KernelCase> cases() {
        List<KernelCase> cases = new ArrayList<>();
        for (boolean a : new boolean[] {false, true}) {
            for (boolean b : new boolean[] {false, true}) {
                cases.add(KernelCase.gemm(17, 19, 23, a, b));
            }
        }
        for (Direction direction : Direction.values()) {
            cases.add(KernelCase.conv("small", KernelCase.f32(2, 32, 9, 7), KernelCase.f32(48, 32, 3, 3), KernelCase.geometry(1, 1), direction));
            cases.add(KernelCase.conv("stem", KernelCase.f32(1, 3, 23, 23), KernelCase.f32(16, 3, 5, 5), KernelCase.geometry(2, 2), direction));
        }
        cases.add(KernelCase.lstm(5, 2, 16, 32));
        cases.add(KernelCase.stream("tanh", new Unary(UnaryFunction.TANH), KernelCase.f32(33, 7)));
        return cases.stream();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void preparingHoldsTheResultAgainstTheOracle(KernelCase c) {
        try (Backend backend = Backends.open("vector"); PreparedKernel kernel = PreparedKernel.of(c, backend)) {
            float[] first = kernel.firstResult();
            kernel.launch();
            assertEquals(first[0], kernel.firstResult()[0]);
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void theOracleRefusesAWrongElement(KernelCase c) {
        List<float[]> operands = IntStream.range(0, c.operands().size()).mapToObj(i -> Numbers.of(c.operands().get(i), i)).toList();
        float[] y;
        try (Backend backend = Backends.open("vector"); PreparedKernel kernel = PreparedKernel.of(c, backend)) {
            y = kernel.firstResult();
        }
        Oracle.check(c, operands, y);
        for (int i = 0; i < y.length; i++) {
            y[i] += 1e-3f * (float) Numbers.largest(y);
        }
        String message = assertThrows(IllegalStateException.class, () -> Oracle.check(c, operands, y)).getMessage();
        assertTrue(message.startsWith(c.name() + ": element "), message);
        y[0] = Float.NaN;
        assertThrows(IllegalStateException.class, () -> Oracle.check(c, operands, y));
    }
}
