package dev.gatun.vector;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import dev.gatun.Backends;
import dev.gatun.DType;
import dev.gatun.Predictor;
import dev.gatun.Shape;
import dev.gatun.Tensor;
import dev.gatun.nn.Activation;
import dev.gatun.nn.Conv;
import dev.gatun.nn.Flatten;
import dev.gatun.nn.Layer;
import dev.gatun.nn.Linear;
import dev.gatun.nn.MaxPool;
import dev.gatun.nn.Sequential;
import dev.gatun.spi.Backend;
import dev.gatun.spi.HostMemory;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("steady-state")
class SteadyStateTest {
    /** What one prediction may leave for the collector: the result tensor, its storage and cleaner, the argument arrays. */
    private static final long HEAP_BYTES = 512;

    private static Layer lenet() {
        return new Sequential(Conv.conv2d(1, 6, 5), Activation.relu(), MaxPool.maxPool2d(2), Conv.conv2d(6, 16, 5), Activation.relu(), MaxPool.maxPool2d(2),
                new Flatten(), new Linear(256, 120), Activation.relu(), new Linear(120, 84), Activation.relu(), new Linear(84, 10));
    }

    @Test
    void aPredictionAllocatesNoNativeMemoryAndNextToNothingOnTheHeap() {
        var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        try (Backend backend = Backends.open("vector"); Predictor predictor = Predictor.of(lenet(), backend);
             Tensor x = Tensor.full(DType.F32, Shape.of(1, 1, 28, 28), 0.5).eval(backend)) {
            // Until the compiler has the kernels, every vector is an object; how long that takes is the machine's business.
            long deadline = System.nanoTime() + 90_000_000_000L;
            long heap = heapOfOneCall(threads, predictor, x);
            while (heap >= HEAP_BYTES && System.nanoTime() < deadline) {
                heap = heapOfOneCall(threads, predictor, x);
            }
            long used = HostMemory.shared().usedBytes();
            long kept = HostMemory.shared().keptBytes();
            heap = heapOfOneCall(threads, predictor, x);
            assertTrue(heap < HEAP_BYTES, "a prediction allocates " + heap + " bytes on the heap");
            assertEquals(used, HostMemory.shared().usedBytes());
            assertEquals(kept, HostMemory.shared().keptBytes());
        }
    }

    /** Counts what all threads allocate. */
    private static long heapOfOneCall(ThreadMXBean threads, Predictor predictor, Tensor x) {
        int calls = 1000;                                     // among them many that the watch over kernels looks at
        long before = threads.getTotalThreadAllocatedBytes();
        for (int i = 0; i < calls; i++) {
            predictor.predict(x).close();
        }
        return (threads.getTotalThreadAllocatedBytes() - before) / calls;
    }
}
