package dev.gatun.onednn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.vector.Workers;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
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
    void workInTurnRunsOnItsCallersThreadWhileNoJobRuns() throws Exception {
        AtomicInteger inside = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        Runnable visit = () -> {
            most.accumulateAndGet(inside.incrementAndGet(), Math::max);
            Thread.yield();
            inside.decrementAndGet();
        };
        try (Runner runner = new Runner(() -> { }); var callers = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Callable<Integer>> calls = IntStream.range(0, 500).<Callable<Integer>>mapToObj(i -> () -> {
                Thread own = Thread.currentThread();
                runner.run(visit);
                assertTrue(runner.inTurn(() -> {
                    assertSame(own, Thread.currentThread());
                    visit.run();
                    runner.run(visit);
                }));
                assertFalse(runner.inTurn(visit));
                return i;
            }).toList();
            for (Future<Integer> result : callers.invokeAll(calls)) {
                result.get();
            }
        }
        assertEquals(1, most.get());
    }

    @Test
    void tasksOfAJobRunOnTheThreadsOfOpenMpAndTasksOfOthersDoNot() {
        int threads = 3;
        Set<Thread> ofJobs = ConcurrentHashMap.newKeySet();
        Set<Thread> ofOthers = ConcurrentHashMap.newKeySet();
        try (OpenMp pool = OpenMp.start(threads); Workers workers = Workers.over(pool)) {
            AtomicIntegerArray parts = new AtomicIntegerArray(threads);
            for (int i = 0; i < 100; i++) {
                workers.run((worker, of) -> count(threads, of, worker, parts, ofOthers));
                pool.runner().run(() -> workers.run((worker, of) -> count(threads, of, worker, parts, ofJobs)));
            }
            for (int worker = 0; worker < threads; worker++) {
                assertEquals(200, parts.get(worker));
            }
        }
        assertEquals(threads, ofJobs.size());
        assertEquals(threads, ofOthers.size());
        assertTrue(Collections.disjoint(ofJobs, ofOthers), ofJobs + " and " + ofOthers);
        assertTrue(ofOthers.contains(Thread.currentThread()));
    }

    private static void count(int threads, int of, int worker, AtomicIntegerArray parts, Set<Thread> seen) {
        assertEquals(threads, of);
        parts.incrementAndGet(worker);
        seen.add(Thread.currentThread());
    }

    @Test
    void whatATaskThrowsOnAnyThreadIsThrownToTheCaller() {
        try (OpenMp pool = OpenMp.start(2); Workers workers = Workers.over(pool)) {
            for (int bad = 0; bad < 2; bad++) {
                int worker = bad;
                Workers.Task task = (w, of) -> {
                    if (w == worker) {
                        throw new IllegalStateException("of " + w);
                    }
                };
                assertEquals("of " + worker, assertThrows(IllegalStateException.class, () -> workers.run(task)).getMessage());
                assertEquals("of " + worker, assertThrows(IllegalStateException.class, () -> pool.runner().run(() -> workers.run(task))).getMessage());
            }
        }
    }
}
