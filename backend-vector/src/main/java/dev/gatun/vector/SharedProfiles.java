package dev.gatun.vector;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * Lets the JDK's methods for access to memory see both kinds of it, native and on the heap, before the JIT compiler takes them. All kernels go through these
 * methods with native memory only, so the second compiler would make code of them that takes no other. Later something comes with memory on the heap: taking
 * the bits of floats for ints does, for as long as it is interpreted. Then such code is dropped, and the compiler holds that against each kernel that it
 * compiles afterwards, once for each access in it: beyond some number it does without profiles and guesses, does not know the class of a vector any more, and
 * makes objects of all. What has seen both from the start is not dropped.
 */
final class SharedProfiles implements Runnable {
    /** The JVM begins to record what a method is called with after some hundred calls, and goes on until the second compiler has it, after 5,000 and more. */
    private static final int ROUNDS = 500;

    private static final VectorSpecies<Integer> INTS = VectorSpecies.of(int.class, Simd.F32.vectorShape());

    /** What {@link Fold} loads besides. It is not stored: see {@link Native#store}. */
    private static final VectorSpecies<Float> HALF = VectorSpecies.of(float.class, VectorShape.forBitSize(Simd.F32.vectorBitSize() / 2));

    private static final AtomicBoolean STARTED = new AtomicBoolean();
    private static final CountDownLatch SHOWN = new CountDownLatch(1);

    private SharedProfiles() {
    }

    /** Shows them in a thread of its own, once in the life of the JVM. */
    static void start() {
        if (STARTED.compareAndSet(false, true)) {
            Thread.ofPlatform().daemon().name("gatun-vector-profiles").start(new SharedProfiles());
        }
    }

    /** Returns when they have seen both, or that takes too long: what is compiled before may be dropped. */
    static void await() {
        try {
            SHOWN.await(1, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void run() {
        try (Arena arena = Arena.ofConfined()) {
            long address = arena.allocate(Simd.BYTES, 64).address();
            MemorySegment heap = MemorySegment.ofArray(new byte[(int) Simd.BYTES]);
            for (int round = 0; round < ROUNDS; round++) {
                access(heap, 0);
                access(Native.ALL, address);
            }
        } finally {
            SHOWN.countDown();
        }
    }

    /** Reads and writes a vector's bytes in the ways in which kernels do. */
    static void access(MemorySegment memory, long at) {
        memory.set(JAVA_LONG_UNALIGNED, at, memory.get(JAVA_LONG_UNALIGNED, at));
        memory.set(JAVA_INT_UNALIGNED, at, memory.get(JAVA_INT_UNALIGNED, at));
        memory.set(JAVA_FLOAT_UNALIGNED, at, memory.get(JAVA_FLOAT_UNALIGNED, at));
        FloatVector.fromMemorySegment(Simd.F32, memory, at, Native.ORDER).intoMemorySegment(memory, at, Native.ORDER);
        IntVector.fromMemorySegment(INTS, memory, at, Native.ORDER).intoMemorySegment(memory, at, Native.ORDER);
        FloatVector.fromMemorySegment(HALF, memory, at, Native.ORDER);
    }
}
