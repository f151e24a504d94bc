package dev.gatun.reference;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.DType;
import dev.gatun.Shape;
import dev.gatun.TensorType;
import dev.gatun.op.Contraction.MatMul;
import dev.gatun.op.Elementwise.Unary;
import dev.gatun.op.Elementwise.UnaryFunction;
import dev.gatun.op.Fused;
import dev.gatun.op.Indexing.Gather;
import dev.gatun.op.Op;
import dev.gatun.spi.Arguments;
import dev.gatun.spi.Backend;
import dev.gatun.spi.BackendProvider;
import dev.gatun.spi.Buffer;
import dev.gatun.spi.HostBuffer;
import dev.gatun.spi.Kernel;
import dev.gatun.spi.KernelRequest;
import dev.gatun.spi.Layout;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.ServiceLoader;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ReferenceBackendTest {
    private static final TensorType PAIR = TensorType.of(DType.F32, 2);

    private final Arena arena = Arena.ofConfined();
    private final Backend backend = new ReferenceProvider().open();

    @AfterEach
    void close() {
        backend.close();
        arena.close();
    }

    private Buffer buffer(float... values) {
        return HostBuffer.of(arena.allocateFrom(ValueLayout.JAVA_FLOAT, values));
    }

    private static float read(Buffer buffer, int index) {
        return ((HostBuffer) buffer).segment().getAtIndex(ValueLayout.JAVA_FLOAT, index);
    }

    private static KernelRequest.Single single(Op op, List<TensorType> in, TensorType out) {
        return new KernelRequest.Single(op, in, List.of(out), in.stream().map(t -> Layout.PLAIN).toList(), in.stream().map(t -> false).toList());
    }

    @Test
    void theServiceLoaderFindsItAndItIsAlwaysUsable() {
        BackendProvider provider = ServiceLoader.load(BackendProvider.class).stream().map(ServiceLoader.Provider::get)
                .filter(p -> p.name().equals("reference")).findFirst().orElseThrow();
        assertEquals(0, provider.priority());
        assertInstanceOf(BackendProvider.Availability.Usable.class, provider.probe());
        assertTrue(backend.memory().isHost());
    }

    @Test
    void aSingleOpRunsOverTheStartOfItsBuffers() {
        Kernel kernel = backend.compile(single(new Unary(UnaryFunction.NEG), List.of(PAIR), PAIR)).orElseThrow();
        Buffer x = buffer(1, 2, 3);
        Buffer y = buffer(7, 7, 7);
        kernel.launch(new Arguments(new Buffer[] {y, x}, 1, 0));
        assertEquals(-1, read(y, 0));
        assertEquals(-2, read(y, 1));
        assertEquals(7, read(y, 2), "beyond the tensor nothing is written");
        assertFalse(kernel.isFallback());
        assertEquals("neg loop", kernel.name());
    }

    @Test
    void everyOperandAndResultHasItsPlaceAmongTheArguments() {
        MatMul op = new MatMul(false, false);
        TensorType row = TensorType.of(DType.F32, 1, 2);
        TensorType column = TensorType.of(DType.F32, 2, 1);
        TensorType dot = TensorType.of(DType.F32, 1, 1);
        Kernel kernel = ReferenceKernels.fallback(op, List.of(row, column), List.of(dot));
        Buffer y = buffer(0);
        kernel.launch(new Arguments(new Buffer[] {buffer(2, 3), buffer(5, 7), y}, 0, 1, 2));
        assertEquals(31, read(y, 0));
        assertTrue(kernel.isFallback());
    }

    @Test
    void anIndexOutsideOfItsAxisIsReportedByTheLaunch() {
        TensorType index = TensorType.of(DType.I64, 1);
        Kernel kernel = backend.compile(single(new Gather(0), List.of(PAIR, index), TensorType.of(DType.F32, 1))).orElseThrow();
        Buffer indices = HostBuffer.of(arena.allocateFrom(ValueLayout.JAVA_LONG, 2));
        Arguments arguments = new Arguments(new Buffer[] {buffer(1, 2), indices, buffer(0)}, 0, 1, 2);
        String message = assertThrows(IndexOutOfBoundsException.class, () -> kernel.launch(arguments)).getMessage();
        assertEquals("gather: index 2 is outside of axis 0 of x[2], which has 2 places", message);
    }

    @Test
    void whatWasFusedIsDeclined() {
        Fused.Instruction neg = new Fused.Instruction(new Unary(UnaryFunction.NEG), List.of(0), DType.F32);
        Fused.Region region = new Fused.Region(Shape.of(2), 1, List.of(neg), List.of(1));
        List<TensorType> pair = List.of(PAIR);
        List<Layout> plain = List.of(Layout.PLAIN);
        assertTrue(backend.compile(new KernelRequest.Region(region, pair, pair, plain, List.of(false))).isEmpty());
        Fused.Epilogue epilogue = new Fused.Epilogue(new Unary(UnaryFunction.EXP), 1, region);
        assertTrue(backend.compile(new KernelRequest.Epilogue(epilogue, pair, pair, plain, List.of(false))).isEmpty());
        assertThrows(IllegalArgumentException.class, () -> ReferenceKernels.of(region, pair, pair));
    }

    @Test
    void aReorderFromPlainToPlainCopies() {
        Kernel copy = backend.compile(new KernelRequest.Reorder(PAIR, Layout.PLAIN, Layout.PLAIN)).orElseThrow();
        Buffer y = buffer(0, 0, 9);
        copy.launch(new Arguments(new Buffer[] {buffer(1, 2, 3), y}, 0, 1));
        assertEquals(2, read(y, 1));
        assertEquals(9, read(y, 2));
        record Strange() implements Layout {
            @Override
            public long bytes(TensorType type) {
                return 0;
            }

            @Override
            public String label() {
                return "strange";
            }
        }
        assertTrue(backend.compile(new KernelRequest.Reorder(PAIR, new Strange(), Layout.PLAIN)).isEmpty());
    }
}
