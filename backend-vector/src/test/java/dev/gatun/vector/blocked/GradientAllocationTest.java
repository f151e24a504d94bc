package dev.gatun.vector.blocked;

import static dev.gatun.vector.blocked.Blocks.f32;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import dev.gatun.DType;
import dev.gatun.TensorType;
import dev.gatun.op.Convolution;
import dev.gatun.op.Ints;
import dev.gatun.op.Normalization;
import dev.gatun.op.Op;
import dev.gatun.op.Pooling;
import dev.gatun.spi.Arguments;
import dev.gatun.spi.Buffer;
import dev.gatun.spi.HostBuffer;
import dev.gatun.spi.Kernel;
import dev.gatun.spi.KernelRequest;
import dev.gatun.spi.Layout;
import dev.gatun.vector.Workers;
import java.lang.foreign.Arena;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A launch of what trains a network leaves nothing on the heap, once the kernels are compiled. */
@Tag("steady-state")
class GradientAllocationTest {
    private static final int CALLS = 50;
    private static final long BYTES = 10_000;
    private static final long PATIENCE_NANOS = 60_000_000_000L;

    @Test
    void aLaunchAllocatesNothing() {
        TensorType x = f32(2, 64, 12, 12);
        TensorType half = f32(2, 64, 6, 6);
        TensorType w = f32(64, 64, 3, 3);
        TensorType w5 = f32(64, 64, 5, 5);
        TensorType c = f32(64);
        TensorType positions = TensorType.of(DType.I32, 2, 64, 6, 6);
        Ints kernel = Ints.of(3, 3);
        Ints spatial = Ints.of(12, 12);
        var window = new Pooling.Window(Ints.of(2, 2), Ints.of(2, 2), Ints.of(0, 0), Ints.of(0, 0), Ints.of(1, 1), false);
        try (var workers = new Workers(2)) {
            check(new Convolution.ConvBackwardData(geometry(1, 1), spatial), List.of(x, w), List.of(x), workers);
            check(new Convolution.ConvBackwardData(geometry(1, 2), spatial), List.of(x, w5), List.of(x), workers);
            check(new Convolution.ConvBackwardData(geometry(2, 1), spatial), List.of(half, w), List.of(x), workers);
            check(new Convolution.ConvBackwardWeights(geometry(1, 1), kernel), List.of(x, x), List.of(w), workers);
            check(new Convolution.ConvBackwardWeights(geometry(2, 1), kernel), List.of(x, half), List.of(w), workers);
            check(new Normalization.BatchNorm(1e-5), List.of(x, c, c), List.of(x, c, c), workers);
            check(new Normalization.BatchNormBackward(1e-5), List.of(x, c, c, c, x), List.of(x, c, c), workers);
            check(new Pooling.MaxPool(window, true), List.of(x), List.of(half, positions), workers);
            check(new Pooling.MaxPoolBackward(window, spatial), List.of(half, positions), List.of(x), workers);
            check(new Pooling.AvgPoolBackward(window, Pooling.Divisor.VALID, spatial), List.of(half), List.of(x), workers);
            for (TensorType weights : List.of(w, w5)) {
                for (PackedWeights.Order order : List.of(PackedWeights.Order.BLOCKS, PackedWeights.Order.GRADIENT_BLOCKS)) {
                    check(new KernelRequest.Reorder(weights, Layout.PLAIN, new PackedWeights(order)), workers);
                }
            }
            check(new KernelRequest.Reorder(w, Layout.PLAIN, new PackedWeights(PackedWeights.Order.GRADIENT_WINOGRAD_4)), workers);
        }
    }

    private static Convolution.Geometry geometry(int stride, int pad) {
        return new Convolution.Geometry(Ints.of(stride, stride), Ints.of(pad, pad), Ints.of(pad, pad), Ints.of(1, 1), 1);
    }

    private static void check(Op op, List<TensorType> in, List<TensorType> out, Workers workers) {
        check(Blocks.request(op, in, out), workers);
    }

    private static void check(KernelRequest request, Workers workers) {
        Kernel kernel = BlockedKernels.of(request, workers).orElseThrow();
        try (Arena arena = Arena.ofShared()) {
            List<Buffer> buffers = new ArrayList<>();
            for (int i = 0; i < request.inputs().size(); i++) {
                buffers.add(zeros(arena, layout(kernel.inputLayouts(), i).bytes(request.inputs().get(i))));
            }
            for (int i = 0; i < request.outputs().size(); i++) {
                buffers.add(zeros(arena, layout(kernel.outputLayouts(), i).bytes(request.outputs().get(i))));
            }
            if (kernel.workspaceBytes() > 0) {
                buffers.add(zeros(arena, kernel.workspaceBytes()));
            }
            var arguments = new Arguments(buffers.toArray(Buffer[]::new), IntStream.range(0, buffers.size()).toArray());
            var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
            long bytes = Long.MAX_VALUE;
            long deadline = System.nanoTime() + PATIENCE_NANOS;
            while (bytes > BYTES && System.nanoTime() < deadline) {               // until it is compiled: interpreted vectors are objects
                long before = threads.getCurrentThreadAllocatedBytes();
                for (int i = 0; i < CALLS; i++) {
                    kernel.launch(arguments);
                }
                bytes = threads.getCurrentThreadAllocatedBytes() - before;
            }
            assertTrue(bytes <= BYTES, kernel.name() + ": " + CALLS + " launches allocated " + bytes + " bytes");
        }
    }

    private static Buffer zeros(Arena arena, long bytes) {
        return HostBuffer.of(arena.allocate(bytes, 64));
    }

    private static Layout layout(List<Layout> layouts, int i) {
        return layouts.isEmpty() ? Layout.PLAIN : layouts.get(i);
    }
}
