package dev.gatun.vector;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WorkersTest {
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 5})
    void everyWorkerRunsItsPartOnceACall(int threads) {
        try (var workers = new Workers(threads)) {
            var runs = new AtomicIntegerArray(threads);
            for (int call = 0; call < 2000; call++) {
                workers.run((worker, count) -> {
                    assertEquals(threads, count);
                    runs.incrementAndGet(worker);
                });
            }
            for (int worker = 0; worker < threads; worker++) {
                assertEquals(2000, runs.get(worker));
            }
        }
    }

    @Test
    void helpersWakeUpAfterTheyParked() throws InterruptedException {
        try (var workers = new Workers(3)) {
            for (int call = 0; call < 20; call++) {
                var sum = new AtomicInteger();
                workers.run((worker, count) -> sum.addAndGet(1 << worker));
                assertEquals(0b111, sum.get());
                Thread.sleep(5);
            }
        }
    }

    @Test
    void aParkedCallerIsWokenByTheLastHelper() {
        try (var workers = new Workers(2)) {
            var done = new AtomicInteger();
            workers.run((worker, count) -> {
                if (worker == 1) {
                    sleep(50);
                    done.incrementAndGet();
                }
            });
            assertEquals(1, done.get());
        }
    }

    @Test
    void sharesAreEvenAndInOrder() {
        assertEquals(List.of(0L, 3L, 5L, 7L), List.of(
            Workers.share(7, 0, 3), Workers.share(7, 1, 3), Workers.share(7, 2, 3), Workers.share(7, 3, 3)));
    }

    @Test
    void aSecondCallerRunsItsTaskAloneOnItsOwnThread() throws InterruptedException {
        try (var workers = new Workers(2)) {
            var inside = new CountDownLatch(2);
            var finish = new CountDownLatch(1);
            var first = new Thread(() -> workers.run((worker, count) -> {
                inside.countDown();
                await(finish);
            }));
            first.start();
            await(inside);
            var threads = Collections.synchronizedList(new ArrayList<Thread>());
            workers.run((worker, count) -> {
                assertEquals(1, count);
                threads.add(Thread.currentThread());
            });
            assertEquals(List.of(Thread.currentThread()), threads);
            finish.countDown();
            first.join();
        }
    }

    @Test
    void aTaskThatForksAgainRunsInline() {
        try (var workers = new Workers(3)) {
            var inner = new AtomicInteger();
            workers.run((worker, count) -> workers.run((nested, of) -> {
                assertEquals(1, of);
                inner.incrementAndGet();
            }));
            assertEquals(3, inner.get());
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    void whatAWorkerThrowsReachesTheCallerAfterAllHaveFinished(int thrower) {
        try (var workers = new Workers(3)) {
            var boom = new IllegalStateException("boom");
            var finished = new AtomicInteger();
            var thrown = assertThrows(IllegalStateException.class, () -> workers.run((worker, count) -> {
                if (worker == thrower) {
                    throw boom;
                }
                sleep(5);
                finished.incrementAndGet();
            }));
            assertSame(boom, thrown);
            assertEquals(2, finished.get());
            workers.run((worker, count) -> finished.incrementAndGet());   // and the pool lives on
            assertEquals(5, finished.get());
        }
    }

    @Test
    void manyVirtualThreadsMayCallAtOnce() throws InterruptedException {
        try (var workers = new Workers(2)) {
            var sum = new AtomicInteger();
            var threads = new ArrayList<Thread>();
            for (int i = 0; i < 50; i++) {
                threads.add(Thread.startVirtualThread(() -> {
                    for (int call = 0; call < 100; call++) {
                        workers.run((worker, of) -> sum.addAndGet((int) (Workers.share(64, worker + 1, of) - Workers.share(64, worker, of))));
                    }
                }));
            }
            for (Thread thread : threads) {
                thread.join();
            }
            assertEquals(50 * 100 * 64, sum.get());
        }
    }

    @Test
    void aClosedPoolRunsTasksOnTheCaller() {
        var workers = new Workers(2);
        workers.close();
        workers.close();
        var count = new AtomicInteger();
        workers.run((worker, of) -> count.addAndGet(of));
        assertEquals(1, count.get());
    }

    @Test
    void closingEndsTheHelpers() {
        var helpers = new ArrayList<Thread>();
        try (var workers = new Workers(2)) {
            workers.run((worker, count) -> {
                if (worker == 1) {
                    helpers.add(Thread.currentThread());
                }
            });
            assertTrue(helpers.getFirst().isDaemon());
        }
        assertEquals(Thread.State.TERMINATED, helpers.getFirst().getState());
    }

    @Test
    @Tag("steady-state")
    void aCallAllocatesNothing() {
        var bean = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        try (var workers = new Workers(2)) {
            var sum = new AtomicInteger();
            Workers.Task task = (worker, count) -> sum.addAndGet(worker);
            for (int i = 0; i < 100; i++) {
                workers.run(task);
            }
            long before = bean.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < 1000; i++) {
                workers.run(task);
            }
            long bytes = bean.getCurrentThreadAllocatedBytes() - before;
            assertTrue(bytes < 10_000, "1000 calls allocated " + bytes + " bytes");
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static void sleep(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
