package dev.gatun.onednn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.gatun.ffi.dnnl.Dnnl;
import dev.gatun.vector.NarrowProduct;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class Bf16ProductTest {
    private static final int SIZE = 32;
    private static final int CALLS = 3000;

    /** Returns a square matrix of one small whole number. */
    private static MemorySegment matrix(Arena arena, int number) {
        short[] elements = new short[SIZE * SIZE];
        Arrays.fill(elements, (short) (Float.floatToRawIntBits(number) >> Short.SIZE));
        return arena.allocateFrom(ValueLayout.JAVA_SHORT, elements);
    }

    @Test
    void callersOfOneProductDoNotMixUpTheirOperands() throws Exception {
        Library library = Library.load();
        assumeTrue(Library.has(Dnnl.dnnl_cpu_isa_avx512_core_bf16()), "this processor has no products of bfloat16");
        OpenMp pool = OpenMp.start(1);
        Session session = new Session(library, pool.runner());
        try (Arena arena = Arena.ofShared(); var callers = Executors.newFixedThreadPool(2)) {
            var sizes = new NarrowProduct.Sizes(SIZE, SIZE, SIZE, false, false, SIZE, SIZE, SIZE, false, true);
            NarrowProduct product = pool.runner().call(() -> new Bf16Products(session).of(sizes)).orElseThrow();
            List<Callable<float[]>> calls = IntStream.of(2, 3).<Callable<float[]>>mapToObj(number -> () -> extremes(product, arena, number)).toList();
            List<Future<float[]>> results = callers.invokeAll(calls);
            assertArrayEquals(new float[] {2 * 2 * SIZE, 2 * 2 * SIZE}, results.getFirst().get());
            assertArrayEquals(new float[] {3 * 3 * SIZE, 3 * 3 * SIZE}, results.getLast().get());
        } finally {
            pool.close();
            session.close();
        }
    }

    /** Multiplies matrices of one number again and again; returns the extremes of all results, which are the same. */
    private static float[] extremes(NarrowProduct product, Arena arena, int number) {
        long a = matrix(arena, number).address();
        long packed = arena.allocate(product.packedBytes(), 64).address();
        long scratch = arena.allocate(Math.max(1, product.scratchBytes()), 64).address();
        MemorySegment b = matrix(arena, number);
        MemorySegment c = arena.allocate(ValueLayout.JAVA_FLOAT, SIZE * SIZE);
        float[] extremes = {Float.NEGATIVE_INFINITY, Float.POSITIVE_INFINITY};
        for (int i = 0; i < CALLS; i++) {
            product.pack(b.address(), packed);
            product.run(a, packed, c.address(), scratch);
            for (float y : c.toArray(ValueLayout.JAVA_FLOAT)) {
                extremes[0] = Math.max(extremes[0], y);
                extremes[1] = Math.min(extremes[1], y);
            }
        }
        return extremes;
    }
}
