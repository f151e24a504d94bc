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
            NarrowProduct product = pool.runner().call(() -> new Bf16Products(session, pool).of(sizes)).orElseThrow();
            List<Callable<float[]>> calls = IntStream.of(2, 3).<Callable<float[]>>mapToObj(number -> () -> extremes(product, arena, number)).toList();
            List<Future<float[]>> results = callers.invokeAll(calls);
            assertArrayEquals(new float[] {2 * 2 * SIZE, 2 * 2 * SIZE}, results.getFirst().get());
            assertArrayEquals(new float[] {3 * 3 * SIZE, 3 * 3 * SIZE}, results.getLast().get());
        } finally {
            pool.close();
            session.close();
        }
    }

    @Test
    void productsThatThreadsMakeAloneAddABiasOrToWhatIsThere() throws Exception {
        Library library = Library.load();
        assumeTrue(Library.has(Dnnl.dnnl_cpu_isa_avx512_core_bf16()), "this processor has no products of bfloat16");
        OpenMp pool = OpenMp.start(2);
        Session session = new Session(library, pool.runner());
        try (Arena arena = Arena.ofShared(); var callers = Executors.newFixedThreadPool(2)) {
            var sizes = new NarrowProduct.Sizes(SIZE, SIZE, SIZE, false, true, SIZE, SIZE, SIZE, false, true);
            var adding = new NarrowProduct.Sizes(SIZE, SIZE, SIZE, false, true, SIZE, SIZE, SIZE, true, true);
            var products = new Bf16Products(session, pool);
            List<Callable<float[]>> calls = IntStream.of(2, 3).<Callable<float[]>>mapToObj(number -> {
                NarrowProduct first = pool.runner().call(() -> products.alone(sizes, true)).orElseThrow();
                NarrowProduct second = pool.runner().call(() -> products.alone(adding, false)).orElseThrow();
                return () -> sums(first, second, arena, number);
            }).toList();
            List<Future<float[]>> results = callers.invokeAll(calls);
            for (int i = 0; i < calls.size(); i++) {
                int number = 2 + i;
                float[] expected = new float[SIZE * SIZE];
                for (int k = 0; k < expected.length; k++) {
                    expected[k] = 2 * number * number * SIZE + k % SIZE;
                }
                assertArrayEquals(expected, results.get(i).get());
            }
        } finally {
            pool.close();
            session.close();
        }
    }

    /** Returns two products of matrices of one number, and the column's number, added up again and again. */
    private static float[] sums(NarrowProduct first, NarrowProduct second, Arena arena, int number) {
        long a = matrix(arena, number).address();
        long packed = arena.allocate(first.packedBytes(), 64).address();
        long packedToo = arena.allocate(second.packedBytes(), 64).address();
        long scratch = arena.allocate(1 + first.scratchBytes() + second.scratchBytes(), 64).address();
        float[] columns = new float[SIZE];
        for (int j = 0; j < SIZE; j++) {
            columns[j] = j;
        }
        long bias = arena.allocateFrom(ValueLayout.JAVA_FLOAT, columns).address();
        first.pack(a, packed);
        second.pack(a, packedToo);
        MemorySegment c = arena.allocate(ValueLayout.JAVA_FLOAT, SIZE * SIZE);
        for (int i = 0; i < CALLS; i++) {
            first.run(a, packed, bias, c.address(), scratch);
            second.run(a, packedToo, c.address(), scratch);
        }
        return c.toArray(ValueLayout.JAVA_FLOAT);
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
