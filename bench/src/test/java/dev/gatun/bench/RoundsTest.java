package dev.gatun.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RoundsTest {
    private static final int THREADS = 3;

    @Test
    void nobodyBeginsARoundBeforeAllHaveDoneTheOneBefore() throws Exception {
        AtomicInteger done = new AtomicInteger();
        AtomicInteger early = new AtomicInteger();
        Rounds rounds = new Rounds(THREADS);
        List<Double> medians = new ArrayList<>();
        try (ExecutorService pool = Executors.newFixedThreadPool(THREADS)) {
            List<Future<Double>> all = IntStream.range(0, THREADS).mapToObj(thread -> {
                AtomicInteger own = new AtomicInteger();
                return pool.submit(() -> rounds.run(thread, () -> {
                    if (done.get() < THREADS * own.getAndIncrement()) {
                        early.incrementAndGet();
                    }
                    return done.incrementAndGet();
                }, 5, 0));
            }).toList();
            for (Future<Double> f : all) {
                medians.add(f.get());
            }
        }
        assertEquals(0, early.get());
        assertEquals(THREADS * (1 + 5), done.get(), "one round before, and five that count");
        assertTrue(medians.getFirst() > 0, medians::toString);
        assertEquals(List.of(0., 0.), medians.subList(1, THREADS));
    }
}
