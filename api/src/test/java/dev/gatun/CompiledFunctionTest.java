package dev.gatun;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.op.Indexing.ScatterFunction;
import dev.gatun.quantization.Calibration;
import dev.gatun.spi.Backend;
import dev.gatun.spi.HostMemory;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class CompiledFunctionTest {
    private final Backend backend = Backends.open("reference");

    @AfterEach
    void close() {
        backend.close();
    }

    private static Tensor vector(float... values) {
        return Tensor.of(values);
    }

    @Test
    void theBodyIsTracedOnceForEachCombinationOfTypes() {
        AtomicInteger traces = new AtomicInteger();
        CompiledFunction f = CompiledFunction.of(backend, in -> {
            traces.incrementAndGet();
            return List.of(in.get(0).mul(2));
        });
        assertArrayEquals(new float[] {2, 4}, f.call(vector(1, 2)).getFirst().toFloatArray());
        assertArrayEquals(new float[] {6, 8}, f.call(vector(3, 4)).getFirst().toFloatArray());
        assertArrayEquals(new float[] {10}, f.call(vector(5)).getFirst().toFloatArray());
        assertEquals(2, traces.get());
    }

    @Test
    void tensorsWithValuesAreFrozen() {
        Tensor w = vector(1, 2);
        CompiledFunction f = CompiledFunction.of(backend, in -> List.of(in.get(0).mul(w.exp())));
        float[] first = f.call(vector(1, 1)).getFirst().toFloatArray();
        w.close();
        assertArrayEquals(first, f.call(vector(1, 1)).getFirst().toFloatArray());
    }

    @Test
    void frozenMemoryOfTheUserIsNotReadOnceItsArenaIsClosed() {
        TensorType type = TensorType.of(DType.F32, 2);
        CompiledFunction f;
        CompiledFunction folded;
        try (Arena arena = Arena.ofShared()) {
            Tensor w = Tensor.wrap(type, arena.allocateFrom(ValueLayout.JAVA_FLOAT, 1, 2));
            f = CompiledFunction.of(backend, in -> List.of(in.get(0).mul(w)));
            folded = CompiledFunction.of(backend, in -> List.of(in.get(0).mul(w.add(1))));
            f.call(vector(1, 1));
            folded.call(vector(1, 1));
            w.close();
            assertArrayEquals(new float[] {3, 8}, f.call(vector(3, 4)).getFirst().toFloatArray());
        }
        String message = assertThrows(IllegalStateException.class, () -> f.call(vector(3, 4))).getMessage();
        assertTrue(message.contains("arena") && message.contains("Tensor.wrap"), message);
        assertArrayEquals(new float[] {6, 12}, folded.call(vector(3, 4)).getFirst().toFloatArray());
    }

    @Test
    void anInputOverMemoryWhoseArenaIsClosedIsRefused() {
        CompiledFunction f = CompiledFunction.of(backend, in -> List.of(in.get(0).mul(2)));
        Tensor x;
        try (Arena arena = Arena.ofShared()) {
            x = Tensor.wrap(TensorType.of(DType.F32, 2), arena.allocateFrom(ValueLayout.JAVA_FLOAT, 1, 2));
            assertArrayEquals(new float[] {2, 4}, f.call(x).getFirst().toFloatArray());
        }
        String message = assertThrows(IllegalStateException.class, () -> f.call(x)).getMessage();
        assertTrue(message.contains("arena"), message);
    }

    @Test
    void whatWasFoldedIsNotHeld() {
        Tensor w = Tensor.zeros(DType.F32, 1 << 20).eval(backend);
        Tensor v = Tensor.zeros(DType.F32, 1 << 20).eval(backend);
        long used = HostMemory.shared().usedBytes();
        CompiledFunction f = CompiledFunction.of(backend, in -> List.of(in.get(0).mul(w.add(v).sum()), in.get(0).add(v.sum().expand(Shape.of(1)))));
        assertEquals(0, f.call(vector(1)).getFirst().toFloatArray()[0]);
        w.close();
        v.close();
        assertTrue(HostMemory.shared().usedBytes() < used - (7 << 20), "the ingredients of folded values are still in memory");
        assertEquals(0, f.call(vector(1)).getFirst().toFloatArray()[0]);
    }

    @Test
    void tensorsThatAreTakenOverAreFreedAndCannotBeRead() {
        Tensor w = Tensor.full(DType.F32, Shape.of(1 << 20), 1).eval(backend);
        Tensor b = vector(2);
        long used = HostMemory.shared().usedBytes();
        CompiledFunction f = CompiledFunction.of(backend, in -> List.of(in.get(0).mul(w.sum()).add(b))).takingOver();
        assertArrayEquals(new float[] {2 + (1 << 20)}, f.call(vector(1)).getFirst().toFloatArray());
        assertTrue(HostMemory.shared().usedBytes() < used - (3 << 20), "what was taken over is still in memory");
        assertArrayEquals(new float[] {2 + (1 << 21)}, f.call(vector(2)).getFirst().toFloatArray());
        for (Tensor t : List.of(w, b)) {
            assertTrue(assertThrows(IllegalStateException.class, t::toFloatArray).getMessage().contains("taken over"));
        }
        String message = assertThrows(IllegalStateException.class, () -> f.call(vector(1, 2))).getMessage();
        assertTrue(message.contains("taken over"), message);
    }

    /** A product with frozen weights, which a calibration of nothing does not fit: planning it fails. */
    private CompiledFunction unplannable(Tensor w) {
        return CompiledFunction.of(backend, in -> List.of(in.get(0).matmul(w))).quantized(new Calibration(List.of()));
    }

    @Test
    void tensorsThatWereToBeTakenOverStayWhenPlanningFails() {
        Tensor w = Tensor.ones(DType.F32, 2, 2).eval(backend);
        CompiledFunction f = unplannable(w).takingOver();
        assertThrows(IllegalArgumentException.class, () -> f.call(Tensor.ones(DType.F32, 1, 2)));
        assertEquals(4, w.sum().item());
    }

    @Test
    void aFailedTraceHoldsNoMemory() {
        long used = HostMemory.shared().usedBytes();
        Tensor w = Tensor.ones(DType.F32, 512, 512).eval(backend);
        assertThrows(IllegalArgumentException.class, () -> unplannable(w).call(Tensor.ones(DType.F32, 1, 512)));
        CompiledFunction reachesClosed = CompiledFunction.of(backend, in -> {
            Tensor closed = vector(1);
            Tensor y = in.get(0).matmul(w).add(closed);
            closed.close();
            return List.of(y);
        });
        assertThrows(IllegalStateException.class, () -> reachesClosed.call(Tensor.ones(DType.F32, 1, 512)));
        CompiledFunction failsToFold = CompiledFunction.of(backend, in -> List.of(in.get(0).matmul(w.add(1).matmul(w.gather(0, Tensor.of(new int[] {600}))
                .expand(Shape.of(512, 512))))));
        assertThrows(IndexOutOfBoundsException.class, () -> failsToFold.call(Tensor.ones(DType.F32, 1, 512)));
        w.close();
        assertTrue(HostMemory.shared().usedBytes() < used + (1 << 19), "memory of a failed trace is still held");
    }

    @Test
    void aForgottenFunctionGivesItsFrozenMemoryBack() throws Exception {
        long used = HostMemory.shared().usedBytes();
        callAndForget();
        for (int i = 0; i < 100 && HostMemory.shared().usedBytes() > used + (1 << 20); i++) {
            System.gc();
            Thread.sleep(20);
        }
        assertTrue(HostMemory.shared().usedBytes() <= used + (1 << 20), "what a forgotten function froze is still in memory");
    }

    private void callAndForget() {
        Tensor w = Tensor.ones(DType.F32, 1024, 1024).eval(backend);
        CompiledFunction.of(backend, in -> List.of(in.get(0).matmul(w))).call(Tensor.ones(DType.F32, 1, 1024)).getFirst().close();
    }

    @Test
    void onlyInputsThatThereAreCanBeDonated() {
        CompiledFunction f = CompiledFunction.of(backend, in -> List.of(in.get(0).add(1)));
        assertTrue(assertThrows(IllegalArgumentException.class, () -> f.donating(-1)).getMessage().contains("-1"));
        Tensor x = vector(1);
        String message = assertThrows(IllegalArgumentException.class, () -> f.donating(0, 5).call(x)).getMessage();
        assertEquals("compiled function: input 5 is to be donated, but the call has 1 inputs, from 0", message);
        assertEquals(1, x.item());
    }

    @Test
    void resultsAreTheCallersOwn() {
        CompiledFunction f = CompiledFunction.of(backend, in -> List.of(in.get(0).add(1), in.get(0), in.get(0).reshape(2, 1)));
        Tensor x = vector(1, 2);
        List<Tensor> first = f.call(x);
        List<Tensor> second = f.call(vector(5, 6));
        x.close();
        assertArrayEquals(new float[] {2, 3}, first.get(0).toFloatArray());
        assertArrayEquals(new float[] {1, 2}, first.get(1).toFloatArray());
        assertArrayEquals(new float[] {1, 2}, first.get(2).toFloatArray());
        assertArrayEquals(new float[] {5, 6}, second.get(1).toFloatArray());
    }

    @Test
    void donatedInputsAreOverwrittenAndCannotBeRead() {
        CompiledFunction f = CompiledFunction.of(backend, in -> List.of(in.get(0).add(in.get(1)))).donating(0);
        Tensor p = vector(1, 2);
        Tensor g = vector(10, 20);
        long used = HostMemory.shared().usedBytes();
        Tensor updated = f.call(p, g).getFirst();
        assertTrue(HostMemory.shared().usedBytes() <= used + 4096, "the result took new memory");
        assertArrayEquals(new float[] {11, 22}, updated.toFloatArray());
        assertArrayEquals(new float[] {10, 20}, g.toFloatArray());
        assertTrue(assertThrows(IllegalStateException.class, p::toFloatArray).getMessage().contains("donated"));
    }

    @Test
    void donatedInputsThatSwapPlacesKeepTheirValues() {
        CompiledFunction f = CompiledFunction.of(backend, in -> List.of(in.get(1), in.get(0))).donating(0, 1);
        List<Tensor> swapped = f.call(vector(1, 2), vector(3, 4));
        assertArrayEquals(new float[] {3, 4}, swapped.get(0).toFloatArray());
        assertArrayEquals(new float[] {1, 2}, swapped.get(1).toFloatArray());
    }

    @Test
    void aDonatedTableIsWrittenByIndexAlthoughAnotherUpdateReadsIt() {
        Tensor rows = Tensor.of(new int[] {1}, 1);
        CompiledFunction f = CompiledFunction.of(backend, in -> List.of(Scatters.scatter(in.get(0), 0, rows, in.get(2), ScatterFunction.ADD),
                in.get(1).add(in.get(0)))).donating(0, 1);
        List<Tensor> results = f.call(vector(1, 2), vector(10, 20), vector(5));
        assertArrayEquals(new float[] {1, 7}, results.get(0).toFloatArray());
        assertArrayEquals(new float[] {11, 22}, results.get(1).toFloatArray());
    }

    @Test
    void aDonatedInputThatIsAlsoAResultKeepsItsValue() {
        CompiledFunction f = CompiledFunction.of(backend, in -> List.of(in.get(1).mul(2), in.get(0), in.get(0).reshape(2, 1))).donating(0);
        List<Tensor> results = f.call(vector(1, 2), vector(3, 4));
        assertArrayEquals(new float[] {6, 8}, results.get(0).toFloatArray());
        assertArrayEquals(new float[] {1, 2}, results.get(1).toFloatArray());
        assertArrayEquals(new float[] {1, 2}, results.get(2).toFloatArray());
    }

    @Test
    void aFailedCallLeavesDonatedInputsAlone() {
        CompiledFunction f = CompiledFunction.of(backend, in -> {
            Tensor y = in.get(1).mul(2);
            return List.of(y, y.gather(0, in.get(2)), in.get(1).gather(0, in.get(2)));
        }).donating(0);
        Tensor x = vector(1, 2);
        assertThrows(IndexOutOfBoundsException.class, () -> f.call(x, vector(3, 4), Tensor.of(new int[] {7, 0})));
        assertArrayEquals(new float[] {1, 2}, x.toFloatArray());
        assertArrayEquals(new float[] {6, 8}, f.call(x, vector(3, 4), Tensor.of(new int[] {1, 0})).getFirst().toFloatArray());
    }

    @Test
    void aDonatedInputThatIsReadLaterIsNotOverwrittenEarly() {
        CompiledFunction f = CompiledFunction.of(backend, in -> {
            Tensor y = in.get(0).add(in.get(1));
            return List.of(y, y.matmul(in.get(0).reshape(2, 1).matmul(y.reshape(1, 2))).sum());
        }).donating(0);
        Tensor x = Tensor.of(new float[] {1, 2}, 1, 2);
        Tensor b = Tensor.of(new float[] {3, 4}, 1, 2);
        List<Tensor> r = f.call(x, b);
        // y = (4, 6); y (x yᵀ) = (4·1 + 6·2)·(4, 6), summed: 16 · 10
        assertArrayEquals(new float[] {4, 6}, r.get(0).toFloatArray());
        assertEquals(160, r.get(1).item());
    }

    @Test
    void anInputThatAnotherPlanFrozeIsNotOverwritten() {
        Tensor w = vector(1, 2);
        CompiledFunction reader = CompiledFunction.of(backend, in -> List.of(in.get(0).mul(w)));
        reader.call(vector(1, 1));
        CompiledFunction writer = CompiledFunction.of(backend, in -> List.of(in.get(0).add(100))).donating(0);
        writer.call(w);
        assertArrayEquals(new float[] {1, 2}, reader.call(vector(1, 1)).getFirst().toFloatArray());
    }

    @Test
    void whoReadsADonatedInputBesideCallsSeesOneValueOrIsRefused() throws Exception {
        CompiledFunction f = CompiledFunction.of(backend, in -> List.of(in.get(0).add(1))).donating(0);
        AtomicReference<Tensor> current = new AtomicReference<>(Tensor.zeros(DType.F32, 1 << 16).eval(backend));
        AtomicBoolean ended = new AtomicBoolean();
        try (var pool = Executors.newSingleThreadExecutor()) {
            Future<Integer> torn = pool.submit(() -> {
                int count = 0;
                while (!ended.get()) {
                    try {
                        float[] v = current.get().toFloatArray();
                        count += v[0] == v[v.length - 1] && v[0] == v[v.length / 2] ? 0 : 1;
                    } catch (IllegalStateException e) {
                        assertTrue(e.getMessage().contains("donated"), e.getMessage());
                    }
                }
                return count;
            });
            try {
                for (int i = 0; i < 300; i++) {
                    current.set(f.call(current.get()).getFirst());
                }
            } finally {
                ended.set(true);
            }
            assertEquals(0, torn.get(), "values were read while they were written over");
            assertEquals(300, current.get().max().item());
        }
    }

    @Test
    void anInputIsThereAgainWhenTheCallThatClaimedItFails() {
        CompiledFunction f = CompiledFunction.of(backend, in -> List.of(in.get(0).add(in.get(1).gather(0, in.get(2)).expand(in.get(0).shape())))).donating(0);
        Tensor table = vector(5, 6, 7);
        long used = HostMemory.shared().usedBytes();
        Tensor x = Tensor.zeros(DType.F32, 2, 1 << 18).eval(backend);
        assertThrows(IndexOutOfBoundsException.class, () -> f.call(x, table, Tensor.of(new long[] {0, 9}, 2, 1)));
        assertEquals(0, assertTimeoutPreemptively(Duration.ofSeconds(10), () -> x.max().item()));
        Tensor y = f.call(x, table, Tensor.of(new long[] {0, 2}, 2, 1)).getFirst();
        assertEquals(7, y.max().item());
        y.close();
        f.close();
        assertTrue(HostMemory.shared().usedBytes() < used + (1 << 20), "what was claimed is still in memory");
    }

    @Test
    void placeholdersHaveNoValues() {
        List<Tensor> leaked = new ArrayList<>();
        CompiledFunction f = CompiledFunction.of(backend, in -> {
            leaked.add(in.get(0));
            return List.of(in.get(0).add(in.get(0).item()));
        });
        assertTrue(assertThrows(IllegalStateException.class, () -> f.call(vector(1))).getMessage().contains("placeholder"));
        assertThrows(IllegalStateException.class, () -> leaked.getFirst().add(1).eval());
    }

    @Test
    void aFailingCallLosesNothing() {
        CompiledFunction f = CompiledFunction.of(backend, in -> List.of(in.get(0).gather(0, in.get(1)))).donating(0);
        Tensor x = vector(1, 2, 3);
        assertThrows(IndexOutOfBoundsException.class, () -> f.call(x, Tensor.of(new long[] {7})));
        assertArrayEquals(new float[] {1, 2, 3}, x.toFloatArray());
        assertArrayEquals(new float[] {3}, f.call(x, Tensor.of(new long[] {-1})).getFirst().toFloatArray());
    }

    @Test
    void concurrentCallsDoNotMeet() throws Exception {
        CompiledFunction f = CompiledFunction.of(backend, in -> List.of(in.get(0).exp().matmul(in.get(0)).add(1).sum(0)));
        try (var pool = Executors.newFixedThreadPool(4)) {
            List<Callable<Boolean>> calls = new ArrayList<>();
            for (int i = 0; i < 64; i++) {
                float v = i / 64f;
                calls.add(() -> {
                    try (Tensor x = Tensor.full(DType.F32, Shape.of(8, 8), v).eval(backend); Tensor y = f.call(x).getFirst()) {
                        double expected = 8 * (8 * Math.exp(v) * v + 1);
                        return Math.abs(y.sum().item() / 8 - expected) < 1e-3 * expected;
                    }
                });
            }
            for (var result : pool.invokeAll(calls)) {
                assertTrue(result.get());
            }
        }
    }

    @Test
    void explainNamesStepsLayoutsAndArena() {
        CompiledFunction f = CompiledFunction.of(backend, in -> List.of(in.get(0).matmul(in.get(0)).relu()));
        String text = f.explain(TensorType.of(DType.F32, 4, 4));
        assertTrue(text.contains("arena") && text.contains("matmul") && text.contains("relu") && text.contains("plain"), text);
    }

    @Test
    void aClosedBackendPlansNothing() {
        Backend other = Backends.open("reference");
        CompiledFunction f = CompiledFunction.of(other, in -> in);
        other.close();
        assertEquals("backend reference is closed", assertThrows(IllegalStateException.class, () -> f.explain(TensorType.of(DType.F32, 1))).getMessage());
        assertThrows(IllegalStateException.class, () -> f.arenaBytes(TensorType.of(DType.F32, 1)));
    }

    @Test
    void aBodyThatReturnsNothingIsNamed() {
        CompiledFunction f = CompiledFunction.of(backend, in -> null);
        assertEquals("compiled function: the body returned null instead of a list of results",
                assertThrows(NullPointerException.class, () -> f.call(vector(1))).getMessage());
    }

    /** Who explains holds the function, who calls waits for it, who closes waits for the call, and the body asks the backend for a value. */
    @Test
    void explainingCallingAndClosingDoNotWaitForEachOther() throws Exception {
        Backend other = Backends.open("reference");
        CountDownLatch tracing = new CountDownLatch(1);
        CountDownLatch others = new CountDownLatch(1);
        CompiledFunction f = CompiledFunction.of(other, in -> {
            tracing.countDown();
            try {
                others.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            vector(1).add(1).eval(other);
            return in;
        });
        Thread explaining = Thread.ofPlatform().daemon().start(() -> f.explain(TensorType.of(DType.F32, 1)));
        tracing.await();
        Thread calling = Thread.ofPlatform().daemon().start(() -> f.call(vector(1)));
        await(calling, Thread.State.BLOCKED);
        Thread closing = Thread.ofPlatform().daemon().start(other::close);
        await(closing, Thread.State.WAITING);
        others.countDown();
        for (Thread t : List.of(explaining, calling, closing)) {
            assertTrue(t.join(Duration.ofSeconds(20)), t + " still waits");
        }
    }

    private static void await(Thread thread, Thread.State state) {
        assertTimeoutPreemptively(Duration.ofSeconds(20), () -> {
            while (thread.getState() != state) {
                Thread.sleep(1);
            }
        });
    }

    @Test
    void aClosedFunctionRefusesCallsOfNewTypes() {
        CompiledFunction f = CompiledFunction.of(backend, in -> in);
        f.call(vector(1)).getFirst().close();
        f.close();
        assertThrows(IllegalStateException.class, () -> f.call(vector(1)));
    }
}
