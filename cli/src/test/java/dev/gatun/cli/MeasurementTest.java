package dev.gatun.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class MeasurementTest {
    @Test
    void medianAndP99AreThoseOfTheSortedCalls() {
        assertEquals(2, new Measurement(9, new long[] {1, 2, 30}).median());
        assertEquals(2.5, new Measurement(9, new long[] {1, 2, 3, 40}).median());
        assertEquals(40, new Measurement(9, new long[] {1, 2, 3, 40}).p99());
        long[] hundred = new long[100];
        for (int i = 0; i < 100; i++) {
            hundred[i] = i + 1;
        }
        assertEquals(99, new Measurement(9, hundred).p99());
    }

    @Test
    void theFirstCallIsKeptApartAndTheOthersAreManyEnough() {
        AtomicInteger calls = new AtomicInteger();
        Measurement m = Measurement.of(() -> pause(calls.getAndIncrement() == 0 ? 300 : 20));
        assertTrue(m.first() >= 300_000_000L, m.first() + " ns");
        assertTrue(m.median() >= 20e6 && m.median() < 200e6, m.median() + " ns");
        assertTrue(m.sorted().length >= 5 && m.sorted().length < calls.get(), m.sorted().length + " of " + calls);
    }

    private static void pause(int milliseconds) {
        try {
            Thread.sleep(milliseconds);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
