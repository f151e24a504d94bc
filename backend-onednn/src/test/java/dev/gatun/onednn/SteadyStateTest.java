package dev.gatun.onednn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import dev.gatun.Backends;
import dev.gatun.CompiledFunction;
import dev.gatun.Predictor;
import dev.gatun.Tensor;
import dev.gatun.TensorType;
import dev.gatun.models.Zoo;
import dev.gatun.nn.Layer;
import dev.gatun.spi.Backend;
import dev.gatun.spi.HostMemory;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("steady-state")
class SteadyStateTest {
    /** What one prediction may leave for the collector: the result tensor, its storage and cleaner, the argument arrays. */
    private static final long HEAP_BYTES = 1024;

    @Test
    void aPredictionAllocatesNoNativeMemoryAndNextToNothingOnAnyHeap() {
        assertSteady(MixedNetwork.layer(), MixedNetwork.INPUT);
    }

    @Test
    void soDoesOneThatCallsNoPrimitive() {
        assertSteady(Zoo.layer("lenet"), Zoo.input("lenet", 1));
    }

    @Test
    void soDoesALayerWhoseWeightsAreReorderedAtEachCall() {
        try (Backend backend = Backends.open("onednn"); CompiledFunction layer = NarrowGru.of(backend)) {
            Tensor[] operands = NarrowGru.operands(backend);
            assertSteady(() -> layer.call(operands).getFirst().close());
        }
    }

    private static void assertSteady(Layer network, TensorType input) {
        try (Backend backend = Backends.open("onednn"); Predictor predictor = Predictor.of(network, backend);
             Tensor x = Tensor.full(input.dtype(), input.shape(), 0.5).eval(backend)) {
            assertSteady(() -> predictor.predict(x).close());
        }
    }

    private static void assertSteady(Runnable call) {
        var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        // Until the compiler has the kernels of the vector backend, every vector is an object; how long that takes is the machine's business.
        long deadline = System.nanoTime() + 90_000_000_000L;
        long heap;
        long used;
        long kept;
        do {                                                         // twice in a row: after a pause the compiler may come for another kernel
            long before = heapOfOneCall(threads, call);
            used = HostMemory.shared().usedBytes();
            kept = HostMemory.shared().keptBytes();
            heap = Math.max(before, heapOfOneCall(threads, call));
        } while (heap >= HEAP_BYTES && System.nanoTime() < deadline);
        assertTrue(heap < HEAP_BYTES, "a prediction allocates " + heap + " bytes on the heap");
        assertEquals(used, HostMemory.shared().usedBytes());
        assertEquals(kept, HostMemory.shared().keptBytes());
    }

    /** Counts what all threads allocate: the work may be done on the runner's. */
    private static long heapOfOneCall(ThreadMXBean threads, Runnable call) {
        int calls = 200;
        long before = threads.getTotalThreadAllocatedBytes();
        for (int i = 0; i < calls; i++) {
            call.run();
        }
        return (threads.getTotalThreadAllocatedBytes() - before) / calls;
    }
}
