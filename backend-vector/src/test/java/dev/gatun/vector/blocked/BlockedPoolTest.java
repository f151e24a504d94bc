package dev.gatun.vector.blocked;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.DType;
import dev.gatun.TensorType;
import dev.gatun.op.Elementwise;
import dev.gatun.op.Elementwise.BinaryFunction;
import dev.gatun.op.Fused;
import dev.gatun.op.Ints;
import dev.gatun.op.Movement;
import dev.gatun.op.Op;
import dev.gatun.op.Pooling;
import dev.gatun.spi.Backend;
import dev.gatun.spi.BackendProvider;
import dev.gatun.spi.Kernel;
import dev.gatun.spi.KernelRequest;
import dev.gatun.spi.Layout;
import dev.gatun.vector.Floats;
import dev.gatun.vector.Simd;
import dev.gatun.vector.Workers;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.ServiceLoader;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Pools, joins and sums over blocked images against the reference loops over row-major ones. */
@Tag("every-width")
class BlockedPoolTest {
    private static final Backend REFERENCE = ServiceLoader.load(BackendProvider.class).stream().map(ServiceLoader.Provider::get)
            .filter(p -> p.name().equals("reference")).findFirst().orElseThrow().open();

    private static TensorType f32(int... dims) {
        return TensorType.of(DType.F32, dims);
    }

    private static Floats reference(Op op, TensorType result, List<TensorType> types, Floats... operands) {
        var request = new KernelRequest.Single(op, types, List.of(result), Collections.nCopies(types.size(), Layout.PLAIN),
                Collections.nCopies(types.size(), false));
        return launch(REFERENCE.compile(request).orElseThrow(), result.elements(), operands);
    }

    private static Floats launch(Kernel kernel, long elements, Floats... operands) {
        Floats result = Floats.unset(elements);
        Floats[] all = Arrays.copyOf(operands, operands.length + 1);
        all[operands.length] = result;
        Launch.run(kernel, all);
        return result;
    }

    private static Floats reorder(Floats x, TensorType type, Layout from, Layout to, Workers workers) {
        return from.equals(to) ? x : launch(BlockedKernels.of(new KernelRequest.Reorder(type, from, to), workers).orElseThrow(),
                to.bytes(type) / Float.BYTES, x);
    }

    /** Runs {@code op} over blocked operands with one worker and with three; the bits must be the same. */
    private static Floats blocked(Op op, TensorType result, List<TensorType> types, Floats... operands) {
        Floats first = null;
        for (int threads : new int[] {1, 3}) {
            try (var workers = new Workers(threads)) {
                var request = new KernelRequest.Single(op, types, List.of(result), Collections.nCopies(types.size(), Blocked.NATIVE),
                        Collections.nCopies(types.size(), false));
                Kernel kernel = BlockedKernels.of(request, workers).orElseThrow();
                Floats[] in = new Floats[operands.length];
                for (int i = 0; i < in.length; i++) {
                    in[i] = reorder(operands[i], types.get(i), Layout.PLAIN, kernel.inputLayouts().get(i), workers);
                }
                Layout layout = kernel.outputLayouts().getFirst();
                Floats y = reorder(launch(kernel, layout.bytes(result) / Float.BYTES, in), result, layout, Layout.PLAIN, workers);
                if (first != null) {
                    first.assertSameBits(y, op + " with 3 workers");
                }
                first = y;
            }
        }
        return first;
    }

    private static void check(Op op, double relative, TensorType result, List<TensorType> types, Floats... operands) {
        Floats expected = reference(op, result, types, operands);
        Floats actual = blocked(op, result, types, operands);
        for (int i = 0; i < expected.length(); i++) {
            assertEquals(expected.get(i), actual.get(i), relative, op + " element " + i);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"2 17 9 11 3 3 2 2 1 1 0 0 1 1", "1 16 112 20 3 3 2 2 0 0 0 0 1 1", "1 40 7 7 7 7 1 1 0 0 0 0 1 1",
        "3 16 6 5 2 3 2 1 1 1 1 2 1 1",
        "1 5 12 13 3 2 2 3 2 1 2 1 2 3", "2 32 4 4 5 5 1 1 4 4 4 4 1 1", "1 64 1 1 1 1 1 1 0 0 0 0 1 1"})
    void windowsOfEveryKindEqualTheReference(String text) {
        int[] n = Stream.of(text.split(" ")).mapToInt(Integer::parseInt).toArray();
        for (boolean ceil : new boolean[] {false, true}) {
            var window = new Pooling.Window(Ints.of(n[4], n[5]), Ints.of(n[6], n[7]), Ints.of(n[8], n[9]), Ints.of(n[10], n[11]), Ints.of(n[12], n[13]), ceil);
            TensorType x = f32(n[0], n[1], n[2], n[3]);
            TensorType y = f32(n[0], n[1], window.out(0, n[2]), window.out(1, n[3]));
            Floats values = Floats.random(x.elements(), 1);
            values.set(3, Float.NaN);
            check(new Pooling.MaxPool(window, false), 0, y, List.of(x), values);
            for (Pooling.Divisor divisor : Pooling.Divisor.values()) {
                check(new Pooling.AvgPool(window, divisor), 4e-6, y, List.of(x), Floats.random(x.elements(), 2));
            }
        }
    }

    @Test
    void aPoolOverOneAxisIsARowOfPixels() {
        var window = new Pooling.Window(Ints.of(3), Ints.of(2), Ints.of(1), Ints.of(1), Ints.of(1), false);
        check(new Pooling.MaxPool(window, false), 0, f32(2, 20, 8), List.of(f32(2, 20, 15)), Floats.random(600, 3));
    }

    @Test
    void onePixelOfFullBlocksIsRowMajorAlready() {
        var window = new Pooling.Window(Ints.of(7, 7), Ints.of(1, 1), Ints.of(0, 0), Ints.of(0, 0), Ints.of(1, 1), false);
        try (var workers = new Workers(1)) {
            for (int channels : new int[] {64, 65}) {
                var request = new KernelRequest.Single(new Pooling.AvgPool(window, Pooling.Divisor.VALID), List.of(f32(2, channels, 7, 7)),
                        List.of(f32(2, channels, 1, 1)), List.of(Blocked.NATIVE), List.of(false));
                Layout layout = BlockedKernels.of(request, workers).orElseThrow().outputLayouts().getFirst();
                assertEquals(channels == 64 ? Layout.PLAIN : Blocked.NATIVE, layout);
            }
        }
    }

    @Test
    void joinsAlongChannelsCopyBlocks() {
        int full = 2 * Simd.LANES;
        List<TensorType> types = List.of(f32(3, full, 5, 7), f32(3, Simd.LANES, 5, 7), f32(3, 3, 5, 7));
        Floats[] operands = {Floats.random(types.get(0).elements(), 1), Floats.random(types.get(1).elements(), 2), Floats.random(types.get(2).elements(), 3)};
        check(new Movement.Concat(1), 0, f32(3, full + Simd.LANES + 3, 5, 7), types, operands);
    }

    @Test
    void joinsThatCutABlockAreDeclined() {
        try (var workers = new Workers(1)) {
            List<TensorType> types = List.of(f32(1, 3, 5, 5), f32(1, 16, 5, 5));
            var request = new KernelRequest.Single(new Movement.Concat(1), types, List.of(f32(1, 19, 5, 5)), List.of(Blocked.NATIVE, Blocked.NATIVE),
                    List.of(false, false));
            assertTrue(BlockedKernels.of(request, workers).isEmpty());
        }
    }

    @Test
    void elementwiseOpsWorkOnBlocksAsTheyLie() {
        TensorType x = f32(2, 19, 6, 5);
        Floats a = Floats.random(x.elements(), 1);
        Floats b = Floats.random(x.elements(), 2);
        check(new Elementwise.Binary(BinaryFunction.MUL), 0, x, List.of(x, x), a, b);
        check(new Elementwise.Unary(Elementwise.UnaryFunction.RELU), 0, x, List.of(x), a);
    }

    @Test
    void aRegionTakesOneValueAChannelAndOneValue() {
        TensorType x = f32(2, 19, 6, 5);
        TensorType perChannel = f32(1, 19, 1, 1);
        TensorType one = f32();
        Floats[] operands = {Floats.random(x.elements(), 1), Floats.random(19, 2), Floats.random(1, 3)};
        var code = List.of(new Fused.Instruction(new Elementwise.Binary(BinaryFunction.MUL), List.of(0, 1), DType.F32),
                new Fused.Instruction(new Elementwise.Binary(BinaryFunction.SUB), List.of(3, 2), DType.F32));
        try (var workers = new Workers(2)) {
            var request = new KernelRequest.Region(new Fused.Region(x.shape(), 3, code, List.of(4)), List.of(x, perChannel, one), List.of(x),
                    List.of(Blocked.NATIVE, Layout.PLAIN, Layout.PLAIN), List.of(false, false, false));
            Kernel kernel = BlockedKernels.of(request, workers).orElseThrow();
            assertEquals(List.of(Blocked.NATIVE, Blocked.NATIVE, Layout.PLAIN), kernel.inputLayouts());
            Floats y = launch(kernel, Blocked.NATIVE.bytes(x) / Float.BYTES, reorder(operands[0], x, Layout.PLAIN, Blocked.NATIVE, workers),
                    reorder(operands[1], perChannel, Layout.PLAIN, Blocked.NATIVE, workers), operands[2]);
            Floats plain = reorder(y, x, Blocked.NATIVE, Layout.PLAIN, workers);
            for (int i = 0; i < plain.length(); i++) {
                assertEquals(operands[0].get(i) * operands[1].get(i / 30 % 19) - operands[2].get(0), plain.get(i), 1e-6, "element " + i);
            }
        }
    }
}
