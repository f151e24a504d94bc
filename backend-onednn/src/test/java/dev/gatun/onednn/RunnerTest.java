package dev.gatun.onednn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.vector.Workers;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class RunnerTest {
    @BeforeAll
    static void load() {
        Library.load();
    }

    @Test
    void jobsOfVirtualThreadsRunOneAtATimeOnOneThread() throws Exception {
        AtomicInteger inside = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        try (Runner runner = new Runner(() -> { }); var callers = Executors.newVirtualThreadPerTaskExecutor()) {
            Thread thread = runner.call(Thread::currentThread);
            List<Callable<Integer>> calls = IntStream.range(0, 500).<Callable<Integer>>mapToObj(i -> () -> runner.call(() -> {
                assertSame(thread, Thread.currentThread());
                most.accumulateAndGet(inside.incrementAndGet(), Math::max);
                inside.decrementAndGet();
                return i;
            })).toList();
            int expected = 0;
            for (Future<Integer> result : callers.invokeAll(calls)) {
                assertEquals(expected++, result.get());
            }
        }
        assertEquals(1, most.get());
    }

    @Test
    void whatAJobThrowsIsThrownToItsCallerAndToNobodyElse() {
        try (Runner runner = new Runner(() -> { })) {
            assertEquals("mine", assertThrows(IndexOutOfBoundsException.class, () -> runner.run(() -> {
                throw new IndexOutOfBoundsException("mine");
            })).getMessage());
            assertEquals(7, runner.call(() -> 7));
        }
    }

    @Test
    void anInterruptedCallerWaitsForItsJobAndStaysInterrupted() {
        try (Runner runner = new Runner(() -> { })) {
            Thread.currentThread().interrupt();
            runner.run(() -> {
                long end = System.nanoTime() + 20_000_000;
                while (System.nanoTime() < end) {
                    Thread.onSpinWait();
                }
            });
            assertTrue(Thread.interrupted());
        }
    }

    @Test
    void closingWaitsForTheJobInProgressAndLaterJobsAreRefused() throws Exception {
        Runner runner = new Runner(() -> { });
        CountDownLatch started = new CountDownLatch(1);
        AtomicInteger finished = new AtomicInteger();
        Thread caller = Thread.ofVirtual().start(() -> runner.run(() -> {
            started.countDown();
            long end = System.nanoTime() + 50_000_000;
            while (System.nanoTime() < end) {
                Thread.onSpinWait();
            }
            finished.incrementAndGet();
        }));
        started.await();
        runner.close();
        assertEquals(1, finished.get());
        caller.join();
        assertEquals("backend onednn is closed", assertThrows(IllegalStateException.class, () -> runner.run(() -> { })).getMessage());
    }

    @Test
    void tasksOfAPoolRunOnTheThreadsOfOpenMp() {
        int threads = 3;
        try (OpenMp pool = OpenMp.start(threads); Workers workers = Workers.over(pool)) {
            AtomicIntegerArray parts = new AtomicIntegerArray(threads);
            for (int i = 0; i < 100; i++) {
                workers.run((worker, of) -> {
                    assertEquals(threads, of);
                    parts.incrementAndGet(worker);
                });
            }
            for (int worker = 0; worker < threads; worker++) {
                assertEquals(100, parts.get(worker));
            }
            AtomicInteger sum = new AtomicInteger();
            pool.runner().run(() -> workers.parallelFor(1000, 16, (from, to) -> sum.addAndGet((int) (to - from))));
            assertEquals(1000, sum.get());
        }
    }

    @Test
    void whatATaskThrowsOnAThreadOfOpenMpIsThrownToTheCaller() {
        try (OpenMp pool = OpenMp.start(2); Workers workers = Workers.over(pool)) {
            for (int bad = 0; bad < 2; bad++) {
                int worker = bad;
                assertEquals("of " + worker, assertThrows(IllegalStateException.class, () -> workers.run((w, of) -> {
                    if (w == worker) {
                        throw new IllegalStateException("of " + w);
                    }
                })).getMessage());
            }
        }
    }
}
