package dev.gatun.vector;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import dev.gatun.Backends;
import dev.gatun.DType;
import dev.gatun.Predictor;
import dev.gatun.Shape;
import dev.gatun.Tensor;
import dev.gatun.models.Zoo;
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
    private static Layer lenet() {
        return new Sequential(Conv.conv2d(1, 6, 5), Activation.relu(), MaxPool.maxPool2d(2), Conv.conv2d(6, 16, 5), Activation.relu(), MaxPool.maxPool2d(2),
                new Flatten(), new Linear(256, 120), Activation.relu(), new Linear(120, 84), Activation.relu(), new Linear(84, 10));
    }

    /** What is left for the collector: the result tensor, its storage and cleaner, the argument arrays. */
    @Test
    void aPredictionAllocatesNoNativeMemoryAndNextToNothingOnTheHeap() {
        check(lenet(), Shape.of(1, 1, 28, 28), 1000, 512);
    }

    /** A further 4 bytes a weight, for its place in the table of buffers. */
    @Test
    void neitherDoesOneOfALargeNetworkOfBottlenecks() {
        check(Zoo.layer("resnet50"), Shape.of(1, 3, 64, 64), 300, 2048);
    }

    /** @param calls of a window, among them some that the watch over kernels looks at @param most bytes a call, of all threads */
    private static void check(Layer network, Shape image, int calls, long most) {
        var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        try (Backend backend = Backends.open("vector"); Predictor predictor = Predictor.of(network, backend);
             Tensor x = Tensor.full(DType.F32, image, 0.5).eval(backend)) {
            // Until the compiler has the kernels, every vector is an object; how long that takes is the machine's business.
            long deadline = System.nanoTime() + 90_000_000_000L;
            long heap;
            long used;
            long kept;
            do {                                                     // twice in a row: after a pause the compiler may come for another kernel
                long before = heapOfOneCall(threads, predictor, x, calls);
                used = HostMemory.shared().usedBytes();
                kept = HostMemory.shared().keptBytes();
                heap = Math.max(before, heapOfOneCall(threads, predictor, x, calls));
            } while (heap >= most && System.nanoTime() < deadline);
            assertTrue(heap < most, "a prediction allocates " + heap + " bytes on the heap");
            assertEquals(used, HostMemory.shared().usedBytes());
            assertEquals(kept, HostMemory.shared().keptBytes());
        }
    }

    private static long heapOfOneCall(ThreadMXBean threads, Predictor predictor, Tensor x, int calls) {
        long before = threads.getTotalThreadAllocatedBytes();
        for (int i = 0; i < calls; i++) {
            predictor.predict(x).close();
        }
        return (threads.getTotalThreadAllocatedBytes() - before) / calls;
    }
}
