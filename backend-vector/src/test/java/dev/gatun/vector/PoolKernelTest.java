package dev.gatun.vector;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.DType;
import dev.gatun.TensorType;
import dev.gatun.op.Ints;
import dev.gatun.op.Pooling;
import dev.gatun.op.Pooling.Divisor;
import dev.gatun.op.Pooling.Window;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@Tag("every-width")
class PoolKernelTest {
    /** A pooling and an image for it. */
    record Setting(Window window, int... x) {
        Ints spatial() {
            return Ints.of(IntStream.range(2, x.length).map(i -> x[i]).toArray());
        }

        TensorType y(DType dtype) {
            int[] y = x.clone();
            for (int i = 2; i < y.length; i++) {
                y[i] = window.out(i - 2, x[i]);
            }
            return TensorType.of(dtype, y);
        }
    }

    private static Window window(int K, int S, int P, int end, int D, boolean ceil, int rank) {
        return new Window(Ints.filled(rank, K), Ints.filled(rank, S), Ints.filled(rank, P), Ints.filled(rank, end), Ints.filled(rank, D), ceil);
    }

    static List<Setting> settings() {
        List<Setting> settings = new ArrayList<>();
        for (int[] size : new int[][] {{24, 24}, {7, 7}, {5, 131}, {40, 1}}) {
            settings.add(new Setting(window(2, 2, 0, 0, 1, false, 2), 2, 3, size[0] + 1, size[1] + 1));
            settings.add(new Setting(window(3, 2, 1, 1, 1, false, 2), 2, 3, size[0], size[1]));
            settings.add(new Setting(window(3, 2, 0, 0, 1, true, 2), 2, 3, size[0] + 2, size[1] + 2));
            settings.add(new Setting(window(3, 1, 1, 1, 1, false, 2), 2, 3, size[0], size[1]));
            settings.add(new Setting(window(3, 3, 2, 2, 2, false, 2), 2, 3, size[0] + 3, size[1] + 3));
            settings.add(new Setting(window(2, 1, 0, 0, 2, false, 2), 2, 3, size[0] + 2, size[1] + 2));
            settings.add(new Setting(new Window(Ints.of(3, 2), Ints.of(2, 3), Ints.of(0, 0), Ints.of(0, 0), Ints.of(2, 1), false), 2, 3, size[0], size[1] + 1));
        }
        settings.add(new Setting(new Window(Ints.of(7, 9), Ints.of(1, 1), Ints.of(0, 0), Ints.of(0, 0), Ints.of(1, 1), false), 3, 5, 7, 9));
        settings.add(new Setting(new Window(Ints.of(3, 2), Ints.of(1, 3), Ints.of(0, 1), Ints.of(2, 0), Ints.of(1, 1), true), 1, 2, 11, 20));
        settings.add(new Setting(window(4, 2, 1, 1, 1, false, 1), 2, 3, 57));
        settings.add(new Setting(window(3, 2, 1, 1, 1, true, 3), 1, 2, 6, 9, 18));
        settings.add(new Setting(window(3, 2, 1, 1, 1, false, 2), 4, 16, 28, 28));
        return settings;
    }

    @ParameterizedTest
    @MethodSource("settings")
    void maximaAreExactAndTheirPositionsAreThoseOfTheFirst(Setting s) {
        for (Operand x : List.of(Operand.extreme(1, s.x), Operand.of(TensorType.of(DType.F32, s.x), i -> i * 7 % 5),
                Operand.of(TensorType.of(DType.F32, s.x), i -> Double.NEGATIVE_INFINITY))) {
            Requests.check(new Pooling.MaxPool(s.window, false), List.of(s.y(DType.F32)), 0, 0, x);
            Requests.check(new Pooling.MaxPool(s.window, true), List.of(s.y(DType.F32), s.y(DType.I32)), 0, 0, x);
        }
    }

    @ParameterizedTest
    @MethodSource("settings")
    void theGradientOfAMaximumGoesToItsPosition(Setting s) {
        Operand x = Operand.random(1, s.x);
        List<TensorType> results = List.of(s.y(DType.F32), s.y(DType.I32));
        Operand positions = Requests.reference(new Pooling.MaxPool(s.window, true), results, x).get(1);
        // Up to nine gradients below 4 meet.
        Requests.check(new Pooling.MaxPoolBackward(s.window, s.spatial()), List.of(x.type()), 0, 1e-5, Operand.random(2, s.y(DType.F32).shape().dims()),
                positions);
    }

    @ParameterizedTest
    @MethodSource("settings")
    void meansAndTheirGradientsDivideByWhatTheDivisorCounts(Setting s) {
        for (Divisor divisor : Divisor.values()) {
            // Sums of up to 63 numbers below 4.
            Requests.check(new Pooling.AvgPool(s.window, divisor), List.of(s.y(DType.F32)), 1e-6, 2e-5, Operand.random(1, s.x));
            Requests.check(new Pooling.AvgPoolBackward(s.window, divisor, s.spatial()), List.of(TensorType.of(DType.F32, s.x)), 1e-6, 1e-5,
                    Operand.random(2, s.y(DType.F32).shape().dims()));
        }
    }

    @Test
    void planesOfMorePlacesThanAnIntCountsAreDeclined() {
        try (var one = new Workers(1)) {
            Window window = window(2, 2, 0, 0, 1, false, 2);
            for (int size : new int[] {46_342, 65_536, 1 << 20}) {
                Setting s = new Setting(window, 1, 1, size, size);
                TensorType x = TensorType.of(DType.F32, s.x);
                TensorType y = s.y(DType.F32);
                assertTrue(PoolKernel.of(new Pooling.MaxPool(window, false), x, y, one).isEmpty());
                assertTrue(PoolKernel.of(new Pooling.AvgPool(window, Divisor.VALID), x, y, one).isEmpty());
                assertTrue(MaxPoolIndexKernel.of(new Pooling.MaxPool(window, true), x, List.of(y, s.y(DType.I32)), one).isEmpty());
                assertTrue(AvgPoolBackwardKernel.of(new Pooling.AvgPoolBackward(window, Divisor.VALID, s.spatial()), y, x, one).isEmpty());
            }
        }
    }

    @Test
    void aMeanKeepsItsDivisorsOncePerKindOfRow() {
        Setting s = new Setting(window(3, 2, 1, 1, 1, false, 2), 1, 1, 20_000, 20_000);
        try (var one = new Workers(1)) {
            var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
            long before = threads.getCurrentThreadAllocatedBytes();
            assertTrue(PoolKernel.of(new Pooling.AvgPool(s.window, Divisor.VALID), TensorType.of(DType.F32, s.x), s.y(DType.F32), one).isPresent());
            long bytes = threads.getCurrentThreadAllocatedBytes() - before;
            assertTrue(bytes < 32 << 20, bytes + " bytes, for a plane of 100 million means");
        }
    }

    @Test
    void aPositionOutsideOfTheImageIsAnError() {
        var op = new Pooling.MaxPoolBackward(window(2, 2, 0, 0, 1, false, 2), Ints.of(4, 4));
        Operand dy = Operand.random(1, 1, 1, 2, 2);
        Operand positions = Operand.of(TensorType.of(DType.I32, 1, 1, 2, 2), i -> 16);
        var request = Requests.single(op, List.of(TensorType.of(DType.F32, 1, 1, 4, 4)), dy, positions);
        assertThrows(IndexOutOfBoundsException.class, () -> Requests.run(Requests.SHARED, request, dy, positions));
    }
}
