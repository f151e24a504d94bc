package dev.gatun.vector.blocked;

import static dev.gatun.vector.blocked.Blocks.f32;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.DType;
import dev.gatun.TensorType;
import dev.gatun.op.Elementwise;
import dev.gatun.op.Fused;
import dev.gatun.op.Ints;
import dev.gatun.op.Normalization;
import dev.gatun.op.Op;
import dev.gatun.op.Pooling;
import dev.gatun.spi.KernelRequest;
import dev.gatun.spi.Layout;
import dev.gatun.vector.Floats;
import dev.gatun.vector.Simd;
import dev.gatun.vector.Workers;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What lies between the convolutions of a network that is trained: batch normalization, positions of maxima, gradients of pools, in blocks of channels. */
@Tag("every-width")
class BlockedGradientTest {
    @AutoClose
    private static final Workers ONE = new Workers(1);
    @AutoClose
    private static final Workers THREE = new Workers(3);

    private static void check(Op op, double bound, List<TensorType> in, List<TensorType> out, Floats... operands) {
        List<Floats> expected = Blocks.reference(op, in, out, operands);
        List<Floats> alone = Blocks.run(Blocks.request(op, in, out), ONE, operands);
        List<Floats> shared = Blocks.run(Blocks.request(op, in, out), THREE, operands);
        for (int r = 0; r < expected.size(); r++) {
            if (out.get(r).dtype() == DType.I32) {
                alone.get(r).assertSameBits(expected.get(r), op + " positions");
            } else {
                double error = Blocks.error(expected.get(r), alone.get(r));
                assertTrue(error <= bound, op + " of " + in + " result " + r + ": error " + error);
            }
            alone.get(r).assertSameBits(shared.get(r), op + " with 3 workers");
        }
    }

    private static Floats shifted(long length, long seed, float by) {
        Floats floats = Floats.random(length, seed);
        for (int i = 0; i < floats.length(); i++) {
            floats.set(i, floats.get(i) + by);
        }
        return floats;
    }

    @ParameterizedTest
    @ValueSource(strings = {"2 16 5 7", "1 1 1 3", "3 33 13 11", "40 20 4 4", "2 17 40 41", "600 8 1 2", "3 70 1 1"})
    void batchNormalizationEqualsTheReference(String text) {
        int[] n = Stream.of(text.split(" ")).mapToInt(Integer::parseInt).toArray();
        TensorType x = f32(n);
        TensorType c = f32(n[1]);
        for (float mean : new float[] {0, 300}) {                       // 300 ± .6: squares about 0 would lose all digits of the variance
            Floats values = shifted(x.elements(), 1, mean);
            Floats scale = Floats.random(n[1], 2);
            check(new Normalization.BatchNorm(1e-5), 2e-4, List.of(x, c, c), List.of(x, c, c), values, scale, Floats.random(n[1], 3));
            Floats variance = Floats.random(n[1], 4);
            for (int i = 0; i < n[1]; i++) {
                variance.set(i, .3f + Math.abs(variance.get(i)));
            }
            check(new Normalization.BatchNormBackward(1e-5), 1e-5, List.of(x, c, c, c, x), List.of(x, c, c), values, scale, shifted(n[1], 5, mean), variance,
                    Floats.random(x.elements(), 6));
        }
    }

    @Test
    void theStatisticsOfChannelsThatDriftAreExact() {
        TensorType x = f32(4, 16, 40, 40);
        TensorType c = f32(16);
        Floats values = Floats.random(x.elements(), 1);
        for (int i = 0; i < values.length(); i++) {
            values.set(i, values.get(i) + 1000 * (i / (16 * 1600)));      // each image by itself
        }
        check(new Normalization.BatchNorm(1e-5), 1e-6, List.of(x, c, c), List.of(x, c, c), values, Floats.random(16, 2), Floats.random(16, 3));
    }

    @ParameterizedTest
    @ValueSource(strings = {"2 17 9 11 3 3 2 2 1 1 1 1", "1 16 20 20 3 3 2 2 0 0 1 1", "1 40 7 7 7 7 1 1 0 0 1 1", "3 16 6 5 2 3 2 1 1 1 2 1",
        "2 32 4 4 4 4 1 1 0 0 1 1", "1 5 12 13 3 2 2 3 1 1 2 3", "2 8 4 4 5 5 1 1 4 4 1 1", "1 32 8 8 2 2 2 2 0 0 1 1"})
    void gradientsOfPoolsEqualTheReference(String text) {
        int[] n = Stream.of(text.split(" ")).mapToInt(Integer::parseInt).toArray();
        for (boolean ceil : new boolean[] {false, true}) {
            var window = new Pooling.Window(Ints.of(n[4], n[5]), Ints.of(n[6], n[7]), Ints.of(n[8], n[9]), Ints.of(n[8], n[9]), Ints.of(n[10], n[11]), ceil);
            Ints spatial = Ints.of(n[2], n[3]);
            TensorType x = f32(n[0], n[1], n[2], n[3]);
            TensorType y = f32(n[0], n[1], window.out(0, n[2]), window.out(1, n[3]));
            TensorType i = TensorType.of(DType.I32, y.shape().dims());
            Floats values = Floats.random(x.elements(), 1);
            for (int k = 0; k < values.length(); k++) {
                values.set(k, Math.round(3 * values.get(k)));                // many are equal: the first counts
            }
            values.set(3, Float.NaN);
            values.set(7, Float.NEGATIVE_INFINITY);
            List<Floats> maxima = Blocks.reference(new Pooling.MaxPool(window, true), List.of(x), List.of(y, i), values);
            List<Floats> blocked = Blocks.run(Blocks.request(new Pooling.MaxPool(window, true), List.of(x), List.of(y, i)), THREE, values);
            for (int k = 0; k < maxima.get(0).length(); k++) {
                assertEquals(maxima.get(0).get(k), blocked.get(0).get(k), "maximum " + k);
            }
            blocked.get(1).assertSameBits(maxima.get(1), "positions");
            Floats dy = Floats.random(y.elements(), 2);
            check(new Pooling.MaxPoolBackward(window, spatial), 1e-6, List.of(y, i), List.of(x), dy, maxima.get(1));
            for (Pooling.Divisor divisor : Pooling.Divisor.values()) {
                check(new Pooling.AvgPoolBackward(window, divisor, spatial), 1e-6, List.of(y), List.of(x), dy);
            }
        }
    }

    @Test
    void aPositionOutsideOfTheImageIsRefused() {
        var window = new Pooling.Window(Ints.of(2, 2), Ints.of(2, 2), Ints.of(0, 0), Ints.of(0, 0), Ints.of(1, 1), false);
        TensorType dy = f32(1, 1, 1, 1);
        Floats position = new Floats(1);
        position.set(0, Float.intBitsToFloat(4));
        KernelRequest request = Blocks.request(new Pooling.MaxPoolBackward(window, Ints.of(2, 2)), List.of(dy, TensorType.of(DType.I32, 1, 1, 1, 1)),
                List.of(f32(1, 1, 2, 2)));
        var e = assertThrows(IndexOutOfBoundsException.class, () -> Blocks.run(request, ONE, Floats.random(1, 1), position));
        assertEquals("max_pool_backward: index 4 is outside of an image of 4 places", e.getMessage());
    }

    @Test
    void theGradientOfAGlobalPoolStartsBlocksOfChannels() {
        var window = new Pooling.Window(Ints.of(7, 7), Ints.of(1, 1), Ints.of(0, 0), Ints.of(0, 0), Ints.of(1, 1), false);
        var op = new Pooling.AvgPoolBackward(window, Pooling.Divisor.VALID, Ints.of(7, 7));
        for (int channels : new int[] {2 * Simd.LANES, 2 * Simd.LANES + 1}) {
            var request = new KernelRequest.Single(op, List.of(f32(2, channels, 1, 1)), List.of(f32(2, channels, 7, 7)), List.of(Layout.PLAIN),
                    Collections.nCopies(1, false));
            assertEquals(channels == 2 * Simd.LANES, BlockedKernels.of(request, ONE).isPresent());
        }
    }

    @Test
    void truthValuesOfALeakyReluStayInBlocksForItsGradient() {
        TensorType x = f32(2, Simd.LANES + 3, 9, 8);
        TensorType truth = TensorType.of(DType.BOOL, x.shape().dims());
        Floats values = Floats.random(x.elements(), 1);
        Floats zero = new Floats(1);
        Floats fifth = new Floats(1);
        fifth.set(0, .2f);
        var code = List.of(new Fused.Instruction(new Elementwise.Binary(Elementwise.BinaryFunction.GT), List.of(0, 1), DType.BOOL),
                new Fused.Instruction(new Elementwise.Binary(Elementwise.BinaryFunction.MUL), List.of(0, 2), DType.F32),
                new Fused.Instruction(new Elementwise.Where(), List.of(3, 0, 4), DType.F32));
        var leaky = new KernelRequest.Region(new Fused.Region(x.shape(), 3, code, List.of(5, 3)), List.of(x, f32(), f32()), List.of(x, truth),
                List.of(Blocked.NATIVE, Layout.PLAIN, Layout.PLAIN), Collections.nCopies(3, false));
        assertEquals(Collections.nCopies(2, Blocked.NATIVE), BlockedKernels.of(leaky, THREE).orElseThrow().outputLayouts());
        List<Floats> results = Blocks.run(leaky, THREE, values, zero, fifth);
        var choice = List.of(new Fused.Instruction(new Elementwise.Where(), List.of(0, 1, 2), DType.F32));
        var gradient = new KernelRequest.Region(new Fused.Region(x.shape(), 3, choice, List.of(3)), List.of(truth, x, f32()), List.of(x),
                List.of(Blocked.NATIVE, Blocked.NATIVE, Layout.PLAIN), Collections.nCopies(3, false));
        Floats dx = Blocks.run(gradient, THREE, results.get(1), values, zero).getFirst();
        for (int i = 0; i < values.length(); i++) {
            float v = values.get(i);
            assertEquals(v > 0 ? v : .2f * v, results.get(0).get(i), "element " + i);
            assertEquals(v > 0 ? v : 0, dx.get(i), "gradient " + i);
        }
    }
}
