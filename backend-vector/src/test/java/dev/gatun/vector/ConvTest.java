package dev.gatun.vector;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.DType;
import dev.gatun.TensorType;
import dev.gatun.op.Convolution;
import dev.gatun.op.Ints;
import dev.gatun.spi.KernelRequest;
import dev.gatun.vector.ConvGeometry.Axis;
import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The convolution and its two gradients against double loops, over one to three axes with every kind of geometry. */
@Tag("every-width")
class ConvTest {
    @AutoClose
    private static final Workers ONE = new Workers(1);
    @AutoClose
    private static final Workers THREE = new Workers(3);

    static List<ConvGeometry> geometries() {
        return List.of(
            // Kernel, stride and padding.
            flat(1, 1, 1, 1, Axis.of(1, 1, 1, 0), Axis.of(1, 1, 1, 0)),
            flat(2, 3, 5, 1, Axis.of(7, 3, 1, 1), Axis.of(7, 3, 1, 1)),
            flat(1, 3, 8, 1, Axis.of(5, 3, 1, 0), Axis.of(33, 3, 1, 0)),
            flat(1, 3, 7, 1, Axis.of(23, 7, 2, 3), Axis.of(23, 7, 2, 3)),
            flat(2, 4, 6, 1, Axis.of(14, 3, 2, 1), Axis.of(13, 3, 2, 1)),
            flat(1, 2, 70, 1, Axis.of(9, 5, 3, 2), Axis.of(40, 2, 5, 0)),
            flat(1, 2, 13, 1, Axis.of(16, 4, 4, 0), Axis.of(16, 4, 4, 0)),
            flat(2, 5, 9, 1, Axis.of(6, 1, 2, 0), Axis.of(9, 1, 3, 0)),
            flat(2, 5, 9, 1, Axis.of(6, 1, 1, 1), Axis.of(9, 1, 1, 2)),
            flat(1, 2, 3, 1, Axis.of(3, 3, 1, 5), Axis.of(2, 2, 1, 4)),
            // Few channels, along rows: one vector a row and several, strips of rows, strides and dilations.
            flat(5, 1, 6, 1, Axis.of(28, 5, 1, 2), Axis.of(28, 5, 1, 2)),
            flat(1, 8, 7, 1, Axis.of(70, 3, 1, 1), Axis.of(70, 3, 1, 1)),
            flat(3, 2, 3, 1, Axis.of(33, 3, 2, 1), Axis.of(51, 3, 3, 1)),
            flat(1, 5, 1, 1, new Axis(20, 3, 1, 2, 2, 2), new Axis(40, 2, 1, 3, 0, 3)),
            // Pointwise.
            flat(3, 5, 9, 1, Axis.of(6, 1, 1, 0), Axis.of(9, 1, 1, 0)),
            flat(2, 6, 9, 3, Axis.of(6, 1, 1, 0), Axis.of(9, 1, 1, 0)),
            // Unequal padding, dilation, remainders that no output sees.
            flat(1, 3, 4, 1, new Axis(8, 3, 1, 0, 2, 1), new Axis(9, 2, 2, 1, 0, 1)),
            flat(1, 3, 4, 1, new Axis(11, 3, 1, 2, 2, 2), new Axis(13, 3, 2, 4, 3, 3)),
            flat(1, 3, 4, 1, new Axis(11, 2, 5, 0, 0, 1), new Axis(19, 2, 4, 1, 0, 2)),
            flat(1, 2, 3, 1, new Axis(2, 5, 1, 0, 0, 1), new Axis(7, 2, 1, 0, 0, 1)),
            // Groups; several blocks of terms, of channels, of positions.
            flat(2, 6, 4, 2, Axis.of(7, 3, 1, 1), Axis.of(8, 3, 1, 1)),
            flat(1, 12, 20, 4, Axis.of(9, 3, 2, 1), Axis.of(9, 3, 2, 1)),
            flat(1, 130, 7, 1, Axis.of(5, 3, 1, 1), Axis.of(4, 3, 1, 1)),
            flat(2, 128, 99, 1, Axis.of(3, 3, 1, 1), Axis.of(3, 3, 1, 1)),
            flat(1, 3, 6, 1, Axis.of(40, 3, 1, 1), Axis.of(40, 3, 1, 1)),
            flat(7, 4, 10, 1, Axis.of(10, 3, 1, 1), Axis.of(11, 3, 1, 1)),
            flat(1, 2, 1030, 1, Axis.of(3, 2, 1, 0), Axis.of(3, 2, 1, 0)),
            flat(1, 1100, 3, 1, Axis.of(1, 1, 1, 0), Axis.of(5, 2, 1, 0)),
            flat(1, 2, 3, 1, Axis.of(33, 33, 1, 0), Axis.of(34, 33, 1, 0)),
            // Depthwise, with and without a multiplier.
            flat(2, 5, 5, 5, Axis.of(7, 3, 1, 1), Axis.of(7, 3, 1, 1)),
            flat(1, 4, 4, 4, Axis.of(14, 3, 2, 1), Axis.of(15, 3, 2, 1)),
            flat(1, 3, 6, 3, new Axis(11, 5, 1, 4, 4, 2), new Axis(40, 5, 3, 1, 0, 1)),
            flat(1, 2, 10, 2, Axis.of(9, 3, 1, 1), Axis.of(9, 3, 1, 1)),
            flat(2, 1, 1, 1, Axis.of(6, 6, 1, 0), Axis.of(17, 4, 1, 0)),
            // One and three axes.
            new ConvGeometry(2, 3, 4, 1, Axis.NONE, Axis.NONE, new Axis(50, 5, 2, 3, 1, 2)),
            new ConvGeometry(2, 3, 4, 1, Axis.of(50, 3, 1, 1), Axis.NONE, Axis.NONE),
            new ConvGeometry(2, 3, 4, 1, Axis.of(5, 3, 1, 1), Axis.of(6, 3, 1, 1), Axis.of(7, 3, 1, 1)),
            new ConvGeometry(1, 4, 6, 2, new Axis(9, 3, 2, 1, 0, 2), new Axis(8, 2, 3, 1, 2, 1), new Axis(11, 3, 2, 2, 1, 3)),
            new ConvGeometry(1, 3, 3, 3, Axis.of(5, 3, 2, 1), Axis.of(6, 2, 1, 1), Axis.of(20, 3, 1, 1)),
            new ConvGeometry(1, 2, 3, 1, Axis.of(11, 2, 1, 0), Axis.of(12, 3, 1, 1), Axis.of(13, 3, 1, 1)));
    }

    private static ConvGeometry flat(int N, int IC, int OC, int G, Axis height, Axis width) {
        return new ConvGeometry(N, IC, OC, G, Axis.NONE, height, width);
    }

    /** 46342² and 65536² places are -2146 million and none to an int; 1024 channels of 2048x2048 taps are none, too. */
    @ParameterizedTest
    @CsvSource({"1, 46342, 3", "1, 65536, 3", "1, 65536, 1", "1, 1048576, 1", "1024, 4096, 2048"})
    void moreTermsOrPlacesThanAnIntCountsAreDeclined(int channels, int size, int kernel) {
        var g = new Convolution.Geometry(Ints.filled(2, 1), Ints.filled(2, 0), Ints.filled(2, 0), Ints.filled(2, 1), 1);
        TensorType x = TensorType.of(DType.F32, 1, channels, size, size);
        TensorType w = TensorType.of(DType.F32, 3, channels, kernel, kernel);
        TensorType y = TensorType.of(DType.F32, 1, 3, size - kernel + 1, size - kernel + 1);
        assertTrue(ConvKernel.of(new Convolution.Conv(g), Tail.NONE, List.of(x, w), y, ONE).isEmpty());
        assertTrue(ConvKernel.of(new Convolution.ConvBackwardData(g, Ints.of(size, size)), Tail.NONE, List.of(y, w), x, ONE).isEmpty());
        assertTrue(ConvKernel.of(new Convolution.ConvBackwardWeights(g, Ints.of(kernel, kernel)), Tail.NONE, List.of(x, y), w, ONE).isEmpty());
        var whole = new KernelRequest.Single(new Convolution.Conv(g), List.of(x, x), List.of(TensorType.of(DType.F32, 1, 1, 1, 1)),
                Requests.plain(List.of(x, x)), List.of(false, true));
        assertTrue((long) channels * size * size <= Integer.MAX_VALUE || Requests.ALONE.compile(whole).isEmpty());
        var depthwise = new Convolution.Conv(new Convolution.Geometry(g.strides(), g.padBefore(), g.padAfter(), g.dilations(), 16));
        TensorType images = TensorType.of(DType.F32, 1, 16, 65_536, 65_536);
        var alone = new KernelRequest.Single(depthwise, List.of(images, TensorType.of(DType.F32, 16, 1, 1, 1)), List.of(images),
                Requests.plain(List.of(images, images)), List.of(false, true));
        assertTrue(Requests.ALONE.compile(alone).isEmpty());
    }

    /** Sums over no channels are bias alone; kernels that walk blocks of channels would leave what the memory held. */
    @ParameterizedTest
    @CsvSource({"0, 16, 5", "16, 0, 5", "16, 16, 0"})
    void convolutionsWithoutElementsAreLeftToTheReference(int inputs, int outputs, int rows) {
        var g = new Convolution.Geometry(Ints.filled(2, 1), Ints.filled(2, 2), Ints.filled(2, 2), Ints.filled(2, 1), 1);
        TensorType x = TensorType.of(DType.F32, 2, inputs, rows, 5);
        TensorType w = TensorType.of(DType.F32, outputs, inputs, 3, 3);
        TensorType y = TensorType.of(DType.F32, 2, outputs, rows + 2, 7);
        assertTrue(isDeclined(new Convolution.Conv(g), x, w, y));
        assertTrue(isDeclined(new Convolution.ConvBackwardData(g, Ints.of(rows, 5)), y, w, x));
        assertTrue(isDeclined(new Convolution.ConvBackwardWeights(g, Ints.of(3, 3)), x, y, w));
    }

    /** Tables are as long as strides, and places are counted in 32 bits: what would need gigabytes of tables for one place is left to the reference, too. */
    @ParameterizedTest
    @CsvSource({"2147483647, 1, 1", "1000, 1, 1", "500000000, 1000000000, 1", "1, 500000000, 500000000"})
    void convolutionsOfHugeStridesPaddingsAndDilationsAreLeftToTheReference(int stride, int pad, int dilation) {
        var g = new Convolution.Geometry(Ints.filled(2, stride), Ints.filled(2, pad), Ints.filled(2, pad), Ints.filled(2, dilation), 1);
        TensorType x = TensorType.of(DType.F32, 1, 16, 9, 9);
        TensorType w = TensorType.of(DType.F32, 16, 16, 3, 3);
        TensorType y = x.with(g.out(x.shape(), w.shape()));
        assertTrue(isDeclined(new Convolution.Conv(g), x, w, y));
        assertTrue(isDeclined(new Convolution.ConvBackwardData(g, Ints.of(9, 9)), y, w, x));
        assertTrue(isDeclined(new Convolution.ConvBackwardWeights(g, Ints.of(3, 3)), x, y, w));
    }

    private static boolean isDeclined(Convolution op, TensorType first, TensorType second, TensorType result) {
        List<TensorType> operands = List.of(first, second);
        return Requests.SHARED.compile(new KernelRequest.Single(op, operands, List.of(result), Requests.plain(operands), List.of(false, false))).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("geometries")
    void forwardEqualsDoubleLoops(ConvGeometry geometry) {
        for (Epilogue epilogue : epilogues()) {
            Case test = new Case(geometry);
            var conv = new ConvForward(geometry, epilogue);
            Floats y = test.run(test.y, conv.workspaceBytes(1), ONE, test.x, test.w, (dst, workspace, workers) ->
                    conv.run(test.x.address(), test.w.address(), test.biasOfY.address(), test.residualOfY.address(), dst, workspace, workers));
            int outputs = geometry.outputs();
            test.check(y, test.forward(), epilogue, i -> test.biasOfY.get(i / outputs % geometry.OC()), test.residualOfY, geometry.terms());
            test.checkThatWorkersChangeNoBit(y, conv.workspaceBytes(3), test.x, test.w, (dst, workspace, workers) ->
                    conv.run(test.x.address(), test.w.address(), test.biasOfY.address(), test.residualOfY.address(), dst, workspace, workers));
        }
    }

    @ParameterizedTest
    @MethodSource("geometries")
    void backwardDataEqualsDoubleLoops(ConvGeometry geometry) {
        for (Epilogue epilogue : epilogues()) {
            Case test = new Case(geometry);
            var conv = new ConvBackwardData(geometry, epilogue);
            Floats dx = test.run(test.x, conv.workspaceBytes(1), ONE, test.y, test.w, (dst, workspace, workers) ->
                    conv.run(test.y.address(), test.w.address(), test.biasOfX.address(), test.residualOfX.address(), dst, workspace, workers));
            int inputs = geometry.inputs();
            int terms = geometry.OC() / geometry.G() * geometry.taps();
            test.check(dx, test.backwardData(), epilogue, i -> test.biasOfX.get(i / inputs % geometry.IC()), test.residualOfX, terms);
            test.checkThatWorkersChangeNoBit(dx, conv.workspaceBytes(3), test.y, test.w, (dst, workspace, workers) ->
                    conv.run(test.y.address(), test.w.address(), test.biasOfX.address(), test.residualOfX.address(), dst, workspace, workers));
        }
    }

    @ParameterizedTest
    @MethodSource("geometries")
    void backwardWeightsEqualsDoubleLoops(ConvGeometry geometry) {
        Case test = new Case(geometry);
        var conv = new ConvBackwardWeights(geometry);
        Floats dw = test.run(test.w, conv.workspaceBytes(1), ONE, test.x, test.y, (dst, workspace, workers) ->
                conv.run(test.x.address(), test.y.address(), dst, workspace, workers));
        test.check(dw, test.backwardWeights(), Epilogue.NONE, i -> 0, null, geometry.N() * geometry.outputs());
        test.checkThatWorkersChangeNoBit(dw, conv.workspaceBytes(3), test.x, test.y, (dst, workspace, workers) ->
                conv.run(test.x.address(), test.y.address(), dst, workspace, workers));
    }

    @Test
    void fewChannelsRunAlongRows() {
        assertTrue(new ConvForward(flat(64, 1, 6, 1, Axis.of(28, 5, 1, 2), Axis.of(28, 5, 1, 2)), Epilogue.NONE).name().startsWith("conv 5x5, along rows"));
        assertEquals("conv im2col", new ConvForward(flat(64, 6, 32, 1, Axis.of(14, 5, 1, 0), Axis.of(14, 5, 1, 0)), Epilogue.NONE).name());
        assertTrue(new ConvBackwardWeights(flat(64, 1, 6, 1, Axis.of(28, 5, 1, 2), Axis.of(28, 5, 1, 2))).name().contains("5x5, along rows"));
        assertEquals("conv backward weights im2col", new ConvBackwardWeights(flat(64, 1, 6, 1, Axis.of(28, 5, 2, 2), Axis.of(28, 5, 1, 2))).name());
        assertTrue(new ConvBackwardData(flat(64, 6, 16, 1, Axis.of(14, 5, 1, 0), Axis.of(14, 5, 1, 0)), Epilogue.NONE).name().contains("5x5, along rows"));
        assertEquals("conv backward data col2im",
                new ConvBackwardData(flat(64, 6, 16, 1, Axis.of(14, 5, 2, 0), Axis.of(14, 5, 1, 0)), Epilogue.NONE).name());
    }

    /** The tiles of {@link NarrowConv} count terms in so many bits: a longer sum must go another way, and lose no term. */
    @Test
    void noTermOfAVeryLongKernelIsLost() {
        int K = Native.TERMS + 3;
        ConvGeometry geometry = flat(1, 1, 4, 1, Axis.NONE, Axis.of(K + 6, K, 1, 0));
        Case test = new Case(geometry);
        for (Floats operand : List.of(test.x, test.w, test.y)) {
            for (int i = 0; i < operand.length(); i++) {
                operand.set(i, 1);
            }
        }
        var forward = new ConvForward(geometry, Epilogue.NONE);
        Floats y = test.run(test.y, forward.workspaceBytes(1), ONE, test.x, test.w, (dst, workspace, workers) ->
                forward.run(test.x.address(), test.w.address(), 0, 0, dst, workspace, workers));
        assertEquals(K, y.get(0));
        assertEquals(K, y.get(6));
        var data = new ConvBackwardData(geometry, Epilogue.NONE);
        Floats dx = test.run(test.x, data.workspaceBytes(1), ONE, test.y, test.w, (dst, workspace, workers) ->
                data.run(test.y.address(), test.w.address(), 0, 0, dst, workspace, workers));
        assertEquals(4, dx.get(0));
        assertEquals(28, dx.get(K / 2));
        assertEquals(4, dx.get(K + 5));
    }

    /** What takes gigabytes of padded rows, or multiplies mostly zeros, goes the other way. */
    @Test
    void wideDilationsAndKernelsDoNotRunAlongRows() {
        ConvGeometry dilated = flat(1, 1, 4, 1, new Axis(1, 3, 1, 16384, 16384, 16384), Axis.of(17000, 1, 1, 0));
        assertEquals("conv im2col", new ConvForward(dilated, Epilogue.NONE).name());
        assertEquals("conv backward data col2im", new ConvBackwardData(dilated, Epilogue.NONE).name());
        assertEquals("conv backward weights im2col", new ConvBackwardWeights(dilated).name());
        ConvGeometry wide = flat(1, 1, 8, 1, Axis.NONE, Axis.of(16000, 15985, 1, 0));
        assertEquals("conv backward data col2im", new ConvBackwardData(wide, Epilogue.NONE).name());
        assertEquals("conv backward weights im2col", new ConvBackwardWeights(wide).name());
        ConvGeometry signal = flat(1, 1, 16, 1, Axis.NONE, Axis.of(4_000_000, 9, 1, 4));
        assertEquals("conv backward weights im2col", new ConvBackwardWeights(signal).name());
        assertEquals("conv backward data col2im", new ConvBackwardData(flat(1, 3, 0, 1, Axis.of(5, 3, 1, 1), Axis.of(5, 3, 1, 1)), Epilogue.NONE).name());
    }

    /** Few channels of dy are multiplied with what lies behind each row, by zeros there; infinity, which that makes NaN of, must not show. */
    @Test
    void infinityReachesTheWeightsThatSeeItAndNoOther() {
        ConvGeometry geometry = flat(5, 1, 6, 1, Axis.of(28, 5, 1, 2), Axis.of(28, 5, 1, 2));
        Case test = new Case(geometry);
        test.x.set(27, Float.POSITIVE_INFINITY);                     // the last of the first row: three of five columns of the kernel see it
        var weights = new ConvBackwardWeights(geometry);
        Floats dw = test.run(test.w, weights.workspaceBytes(3), THREE, test.x, test.y, (dst, workspace, workers) ->
                weights.run(test.x.address(), test.y.address(), dst, workspace, workers));
        double[] expected = test.backwardWeights().sum();
        int infinite = 0;
        for (int i = 0; i < expected.length; i++) {
            assertEquals(Double.isFinite(expected[i]), Float.isFinite(dw.get(i)), "dw[" + i + "]");
            infinite += Double.isFinite(expected[i]) ? 0 : 1;
        }
        assertEquals(6 * 9, infinite);
    }

    @ParameterizedTest
    @MethodSource("geometries")
    void nanReachesWhatSeesItAndNothingElse(ConvGeometry geometry) {
        if (geometry.outputs() == 0) {
            return;
        }
        Case test = new Case(geometry);
        int image = geometry.IC() * geometry.inputs();
        int at = (geometry.N() - 1) * image + image / 2;
        test.x.set(at, Float.NaN);
        test.y.set(test.y.length() / 3, Float.NaN);
        var forward = new ConvForward(geometry, Epilogue.NONE);
        test.checkNan(test.run(test.y, forward.workspaceBytes(3), THREE, test.x, test.w, (dst, workspace, workers) ->
                forward.run(test.x.address(), test.w.address(), 0, 0, dst, workspace, workers)), test.forward());
        var data = new ConvBackwardData(geometry, Epilogue.NONE);
        test.checkNan(test.run(test.x, data.workspaceBytes(3), THREE, test.y, test.w, (dst, workspace, workers) ->
                data.run(test.y.address(), test.w.address(), 0, 0, dst, workspace, workers)), test.backwardData());
        if (geometry.isPointwise() || geometry.isDepthwise()) {      // elsewhere NaN may meet the zeros of the padding: 0 · NaN is NaN
            var weights = new ConvBackwardWeights(geometry);
            test.y.set(test.y.length() / 3, 1);
            test.checkNan(test.run(test.w, weights.workspaceBytes(3), THREE, test.x, test.y, (dst, workspace, workers) ->
                    weights.run(test.x.address(), test.y.address(), dst, workspace, workers)), test.backwardWeights());
        }
    }

    @Test
    void anEmptyBatchHasNoOutputAndZeroGradient() {
        ConvGeometry geometry = flat(0, 3, 4, 1, Axis.of(5, 3, 1, 1), Axis.of(5, 3, 1, 1));
        Case test = new Case(geometry);
        var weights = new ConvBackwardWeights(geometry);
        Floats dw = test.run(test.w, weights.workspaceBytes(3), THREE, test.x, test.y, (dst, workspace, workers) ->
                weights.run(test.x.address(), test.y.address(), dst, workspace, workers));
        for (int i = 0; i < dw.length(); i++) {
            assertEquals(0, dw.get(i));
        }
        var forward = new ConvForward(geometry, Epilogue.NONE);
        test.run(test.y, forward.workspaceBytes(3), THREE, test.x, test.w, (dst, workspace, workers) ->
                forward.run(test.x.address(), test.w.address(), 0, 0, dst, workspace, workers));
    }

    @Test
    @Tag("steady-state")
    void callsAllocateNothing() {
        var bean = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        ConvGeometry geometry = flat(2, 9, 20, 1, Axis.of(9, 3, 2, 1), Axis.of(20, 3, 1, 1));
        Case test = new Case(geometry);
        var forward = new ConvForward(geometry, new Epilogue(Epilogue.Bias.ROW, true, true));
        var data = new ConvBackwardData(geometry, Epilogue.NONE);
        var weights = new ConvBackwardWeights(geometry);
        MemorySegment workspace = Floats.workspace(forward.workspaceBytes(3) + data.workspaceBytes(3) + weights.workspaceBytes(3));
        long bytes = Long.MAX_VALUE;
        long deadline = System.nanoTime() + 60_000_000_000L;
        while (bytes > 100_000 && System.nanoTime() < deadline) {                 // until it is compiled: interpreted vectors are objects
            long before = bean.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < 300; i++) {
                forward.run(test.x.address(), test.w.address(), test.biasOfY.address(), test.residualOfY.address(), test.y.address(),
                        workspace.address(), THREE);
                data.run(test.y.address(), test.w.address(), 0, 0, test.x.address(), workspace.address(), THREE);
                weights.run(test.x.address(), test.y.address(), test.w.address(), workspace.address(), THREE);
                test.w.set(0, 0.5f);
            }
            bytes = bean.getCurrentThreadAllocatedBytes() - before;
        }
        assertTrue(bytes <= 100_000, "900 calls allocated " + bytes + " bytes");
    }

    private static List<Epilogue> epilogues() {
        return List.of(Epilogue.NONE, new Epilogue(Epilogue.Bias.ROW, false, true), new Epilogue(Epilogue.Bias.ROW, true, false));
    }

    @FunctionalInterface
    private interface Call {
        void run(long dst, long workspace, Workers workers);
    }

    @FunctionalInterface
    private interface BiasAt {
        double of(long i);
    }

    /** Sums of a result, and of their terms' sizes. */
    private record Sums(double[] sum, double[] size) {
        Sums(int length) {
            this(new double[length], new double[length]);
        }

        void add(int at, double term) {
            sum[at] += term;
            size[at] += Math.abs(term);
        }
    }

    @FunctionalInterface
    private interface Term {
        void at(int x, int w, int y);
    }

    /** A geometry with operands; where a gradient is tested, x, w or y is the place of dx, dw or dy. */
    private static final class Case {
        final ConvGeometry geometry;
        final Floats x;
        final Floats w;
        final Floats y;
        final Floats biasOfX;
        final Floats biasOfY;
        final Floats residualOfX;
        final Floats residualOfY;

        Case(ConvGeometry geometry) {
            this.geometry = geometry;
            long inputs = (long) geometry.N() * geometry.IC() * geometry.inputs();
            long outputs = (long) geometry.N() * geometry.OC() * geometry.outputs();
            x = Floats.random(inputs, 1);
            w = Floats.random((long) geometry.OC() * geometry.terms(), 2);
            y = Floats.random(outputs, 3);
            biasOfX = Floats.random(geometry.IC(), 4);
            biasOfY = Floats.random(geometry.OC(), 5);
            residualOfX = Floats.random(inputs, 6);
            residualOfY = Floats.random(outputs, 7);
        }

        /** Visits each product of the definition. */
        void terms(Term term) {
            Axis d = geometry.depth();
            Axis h = geometry.height();
            Axis v = geometry.width();
            int IC = geometry.IC() / geometry.G();
            int OC = geometry.OC() / geometry.G();
            for (int n = 0; n < geometry.N(); n++) {
                for (int oc = 0; oc < geometry.OC(); oc++) {
                    for (int o = 0; o < geometry.outputs(); o++) {
                        int y = (n * geometry.OC() + oc) * geometry.outputs() + o;
                        int id = o / v.O() / h.O() * d.S() - d.P();
                        int ih = o / v.O() % h.O() * h.S() - h.P();
                        int iw = o % v.O() * v.S() - v.P();
                        for (int ic = 0; ic < IC; ic++) {
                            int plane = n * geometry.IC() + oc / OC * IC + ic;
                            for (int tap = 0; tap < geometry.taps(); tap++) {
                                int z = id + tap / v.K() / h.K() * d.D();
                                int r = ih + tap / v.K() % h.K() * h.D();
                                int c = iw + tap % v.K() * v.D();
                                if (z >= 0 && z < d.I() && r >= 0 && r < h.I() && c >= 0 && c < v.I()) {
                                    term.at(((plane * d.I() + z) * h.I() + r) * v.I() + c, (oc * IC + ic) * geometry.taps() + tap, y);
                                }
                            }
                        }
                    }
                }
            }
        }

        Sums forward() {
            var sums = new Sums(y.length());
            terms((xi, wi, yi) -> sums.add(yi, (double) x.get(xi) * w.get(wi)));
            return sums;
        }

        Sums backwardData() {
            var sums = new Sums(x.length());
            terms((xi, wi, yi) -> sums.add(xi, (double) y.get(yi) * w.get(wi)));
            return sums;
        }

        Sums backwardWeights() {
            var sums = new Sums(w.length());
            terms((xi, wi, yi) -> sums.add(wi, (double) y.get(yi) * x.get(xi)));
            return sums;
        }

        Floats run(Floats like, long bytes, Workers workers, Floats operand, Floats other, Call call) {
            Floats result = Floats.unset(like.length());
            MemorySegment workspace = Floats.workspace(bytes);
            call.run(result.address(), workspace.address(), workers);
            Floats.checkWorkspace(workspace, bytes);
            result.check();
            operand.check();
            other.check();
            return result;
        }

        void checkThatWorkersChangeNoBit(Floats result, long bytes, Floats operand, Floats other, Call call) {
            run(result, bytes, ONE, operand, other, call).assertSameBits(result, geometry + " twice");
            run(result, bytes, THREE, operand, other, call).assertSameBits(result, geometry + " on three workers");
        }

        /** Each element within the bound of any order of summation. */
        void check(Floats result, Sums expected, Epilogue epilogue, BiasAt bias, Floats residual, int terms) {
            for (int i = 0; i < result.length(); i++) {
                double added = epilogue.bias() == Epilogue.Bias.NONE ? 0 : bias.of(i);
                added += epilogue.residual() ? residual.get(i) : 0;
                double sum = expected.sum[i] + added;
                double size = expected.size[i] + Math.abs(added) + 1e-30;
                double value = epilogue.relu() ? Math.max(0, sum) : sum;
                int at = i;
                assertTrue(Math.abs(result.get(i) - value) <= (terms + 4) * 0x1p-24 * size,
                        () -> geometry + " " + epilogue + ": element " + at + " is " + result.get(at) + ", not " + value);
            }
        }

        void checkNan(Floats result, Sums expected) {
            boolean[] nan = new boolean[result.length()];
            boolean[] expectedNan = new boolean[result.length()];
            for (int i = 0; i < nan.length; i++) {
                nan[i] = Float.isNaN(result.get(i));
                expectedNan[i] = Double.isNaN(expected.sum[i]);
            }
            assertEquals(Arrays.toString(expectedNan), Arrays.toString(nan), geometry::toString);
        }
    }
}
