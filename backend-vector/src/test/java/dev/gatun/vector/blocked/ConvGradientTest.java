package dev.gatun.vector.blocked;

import static dev.gatun.vector.blocked.Blocks.f32;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.DType;
import dev.gatun.TensorType;
import dev.gatun.op.Convolution;
import dev.gatun.op.Elementwise;
import dev.gatun.op.Fused;
import dev.gatun.op.Ints;
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

/** Both gradients of convolutions in blocks of channels against the reference loops: sizes, strides, dilations, borders, batches, whoever shares the work. */
@Tag("every-width")
class ConvGradientTest {
    /** Whole blocks, and more channels than a row-major first layer has. */
    private static final int UNIT = Math.max(8, Simd.LANES);

    /** Direct sums, and Winograd's algorithm with 4x4 tiles. */
    private static final double BOUND = 3e-6;

    @AutoClose
    private static final Workers ONE = new Workers(1);
    @AutoClose
    private static final Workers TWO = new Workers(2);
    @AutoClose
    private static final Workers FIVE = new Workers(5);

    /** A convolution "N IC IH IW OC KH KW SH SW PH PW DH DW" with channels in blocks, or as many as are written behind a point: .3 are three. */
    private record Case(Convolution.Geometry geometry, TensorType x, TensorType w, TensorType dy) {
        static Case of(String text) {
            int[] n = {1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 1, 1};
            String[] words = text.split(" ");
            for (int i = 0; i < words.length; i++) {
                boolean exact = words[i].startsWith(".");
                n[i] = Integer.parseInt(exact ? words[i].substring(1) : words[i]) * ((i == 1 || i == 4) && !exact ? UNIT : 1);
            }
            var geometry = new Convolution.Geometry(Ints.of(n[7], n[8]), Ints.of(n[9], n[10]), Ints.of(n[9], n[10]), Ints.of(n[11], n[12]), 1);
            TensorType x = f32(n[0], n[1], n[2], n[3]);
            TensorType w = f32(n[4], n[1], n[5], n[6]);
            return new Case(geometry, x, w, x.with(geometry.out(x.shape(), w.shape())));
        }

        Convolution.ConvBackwardData byData() {
            return new Convolution.ConvBackwardData(geometry, Ints.of(x.shape().dim(2), x.shape().dim(3)));
        }

        Convolution.ConvBackwardWeights byWeights() {
            return new Convolution.ConvBackwardWeights(geometry, Ints.of(w.shape().dim(2), w.shape().dim(3)));
        }
    }

    private static void check(String text, KernelRequest request, Floats expected, Floats... operands) {
        Floats first = Blocks.run(request, ONE, operands).getFirst();
        double error = Blocks.error(expected, first);
        assertTrue(error <= BOUND, request.name() + " of " + text + ": error " + error);
        for (Workers pool : List.of(TWO, FIVE)) {
            first.assertSameBits(Blocks.run(request, pool, operands).getFirst(), request.name() + " of " + text + " with " + pool.threads() + " workers");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"1 1 1 1 1 1 1", "3 2 5 3 3 1 1", "2 1 14 14 1 3 3 1 1 1 1", "2 3 7 7 6 3 3 1 1 1 1", "1 1 30 31 4 5 5 1 1 2 2",
        "2 4 9 11 5 3 3 2 2 1 1",
        "3 1 8 8 4 4 4 2 2 1 1", "1 2 13 10 3 1 1 2 2", "2 5 12 7 1 7 7 2 2 3 3", "1 1 40 23 4 3 5 3 2 0 2", "9 2 4 4 2 3 3 1 1 1 1",
        "40 1 4 4 7 3 3 2 2 1 1",
        "1 1 11 11 1 3 3 1 1 2 2 2 2", "2 2 12 9 1 2 3 3 2 1 1 2 3", "1 1 5 5 1 1 1 3 3", "1 1 4 4 1 2 2 2 2 3 3",
        "1 1 1 70 1 1 3 1 2 0 1", "1 7 7 7 9 1 1", "1 9 14 13 13 1 1 2 2", "1 9 7 7 5 3 3 2 2 1 1", "6 1 2 2 1 3 3 2 2 1 1",
        "2 6 20 16 9 3 3 1 1 1 1", "1 3 20 30 9 1 1 1 1",
        "8 4 16 16 4 4 4 2 2 1 1", "5 8 15 18 5 4 4 2 2 1 1", "9 4 16 18 9 4 4 2 2 2 0", "40 4 8 8 4 4 4 2 2 1 1"})
    void gradientsEqualTheReference(String text) {
        Case c = Case.of(text);
        Floats x = Floats.random(c.x.elements(), 1);
        Floats w = Floats.random(c.w.elements(), 2);
        Floats dy = Floats.random(c.dy.elements(), 3);
        check(text, Blocks.request(c.byWeights(), List.of(c.x, c.dy), List.of(c.w)),
                Blocks.reference(c.byWeights(), List.of(c.x, c.dy), List.of(c.w), x, dy).getFirst(), x, dy);
        check(text, Blocks.request(c.byData(), List.of(c.dy, c.w), List.of(c.x)),
                Blocks.reference(c.byData(), List.of(c.dy, c.w), List.of(c.x), dy, w).getFirst(), dy, w);
    }

    @ParameterizedTest
    @ValueSource(strings = {"2 .3 20 17 4 7 7 2 2 3 3", "1 .1 28 28 1 5 5 1 1 2 2", "3 .4 9 30 2 3 3 1 1 1 1", "2 .2 35 35 3 11 11 4 4 2 2"})
    void theWeightsOfAFirstLayerReadARowMajorImage(String text) {
        Case c = Case.of(text);
        Floats x = Floats.random(c.x.elements(), 1);
        Floats dy = Floats.random(c.dy.elements(), 3);
        KernelRequest request = Blocks.request(c.byWeights(), List.of(c.x, c.dy), List.of(c.w));
        assertEquals(Layout.PLAIN, BlockedKernels.of(request, ONE).orElseThrow().inputLayouts().getFirst());
        check(text, request, Blocks.reference(c.byWeights(), List.of(c.x, c.dy), List.of(c.w), x, dy).getFirst(), x, dy);
    }

    @ParameterizedTest
    @ValueSource(strings = {"2 2 9 11 5 3 3 2 2 1 1", "3 5 6 6 2 4 4 2 2 1 1", "1 1 5 5 1 1 1 3 3", "2 3 10 10 2 3 3 1 1 1 1", "1 2 7 5 4 1 1"})
    void aBiasASumAndAReluAreComputedWithTheGradientInX(String text) {
        Case c = Case.of(text);
        Floats w = Floats.random(c.w.elements(), 2);
        Floats dy = Floats.random(c.dy.elements(), 3);
        int channels = c.x.shape().dim(1);
        Floats bias = Floats.random(channels, 4);
        Floats residual = Floats.random(c.x.elements(), 5);
        var add = new Elementwise.Binary(Elementwise.BinaryFunction.ADD);
        var code = List.of(new Fused.Instruction(add, List.of(0, 1), DType.F32), new Fused.Instruction(add, List.of(3, 2), DType.F32),
                new Fused.Instruction(new Elementwise.Unary(Elementwise.UnaryFunction.RELU), List.of(4), DType.F32));
        var fused = new Fused.Epilogue(c.byData(), 2, new Fused.Region(c.x.shape(), 3, code, List.of(5)));
        var request = new KernelRequest.Epilogue(fused, List.of(c.dy, c.w, f32(channels, 1, 1), c.x), List.of(c.x), Collections.nCopies(4, Layout.PLAIN),
                Collections.nCopies(4, false));
        Floats expected = Blocks.reference(c.byData(), List.of(c.dy, c.w), List.of(c.x), dy, w).getFirst();
        int pixels = c.x.shape().dim(2) * c.x.shape().dim(3);
        for (int i = 0; i < expected.length(); i++) {
            expected.set(i, Math.max(0, expected.get(i) + bias.get(i / pixels % channels) + residual.get(i)));
        }
        check(text, request, expected, dy, w, bias, residual);
    }

    @Test
    void weightsOf1x1OverFewPixelsOfOneImageAreComputedInTheOrderOfTheResult() {
        assertEquals("conv backward weights 1x1, tiles 6x" + tile() + " of dw", weights("1 4 7 7 4 1 1"));
        assertEquals("conv backward weights 1x1, tiles 6x" + tile() + " of dw", weights("1 4 14 14 4 1 1 2 2"));
        assertEquals("conv backward weights 1x1, tiles 6x" + tile(), weights("2 4 7 7 4 1 1"));
        assertEquals("conv backward weights 1x1, tiles 6x" + tile(), weights("1 4 56 56 4 1 1"));
    }

    private static int tile() {
        return Panel.BLOCKS * Simd.LANES;
    }

    private static String weights(String text) {
        Case c = Case.of(text);
        return BlockedKernels.of(Blocks.request(c.byWeights(), List.of(c.x, c.dy), List.of(c.w)), ONE).orElseThrow().name();
    }

    @Test
    void theMethodOfAGradientFollowsTheGeometry() {
        assertEquals("conv winograd 4x4", name("8 4 14 14 4 3 3 1 1 1 1"));
        assertEquals("conv pointwise", name("1 4 14 14 16 1 1"));
        assertEquals("conv direct 5x5", name("1 4 14 14 4 5 5 1 1 2 2"));
        assertEquals("conv backward data 3x3", name("1 4 14 14 4 3 3 2 2 1 1"));
        assertEquals("conv backward data 4x4", name("1 4 4 4 4 4 4 2 2 1 1"), "one tile a phase would wait for its weights");
    }

    @Test
    void gradientsOf4x4KernelsWithStride2AreComputedPhaseByPhase() {
        Case c = Case.of("8 4 16 16 4 4 4 2 2 1 1");
        var data = Blocks.request(c.byData(), List.of(c.dy, c.w), List.of(c.x));
        var weights = Blocks.request(c.byWeights(), List.of(c.x, c.dy), List.of(c.w));
        assertTrue(BlockedKernels.of(data, TWO).orElseThrow().name().startsWith("conv backward data, 4 phases by winograd 4x4"));
        assertTrue(BlockedKernels.of(weights, TWO).orElseThrow().name().startsWith("conv backward weights, winograd 4x4 of 4 phases"));
        System.setProperty("gatun.winograd", "off");
        try {
            assertEquals(List.of("conv backward data 4x4", "conv backward weights 4x4"),
                    Stream.of(data, weights).map(request -> BlockedKernels.of(request, TWO).orElseThrow().name().split(",")[0]).toList());
        } finally {
            System.clearProperty("gatun.winograd");
        }
    }

    private static String name(String text) {
        Case c = Case.of(text);
        return BlockedKernels.of(Blocks.request(c.byData(), List.of(c.dy, c.w), List.of(c.x)), TWO).orElseThrow().name().split(",")[0];
    }

    @ParameterizedTest
    @ValueSource(strings = {"2 .3 9 9 .6 3 3", "2 1 9 9 .6 3 3", "2 .9 9 9 1 3 3"})
    void channelsThatFillNoBlockAreDeclined(String text) {
        Case c = Case.of(text);
        Stream.of(Blocks.request(c.byWeights(), List.of(c.x, c.dy), List.of(c.w)), Blocks.request(c.byData(), List.of(c.dy, c.w), List.of(c.x)),
                Blocks.request(new Convolution.Conv(c.geometry), List.of(c.x, c.w), List.of(c.dy)))
                .forEach(request -> assertTrue(BlockedKernels.of(request, ONE).isEmpty(), request.name()));
    }

    @Test
    void aKernelThatSeesMostlyPaddingOfDyIsDeclined() {
        Case c = Case.of("2 2 4 4 1 4 4");                           // one pixel spreads over 4 x 4
        assertTrue(BlockedKernels.of(Blocks.request(c.byData(), List.of(c.dy, c.w), List.of(c.x)), ONE).isEmpty());
    }
}
