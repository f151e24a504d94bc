package dev.gatun.vector.blocked;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.DType;
import dev.gatun.Shape;
import dev.gatun.TensorType;
import dev.gatun.op.Convolution;
import dev.gatun.op.Elementwise;
import dev.gatun.op.Elementwise.BinaryFunction;
import dev.gatun.op.Elementwise.UnaryFunction;
import dev.gatun.op.Fused;
import dev.gatun.op.Ints;
import dev.gatun.spi.Kernel;
import dev.gatun.spi.KernelRequest;
import dev.gatun.spi.Layout;
import dev.gatun.vector.Floats;
import dev.gatun.vector.Workers;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Requests for convolutions: which are taken, by which method, and what comes out when the planner's reorders run before and after. */
@Tag("every-width")
class BlockedConvTest {
    private static final TensorType X = f32(2, 20, 9, 10);
    private static final TensorType W = f32(24, 20, 3, 3);
    private static final TensorType Y = f32(2, 24, 9, 10);

    private static Workers workers;

    @BeforeAll
    static void start() {
        workers = new Workers(2);
    }

    @AfterAll
    static void stop() {
        workers.close();
    }

    private static TensorType f32(int... dims) {
        return TensorType.of(DType.F32, dims);
    }

    private static Convolution.Conv conv(int stride, int pad, int groups) {
        return new Convolution.Conv(new Convolution.Geometry(Ints.of(stride, stride), Ints.of(pad, pad), Ints.of(pad, pad), Ints.of(1, 1), groups));
    }

    private static Fused.Instruction add(int a, int b) {
        return new Fused.Instruction(new Elementwise.Binary(BinaryFunction.ADD), List.of(a, b), DType.F32);
    }

    private static Fused.Instruction relu(int a) {
        return new Fused.Instruction(new Elementwise.Unary(UnaryFunction.RELU), List.of(a), DType.F32);
    }

    private static Optional<Kernel> single(Convolution.Conv op, TensorType x, TensorType w) {
        TensorType y = x.with(op.geometry().out(x.shape(), w.shape()));
        return BlockedKernels.of(new KernelRequest.Single(op, List.of(x, w), List.of(y), plain(2), List.of(false, true)), workers);
    }

    /** The request for conv(X, W) and {@code code} over it and {@code others}. */
    private static Optional<Kernel> fused(List<Fused.Instruction> code, TensorType... others) {
        List<TensorType> inputs = new ArrayList<>(List.of(X, W));
        inputs.addAll(List.of(others));
        var region = new Fused.Region(Y.shape(), 1 + others.length, code, List.of(others.length + code.size()));
        return BlockedKernels.of(new KernelRequest.Epilogue(new Fused.Epilogue(conv(1, 1, 1), 2, region), inputs, List.of(Y), plain(inputs.size()),
                Collections.nCopies(inputs.size(), true)), workers);
    }

    private static List<Layout> plain(int count) {
        return Collections.nCopies(count, Layout.PLAIN);
    }

    private static Floats reorder(Floats from, TensorType type, Layout layout, Layout to) {
        if (layout.equals(to)) {
            return from;
        }
        Floats result = Floats.unset(to.bytes(type) / Float.BYTES);
        Launch.run(BlockedKernels.of(new KernelRequest.Reorder(type, layout, to), workers).orElseThrow(), from, result);
        return result;
    }

    /** Runs a kernel on row-major operands and returns its row-major result. */
    private static Floats run(Kernel kernel, List<TensorType> types, Floats... operands) {
        Floats[] all = new Floats[operands.length + 1];
        for (int i = 0; i < operands.length; i++) {
            all[i] = reorder(operands[i], types.get(i), Layout.PLAIN, kernel.inputLayouts().get(i));
        }
        all[operands.length] = Floats.unset(Blocked.NATIVE.bytes(Y) / Float.BYTES);
        Launch.run(kernel, all);
        return reorder(all[operands.length], Y, kernel.outputLayouts().getFirst(), Layout.PLAIN);
    }

    @Test
    void anEpilogueOfBiasSumAndReluIsComputedAtOnce() {
        Floats x = Floats.random(X.elements(), 1);
        Floats w = Floats.random(W.elements(), 2);
        Floats bias = Floats.random(24, 3);
        Floats residual = Floats.random(Y.elements(), 4);
        Floats alone = run(single(conv(1, 1, 1), X, W).orElseThrow(), List.of(X, W), x, w);
        TensorType perChannel = f32(24, 1, 1);
        Floats all = run(fused(List.of(add(0, 1), add(2, 3), relu(4)), perChannel, Y).orElseThrow(), List.of(X, W, perChannel, Y), x, w, bias, residual);
        Floats otherOrder = run(fused(List.of(add(1, 0), add(3, 2), relu(4)), Y, perChannel).orElseThrow(), List.of(X, W, Y, perChannel), x, w, residual,
                bias);
        Floats biasOnly = run(fused(List.of(add(1, 0)), perChannel).orElseThrow(), List.of(X, W, perChannel), x, w, bias);
        for (int i = 0; i < all.length(); i++) {
            float sum = alone.get(i) + bias.get(i / 90 % 24);
            assertEquals(sum, biasOnly.get(i), 1e-4);
            assertEquals(Math.max(0, sum + residual.get(i)), all.get(i), 1e-4);
        }
        all.assertSameBits(otherOrder, "bias and residual in the other order");
    }

    @Test
    void theBiasOfAShortcutIsAddedToo() {
        Floats x = Floats.random(X.elements(), 1);
        Floats w = Floats.random(W.elements(), 2);
        Floats residual = Floats.random(Y.elements(), 3);
        Floats first = Floats.random(24, 4);
        Floats second = Floats.random(24, 5);
        TensorType perChannel = f32(24, 1, 1);
        Floats alone = run(single(conv(1, 1, 1), X, W).orElseThrow(), List.of(X, W), x, w);
        Kernel kernel = fused(List.of(add(0, 2), add(1, 3), add(4, 5), relu(6)), Y, perChannel, f32(1, 24, 1, 1)).orElseThrow();
        Floats all = run(kernel, List.of(X, W, Y, perChannel, perChannel), x, w, residual, first, second);
        for (int i = 0; i < all.length(); i++) {
            assertEquals(Math.max(0, alone.get(i) + first.get(i / 90 % 24) + second.get(i / 90 % 24) + residual.get(i)), all.get(i), 1e-4);
        }
    }

    @Test
    void otherEpiloguesAreDeclined() {
        TensorType perChannel = f32(24, 1, 1);
        assertTrue(fused(List.of(relu(0), add(1, 2)), Y).isEmpty(), "a sum behind ReLU");
        assertTrue(fused(List.of(add(0, 0))).isEmpty(), "twice the result");
        assertTrue(fused(List.of(add(0, 1)), f32(9, 10)).isEmpty(), "one addend a pixel");
        assertTrue(fused(List.of(add(0, 1), add(3, 2)), Y, Y).isEmpty(), "two residuals");
        assertTrue(fused(List.of(new Fused.Instruction(new Elementwise.Binary(BinaryFunction.MUL), List.of(0, 1), DType.F32)), Y).isEmpty(), "a product");
        assertTrue(fused(List.of(new Fused.Instruction(new Elementwise.Unary(UnaryFunction.TANH), List.of(0), DType.F32))).isEmpty(), "another activation");
    }

    @Test
    void theMethodFollowsTheGeometry() {
        assertEquals("conv winograd 4x4", name(conv(1, 1, 1), f32(1, 64, 56, 56), f32(64, 64, 3, 3)));
        assertEquals("conv winograd 4x4", name(conv(1, 1, 1), f32(1, 512, 28, 28), f32(512, 512, 3, 3)));
        assertEquals("conv winograd 4x4", name(conv(1, 1, 1), f32(2, 512, 14, 14), f32(512, 512, 3, 3)));
        assertEquals("conv winograd 2x2", name(conv(1, 1, 1), f32(1, 512, 14, 14), f32(512, 512, 3, 3)), "no slower, in fewer bytes");
        assertEquals("conv winograd 2x2", name(conv(1, 1, 1), f32(1, 512, 10, 10), f32(512, 512, 3, 3)), "4x4 would wait for its weights");
        assertEquals("conv winograd 2x2", name(conv(1, 1, 1), f32(1, 512, 7, 7), f32(512, 512, 3, 3)), "one image of ResNet's last stage");
        assertEquals("conv direct 3x3", name(conv(1, 1, 1), f32(1, 512, 5, 5), f32(512, 512, 3, 3)), "2x2 would wait for its weights");
        assertEquals("conv winograd 4x4", name(conv(1, 1, 1), f32(8, 512, 7, 7), f32(512, 512, 3, 3)));
        assertEquals("conv direct 3x3 stride 2", name(conv(2, 1, 1), f32(1, 128, 56, 56), f32(128, 128, 3, 3)));
        assertEquals("conv direct 3x3", name(conv(1, 1, 1), f32(1, 3, 224, 224), f32(64, 3, 3, 3)));
        assertEquals("conv pointwise", name(conv(1, 0, 1), f32(1, 64, 56, 56), f32(256, 64, 1, 1)));
        assertEquals("conv depthwise 3x3", name(conv(1, 1, 32), f32(1, 32, 56, 56), f32(32, 1, 3, 3)));
        assertEquals(Layout.PLAIN, single(conv(2, 3, 1), f32(1, 3, 224, 224), f32(64, 3, 7, 7)).orElseThrow().inputLayouts().getFirst());
        assertTrue(single(conv(1, 1, 2), f32(1, 32, 56, 56), f32(32, 16, 3, 3)).isEmpty(), "two groups");
        TensorType doubles = TensorType.of(DType.F64, 1, 8, 5, 5);
        assertTrue(single(conv(1, 1, 1), doubles, TensorType.of(DType.F64, 8, 8, 3, 3)).isEmpty(), "doubles");
        var trained = new KernelRequest.Single(conv(1, 1, 1), List.of(X, f32(23, 20, 3, 3)), List.of(f32(2, 23, 9, 10)), plain(2), List.of(true, false));
        assertTrue(BlockedKernels.of(trained, workers).isEmpty(), "weights that change, of channels that fill no block");
    }

    private static String name(Convolution.Conv op, TensorType x, TensorType w) {
        return single(op, x, w).orElseThrow().name().split(",")[0];
    }

    @Test
    void aPolicyForbidsWinograd() {
        try {
            System.setProperty("gatun.winograd", "off");
            assertEquals("conv direct 3x3", name(conv(1, 1, 1), f32(1, 64, 56, 56), f32(64, 64, 3, 3)));
            System.setProperty("gatun.winograd", "no");
            var e = assertThrows(IllegalArgumentException.class, () -> name(conv(1, 1, 1), f32(1, 64, 56, 56), f32(64, 64, 3, 3)));
            assertEquals("gatun.winograd=no: must be on or off", e.getMessage());
        } finally {
            System.clearProperty("gatun.winograd");
        }
    }

    @Test
    @Tag("steady-state")
    void aCallAllocatesNothing() {
        ConvCase image = ConvCase.of("1 32 12 12 64 3 3 1 1 1 1", true, true);
        ConvCase channels = ConvCase.of("1 64 12 12 64 3 3 1 1 1 1 1 1 64", true, true);
        allocatesNothing(image.new Call(new DirectConv(image.s, false, true), workers), "direct");
        allocatesNothing(image.new Call(new WinogradConv(image.s, Winograd.F4X3, true, 1), workers), "winograd, own tiles");
        allocatesNothing(image.new Call(new WinogradConv(image.s, Winograd.F2X3, true, 1000), workers), "winograd, shared tiles");
        allocatesNothing(channels.new Call(new DepthwiseConv(channels.s, true), workers), "depthwise");
    }

    private static void allocatesNothing(ConvCase.Call call, String what) {
        var bean = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        long bytes = Long.MAX_VALUE;
        long deadline = System.nanoTime() + 60_000_000_000L;
        while (bytes > 10_000 && System.nanoTime() < deadline) {                  // until it is compiled: interpreted vectors are objects
            long before = bean.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < 50; i++) {
                call.run();
            }
            bytes = bean.getCurrentThreadAllocatedBytes() - before;
        }
        assertTrue(bytes <= 10_000, what + ": 50 calls allocated " + bytes + " bytes");
        call.check();
    }

    @Test
    void reordersAreInverse() {
        for (int[] dims : new int[][] {{1, 1, 1}, {2, 16, 7}, {3, 17, 5, 13}, {1, 40, 65, 2}, {2, 3, 2, 3, 4}}) {
            TensorType type = f32(dims);
            Floats x = Floats.random(type.elements(), 5);
            Floats blocked = reorder(x, type, Layout.PLAIN, Blocked.NATIVE);
            reorder(blocked, type, Blocked.NATIVE, Layout.PLAIN).assertSameBits(x, "there and back: " + Shape.of(dims));
        }
    }
}
